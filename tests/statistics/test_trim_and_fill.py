"""Trim and fill against metafor 3.8 (trimfill), L0 and R0."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.statistics.effect_sizes import log_risk_ratio
from analysis.statistics.pooling import pool
from analysis.statistics.trim_and_fill import trim_and_fill
from tests.statistics.published import BCG_TABLES, RAUDENBUSH_EFFECTS, RAUDENBUSH_VARIANCES

BCG = log_risk_ratio(*BCG_TABLES)


def test_bcg():
    found = trim_and_fill(BCG.estimate, BCG.variance)
    assert (found.side, found.missing) == ("right", 1)
    assert found.missing_se == pytest.approx(2.452799, abs=5.1e-7)
    assert found.pooled.k == 14
    assert found.pooled.estimate == pytest.approx(-0.657083, abs=5.1e-7)
    assert found.pooled.se == pytest.approx(0.178528, abs=5.1e-7)
    assert found.pooled.heterogeneity.tau2 == pytest.approx(0.331288, abs=5.1e-7)
    assert found.pooled.heterogeneity.q == pytest.approx(154.675033, abs=5.1e-7)


def test_raudenbush_r0():
    found = trim_and_fill(RAUDENBUSH_EFFECTS, RAUDENBUSH_VARIANCES, estimator="R0")
    assert (found.side, found.missing) == ("left", 2)
    assert found.no_missing_p == pytest.approx(0.125)
    assert found.pooled.estimate == pytest.approx(0.046047699689, rel=1e-8)


def test_turning_the_effects_turns_the_result():
    y, v = RAUDENBUSH_EFFECTS, RAUDENBUSH_VARIANCES
    found, turned = trim_and_fill(y, v), trim_and_fill(-y, v)
    assert {found.side, turned.side} == {"left", "right"}
    assert turned.missing == found.missing == 3
    assert np.negative(turned.filled_effects) == pytest.approx(found.filled_effects)
    assert turned.pooled.estimate == pytest.approx(-found.pooled.estimate)


def test_with_nothing_missing_the_pooled_effect_is_unchanged():
    found = trim_and_fill(BCG.estimate, BCG.variance, estimator="R0")
    assert found.missing == 0
    assert found.no_missing_p == pytest.approx(0.5)
    assert found.filled_effects == ()
    assert found.pooled == pool(BCG.estimate, BCG.variance)


def test_equally_precise_studies_are_filled_on_the_left():
    found = trim_and_fill([0.0, 0.1, 0.2, 0.3, 2.0], [0.1] * 5)
    assert found.side == "left"


def test_unknown_estimator_is_refused():
    with pytest.raises(ValueError, match="choose L0 or R0"):
        trim_and_fill(BCG.estimate, BCG.variance, estimator="Q0")


@pytest.mark.parametrize("estimator", ["L0", "R0"])
def test_identical_effects_miss_nothing(estimator):
    """Whatever rounding makes of their mean."""
    rng = np.random.default_rng(3)
    for effect in rng.normal(size=40).round(2):
        k = int(rng.integers(3, 15))
        found = trim_and_fill([effect] * k, rng.uniform(0.02, 0.4, k), estimator=estimator)
        assert found.missing == 0
        assert found.pooled.estimate == pytest.approx(effect)
