"""Random effects with a prior on tau, by integration: what few studies say by themselves.

The normal-normal model of Röver 2020 (10.18637/jss.v093.i06): effects are normal around
true effects, those normal around mu with standard deviation tau; mu has a flat prior, tau
the one given. For each tau everything else is normal in closed form, so that one integral
over tau is left. It is taken over log tau, where the integrand is smooth at every scale, by
Gauss-Legendre quadrature in panels: nothing is drawn at random, and the same numbers always
give the same result.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr

from analysis.statistics.arrays import FloatArray, checked_studies
from analysis.statistics.estimates import Interval

Prior = Literal["half-normal", "half-Cauchy"]
Distribution = Callable[[FloatArray], tuple[FloatArray, FloatArray]]

# A density lower than its peak by exp(-32), 1e-14, adds nothing in double precision.
NEGLIGIBLE = 32.0
# How far around all scales of the data and the prior the density is looked for, in log tau.
BELOW, ABOVE, LOOKS = 36.0, 20.0, 600
PANELS, NODES = 40, 12
# How near the probability of a quantile is to the one asked for, and where it ends at the latest:
# bisection alone would take about 45 steps.
REACHED = 1e-13
MAX_ITERATIONS = 80
# A half-Cauchy prior has no mean, and up to this many studies give the tail of tau to it.
FEW_FOR_MOMENTS = 3


@dataclass(frozen=True)
class TrueEffect:
    """The true effect of one study, drawn towards the others (shrinkage): mean and SD."""

    mean: float
    sd: float


@dataclass(frozen=True)
class BayesianEffect:
    """The posterior of a random-effects meta-analysis, on the scale of the effects.

    `estimate` and `interval` are the median and the central interval of mu, `tau` and
    `tau_interval` those of tau, `prediction` is the central interval of the true effect in a
    new study. `below_zero` is the probability that mu is negative, `below_threshold` that it
    is below minus the threshold, `None` where none was given. `mean` and `sd` of mu are
    `None` with a half-Cauchy prior and up to three studies, where they do not exist or rest
    on the tail of the prior alone. `true_effects` is in the order of the studies.
    """

    prior: Prior
    scale: float
    k: int
    estimate: float
    interval: Interval
    mean: float | None
    sd: float | None
    tau: float
    tau_interval: Interval
    prediction: Interval
    below_zero: float
    below_threshold: float | None
    true_effects: tuple[TrueEffect, ...]


def bayesian(
    effects: ArrayLike,
    variances: ArrayLike,
    *,
    prior: Prior = "half-normal",
    scale: float,
    threshold: float | None = None,
    level: float = 0.95,
) -> BayesianEffect:
    """The posterior of mu, tau and the true effects of k studies, mu flat, tau by its prior.

    `effects` and `variances` of shape (k,), k >= 2, on the scale of the effects (ratios on
    the log scale); `scale` is the prior's, in the same unit, for an SMD or a log ratio 0.5
    (Röver and others 2021, 10.1002/jrsm.1475); `threshold` >= 0 is the smallest difference
    that matters. Raises `ValueError` for one study, unusable input or another prior.
    """
    y, v = checked_studies(effects, variances)
    if len(y) < 2:
        raise ValueError("a random-effects posterior needs at least 2 studies")
    density = _Density(y, v, prior, scale)
    log_tau, weight = density.nodes
    tau2 = np.exp(2 * log_tau)
    mean, variance, _ = _given_tau(y, v, tau2)
    sd = np.sqrt(variance)
    tails = np.array([0.5, (1 - level) / 2, (1 + level) / 2])
    median, low, high = _mixture_quantiles(weight, mean, sd, tails)
    _, new_low, new_high = _mixture_quantiles(weight, mean, np.sqrt(variance + tau2), tails)
    tau, tau_low, tau_high = np.exp(_quantiles(density.cumulative, tails, *density.window))
    centre, spread = _moments(weight, mean, variance)
    exist = prior != "half-Cauchy" or len(y) > FEW_FOR_MOMENTS
    return BayesianEffect(
        prior=prior,
        scale=float(scale),
        k=len(y),
        estimate=float(median),
        interval=Interval(float(low), float(high), "bayesian", level),
        mean=centre if exist else None,
        sd=spread if exist else None,
        tau=float(tau),
        tau_interval=Interval(float(tau_low), float(tau_high), "bayesian", level),
        prediction=Interval(float(new_low), float(new_high), "bayesian", level),
        below_zero=float(weight @ ndtr(-mean / sd)),
        below_threshold=None
        if threshold is None
        else float(weight @ ndtr(-(threshold + mean) / sd)),
        true_effects=_true_effects(y, v, tau2, weight, mean, variance),
    )


def _given_tau(
    y: FloatArray, v: FloatArray, tau2: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Mean and variance of mu for each tau2, and the logarithm of tau's likelihood, mu out."""
    w = 1.0 / (v[:, None] + tau2)
    total = w.sum(axis=0)
    mean = (w * y[:, None]).sum(axis=0) / total
    q = (w * (y[:, None] - mean) ** 2).sum(axis=0)
    return mean, 1.0 / total, 0.5 * (np.log(w).sum(axis=0) - np.log(total) - q)


