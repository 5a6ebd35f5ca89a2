"""The posterior with a prior on tau: bayesmeta's, a quadrature in two dimensions, known limits."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.special import ndtr

from analysis.statistics.bayesian import bayesian
from analysis.statistics.pooling import pool

# bayesmeta 3.4 for 40 combinations of data and prior; read in place, no part of the project.
REFERENCE = Path(__file__).resolve().parents[2].parent / "shared" / "validation" / "bayesmeta.csv"
# bayesmeta mixes normals on a grid of its own; its tau is integrated to more digits.
OF_A_SPREAD, OF_A_PROBABILITY, OF_TAU = 5e-3, 2e-4, 1e-9
HALF_95 = 1.959964

STUDIES = {
    "two": ([-0.2, -0.6], [0.04, 0.0625]),
    "two that disagree": ([0.3, -0.9], [0.0225, 0.04]),
    "three": ([-0.1, -0.35, -0.75], [0.0324, 0.0484, 0.09]),
    "four alike": ([-0.4, -0.4, -0.4, -0.4], [0.04, 0.04, 0.0625, 0.09]),
    "far from the prior": ([3.0, -2.0, 8.0, 1.5, -6.0], [0.02, 0.05, 0.03, 0.04, 0.02]),
}
PRIORS = (("half-normal", 0.5), ("half-normal", 1.0), ("half-Cauchy", 0.5))


@pytest.fixture(scope="module")
def rows():
    table = pd.read_csv(REFERENCE)
    assert len(table) == 40
    found = []
    for row in table.itertuples():
        prior, scale = row.prior.split()
        effects, errors = (np.array(cell.split(), float) for cell in (row.y, row.se))
        ours = bayesian(effects, errors**2, prior=prior, scale=float(scale), threshold=0.2)
        found.append((table.loc[row.Index], ours))
    return found


@pytest.mark.skipif(not REFERENCE.is_file(), reason=f"bayesmeta's numbers are not at {REFERENCE}")
class TestBayesmeta:
    def test_mean_effect(self, rows):
        for theirs, ours in rows:
            spread = (theirs.mu_high - theirs.mu_low) / (2 * HALF_95)
            expected = theirs[["mu_median", "mu_low", "mu_high"]].to_numpy(float)
            found = (ours.estimate, ours.interval.low, ours.interval.high)
            np.testing.assert_allclose(found, expected, rtol=0, atol=OF_A_SPREAD * spread)

    def test_its_moments_are_given_where_they_exist(self, rows):
        for theirs, ours in rows:
            if ours.prior == "half-Cauchy" and ours.k <= 3:
                assert np.isnan(theirs.mu_sd)
                assert (ours.mean, ours.sd) == (None, None)
            else:
                margin = OF_A_SPREAD * theirs.mu_sd
                assert ours.mean == pytest.approx(theirs.mu_mean, abs=margin)
                assert ours.sd == pytest.approx(theirs.mu_sd, abs=margin)

    def test_tau(self, rows):
        for theirs, ours in rows:
            expected = theirs[["tau_median", "tau_low", "tau_high"]].to_numpy(float)
            found = (ours.tau, ours.tau_interval.low, ours.tau_interval.high)
            np.testing.assert_allclose(found, expected, rtol=OF_TAU)

    def test_prediction(self, rows):
        for theirs, ours in rows:
            margin = OF_A_SPREAD * (theirs.new_high - theirs.new_low) / (2 * HALF_95)
            assert ours.prediction.low == pytest.approx(theirs.new_low, abs=margin)
            assert ours.prediction.high == pytest.approx(theirs.new_high, abs=margin)

    def test_probabilities(self, rows):
        for theirs, ours in rows:
            assert ours.below_zero == pytest.approx(theirs.p_below_0, abs=OF_A_PROBABILITY)
            expected = theirs["p_below_minus_0.2"]
            assert ours.below_threshold == pytest.approx(expected, abs=OF_A_PROBABILITY)

    def test_shrinkage_of_the_first_study(self, rows):
        for theirs, ours in rows:
            margin = OF_A_SPREAD * theirs.theta1_sd
            assert ours.true_effects[0].mean == pytest.approx(theirs.theta1_mean, abs=margin)
            assert ours.true_effects[0].sd == pytest.approx(theirs.theta1_sd, abs=margin)


class Quadrature:
    """The joint density of mu and tau on a plane of nodes, mu to both sides of a point.

    Nothing is taken in closed form: the density is the product of the studies' normal
    densities and the prior. Distances of mu from the point are graded geometrically, since
    what is asked of the density changes there on the scale of tau, which goes to 0.
    """

    def __init__(self, effects, variances, prior, scale, point):
        step, weight = self._panels(-20.0, 11.0, 120)
        self.tau, tau_weight = self._tau(scale)
        self.mu = point + np.concatenate([-np.exp(step[::-1]), np.exp(step)])
        mu_weight = np.concatenate([(weight * np.exp(step))[::-1], weight * np.exp(step)])
        ratio = self.tau / scale
        height = -(ratio**2) / 2 if prior == "half-normal" else -np.log(1 + ratio**2)
        for y, v in zip(effects, variances, strict=True):
            total = v + self.tau**2
            height = height - (np.log(total) + (y - self.mu[:, None]) ** 2 / total) / 2
        joint = np.exp(height - height.max()) * mu_weight[:, None] * tau_weight
        self.joint = joint / joint.sum()

    def mean_of(self, values):
        return float((self.joint * values).sum())

    def _tau(self, scale):
        """tau = scale u^2 / (1 - u): all of the half line from one unit interval."""
        u, weight = self._panels(0.0, 1.0, 40)
        return scale * u**2 / (1 - u), weight * scale * u * (2 - u) / (1 - u) ** 2

    @staticmethod
    def _panels(low, high, count):
        nodes, weights = np.polynomial.legendre.leggauss(7)
        edges = np.linspace(low, high, count + 1)
        half = np.diff(edges)[:, None] / 2
        return (edges[:-1, None] + half * (1 + nodes)).ravel(), (half * weights).ravel()


@pytest.mark.parametrize(("prior", "scale"), PRIORS)
@pytest.mark.parametrize("name", STUDIES)
def test_a_quadrature_in_two_dimensions(name, prior, scale):
    """The limits are where the plane has its 2.5, 50 and 97.5 per cent, and so on, to 1e-6."""
    studies = STUDIES[name]
    found = bayesian(*studies, prior=prior, scale=scale, threshold=0.2)
    limits = (found.interval.low, found.estimate, found.interval.high)
    for limit, probability in zip(limits, (0.025, 0.5, 0.975), strict=True):
        plane = Quadrature(*studies, prior, scale, limit)
        below = plane.mean_of((plane.mu < limit)[:, None])
        assert below == pytest.approx(probability, abs=1e-6)
    for limit, probability in ((found.prediction.low, 0.025), (found.prediction.high, 0.975)):
        plane = Quadrature(*studies, prior, scale, limit)
        below = plane.mean_of(ndtr((limit - plane.mu[:, None]) / plane.tau))
        assert below == pytest.approx(probability, abs=1e-6)
    for limit, probability in ((0.0, found.below_zero), (-0.2, found.below_threshold)):
        plane = Quadrature(*studies, prior, scale, limit)
        assert plane.mean_of((plane.mu < limit)[:, None]) == pytest.approx(probability, abs=1e-6)


@pytest.mark.parametrize(("prior", "scale"), PRIORS)
def test_true_effects_in_two_dimensions(prior, scale):
    """E and SD of the first study's true effect, from its mean and variance given mu and tau."""
    effects, variances = STUDIES["three"]
    plane = Quadrature(effects, variances, prior, scale, -0.3)
    own = plane.tau**2 / (plane.tau**2 + variances[0])
    given = own * effects[0] + (1 - own) * plane.mu[:, None]
    mean = plane.mean_of(given)
    sd = np.sqrt(plane.mean_of(own * variances[0] + (given - mean) ** 2))
    first = bayesian(effects, variances, prior=prior, scale=scale).true_effects[0]
    assert (first.mean, first.sd) == pytest.approx((mean, sd), abs=1e-6)


