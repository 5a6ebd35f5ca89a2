"""Effect sizes against metafor's escalc() (3.8); RevMan's are in tests/validation/revman."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.statistics.effect_sizes import (
    log_odds_ratio,
    log_risk_ratio,
    mean_difference,
    peto_log_odds_ratio,
    risk_difference,
    smd,
    smd_variance_from_arm_sizes,
)
from tests.statistics.published import NORMAND, ZERO_CELL_TABLES

# metafor printed with 15 digits.
RELATIVE = 1e-12

BINARY = (log_risk_ratio, log_odds_ratio, risk_difference, peto_log_odds_ratio)


def test_exact_smd_is_metafors():
    """escalc("SMD", ..., data=dat.normand1999)."""
    found = smd(*NORMAND.T, variant="exact")
    estimates = [
        -0.355169640940107, -0.347940022739099, -2.31756916016373, -1.88798225293685,
        -0.383964141169701, 0.172148669069591, 0.272052073852932, -0.424596271894261,
        0.289556230080755,
    ]  # fmt: skip
    variances = [
        0.0130646755415297, 0.0644688760988567, 0.0458121102801828, 0.160617735936173,
        0.205433278392224, 0.0369105700003619, 0.0602671258364327, 0.0148630384193327,
        0.0362717341580545,
    ]  # fmt: skip
    np.testing.assert_allclose(found.estimate, estimates, rtol=RELATIVE)
    np.testing.assert_allclose(found.variance, variances, rtol=RELATIVE)


def test_revman_smd_differs_from_the_exact_one_as_documented():
    """J is an approximation, good to 1 % from 10 participants; the variance is a little larger."""
    revman, exact = smd(*NORMAND.T), smd(*NORMAND.T, variant="exact")
    np.testing.assert_allclose(revman.estimate, exact.estimate, rtol=0.01)
    assert (revman.variance > exact.variance).all()


def test_variance_from_arm_sizes_is_the_variance_of_the_smd():
    n1, _, _, n2, _, _ = NORMAND.T
    for variant in ("revman", "exact"):
        found = smd(*NORMAND.T, variant=variant)
        again = smd_variance_from_arm_sizes(found.estimate, n1, n2, variant=variant)
        np.testing.assert_array_equal(again, found.variance)


def test_mean_difference():
    """escalc("MD", ..., data=dat.normand1999)."""
    found = mean_difference(*NORMAND.T)
    variances = [
        40.5080231596361, 2.08064516129032, 15.6984037558685, 150.222222222222, 17.3076923076923,
        1.16734143049933, 94.5891265597148, 6.31087928464978, 19.8423076923077,
    ]  # fmt: skip
    np.testing.assert_array_equal(found.estimate, [-20, -2, -55, -71, -4, 1, 11, -10, 7])
    np.testing.assert_allclose(found.variance, variances, rtol=RELATIVE)


@pytest.mark.parametrize(
    ("effect", "estimates", "variances"),
    [
        # escalc("RR", ...), default add=1/2, to="only0"
        (
            log_risk_ratio,
            [-0.53102833108351, -2.28282594301358, 2.74651648193001, 0.210796929763566],
            [0.11312925170068, 2.13568880748096, 2.09485756566778, 0.00849450700428241],
        ),
        # escalc("OR", ...), default add=1/2, to="only0"
        (
            log_odds_ratio,
            [-0.631453611554606, -2.39789527279837, 2.89610243260515, 2.74399758891052],
            [0.157517482517483, 2.23120089786756, 2.17536945812808, 2.22584872536657],
        ),
        # estimates escalc("RD", ..., to="none"), variances to="only0": RevMan's mixture
        (
            risk_difference,
            [-0.0840816326530612, -0.111111111111111, 0.14, 0.193548387096774],
            [0.00271347265170125, 0.0025822793569586, 0.00263578134260457, 0.00557018814120207],
        ),
        # escalc("PETO", ..., to="none")
        (
            peto_log_odds_ratio,
            [-0.617411175313499, -1.98333333333333, 2.16884210526316, 2.1466275659824],
            [0.148358510572904, 0.842916666666667, 0.607752458068248, 0.727468230694037],
        ),
    ],
)
def test_binary_effects_with_empty_cells(effect, estimates, variances):
    found = effect(*ZERO_CELL_TABLES)
    np.testing.assert_allclose(found.estimate, estimates, rtol=RELATIVE)
    np.testing.assert_allclose(found.variance, variances, rtol=RELATIVE)
    assert found.estimable.all()


@pytest.mark.parametrize("effect", BINARY)
@pytest.mark.parametrize("events", ["nobody", "everybody"])
def test_ratios_without_contrast_are_not_estimable(effect, events):
    found = effect(
        [0, 3] if events == "nobody" else [20, 3], 20, [0, 5] if events == "nobody" else [30, 5], 30
    )
    if effect is risk_difference:
        assert found.estimable.all()
        assert found.estimate[0] == 0
        assert found.variance[0] > 0
    else:
        np.testing.assert_array_equal(found.estimable, [False, True])
        assert np.isnan(found.estimate[0])
        assert np.isnan(found.variance[0])
        assert np.isfinite(found.estimate[1])


@pytest.mark.parametrize("effect", [smd, mean_difference])
def test_means_without_spread_are_not_estimable(effect):
    found = effect([10, 1, 10], [1, 1, 2], [0, 2, 2], [10, 10, 10], [2, 2, 1], [0, 2, 0])
    np.testing.assert_array_equal(found.estimable, [False, False, True])
    assert np.isnan(found.estimate[:2]).all()
    assert np.isfinite(found.variance[2])


def test_one_study_as_plain_numbers():
    found = mean_difference(10, 5.0, 2.0, 12, 4.0, 3.0)
    assert float(found.estimate) == 1.0
    assert float(found.variance) == pytest.approx(4 / 10 + 9 / 12)


@pytest.mark.parametrize("effect", BINARY)
@pytest.mark.parametrize(
    ("table", "message"),
    [
        ((21, 20, 1, 20), "study 1: events must lie"),
        ((-1, 20, 1, 20), "study 1: events must lie"),
        (([1, 1], [20, 0], [1, 0], [20, 20]), "study 2: each arm needs"),
        ((float("nan"), 20, 1, 20), "finite"),
    ],
)
def test_impossible_tables_are_refused(effect, table, message):
    with pytest.raises(ValueError, match=message):
        effect(*table)


@pytest.mark.parametrize("effect", [smd, mean_difference])
@pytest.mark.parametrize(
    ("arms", "message"),
    [
        ((10, 1, -1, 10, 1, 1), "cannot be negative"),
        ((10, 1, float("nan"), 10, 1, 1), "finite"),
        ((0, 1, 1, 10, 1, 1), "at least one participant"),
        (([10, 10], 1, 1, 10, [1, float("inf")], 1), "study 2"),
    ],
)
def test_impossible_arms_are_refused(effect, arms, message):
    with pytest.raises(ValueError, match=message):
        effect(*arms)