class _Density:
    """The posterior of log tau: nodes with weights that add up to 1, and its distribution."""

    def __init__(self, y: FloatArray, v: FloatArray, prior: Prior, scale: float) -> None:
        if prior not in ("half-normal", "half-Cauchy"):
            raise ValueError(f"unknown prior {prior!r}: choose half-normal or half-Cauchy")
        if not 0 < scale < math.inf:
            raise ValueError(f"scale of the prior is {scale}: it must be finite and above zero")
        self._studies, self._prior, self._scale, self._peak = (y, v), prior, scale, 0.0
        self.window = self._find_window()
        self._edges = np.linspace(*self.window, PANELS + 1)
        nodes, weights = _on_panels(self._edges[:-1], self._edges[1:])
        mass = weights * self._at(nodes)
        self._mass = mass.sum()
        self._before = np.append(0.0, np.cumsum(mass.sum(axis=1))) / self._mass
        self.nodes = nodes.ravel(), (mass / self._mass).ravel()

    def cumulative(self, log_tau: FloatArray) -> tuple[FloatArray, FloatArray]:
        """The probability below each log tau, and the density there."""
        panel = np.clip(np.searchsorted(self._edges, log_tau, side="right") - 1, 0, PANELS - 1)
        nodes, weights = _on_panels(self._edges[panel], log_tau)
        within = (weights * self._at(nodes)).sum(axis=1) / self._mass
        return self._before[panel] + within, self._at(log_tau) / self._mass

    def _find_window(self) -> tuple[float, float]:
        """Where the density is worth integrating, and its peak, from a look at all scales."""
        y, v = self._studies
        scales = np.log([self._scale, math.sqrt(v.min()), math.sqrt(v.max() + np.ptp(y) ** 2)])
        low, high = float(scales.min() - BELOW), float(scales.max() + ABOVE)
        while True:
            looks = np.linspace(low, high, LOOKS)
            height = self._log(looks)
            self._peak = float(height.max())
            seen = np.flatnonzero(height > self._peak - NEGLIGIBLE)
            wide = high - low
            low, high = (
                float(looks[max(seen[0] - 1, 0)]),
                float(looks[min(seen[-1] + 1, LOOKS - 1)]),
            )
            # A peak between two looks is higher than either: look again, closer by.
            if high - low > wide / 2:
                return low, high

    def _at(self, log_tau: FloatArray) -> FloatArray:
        density: FloatArray = np.exp(self._log(log_tau.ravel()) - self._peak)
        return density.reshape(log_tau.shape)

    def _log(self, log_tau: FloatArray) -> FloatArray:
        ratio2 = np.exp(2 * (log_tau - math.log(self._scale)))
        prior = -0.5 * ratio2 if self._prior == "half-normal" else -np.log1p(ratio2)
        *_, likelihood = _given_tau(*self._studies, np.exp(2 * log_tau))
        return prior + likelihood + log_tau  # log tau: the density is one of log tau


@lru_cache(maxsize=1)
def _legendre() -> tuple[FloatArray, FloatArray]:
    nodes, weights = np.polynomial.legendre.leggauss(NODES)
    return nodes, weights


def _on_panels(low: FloatArray, high: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Nodes and weights between each pair of ends, shape (ends, NODES)."""
    nodes, weights = _legendre()
    half = (high - low)[:, None] / 2
    return low[:, None] + half * (1 + nodes), half * weights


def _mixture_quantiles(
    weight: FloatArray, mean: FloatArray, sd: FloatArray, probabilities: FloatArray
) -> FloatArray:
    """Quantiles of a mixture of normals, between those that its parts have."""

    def distribution(at: FloatArray) -> tuple[FloatArray, FloatArray]:
        z = (at[:, None] - mean) / sd
        density = np.exp(-0.5 * z**2) / (sd * math.sqrt(2 * math.pi))
        return ndtr(z) @ weight, density @ weight

    # Parts that together weigh a hundredth of the probability cannot move a quantile further
    # than the others reach, which is 9 standard deviations at most.
    counts = weight > probabilities.min() / (100 * weight.size)
    low, high = (mean - 9 * sd)[counts].min(), (mean + 9 * sd)[counts].max()
    return _quantiles(distribution, probabilities, float(low), float(high))


def _quantiles(
    distribution: Distribution, probabilities: FloatArray, low: float, high: float
) -> FloatArray:
    """Where a distribution reaches each probability: Newton's steps, halved where they leave."""
    below, above = np.full(probabilities.shape, low), np.full(probabilities.shape, high)
    at = (below + above) / 2
    for _ in range(MAX_ITERATIONS):
        reached, density = distribution(at)
        missing = probabilities - reached
        if (np.abs(missing) <= REACHED).all():
            break
        below, above = np.where(missing > 0, at, below), np.where(missing > 0, above, at)
        step = at + missing / np.maximum(density, np.finfo(float).tiny)
        at = np.where((step >= below) & (step <= above), step, (below + above) / 2)
    return at


def _moments(weight: FloatArray, mean: FloatArray, variance: FloatArray) -> tuple[float, float]:
    """Mean and standard deviation of a mixture."""
    centre = float(weight @ mean)
    return centre, math.sqrt(float(weight @ (variance + (mean - centre) ** 2)))


def _true_effects(
    y: FloatArray,
    v: FloatArray,
    tau2: FloatArray,
    weight: FloatArray,
    mean: FloatArray,
    variance: FloatArray,
) -> tuple[TrueEffect, ...]:
    """Each study's own effect and mu, weighed by what either is known with."""
    own = tau2 / (tau2 + v[:, None])
    centres = own * y[:, None] + (1 - own) * mean
    spreads = own * v[:, None] + (1 - own) ** 2 * variance
    return tuple(
        TrueEffect(*_moments(weight, centre, spread))
        for centre, spread in zip(centres, spreads, strict=True)
    )