def test_a_prior_that_allows_no_heterogeneity_is_the_common_effect_model():
    effects, variances = STUDIES["three"]
    common = pool(effects, variances, model="common")
    found = bayesian(effects, variances, scale=1e-7)
    assert found.estimate == pytest.approx(common.estimate, abs=1e-9)
    assert found.interval.low == pytest.approx(common.interval.low, abs=1e-9)
    assert (found.mean, found.sd) == pytest.approx((common.estimate, common.se), abs=1e-9)
    assert found.below_threshold is None


def test_the_unit_of_the_effects_does_not_matter():
    effects, variances = (np.array(numbers) for numbers in STUDIES["two that disagree"])
    small = bayesian(effects, variances, scale=0.5, threshold=0.2)
    large = bayesian(1e4 * effects, 1e8 * variances, scale=5e3, threshold=2e3)
    assert large.estimate == pytest.approx(1e4 * small.estimate, rel=1e-9)
    assert large.prediction.high == pytest.approx(1e4 * small.prediction.high, rel=1e-9)
    assert large.below_threshold == pytest.approx(small.below_threshold, rel=1e-9)


def test_effects_turned_round_turn_the_posterior_round():
    effects, variances = STUDIES["three"]
    found = bayesian(effects, variances, scale=0.5)
    turned = bayesian([-effect for effect in effects], variances, scale=0.5)
    assert turned.estimate == pytest.approx(-found.estimate, abs=1e-12)
    assert turned.interval.low == pytest.approx(-found.interval.high, abs=1e-12)
    assert turned.below_zero == pytest.approx(1 - found.below_zero, abs=1e-12)
    assert turned.tau == pytest.approx(found.tau, abs=1e-12)


