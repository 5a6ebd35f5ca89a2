"""Meta-regression against metafor 3.8 on the BCG trials (absolute latitude)."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.statistics.effect_sizes import log_risk_ratio
from analysis.statistics.meta_regression import design_tau2, indicators, meta_regression
from analysis.statistics.tau2 import estimate_tau2
from tests.statistics.published import BCG_TABLES, RAUDENBUSH_EFFECTS, RAUDENBUSH_VARIANCES

BCG = log_risk_ratio(*BCG_TABLES)
LATITUDE = np.array([44, 55, 42, 52, 13, 44, 19, 13, 27, 42, 18, 33, 33], dtype=float)
YEAR = np.array([1948, 1949, 1960, 1977, 1973, 1953, 1973, 1980, 1968, 1961, 1974, 1969, 1976.0])


def test_bcg_latitude_wald():
    """rma(yi, vi, mods = ~ ablat), threshold 1e-13."""
    found = meta_regression(BCG.estimate, BCG.variance, LATITUDE, ["latitude"])
    intercept, slope = found.coefficients
    assert (intercept.name, slope.name) == ("intercept", "latitude")
    assert intercept.estimate == pytest.approx(0.25146821001, rel=1e-8)
    assert slope.estimate == pytest.approx(-0.029101725012, rel=1e-8)
    assert slope.se == pytest.approx(0.0071953272209, rel=1e-8)
    assert (slope.interval.low, slope.interval.high) == pytest.approx(
        (-0.043204307222, -0.014999142802), rel=1e-8
    )
    assert found.residual.tau2 == pytest.approx(0.076347963955, rel=1e-8)
    assert found.residual.i2 == pytest.approx(68.391224838, rel=1e-8)
    assert found.residual.q == pytest.approx(30.733090011, rel=1e-9)
    assert found.residual.df == 11
    assert found.moderators.statistic == pytest.approx(16.358232147, rel=1e-8)
    assert found.moderators.p == pytest.approx(5.2427939738e-05, rel=1e-7)
    assert found.r2 == pytest.approx(75.626621812, rel=1e-8)


def test_bcg_latitude_knapp_hartung():
    """rma(yi, vi, mods = ~ ablat, test = "knha")."""
    found = meta_regression(
        BCG.estimate, BCG.variance, LATITUDE, ["latitude"], interval="hartung-knapp"
    )
    slope = found.coefficients[1]
    assert slope.se == pytest.approx(0.008201417411, rel=1e-8)
    assert slope.interval.df == 11
    assert slope.p == pytest.approx(0.0045650515415, rel=1e-7)
    assert found.moderators.statistic == pytest.approx(12.590982884, rel=1e-8)
    assert (found.moderators.df, found.moderators.df_residual) == (1, 11)


def test_a_year_beside_an_intercept_keeps_its_digits():
    """Moving the origin of a moderator changes the intercept and nothing else."""
    names = ["latitude", "year"]
    near, far = (
        meta_regression(
            BCG.estimate,
            BCG.variance,
            np.column_stack([LATITUDE, YEAR - origin]),
            names,
            trials_per_moderator=5,
        )
        for origin in (1966.0, -1e6)
    )
    for i in (1, 2):
        assert far.coefficients[i].estimate == pytest.approx(
            near.coefficients[i].estimate, rel=1e-7
        )
        assert far.coefficients[i].se == pytest.approx(near.coefficients[i].se, rel=1e-7)
    assert far.residual.tau2 == pytest.approx(near.residual.tau2, rel=1e-7)
    assert far.moderators.statistic == pytest.approx(near.moderators.statistic, rel=1e-7)


@pytest.mark.parametrize("model", ["ml", "reml"])
def test_without_moderators_tau2_is_that_of_pooling(model):
    """The design of one column of ones: the general score and the special one agree."""
    y, v = RAUDENBUSH_EFFECTS, RAUDENBUSH_VARIANCES
    assert design_tau2(y, v, np.ones((19, 1)), model) == pytest.approx(
        float(estimate_tau2(y, v, model)[0]), rel=1e-10
    )


def test_pymare_alone_is_not_precise_enough():
    """Why the maximum is finished by scoring: PyMARE's is flat to about 1e-6."""
    from pymare.estimators import VarianceBasedLikelihoodEstimator

    design = np.column_stack([np.ones(13), LATITUDE])
    rough = VarianceBasedLikelihoodEstimator(method="REML").fit(
        BCG.estimate[:, None], BCG.variance[:, None], design
    )
    exact = design_tau2(BCG.estimate, BCG.variance, np.linalg.qr(design)[0], "reml")
    difference = abs(float(np.ravel(rough.params_["tau2"])[0]) / exact - 1)
    assert 1e-9 < difference < 1e-3


def test_of_two_maxima_the_higher_is_taken():
    """One trial hundreds of times as large: R's search over the likelihood finds 0.01162745."""
    effects = [-0.238029, 0.0165, 0.068197, 0.180105, -0.101404]
    effects += [-0.380119, -0.361294, -0.047104, -0.02573, 0.219415]
    variances = [1e-05, 0.08510638, 0.05479452, 0.12121212, 0.11428571]
    variances += [0.13333333, 0.05333333, 0.16666667, 0.09302326, 0.09302326]
    x = [11.67, 14.24, 16.07, 10.66, 4.06, 5.28, 4.25, 16.37, 6.61, 14.93]
    design = np.column_stack([np.ones(10), x])
    found = design_tau2(np.array(effects), np.array(variances), design, "reml")
    assert found == pytest.approx(0.01162745, abs=1e-8)


def test_r2_is_none_where_there_is_nothing_to_explain():
    effects = np.linspace(0.1, 0.11, 10)
    found = meta_regression(effects, np.full(10, 1.0), np.arange(10.0), ["x"])
    assert found.tau2_without == 0
    assert found.r2 is None


def test_too_few_trials_are_refused():
    with pytest.raises(ValueError, match="13 trials are too few for 2 moderator column"):
        meta_regression(BCG.estimate, BCG.variance, np.column_stack([LATITUDE, YEAR]), ["a", "b"])


@pytest.mark.parametrize(
    ("moderators", "names", "message"),
    [
        (np.ones(13), ["constant"], "constant"),
        (np.column_stack([LATITUDE, 2 * LATITUDE]), ["a", "b"], "determined by the other"),
        (np.where(LATITUDE == 55, np.nan, LATITUDE), ["a"], "missing"),
        (LATITUDE, ["a", "b"], "1 moderator columns but 2 names"),
    ],
)
def test_unusable_moderators_are_refused(moderators, names, message):
    with pytest.raises(ValueError, match=message):
        meta_regression(BCG.estimate, BCG.variance, moderators, names, trials_per_moderator=1)


def test_effects_on_a_line_cannot_be_judged():
    x = np.arange(4.0)
    with pytest.raises(ValueError, match="exactly on a line"):
        meta_regression(
            0 * x, np.full(4, 0.1), x, ["x"], interval="hartung-knapp", trials_per_moderator=1
        )


def test_indicators():
    columns, names = indicators(["b", "a", "c", "a"])
    assert names == ("b", "c")
    assert columns.tolist() == [[1, 0], [0, 0], [0, 1], [0, 0]]
    assert indicators(["b", "a"], reference="b")[1] == ("a",)
    with pytest.raises(ValueError, match="reference level 'x'"):
        indicators(["a", "b"], reference="x")
