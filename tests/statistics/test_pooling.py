"""Pooling against the values metafor prints for published data (metafor 3.8)."""

from __future__ import annotations

import json
from dataclasses import asdict

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.statistics.effect_sizes import log_risk_ratio, smd
from analysis.statistics.estimates import PooledEffect
from analysis.statistics.pooling import SINGLE_STUDY, pool, with_interval
from analysis.statistics.tau2 import TAU2_MODELS
from tests.statistics.published import (
    BCG_TABLES,
    NORMAND,
    RAUDENBUSH_EFFECTS,
    RAUDENBUSH_VARIANCES,
    VIECHTBAUER_EFFECTS,
    VIECHTBAUER_VARIANCES,
)

# The references are printed with this many decimals.
FOUR_DECIMALS = 5.1e-5
NINE_DECIMALS = 5.1e-10
INTERVALS = ("wald", "hartung-knapp", "hartung-knapp-conservative")


@pytest.fixture(scope="module")
def bcg() -> tuple[np.ndarray, np.ndarray]:
    effects = log_risk_ratio(*BCG_TABLES)
    return effects.estimate, effects.variance


@pytest.mark.parametrize(
    ("model", "estimate", "low", "high"),
    [
        ("common", -0.4303, -0.5097, -0.3509),
        ("dersimonian-laird", -0.7141, -1.0644, -0.3638),
        ("reml", -0.7145, -1.0669, -0.3622),
    ],
)
def test_bcg_means(bcg, model, estimate, low, high):
    """rma(measure="RR", ..., method="EE" / "DL" / "REML")."""
    pooled = pool(*bcg, model=model)
    found = (pooled.estimate, pooled.interval.low, pooled.interval.high)
    assert found == pytest.approx((estimate, low, high), abs=FOUR_DECIMALS)
    assert pooled.interval.df is None


def test_bcg_heterogeneity(bcg):
    found = pool(*bcg, model="reml").heterogeneity
    assert found.q == pytest.approx(152.2330, abs=FOUR_DECIMALS)
    assert found.df == 12
    assert found.tau2 == pytest.approx(0.3132, abs=FOUR_DECIMALS)
    assert found.i2 == pytest.approx(92.22, abs=5.1e-3)
    assert found.h2 == pytest.approx(12.86, abs=5.1e-3)
    assert found.tau2_interval.low == pytest.approx(0.1197, abs=FOUR_DECIMALS)
    assert found.tau2_interval.high == pytest.approx(1.1115, abs=FOUR_DECIMALS)
    assert found.i2_q == pytest.approx(92.1173, abs=FOUR_DECIMALS)


def test_bcg_hartung_knapp(bcg):
    """rma(..., test="knha")."""
    pooled = pool(*bcg, model="reml", interval="hartung-knapp")
    assert pooled.estimate == pytest.approx(-0.714532342, abs=NINE_DECIMALS)
    assert pooled.interval.low == pytest.approx(-1.108443714, abs=NINE_DECIMALS)
    assert pooled.interval.high == pytest.approx(-0.320620971, abs=NINE_DECIMALS)
    assert pooled.interval.df == 12


def test_bcg_prediction_interval(bcg):
    """mu +/- qt(.975, k-2) sqrt(tau2 + se^2): metafor's predtype="Riley"."""
    prediction = pool(*bcg, model="reml").prediction
    assert prediction.low == pytest.approx(-2.0084, abs=FOUR_DECIMALS)
    assert prediction.high == pytest.approx(0.5793, abs=FOUR_DECIMALS)
    assert (prediction.method, prediction.df) == ("t(k-2)", 11)


def test_with_interval_is_pool_with_that_interval(bcg):
    wald = pool(*bcg, model="reml")
    for interval in ("wald", "hartung-knapp", "hartung-knapp-conservative"):
        assert with_interval(wald, *bcg, interval) == pool(*bcg, model="reml", interval=interval)


@pytest.mark.parametrize(
    ("model", "tau2", "estimate", "wald_se", "hartung_knapp_se"),
    [
        ("common", 0.0, 0.0604, 0.0365, 0.0515),
        ("ml", 0.0126, 0.0777, 0.0475, 0.0593),
        ("reml", 0.0188, 0.0837, 0.0516, 0.0616),
        ("dersimonian-laird", 0.0259, 0.0893, 0.0558, 0.0636),
        ("hedges", 0.0804, 0.1143, 0.0792, 0.0711),
    ],
)
def test_raudenbush(model, tau2, estimate, wald_se, hartung_knapp_se):
    """Raudenbush 2009, table 16.2, as on metafor's page for it."""
    studies = RAUDENBUSH_EFFECTS, RAUDENBUSH_VARIANCES
    wald = pool(*studies, model=model)
    knapp = pool(*studies, model=model, interval="hartung-knapp")
    found = (wald.heterogeneity.tau2, wald.estimate, wald.se, knapp.se)
    expected = (tau2, estimate, wald_se, hartung_knapp_se)
    assert found == pytest.approx(expected, abs=FOUR_DECIMALS)
    assert wald.heterogeneity.q == pytest.approx(35.8295, abs=FOUR_DECIMALS)
    assert wald.heterogeneity.p == pytest.approx(0.0074, abs=FOUR_DECIMALS)


