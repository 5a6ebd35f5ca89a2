"""Q, I2 and H2 with intervals against metafor's confint() (3.8)."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.statistics.effect_sizes import log_risk_ratio
from analysis.statistics.heterogeneity import describe_heterogeneity, typical_variance
from tests.statistics.published import BCG_TABLES, RAUDENBUSH_EFFECTS, RAUDENBUSH_VARIANCES

BCG = log_risk_ratio(*BCG_TABLES)
# metafor printed with 15 digits; its REML stops at 1e-15.
RELATIVE = 1e-9
REML_TAU2 = 0.313243258136481


def test_bcg_i2_and_h2_with_intervals():
    """confint(rma(measure="RR", data=dat.bcg))."""
    found = describe_heterogeneity(BCG.estimate, BCG.variance, REML_TAU2)
    assert found.i2 == pytest.approx(92.221384521269, rel=RELATIVE)
    assert found.h2 == pytest.approx(12.8557582353092, rel=RELATIVE)
    assert found.i2_interval.low == pytest.approx(81.9205745585965, rel=RELATIVE)
    assert found.i2_interval.high == pytest.approx(97.6780749578874, rel=RELATIVE)
    assert found.h2_interval.low == pytest.approx(5.53114922396767, rel=RELATIVE)
    assert found.h2_interval.high == pytest.approx(43.0677124309817, rel=RELATIVE)


def test_raudenbush_q():
    found = describe_heterogeneity(RAUDENBUSH_EFFECTS, RAUDENBUSH_VARIANCES, 0.0188)
    assert (found.q, found.df) == (pytest.approx(35.8295, abs=5.1e-5), 18)
    assert found.p == pytest.approx(0.0074, abs=5.1e-5)
    assert found.i2 == pytest.approx(41.86, abs=0.05)


def test_common_effect_has_i2_from_q_and_no_tau2():
    """rma(..., method="EE"): I2 and H2 from Q, confint() refuses."""
    found = describe_heterogeneity(BCG.estimate, BCG.variance, 0.0, common=True)
    assert (found.tau2, found.tau2_interval, found.i2_interval) == (0, None, None)
    assert found.i2 == found.i2_q == pytest.approx(92.1173, abs=5.1e-5)
    assert found.h2 == pytest.approx(12.6861, abs=5.1e-5)


def test_identical_effects():
    found = describe_heterogeneity(np.full(4, 0.5), np.array([0.1, 0.2, 0.3, 0.4]), 0.0)
    assert (found.q, found.p, found.i2, found.i2_q, found.h2) == (0, 1, 0, 0, 1)
    assert (found.tau2_interval.low, found.tau2_interval.high) == (0, 0)


def test_typical_variance_of_equal_variances_is_that_variance():
    assert typical_variance(np.full(6, 0.3)) == pytest.approx(0.3, rel=1e-14)


@pytest.mark.parametrize("unit", [1e-150, 1e150])
def test_typical_variance_survives_extreme_units(unit):
    v = np.array([0.1, 0.2, 0.4])
    assert typical_variance(v * unit) == pytest.approx(typical_variance(v) * unit, rel=1e-14)


def test_typical_variance_beside_one_huge_study():
    """w = (1, 1, 1e18): (sum(w)^2 - sum(w^2)) is 4e18 + 2, not the 0 of double precision."""
    assert typical_variance(np.array([1.0, 1.0, 1e-18])) == pytest.approx(0.5, rel=1e-12)
    assert typical_variance(np.array([1e-18, 1.0, 1.0])) == pytest.approx(0.5, rel=1e-12)
