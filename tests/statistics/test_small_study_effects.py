"""Egger's and Begg's tests, PET-PEESE and funnel contours against metafor 3.8."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.statistics.effect_sizes import log_odds_ratio, log_risk_ratio, smd
from analysis.statistics.small_study_effects import (
    begg_test,
    egger_test,
    funnel_contours,
    harbord_test,
    pet_peese,
    peters_test,
    pustejovsky_rodgers_test,
)
from tests.statistics.published import BCG_TABLES
from tests.validation.metafor.datasets import published_tables

BCG = log_risk_ratio(*BCG_TABLES)


@pytest.fixture(scope="module")
def magnesium():
    """All 16 trials of Egger 2001, log odds ratios."""
    (found,) = (table for table in published_tables() if table.name == "egger2001")
    effects = log_odds_ratio(found.events1, found.n1, found.events2, found.n2)
    return effects.estimate, effects.variance


def test_magnesium_mixed_effects(magnesium):
    """regtest(rma(yi, vi))."""
    found = egger_test(*magnesium, model="reml")
    assert found.statistic == pytest.approx(-4.6686, abs=5.1e-5)
    assert found.df is None


def test_magnesium_classical(magnesium):
    """regtest(rma(yi, vi), model="lm"); with predictor="sqrtninv" metafor gives -5.6083."""
    found = egger_test(*magnesium)
    assert found.statistic == pytest.approx(-5.784621, abs=5.1e-7)
    assert found.df == 14


def test_magnesium_rank_correlation(magnesium):
    """ranktest(yi, vi)."""
    found = begg_test(*magnesium)
    assert found.tau == pytest.approx(0.15, abs=5.1e-5)
    assert found.p == pytest.approx(0.4503, abs=5.1e-5)
    assert found.exact


def test_bcg_limit():
    found = egger_test(BCG.estimate, BCG.variance, model="reml")
    assert found.limit == pytest.approx(-0.5104, abs=5.1e-5)
    assert (found.limit_interval.low, found.limit_interval.high) == pytest.approx(
        (-1.1182, 0.0974), abs=5.1e-5
    )


def test_classical_test_is_egger_s_own_regression():
    """His formulation: y/se on 1/se, unweighted; the test is of the intercept."""
    from scipy.stats import linregress

    se = np.sqrt(BCG.variance)
    own = linregress(1 / se, BCG.estimate / se)
    found = egger_test(BCG.estimate, BCG.variance)
    assert found.slope == pytest.approx(own.intercept, rel=1e-10)
    assert found.se == pytest.approx(own.intercept_stderr, rel=1e-10)
    assert found.limit == pytest.approx(own.slope, rel=1e-10)


def test_of_smds_on_what_does_not_contain_them():
    """Fourteen SMDs drawn without bias: R's lm gives slope -2.9021, t -1.6007, p .1354."""
    arms = np.array([
        [89, 3.5, 1.97, 89, 4.84, 1.86], [108, 3.51, 2.1, 108, 4.94, 2.06],
        [40, 2.96, 1.94, 40, 5.28, 2.01], [46, 3.69, 2.01, 46, 5.37, 2.19],
        [84, 3.34, 2.17, 84, 4.87, 2.2], [38, 3.51, 1.96, 38, 5.48, 1.97],
        [115, 3.8, 2.04, 115, 4.85, 2.02], [110, 3.17, 2.13, 110, 5.05, 1.99],
        [52, 2.86, 1.79, 52, 5.15, 1.71], [86, 3.35, 2.01, 86, 4.73, 1.98],
        [75, 3.38, 1.98, 75, 5.33, 1.82], [58, 3.62, 1.75, 58, 4.51, 2.0],
        [118, 3.6, 1.96, 118, 5.17, 2.09], [114, 3.43, 2.03, 114, 5.35, 2.2],
    ]).T  # fmt: skip
    effects = smd(*arms)
    found = pustejovsky_rodgers_test(effects.estimate, arms[0], arms[3])
    assert (found.slope, found.statistic, found.p) == pytest.approx(
        (-2.9021, -1.6007, 0.1354), abs=5e-5
    )
    # Egger's test takes the SMDs in their standard errors for bias.
    assert egger_test(effects.estimate, effects.variance).p == pytest.approx(0.0769, abs=5e-5)