@pytest.mark.parametrize(
    ("model", "tau2"),
    [
        ("hunter-schmidt", 0.2282),
        ("hedges", 0.1484),
        ("dersimonian-laird", 0.2768),
        ("ml", 0.1967),
        ("reml", 0.2232),
        ("empirical-bayes", 0.1920),
        ("paule-mandel", 0.1920),
        ("sidik-jonkman", 0.1992),
    ],
)
def test_viechtbauer_estimators_of_tau2(model, tau2):
    pooled = pool(VIECHTBAUER_EFFECTS, VIECHTBAUER_VARIANCES, model=model)
    assert pooled.heterogeneity.tau2 == pytest.approx(tau2, abs=FOUR_DECIMALS)


def test_normand_with_revman_smds():
    effects = smd(*NORMAND.T)
    reml = pool(effects.estimate, effects.variance, model="reml")
    found = (reml.heterogeneity.tau2, reml.estimate, reml.se, reml.heterogeneity.q)
    assert found == pytest.approx((0.7886, -0.5361, 0.3084, 122.3469), abs=FOUR_DECIMALS)
    dl = pool(effects.estimate, effects.variance, model="dersimonian-laird")
    found = (dl.heterogeneity.tau2, dl.estimate, dl.interval.low, dl.interval.high)
    assert found == pytest.approx((0.5347, -0.5293, -1.0355, -0.0231), abs=FOUR_DECIMALS)


def test_bcg_weights(bcg):
    """weights(rma(measure="RR", data=dat.bcg))."""
    expected = [
        5.05948273436663, 6.36467937256301, 4.43602740260137, 9.69874701892071, 8.8684563912429,
        10.0957385442391, 6.02718141444444, 10.1894390370957, 8.7431332116382, 8.36760725788588,
        9.92502699981141, 3.82162906298955, 8.4028515522011,
    ]  # fmt: skip
    np.testing.assert_allclose(pool(*bcg).weights, expected, rtol=1e-9)


class TestDegenerate:
    @pytest.mark.parametrize("model", TAU2_MODELS)
    @pytest.mark.parametrize("interval", INTERVALS)
    def test_one_study_is_itself(self, model, interval):
        found = pool([0.5], [0.04], model=model, interval=interval)
        assert (found.model, found.k, found.estimate, found.se) == (SINGLE_STUDY, 1, 0.5, 0.2)
        assert found.interval.low == pytest.approx(0.5 - 1.959964 * 0.2, abs=1e-6)
        assert found.interval.method == "wald"
        assert found.weights == (100.0,)
        assert found.heterogeneity is None
        assert found.prediction is None

    @pytest.mark.parametrize("model", TAU2_MODELS)
    def test_two_studies_have_no_prediction_interval(self, model):
        found = pool([0.1, 0.9], [0.04, 0.05], model=model, interval="hartung-knapp")
        assert found.prediction is None
        assert found.interval.df == 1
        assert found.heterogeneity.df == 1
        assert_finite(found)

    @pytest.mark.parametrize("model", TAU2_MODELS)
    @pytest.mark.parametrize("interval", INTERVALS)
    @pytest.mark.parametrize("effect", [0.0, 0.3, -1e-9])
    def test_identical_effects(self, model, interval, effect):
        """Hartung-Knapp has no width here: the variant with a floor is given, and named."""
        found = pool([effect] * 5, [0.04, 0.05, 0.06, 0.01, 0.2], model=model, interval=interval)
        assert found.estimate == pytest.approx(effect, abs=1e-12)
        assert found.heterogeneity.tau2 == pytest.approx(0, abs=1e-12)
        assert found.se > 0.01
        expected = "wald" if interval == "wald" else "hartung-knapp-conservative"
        assert found.interval.method == expected
        assert_finite(found)

    @pytest.mark.parametrize("model", TAU2_MODELS)
    def test_one_enormous_study(self, model):
        effects, variances = [0.1, 0.3, 0.2, 0.5], [0.04, 0.05, 1e-9, 0.03]
        found = pool(effects, variances, model=model)
        assert_finite(found)
        if model == "common":
            assert found.estimate == pytest.approx(0.2, abs=1e-6)

    def test_one_study_of_no_weight(self):
        effects, variances = [0.1, 0.3, 0.2, 0.5], [0.04, 0.05, 1e8, 0.03]
        found = pool(effects, variances, model="common")
        without = pool([0.1, 0.3, 0.5], [0.04, 0.05, 0.03], model="common")
        assert found.estimate == pytest.approx(without.estimate, rel=1e-8)
        assert found.se == pytest.approx(without.se, rel=1e-8)

    def test_unusable_input_is_refused(self):
        with pytest.raises(ValueError, match="no studies"):
            pool([], [])
        with pytest.raises(ValueError, match="variance of study 2 is nan"):
            pool([0.1, 0.2], [0.1, np.nan])

    def test_unknown_choices_are_refused(self):
        with pytest.raises(ValueError, match="unknown model 'DL'"):
            pool([0.1, 0.2], [0.1, 0.1], model="DL")
        with pytest.raises(ValueError, match="unknown interval 'hksj'"):
            pool([0.1, 0.2], [0.1, 0.1], interval="hksj")
        with pytest.raises(ValueError, match="level is 95"):
            pool([0.1, 0.2], [0.1, 0.1], level=95)

    def test_another_interval_needs_an_inverse_variance_mean(self):
        from analysis.statistics.two_by_two import pool_mantel_haenszel

        pooled = pool_mantel_haenszel(*BCG_TABLES)
        effects = log_risk_ratio(*BCG_TABLES)
        with pytest.raises(ValueError, match="unknown model 'mantel-haenszel'"):
            with_interval(pooled, effects.estimate, effects.variance, "wald")


