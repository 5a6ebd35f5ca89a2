"""Estimators of tau2: batches, roots, the maximum of the likelihood, and PyMARE's traps."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from analysis.statistics.effect_sizes import log_risk_ratio
from analysis.statistics.tau2 import TAU2_MODELS, cochran_q, estimate_tau2, tau2_at_q
from tests.statistics.published import (
    BCG_TABLES,
    RAUDENBUSH_EFFECTS,
    RAUDENBUSH_VARIANCES,
    VIECHTBAUER_EFFECTS,
    VIECHTBAUER_VARIANCES,
)

# metafor's REML at threshold=1e-15, printed with 15 digits.
REML_RELATIVE = 1e-9

BCG_EFFECTS = log_risk_ratio(*BCG_TABLES).estimate
BCG_VARIANCES = log_risk_ratio(*BCG_TABLES).variance


def test_reml_to_the_last_digits():
    """rma(measure="RR", data=dat.bcg, control=list(threshold=1e-15))."""
    found = estimate_tau2(BCG_EFFECTS, BCG_VARIANCES, "reml")
    assert found.shape == (1,)
    assert found[0] == pytest.approx(0.313243258136481, rel=REML_RELATIVE)


@pytest.mark.parametrize("model", TAU2_MODELS)
def test_a_batch_is_its_datasets_one_by_one(model):
    rng = np.random.default_rng(7)
    variances = rng.uniform(0.01, 0.5, (8, 40))
    effects = rng.normal(0, np.sqrt(variances + rng.choice([0, 0.1, 2], 40)))
    batch = estimate_tau2(effects, variances, model)
    alone = [estimate_tau2(y, v, model)[0] for y, v in zip(effects.T, variances.T, strict=True)]
    np.testing.assert_allclose(batch, alone, rtol=1e-11, atol=1e-14)


def test_shared_variances_serve_every_dataset_of_a_batch():
    effects = np.column_stack([VIECHTBAUER_EFFECTS, VIECHTBAUER_EFFECTS[::-1]])
    shared = estimate_tau2(effects, VIECHTBAUER_VARIANCES, "reml")
    alone = estimate_tau2(VIECHTBAUER_EFFECTS, VIECHTBAUER_VARIANCES, "reml")[0]
    assert shared[0] == pytest.approx(alone, rel=1e-12)


@pytest.mark.parametrize("model", TAU2_MODELS)
def test_homogeneous_effects_have_no_tau2(model):
    """Effects closer together than their variances allow; Sidik-Jonkman is never exactly 0."""
    effects, variances = np.array([0.10, 0.12, 0.11, 0.09]), np.full(4, 0.05)
    found = estimate_tau2(effects, variances, model)[0]
    if model == "sidik-jonkman":
        assert 0 < found < 0.001
    else:
        assert found == 0


@pytest.mark.parametrize("restricted", [True, False])
def test_the_likelihood_is_nowhere_higher(restricted):
    """Against a fine grid, for datasets from homogeneous to extreme heterogeneity."""
    rng = np.random.default_rng(11)
    for _ in range(60):
        k = int(rng.integers(2, 20))
        v = 10 ** rng.uniform(-4, 1) * 10 ** rng.uniform(-3, 0, k)
        y = rng.normal(0, np.sqrt(v + v.mean() * rng.choice([0, 0.1, 1, 1000])))
        found = estimate_tau2(y, v, "reml" if restricted else "ml")
        grid = np.geomspace(1e-5 * v.min(), 100 * (y.var() + v.max()), 3000)
        best = _log_likelihood(np.append(0.0, grid), y, v, restricted).max()
        assert _log_likelihood(found, y, v, restricted)[0] >= best - 1e-9 * (1 + abs(best))


@pytest.mark.parametrize("restricted", [True, False])
def test_of_two_maxima_the_higher_is_taken(restricted):
    """Variances a million times apart, where the maximum near 0 is narrow; a batch and alone."""
    rng = np.random.default_rng(28)
    v = 10 ** rng.uniform(-5, 1, (6, 300))
    y = rng.normal(0, np.sqrt(v + 10 ** rng.uniform(-4, 1, 300) * rng.choice([0, 1], 300)))
    model = "reml" if restricted else "ml"
    together = estimate_tau2(y, v, model)
    for i, found in enumerate(together):
        grid = np.append(0.0, np.geomspace(1e-4 * v[:, i].min(), 10 * np.ptp(y[:, i]) ** 2, 2000))
        best = _log_likelihood(grid, y[:, i], v[:, i], restricted).max()
        assert _log_likelihood(found, y[:, i], v[:, i], restricted)[0] >= best - 1e-9
        assert estimate_tau2(y[:, i], v[:, i], model)[0] == pytest.approx(found, rel=1e-9)


def _log_likelihood(tau2, y, v, restricted):
    w = 1 / (v[:, None] + tau2)
    mean = (w * y[:, None]).sum(0) / w.sum(0)
    twice = np.log(w).sum(0) - (w * (y[:, None] - mean) ** 2).sum(0)
    return (twice - np.log(w.sum(0)) if restricted else twice) / 2


def test_tau2_at_q_inverts_q():
    targets = np.array([0.5, 5.0, 12.0, 100.0, 152.0])
    y, v = BCG_EFFECTS[:, None], BCG_VARIANCES[:, None]
    found = tau2_at_q(y, v, targets)
    np.testing.assert_allclose(cochran_q(y, v, found), targets, rtol=1e-12)
    assert (np.diff(found) < 0).all()


def test_tau2_at_q_is_zero_where_q_is_already_below():
    y, v = BCG_EFFECTS[:, None], BCG_VARIANCES[:, None]
    np.testing.assert_array_equal(tau2_at_q(y, v, np.array([152.24, 1e6])), [0, 0])


def test_empirical_bayes_is_paule_mandel():
    """rma(method="EB"): two derivations of one equation."""
    for model in ("paule-mandel", "empirical-bayes"):
        found = estimate_tau2(VIECHTBAUER_EFFECTS, VIECHTBAUER_VARIANCES, model)[0]
        assert found == pytest.approx(0.1920, abs=5.1e-5)


def test_unknown_model_is_refused():
    with pytest.raises(ValueError, match="unknown model 'bayes': choose one of common"):
        estimate_tau2(BCG_EFFECTS, BCG_VARIANCES, "bayes")


class TestPymare:
    """What PyMARE 0.0.13 does that the code above is written around; a change breaks these."""

    @staticmethod
    def fit(estimator, effects, variances, **kwargs):
        effects, variances = np.array(effects)[:, None], np.array(variances)[:, None]
        return estimator.fit(effects, variances, np.ones((len(effects), 1)), **kwargs)

    def test_version_is_the_one_these_tests_describe(self):
        import pymare

        assert pymare.__version__ == "0.0.13"

    def test_reml_of_one_study_invents_tau2(self):
        from pymare.estimators import VarianceBasedLikelihoodEstimator

        estimator = VarianceBasedLikelihoodEstimator(method="REML", small_sample_correction="wald")
        tau2 = self.fit(estimator, [0.5], [0.04]).params_["tau2"].item()
        assert tau2 > 0

    def test_hartung_knapp_is_the_default(self):
        from pymare.estimators import DerSimonianLaird

        default = self.fit(DerSimonianLaird(), RAUDENBUSH_EFFECTS, RAUDENBUSH_VARIANCES)
        wald = self.fit(
            DerSimonianLaird(small_sample_correction="wald"),
            RAUDENBUSH_EFFECTS,
            RAUDENBUSH_VARIANCES,
        )
        assert default.params_["inv_cov"].item() == pytest.approx(0.0636**2, rel=2e-3)
        assert wald.params_["inv_cov"].item() == pytest.approx(0.0558**2, rel=2e-3)

    def test_tau2_comes_in_different_shapes(self):
        from pymare.estimators import DerSimonianLaird, VarianceBasedLikelihoodEstimator

        moments = self.fit(DerSimonianLaird(), RAUDENBUSH_EFFECTS, RAUDENBUSH_VARIANCES)
        likelihood = self.fit(
            VarianceBasedLikelihoodEstimator(), RAUDENBUSH_EFFECTS, RAUDENBUSH_VARIANCES
        )
        assert np.shape(moments.params_["tau2"]) == (1,)
        assert np.shape(likelihood.params_["tau2"]) == (1, 1)

    def test_missing_variance_is_an_error_of_linear_algebra(self):
        from pymare.estimators import DerSimonianLaird

        with pytest.raises(np.linalg.LinAlgError):
            self.fit(DerSimonianLaird(), [0.1, 0.2, 0.3], [0.04, np.nan, 0.04])

    def test_negative_variance_is_accepted(self):
        from pymare.estimators import DerSimonianLaird

        fitted = self.fit(DerSimonianLaird(), [0.1, 0.2, 0.3], [0.04, -0.04, 0.04])
        assert np.isfinite(fitted.params_["fe_params"]).all()

    def test_a_smaller_xtol_does_not_make_reml_exact(self):
        """It searches values of the likelihood, flat to rounding near the maximum."""
        from pymare.estimators import VarianceBasedLikelihoodEstimator

        exact = 0.313243258136481
        loose = VarianceBasedLikelihoodEstimator(method="REML")
        tight = VarianceBasedLikelihoodEstimator(method="REML", xtol=1e-15)
        for estimator in (loose, tight):
            tau2 = self.fit(estimator, BCG_EFFECTS, BCG_VARIANCES).params_["tau2"].item()
            assert abs(tau2 / exact - 1) > REML_RELATIVE

    def test_a_column_of_ones_is_added_to_the_intercept(self):
        import pymare

        data = pymare.Dataset(
            y=VIECHTBAUER_EFFECTS, v=VIECHTBAUER_VARIANCES, X=np.ones((10, 1)), X_names=["ones"]
        )
        assert data.X.shape == (10, 2)

    def test_meta_regression_refuses_a_dataset(self):
        import pymare

        data = pymare.Dataset(y=VIECHTBAUER_EFFECTS, v=VIECHTBAUER_VARIANCES)
        with pytest.raises((TypeError, ValueError, AttributeError)):
            pymare.meta_regression(data=data, method="REML")

    def test_z_is_not_the_estimate_over_its_se(self):
        import pymare
        from pymare.estimators import DerSimonianLaird

        data = pymare.Dataset(y=VIECHTBAUER_EFFECTS, v=VIECHTBAUER_VARIANCES)
        stats = DerSimonianLaird().fit_dataset(data).summary().get_fe_stats()
        ratio = stats["est"].item() / stats["se"].item()
        assert abs(stats["z"].item()) < abs(ratio) - 0.01

    def test_converted_smd_has_another_variance(self):
        from pymare import TwoSampleEffectSizeConverter

        from analysis.statistics.effect_sizes import smd
        from tests.statistics.published import NORMAND

        n1, m1, sd1, n2, m2, sd2 = NORMAND.T
        converter = TwoSampleEffectSizeConverter(m1=m1, m2=m2, sd1=sd1, sd2=sd2, n1=n1, n2=n2)
        theirs = np.ravel(converter.to_dataset(measure="SMD").v)
        assert (theirs < smd(*NORMAND.T).variance).all()

    def test_re_stats_hide_errors_as_nan(self, monkeypatch):
        import pymare.results
        from pymare.estimators import DerSimonianLaird

        def fail(**kwargs):
            raise RuntimeError("no interval")

        monkeypatch.setattr(pymare.results, "q_profile", fail)
        data = pymare.Dataset(y=VIECHTBAUER_EFFECTS, v=VIECHTBAUER_VARIANCES)
        found = DerSimonianLaird().fit_dataset(data).summary().get_re_stats()
        assert np.isnan(found["ci_l"]).all()

    def test_var_to_ci_takes_a_variance_for_that_of_one_observation(self):
        """It divides by sqrt(n), so the interval of an effect with its own variance shrinks."""
        from pymare.stats import var_to_ci

        low, high = var_to_ci(0.0, 0.04, 100)
        assert high - low == pytest.approx(2 * 1.96 * 0.2 / 10, rel=1e-3)

    def test_import_leaves_a_file_open(self):
        """Why the test configuration ignores one ResourceWarning."""
        command = "import warnings; warnings.simplefilter('always'); import pymare"
        run = subprocess.run([sys.executable, "-c", command], capture_output=True, text=True)
        assert "expressions.json" in run.stderr
