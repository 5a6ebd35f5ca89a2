"""Critical values against printed tables; Q-profile and prediction intervals against metafor."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.statistics.effect_sizes import log_risk_ratio
from analysis.statistics.intervals import (
    confidence_interval,
    critical_value,
    prediction_interval,
    q_profile_interval,
    two_sided_p,
)
from tests.statistics.published import BCG_TABLES

BCG = log_risk_ratio(*BCG_TABLES)


@pytest.mark.parametrize(
    ("level", "df", "printed"),
    [(0.95, None, 1.9600), (0.90, None, 1.6449), (0.95, 1, 12.7062), (0.99, 10, 3.1693)],
)
def test_critical_values(level, df, printed):
    assert critical_value(level, df) == pytest.approx(printed, abs=5.1e-5)


@pytest.mark.parametrize("level", [0, 1, 95, -0.5])
def test_a_level_is_a_fraction(level):
    with pytest.raises(ValueError, match="must lie between 0 and 1"):
        critical_value(level)


@pytest.mark.parametrize(
    ("statistic", "df", "p"), [(1.959964, None, 0.05), (-2.228139, 10, 0.05), (0, 3, 1)]
)
def test_two_sided_p(statistic, df, p):
    assert two_sided_p(statistic, df) == pytest.approx(p, abs=1e-6)


def test_tiny_p_values_keep_their_digits():
    """2 * pnorm(-12) in R; 1 - cdf would be 0."""
    assert two_sided_p(12) == pytest.approx(3.552964224155e-33, rel=1e-9)


def test_confidence_interval_says_how_it_was_made():
    found = confidence_interval(1.0, 0.5, method="hartung-knapp", level=0.9, df=4.0)
    assert (found.method, found.level, found.df) == ("hartung-knapp", 0.9, 4.0)
    assert found.high - 1.0 == pytest.approx(2.1318 * 0.5, abs=5e-5)


def test_q_profile():
    """confint(rma(measure="RR", data=dat.bcg), control=list(tol=1e-15))."""
    found = q_profile_interval(BCG.estimate, BCG.variance)
    assert found.low == pytest.approx(0.119718361141261, rel=1e-9)
    assert found.high == pytest.approx(1.11147908406093, rel=1e-9)
    assert found.method == "q-profile"


def test_q_profile_is_pymares():
    from pymare.stats import q_profile

    theirs = q_profile(BCG.estimate, BCG.variance, np.ones((13, 1)), alpha=0.1)
    found = q_profile_interval(BCG.estimate, BCG.variance, level=0.9)
    assert found.low == pytest.approx(theirs["ci_l"], rel=1e-10)
    assert found.high == pytest.approx(theirs["ci_u"], rel=1e-10)


def test_q_profile_starts_at_zero_where_q_is_unremarkable():
    """Q = 2 with 2 df: below the upper quantile 7.38, above the lower one 0.05."""
    found = q_profile_interval(np.array([-1.0, 0.0, 1.0]), np.ones(3))
    assert found.low == 0
    # Equal variances: (1 + tau2) = Q(0) / quantile, exactly; qchisq(.025, 2) = 0.0506356.
    assert found.high == pytest.approx(2 / 0.0506356159685798 - 1, rel=1e-12)


def test_q_profile_of_effects_more_alike_than_chance():
    """Q(0) = 0.02 is below the lower quantile as well: metafor's interval is [0, 0]."""
    found = q_profile_interval(np.array([-0.1, 0.0, 0.1]), np.ones(3))
    assert (found.low, found.high) == (0, 0)


def test_q_profile_of_two_studies_is_wide_and_finite():
    found = q_profile_interval(np.array([0.0, 5.0]), np.array([1.0, 1.0]))
    # qchisq(.025, 1) = 0.000982069117175256; Q(0) = 12.5.
    assert found.high == pytest.approx(12.5 / 0.000982069117175256 - 1, rel=1e-12)


def test_prediction_interval():
    """BCG: REML mean, Wald SE and tau2 as metafor prints them; qt(.975, 11) = 2.200985."""
    found = prediction_interval(-0.7145, 0.1798, 0.3132, 13)
    assert (found.low, found.high) == pytest.approx((-2.0084, 0.5793), abs=2e-4)
    assert (found.method, found.df) == ("t(k-2)", 11)


@pytest.mark.parametrize("k", [1, 2])
def test_no_prediction_below_three_studies(k):
    assert prediction_interval(0.1, 0.2, 0.3, k) is None


def test_prediction_interval_of_three_studies_has_one_degree_of_freedom():
    found = prediction_interval(0.0, 0.3, 0.16, 3)
    assert found.high == pytest.approx(12.7062 * 0.5, abs=1e-4)