def test_many_studies_leave_a_sharp_posterior_that_is_not_missed():
    """With 400 studies tau is known to a few per cent, and mu as REML has it."""
    random = np.random.default_rng(7)
    variances = random.uniform(0.01, 0.05, 400)
    effects = random.normal(-0.3, np.sqrt(variances + 0.09))
    found = bayesian(effects, variances, scale=0.5)
    reml = pool(effects, variances)
    assert reml.heterogeneity is not None
    assert found.estimate == pytest.approx(reml.estimate, abs=0.02 * reml.se)
    assert found.tau == pytest.approx(np.sqrt(reml.heterogeneity.tau2), abs=0.003)
    assert found.sd == pytest.approx(reml.se, rel=0.01)


@pytest.mark.parametrize("prior", ["half-normal", "half-Cauchy"])
@pytest.mark.parametrize(
    ("effects", "variances"),
    [([0.0, 1e9], [1e-3, 1.0]), ([-0.3, 0.2], [1e-8, 1e2]), ([0.0, 0.0], [1e-12, 1e-12])],
    ids=["a conflict with the prior", "precisions far apart", "next to no uncertainty"],
)
def test_a_peak_however_sharp_is_found(effects, variances, prior):
    """Between two looks at log tau it is higher than either by more than a number can hold."""
    found = bayesian(effects, variances, prior=prior, scale=0.5)
    assert found.interval.low < found.estimate < found.interval.high
    assert 0 < found.tau_interval.low < found.tau < found.tau_interval.high < np.inf
    assert found.prediction.low <= found.interval.low
    assert min(effects) - 1e-5 <= found.estimate <= max(effects) + 1e-5


@pytest.mark.parametrize(
    ("effects", "more", "message"),
    [
        ([-0.3], {"scale": 0.5}, "at least 2 studies"),
        ([-0.3, -0.1], {"scale": 0.0}, "scale of the prior is 0.0"),
        ([-0.3, -0.1], {"scale": float("inf")}, "scale of the prior is inf"),
        ([-0.3, -0.1], {"scale": 0.5, "prior": "uniform"}, "unknown prior 'uniform'"),
    ],
)
def test_what_has_no_posterior_is_refused(effects, more, message):
    with pytest.raises(ValueError, match=message):
        bayesian(effects, [0.04] * len(effects), **more)