def assert_finite(pooled: PooledEffect) -> None:
    """Every number a page would print exists."""
    json.dumps(asdict(pooled), allow_nan=False)
    assert pooled.interval.low < pooled.estimate < pooled.interval.high
    assert sum(pooled.weights) == pytest.approx(100)


@st.composite
def studies(draw) -> tuple[np.ndarray, np.ndarray]:
    k = draw(st.integers(2, 12))
    effects = draw(st.lists(st.floats(-3, 3), min_size=k, max_size=k))
    variances = draw(st.lists(st.floats(1e-3, 4), min_size=k, max_size=k))
    return np.array(effects), np.array(variances)


MODELS = st.sampled_from(TAU2_MODELS)
QUICK = settings(max_examples=60, deadline=None)


def numbers(pooled: PooledEffect) -> list[float]:
    found = pooled.heterogeneity
    return [pooled.estimate, pooled.se, pooled.interval.low, pooled.interval.high, found.tau2]


@QUICK
@given(studies(), MODELS, st.randoms(use_true_random=False))
def test_order_of_the_studies_does_not_matter(data, model, random):
    y, v = data
    order = list(range(len(y)))
    random.shuffle(order)
    found, shuffled = pool(y, v, model=model), pool(y[order], v[order], model=model)
    np.testing.assert_allclose(numbers(shuffled), numbers(found), rtol=1e-7, atol=1e-9)
    np.testing.assert_allclose(shuffled.weights, np.array(found.weights)[order], rtol=1e-6)


@QUICK
@given(studies(), MODELS, st.sampled_from([1e-4, 0.1, 7.0, 1e4]))
def test_units_do_not_matter(data, model, unit):
    y, v = data
    found, scaled = pool(y, v, model=model), pool(y * unit, v * unit**2, model=model)
    expected = np.array(numbers(found)) * [unit, unit, unit, unit, unit**2]
    for ours, theirs, scale in zip(
        numbers(scaled), expected, [unit, unit, unit, unit, unit**2], strict=True
    ):
        assert ours == pytest.approx(theirs, rel=1e-7, abs=1e-9 * scale)
    assert scaled.p == pytest.approx(found.p, rel=1e-5, abs=1e-12)
    assert scaled.heterogeneity.i2 == pytest.approx(found.heterogeneity.i2, abs=1e-5)


@QUICK
@given(studies(), MODELS)
def test_turning_the_scale_round_turns_the_result_round(data, model):
    y, v = data
    found, turned = pool(y, v, model=model), pool(-y, v, model=model)
    assert turned.estimate == pytest.approx(-found.estimate, rel=1e-9, abs=1e-12)
    assert turned.interval.low == pytest.approx(-found.interval.high, rel=1e-9, abs=1e-12)
    assert turned.heterogeneity.tau2 == pytest.approx(found.heterogeneity.tau2, abs=1e-12)


@QUICK
@given(studies())
def test_common_effect_is_never_wider_than_reml(data):
    common, reml = pool(*data, model="common"), pool(*data, model="reml")
    assert common.se <= reml.se * (1 + 1e-12)


@QUICK
@given(studies(), MODELS)
def test_conservative_interval_only_widens(data, model):
    wald = pool(*data, model=model)
    knapp = with_interval(wald, *data, "hartung-knapp")
    conservative = with_interval(wald, *data, "hartung-knapp-conservative")
    assert conservative.se >= max(wald.se, knapp.se) * (1 - 1e-12)


@QUICK
@given(studies(), MODELS)
def test_every_number_exists(data, model):
    assert_finite(pool(*data, model=model))
    assert_finite(pool(*data, model=model, interval="hartung-knapp"))
