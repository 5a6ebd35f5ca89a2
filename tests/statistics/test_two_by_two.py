"""Mantel-Haenszel and Peto against metafor's rma.mh() and rma.peto() (3.8)."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.statistics.effect_sizes import log_odds_ratio, log_risk_ratio, risk_difference
from analysis.statistics.pooling import SINGLE_STUDY
from analysis.statistics.two_by_two import pool_mantel_haenszel, pool_peto
from tests.statistics.published import BCG_TABLES, ZERO_CELL_TABLES

# metafor printed with 15 digits.
RELATIVE = 1e-12


@pytest.mark.parametrize(
    ("measure", "estimate", "q", "i2"),
    [
        ("RR", -0.453709604683754, 152.567553586657, 92.1346316973064),
        ("OR", -0.473410988388585, 163.942579569193, 92.6803640448177),
        ("RD", -0.003288181832613, 386.77594183656, 96.8974285362685),
    ],
)
def test_bcg_mantel_haenszel(measure, estimate, q, i2):
    """rma.mh(measure=..., data=dat.bcg)."""
    found = pool_mantel_haenszel(*BCG_TABLES, measure=measure)
    assert found.model == "mantel-haenszel"
    assert found.estimate == pytest.approx(estimate, rel=RELATIVE)
    assert found.heterogeneity.q == pytest.approx(q, rel=RELATIVE)
    assert found.heterogeneity.i2 == pytest.approx(i2, rel=RELATIVE)
    assert found.prediction is None


# For RD metafor has the variance of Sato, Greenland & Robins 1989 (0.0002867 here), RevMan
# that of Greenland & Robins 1985, which is checked in tests/validation/revman.
@pytest.mark.parametrize(
    ("measure", "se", "z"),
    [
        ("RR", 0.0393373668712944, -11.5338071856263),
        ("OR", 0.0410077784042314, -11.5444192982602),
    ],
)
def test_bcg_mantel_haenszel_standard_error(measure, se, z):
    """rma.mh(measure=..., data=dat.bcg)."""
    found = pool_mantel_haenszel(*BCG_TABLES, measure=measure)
    assert found.se == pytest.approx(se, rel=RELATIVE)
    assert found.statistic == pytest.approx(z, rel=RELATIVE)


def test_bcg_mantel_haenszel_weights():
    """weights(rma.mh(measure="RR", data=dat.bcg))."""
    expected = [
        0.656295430727474, 1.85184659389304, 0.716029637093508, 16.1941327360973, 2.78364530343937,
        24.349321542075, 1.01902242083981, 31.7083340807275, 2.90243070798117, 4.19264744616632,
        11.6365851328133, 0.196816245096907, 1.79289272304934,
    ]  # fmt: skip
    found = pool_mantel_haenszel(*BCG_TABLES, measure="RR")
    np.testing.assert_allclose(found.weights, expected, rtol=RELATIVE)


def test_bcg_random_effects_around_mantel_haenszel():
    """tau2 by hand from rma.mh's QE, then rma(yi, vi, tau2=...)."""
    found = pool_mantel_haenszel(*BCG_TABLES, measure="RR", random=True)
    assert found.model == "dersimonian-laird"
    assert found.heterogeneity.tau2 == pytest.approx(0.309496853763867, rel=RELATIVE)
    assert found.estimate == pytest.approx(-0.714186119568731, rel=RELATIVE)
    assert found.se == pytest.approx(0.178913379672946, rel=RELATIVE)
    # With tau2 from this Q the two definitions of I2 are one.
    assert found.heterogeneity.i2 == pytest.approx(found.heterogeneity.i2_q, rel=RELATIVE)