# R 4.2.2: lm(y ~ I(1/N), weights = 1/(1/E + 1/(N - E))) and
# lm(I(Z/V) ~ I(1/sqrt(V)), weights = V) of the BCG trials, estimate, t and p of the slope.
PETERS = (-504.01362837249, -1.27018944289, 0.230226874723)
HARBORD = {
    "RR": (-1.837177840675, -1.14042480468, 0.278331459227),
    "OR": (-2.092991540794, -1.256474344045, 0.234971952122),
}


def test_bcg_peters():
    a, n1, c, n2 = BCG_TABLES
    found = peters_test(BCG.estimate, np.add(a, c), np.add(n1, n2))
    assert (found.slope, found.statistic, found.p) == pytest.approx(PETERS, rel=1e-9)


@pytest.mark.parametrize("measure", ["RR", "OR"])
def test_bcg_harbord(measure):
    a, n1, c, n2 = BCG_TABLES
    found = harbord_test(a, n1, c, n2, measure=measure)
    assert (found.slope, found.statistic, found.p) == pytest.approx(HARBORD[measure], rel=1e-9)
    turned = harbord_test(c, n2, a, n1, measure=measure)
    assert turned.slope == pytest.approx(-found.slope)


@pytest.mark.parametrize("test", ["peters", "harbord"])
def test_counts_without_events_are_refused(test):
    a, n, c = np.array([3, 0, 4]), np.array([20, 30, 40]), np.array([5, 0, 6])
    with pytest.raises(ValueError, match="needs events"):
        harbord_test(a, n, c, n) if test == "harbord" else peters_test(a, a + c, 2 * n)


def test_equal_standard_errors_are_refused():
    with pytest.raises(ValueError, match="determined by the other"):
        egger_test([0.1, 0.2, 0.4], [0.1, 0.1, 0.1])


def test_identical_effects_have_no_ranks():
    with pytest.raises(ValueError, match="all equal"):
        begg_test([-0.3] * 12, np.linspace(0.05, 0.3, 12))


def test_ties_give_a_normal_p():
    found = begg_test([0.1, 0.3, 0.2, 0.6, 0.5], [0.1, 0.1, 0.2, 0.3, 0.4])
    assert not found.exact
    assert 0 < found.p <= 1


def test_bcg_pet_peese():
    """lm(yi ~ vi, weights = 1 / vi)."""
    found = pet_peese(BCG.estimate, BCG.variance)
    assert found.peese == pytest.approx(-0.37995350643, rel=1e-9)
    assert found.peese_interval.low == pytest.approx(-0.72607006977, rel=1e-9)
    assert found.peese_p == pytest.approx(0.034239124272, rel=1e-9)
    assert found.pet == egger_test(BCG.estimate, BCG.variance).limit


@pytest.mark.parametrize("sign", [-1, 1])
def test_pet_hands_over_to_peese_when_an_effect_remains(sign):
    random = np.random.default_rng(5)
    v = random.uniform(0.01, 0.2, 30)
    noise = random.normal(0, 0.3 * np.sqrt(v))
    assert pet_peese(sign * (0.5 + noise), v).preferred == "peese"
    assert pet_peese(sign * (1.2 * np.sqrt(v) + noise), v).preferred == "pet"


def test_contours_are_where_p_is_reached():
    from scipy.stats import norm

    found = funnel_contours([0.04, 0.25], -0.3)
    assert found.largest_se == 0.5
    for contour in found.contours:
        assert 2 * norm.sf(contour.high / 0.5) == pytest.approx(contour.p)
        assert contour.low == -contour.high
    assert found.pseudo_interval.low == pytest.approx(-0.3 - 1.959964 * 0.5, abs=1e-6)
