"""All subsets: against `pool` and metafor (tests/validation), and what a subset is."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.statistics.effect_sizes import log_risk_ratio
from analysis.statistics.gosh import gosh
from analysis.statistics.pooling import pool
from tests.statistics.published import BCG_TABLES, RAUDENBUSH_EFFECTS, RAUDENBUSH_VARIANCES

BCG = log_risk_ratio(*BCG_TABLES)


def test_every_non_empty_subset_once():
    found = gosh(BCG.estimate, BCG.variance)
    assert found.exhaustive
    assert len(np.unique(found.members, axis=0)) == len(found.members) == 2**13 - 1
    assert (found.k == found.members.sum(axis=1)).all()
    assert found.k.min() == 1


@pytest.mark.parametrize("model", ["common", "dersimonian-laird"])
def test_all_studies_and_leave_one_out_are_rows_of_it(model):
    found = gosh(BCG.estimate, BCG.variance, model=model)
    for row in np.flatnonzero(found.k >= 12):
        inside = found.members[row]
        pooled = pool(BCG.estimate[inside], BCG.variance[inside], model=model)
        assert found.estimate[row] == pytest.approx(pooled.estimate, rel=1e-12)
        assert found.tau2[row] == pytest.approx(pooled.heterogeneity.tau2, rel=1e-12)
        assert found.i2[row] == pytest.approx(pooled.heterogeneity.i2, rel=1e-12)
        assert found.q[row] == pytest.approx(pooled.heterogeneity.q, rel=1e-12)


def test_one_study_is_itself():
    found = gosh(BCG.estimate, BCG.variance)
    alone = found.k == 1
    assert found.estimate[alone] == pytest.approx(BCG.estimate, rel=1e-14)
    assert (found.tau2[alone] == 0).all()
    assert (found.q[alone] == 0).all()


def test_blocks_do_not_change_the_numbers(monkeypatch):
    whole = gosh(BCG.estimate, BCG.variance)
    monkeypatch.setattr("analysis.statistics.gosh.ROWS_AT_ONCE", 1000)
    in_blocks = gosh(BCG.estimate, BCG.variance)
    assert in_blocks.estimate == pytest.approx(whole.estimate, rel=1e-13)
    assert (in_blocks.members == whole.members).all()


def test_sample_is_seeded_distinct_and_never_empty():
    arrays = (RAUDENBUSH_EFFECTS, RAUDENBUSH_VARIANCES)
    first, again, other = gosh(*arrays), gosh(*arrays), gosh(*arrays, seed=1)
    assert not first.exhaustive
    assert len(first.k) == 100_000
    assert (first.members == again.members).all()
    assert not (first.members == other.members).all()
    assert len(np.unique(first.members, axis=0)) == 100_000
    assert first.k.min() >= 1
    # Each study is in half of all subsets: 100 000 draws put that within 0.01 (6 sd).
    assert first.members.mean(axis=0) == pytest.approx(np.full(19, 0.5), abs=0.01)


def test_more_than_62_studies():
    random = np.random.default_rng(3)
    found = gosh(random.normal(size=70), random.uniform(0.1, 1, 70), subsets=50)
    assert found.members.shape == (50, 70)
    assert np.isfinite(found.estimate).all()


def test_effects_far_from_zero_keep_their_digits():
    """Q from raw sums would be lost: 1e8 squared leaves no digit for a difference of 1."""
    shifted = gosh(BCG.estimate + 1e8, BCG.variance)
    assert shifted.q == pytest.approx(gosh(BCG.estimate, BCG.variance).q, rel=1e-6, abs=1e-6)
