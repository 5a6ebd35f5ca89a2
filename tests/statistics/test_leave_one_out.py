"""Leave-one-out against the values metafor's leave1out prints for the BCG trials."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.statistics.effect_sizes import log_risk_ratio
from analysis.statistics.leave_one_out import leave_one_out, without_each
from analysis.statistics.pooling import pool
from analysis.statistics.tau2 import TAU2_MODELS
from tests.statistics.published import BCG_TABLES

BCG = log_risk_ratio(*BCG_TABLES)
# Printed with metafor's default rule, which stops 1e-5 short of the maximum in tau2.
METAFOR_DEFAULT_STOP = 5e-7


def test_bcg_without_the_first_trial():
    first = leave_one_out(BCG.estimate, BCG.variance)[0]
    assert first.omitted == 0
    assert first.k == 12
    assert first.estimate == pytest.approx(-0.707083788, abs=METAFOR_DEFAULT_STOP)
    assert first.se == pytest.approx(0.189961025, abs=METAFOR_DEFAULT_STOP)
    assert first.tau2 == pytest.approx(0.336156745, abs=METAFOR_DEFAULT_STOP)
    assert first.q == pytest.approx(151.582573, abs=5e-7)
    assert first.i2 == pytest.approx(93.225935, rel=METAFOR_DEFAULT_STOP)


@pytest.mark.parametrize("model", TAU2_MODELS)
@pytest.mark.parametrize("interval", ["wald", "hartung-knapp", "hartung-knapp-conservative"])
def test_each_is_what_pool_says_of_the_others(model, interval):
    for row in leave_one_out(BCG.estimate, BCG.variance, model=model, interval=interval):
        keep = np.arange(13) != row.omitted
        pooled = pool(BCG.estimate[keep], BCG.variance[keep], model=model, interval=interval)
        assert row.estimate == pytest.approx(pooled.estimate, rel=1e-10)
        assert row.se == pytest.approx(pooled.se, rel=1e-10)
        assert row.interval.low == pytest.approx(pooled.interval.low, rel=1e-10)
        assert row.interval.df == pooled.interval.df
        assert row.p == pytest.approx(pooled.p, rel=1e-8)
        assert row.tau2 == pytest.approx(pooled.heterogeneity.tau2, rel=1e-10)
        assert row.i2 == pytest.approx(pooled.heterogeneity.i2, rel=1e-10)
        assert row.h2 == pytest.approx(pooled.heterogeneity.h2, rel=1e-10)


def test_of_two_studies_the_other_remains():
    without_first, without_second = leave_one_out(
        [0.1, 0.5], [0.04, 0.09], interval="hartung-knapp"
    )
    assert (without_first.estimate, without_first.se) == pytest.approx((0.5, 0.3))
    assert without_second.estimate == pytest.approx(0.1)
    assert without_first.interval.method == "wald"
    assert without_first.tau2 == without_first.q == without_first.i2 == 0


def test_identical_remaining_effects_never_give_an_interval_of_no_width():
    rows = leave_one_out([0.3, 0.3, 0.3, 0.9], [0.01, 0.02, 0.03, 0.04], interval="hartung-knapp")
    assert rows[3].interval.method == "hartung-knapp-conservative"
    assert rows[3].interval.high > rows[3].interval.low
    assert rows[0].interval.method == "hartung-knapp"


def test_one_study_cannot_be_left_out():
    with pytest.raises(ValueError, match="at least 2"):
        leave_one_out([0.1], [0.2])


def test_without_each_keeps_the_order():
    assert without_each(np.array([1.0, 2.0, 3.0])).T.tolist() == [[2, 3], [1, 3], [1, 2]]
