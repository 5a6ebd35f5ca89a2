"""Kendall's tau against SciPy's, with ties and without, of few and of many."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import kendalltau

from analysis.statistics.rank_correlation import kendall_tau


@pytest.mark.parametrize("n", [2, 3, 4, 9, 33, 170, 171, 400])
@pytest.mark.parametrize("slope", [0.0, 1.0, -3.0])
def test_every_order_has_an_exact_p(n, slope):
    x, noise = np.random.default_rng(n).normal(size=(2, n))
    tau, p, exact = kendall_tau(x, slope * x + noise)
    expected = kendalltau(x, slope * x + noise, method="exact")
    assert exact
    assert (tau, p) == pytest.approx(tuple(expected), rel=1e-13)


@pytest.mark.parametrize("n", [6, 12, 60, 400])
def test_ties_have_a_normal_p(n):
    x, noise = np.random.default_rng(n).normal(size=(2, n))
    x, y = np.round(x).astype(int), np.round(x + noise)
    x[:2] = 0
    tau, p, exact = kendall_tau(x, y)
    assert not exact
    assert (tau, p) == pytest.approx(tuple(kendalltau(x, y, method="asymptotic")), rel=1e-13)


@pytest.mark.parametrize("turned", [1, -1])
def test_ranks_that_agree(turned):
    tau, p, _ = kendall_tau(range(5), [turned * rank for rank in range(5)])
    assert tau == pytest.approx(turned)
    assert p == pytest.approx(2 / 120)


def test_what_is_all_equal_has_no_ranks():
    assert np.isnan(kendall_tau([1.0, 2.0, 3.0], [4.0, 4.0, 4.0])[:2]).all()