def test_bcg_peto():
    """rma.peto(data=dat.bcg)."""
    found = pool_peto(*BCG_TABLES)
    assert found.model == "peto"
    assert found.estimate == pytest.approx(-0.474446310940636, rel=RELATIVE)
    assert found.se == pytest.approx(0.0406590807446483, rel=RELATIVE)
    assert found.heterogeneity.q == pytest.approx(167.730167511489, rel=RELATIVE)
    assert found.heterogeneity.i2 == pytest.approx(92.8456519312914, rel=RELATIVE)
    expected = [
        0.584494118018665, 1.36559191923282, 0.561556743475032, 12.6527399602594, 3.26715427484523,
        18.5940705669151, 0.470304490936427, 41.2589113922582, 3.0425499950616, 3.30701190615964,
        12.2567374145061, 0.329806245063413, 2.30907097326837,
    ]  # fmt: skip
    np.testing.assert_allclose(found.weights, expected, rtol=RELATIVE)


@pytest.mark.parametrize(
    ("measure", "estimate", "se", "q"),
    [
        ("RR", 0.00126128680697104, 0.135070642329235, 13.7135374949264),
        ("OR", 0.00270822832989139, 0.290170048931931, 12.3604975320147),
    ],
)
def test_empty_cells_are_corrected_in_their_study_only(measure, estimate, se, q):
    """rma.mh(..., add=c(.5,.5), to=c("only0","only0"))."""
    found = pool_mantel_haenszel(*ZERO_CELL_TABLES, measure=measure)
    assert found.estimate == pytest.approx(estimate, rel=1e-10)
    assert found.se == pytest.approx(se, rel=RELATIVE)
    assert found.heterogeneity.q == pytest.approx(q, rel=RELATIVE)


def test_peto_needs_no_correction():
    """rma.peto(...)."""
    found = pool_peto(*ZERO_CELL_TABLES)
    assert found.estimate == pytest.approx(0.000446685306733042, rel=1e-10)
    assert found.se == pytest.approx(0.302242790604537, rel=RELATIVE)
    assert found.heterogeneity.q == pytest.approx(21.3101931321427, rel=RELATIVE)


@pytest.mark.parametrize("method", ["peto", "RR", "OR"])
def test_studies_without_events_are_listed_and_not_pooled(method):
    tables = [np.array(column, dtype=float) for column in BCG_TABLES]
    with_empty = [np.insert(t, 2, n) for t, n in zip(tables, (0, 50, 0, 60), strict=True)]
    if method == "peto":
        found, without = pool_peto(*with_empty), pool_peto(*tables)
    else:
        found = pool_mantel_haenszel(*with_empty, measure=method)
        without = pool_mantel_haenszel(*tables, measure=method)
    assert found.k == without.k == 13
    assert (found.estimate, found.se) == (without.estimate, without.se)
    assert found.heterogeneity == without.heterogeneity
    assert len(found.weights) == 14
    assert found.weights[2] == 0
    assert sum(found.weights) == pytest.approx(100)


@pytest.mark.parametrize(
    ("measure", "effect"),
    [("RR", log_risk_ratio), ("OR", log_odds_ratio), ("RD", risk_difference)],
)
@pytest.mark.parametrize("random", [False, True])
def test_one_study_is_its_own_effect(measure, effect, random):
    table = ([3], [20], [8], [25])
    found = pool_mantel_haenszel(*table, measure=measure, random=random)
    own = effect(*table)
    assert (found.model, found.k) == (SINGLE_STUDY, 1)
    assert found.estimate == own.estimate[0]
    assert found.se == pytest.approx(np.sqrt(own.variance[0]))
    assert found.heterogeneity is None
    assert found.prediction is None


@pytest.mark.parametrize("pooling", [pool_peto, pool_mantel_haenszel])
def test_no_estimable_study_is_refused(pooling):
    with pytest.raises(ValueError, match="no study can be estimated"):
        pooling([0, 0], [10, 20], [0, 0], [10, 20])


def test_unknown_measure_is_refused():
    with pytest.raises(ValueError, match="unknown measure 'HR'"):
        pool_mantel_haenszel(*BCG_TABLES, measure="HR")


def test_a_single_number_is_refused():
    with pytest.raises(ValueError, match="one-dimensional"):
        pool_mantel_haenszel(3, 20, 8, 25)
