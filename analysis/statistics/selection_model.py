"""Step-function selection models: trials of some p-values are published less often."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import chdtrc, ndtr, ndtri

from analysis.statistics.arrays import FloatArray, checked_studies
from analysis.statistics.estimates import Interval
from analysis.statistics.intervals import confidence_interval, two_sided_p
from analysis.statistics.optimisers import optimisers
from analysis.statistics.tau2 import estimate_tau2

# Relative publication odds beyond this are a flat likelihood, not an estimate.
LARGEST_WEIGHT = 100.0
STARTING_WEIGHTS = (1.0, 0.2, 5.0)
NEWTON_STEPS = 50
DERIVATIVE_STEP = 6e-6  # cube root of the machine precision: best for central differences


@dataclass(frozen=True)
class PublicationWeight:
    """Relative probability that a trial with a p-value in (p_low, p_high] is published.

    `weight` is 1 by definition in the first interval, whose `se` is `None`; `se`
    is `None` too where the likelihood gives none (an estimate on its bound).
    """

    p_low: float
    p_high: float
    k: int
    weight: float
    se: float | None


@dataclass(frozen=True)
class SelectionModel:
    """The pooled effect corrected for selection, and the evidence for selection.

    `tau2_se` is `None` when tau2 is 0; `se`, `p` and the limits are `None` too where the
    likelihood is flat and says nothing of precision. `likelihood_ratio` compares with the same
    model without selection (ML), on `df` degrees of freedom.
    """

    favours: str
    k: int
    estimate: float
    se: float | None
    interval: Interval
    p: float | None
    tau2: float
    tau2_se: float | None
    weights: tuple[PublicationWeight, ...]
    log_likelihood: float
    likelihood_ratio: float
    df: int
    likelihood_ratio_p: float


def selection_model(
    effects: ArrayLike,
    variances: ArrayLike,
    *,
    steps: Sequence[float] = (0.025,),
    favours: Literal["negative", "positive"] = "negative",
    level: float = 0.95,
) -> SelectionModel:
    """Fit a random-effects selection model whose weights step at one-sided p-values.

    A trial with one-sided p in the j-th interval is published with relative
    probability delta_j (delta_1 = 1):
    density(y_i) = delta_j(i) phi((y_i - mu) / s_i) / s_i / sum_j delta_j B_ij,
    s_i^2 = v_i + tau2, B_ij the probability of a p-value in interval j.
    With the one step .025 this is the three-parameter selection model.

    effects, variances: shape (k,). `steps`: cutpoints in (0, 1); the closing 1 may
    be left out. `favours`: the sign of effects that earn a small p-value.
    Maximum likelihood; standard errors from the observed information.
    Raises ValueError if an interval holds no observed p-value (its weight cannot
    be estimated) or there are fewer studies than parameters.
    Sources: Vevea & Hedges 1995, 10.1007/BF02294384;
    Hedges & Vevea 1996, 10.3102/10769986021004299.
    """
    y, v = checked_studies(effects, variances)
    sign = -1.0 if favours == "negative" else 1.0
    problem = _StepFunction.of(sign * y, v, steps)
    parameters = problem.maximise()
    mu, tau2, delta = parameters[0], parameters[1], parameters[2:]
    ses = problem.standard_errors(parameters)
    estimate, se = sign * float(mu), _number(ses[0])
    log_likelihood = problem.log_likelihood(parameters)
    ratio = max(0.0, 2.0 * (log_likelihood - problem.log_likelihood(problem.without_selection())))
    return SelectionModel(
        favours=favours,
        k=len(y),
        estimate=estimate,
        se=se,
        interval=(
            Interval(None, None, "wald", level)
            if se is None
            else confidence_interval(estimate, se, level=level)
        ),
        p=None if se is None else two_sided_p(estimate / se),
        tau2=float(tau2),
        tau2_se=_number(ses[1]),
        weights=problem.described(delta, ses[2:]),
        log_likelihood=log_likelihood,
        likelihood_ratio=ratio,
        df=len(delta),
        likelihood_ratio_p=float(chdtrc(len(delta), ratio)),
    )


@dataclass(frozen=True, eq=False)
class _StepFunction:
    """The likelihood of (mu, tau2, delta_2 ... delta_J); large effects earn small p.

    `cutoffs` (k, J + 1) are the effects at which a study changes interval, from
    +inf down to -inf; `interval` (k,) is where each study fell.
    """

    y: FloatArray
    v: FloatArray
    steps: tuple[float, ...]
    cutoffs: FloatArray
    interval: NDArray[np.intp]

    @classmethod
    def of(cls, y: FloatArray, v: FloatArray, steps: Sequence[float]) -> _StepFunction:
        inner = sorted({float(step) for step in steps if step != 1})
        if not inner or inner[0] <= 0 or inner[-1] >= 1:
            raise ValueError("steps must be one-sided p-values between 0 and 1")
        bounds = (0.0, *inner, 1.0)
        se = np.sqrt(v)
        interval = np.searchsorted(inner, ndtr(-y / se), side="left")
        for j in range(len(inner) + 1):
            if not (interval == j).any():
                raise ValueError(
                    f"no study has a one-sided p-value in ({bounds[j]:g}, {bounds[j + 1]:g}]: "
                    "its publication weight cannot be estimated"
                )
        if len(y) < 2 + len(inner):
            raise ValueError(f"{len(y)} studies cannot estimate {2 + len(inner)} parameters")
        cutoffs = -np.multiply.outer(se, ndtri(np.array(bounds)))
        return cls(y, v, bounds, cutoffs, interval)

    def log_likelihood(self, parameters: FloatArray) -> float:
        return self._with_gradient(parameters)[0]

    def gradient(self, parameters: FloatArray) -> FloatArray:
        return self._with_gradient(parameters)[1]

    def _with_gradient(self, parameters: FloatArray) -> tuple[float, FloatArray]:
        mu, tau2, delta = parameters[0], parameters[1], np.r_[1.0, parameters[2:]]
        s2 = self.v + tau2
        s = np.sqrt(s2)
        u = (self.cutoffs - mu) / s[:, None]
        density = np.exp(-0.5 * u**2) / np.sqrt(2 * np.pi)
        finite_u = np.where(np.isfinite(u), u, 0.0)
        # The probability of each interval: from the upper tail down, so that the far
        # tail where an extreme study sits is not lost in 1 - 1.
        inside = np.diff(ndtr(-u), axis=1)
        inside_mu = np.diff(density, axis=1) / s[:, None]
        inside_tau2 = np.diff(density * finite_u, axis=1) / (2 * s2[:, None])
        published = inside @ delta
        z = (self.y - mu) / s
        value = np.log(delta[self.interval]) - 0.5 * (np.log(2 * np.pi * s2) + z**2)
        counts = np.bincount(self.interval, minlength=len(delta))[1:]
        slope = np.r_[
            (z / s - inside_mu @ delta / published).sum(),
            ((z**2 - 1) / (2 * s2) - inside_tau2 @ delta / published).sum(),
            counts / delta[1:] - (inside[:, 1:] / published[:, None]).sum(axis=0),
        ]
        return float((value - np.log(published)).sum()), slope

    def without_selection(self) -> FloatArray:
        """The maximum with every weight at 1: the ordinary ML random-effects model."""
        tau2 = float(estimate_tau2(self.y, self.v, "ml")[0])
        w = 1.0 / (self.v + tau2)
        return np.r_[w @ self.y / w.sum(), tau2, np.ones(len(self.steps) - 2)]

    def maximise(self) -> FloatArray:
        """The best maximum found from several starts, finished by Newton steps."""
        start = self.without_selection()
        # The optimiser sees all parameters of order one, whatever the effects' unit.
        unit = np.r_[np.sqrt(np.median(self.v)), np.median(self.v), np.ones(len(start) - 2)]

        def downhill(x: FloatArray) -> tuple[float, FloatArray]:
            value, slope = self._with_gradient(x * unit)
            return -value, -slope * unit

        bounds = [(None, None), (0.0, None)] + [(1e-6, LARGEST_WEIGHT)] * (len(start) - 2)
        fits = [
            optimisers().minimize(
                downhill,
                np.r_[start[:2], np.full(len(start) - 2, weight)] / unit,
                jac=True,
                method="L-BFGS-B",
                bounds=bounds,
                options={"ftol": 1e-14, "gtol": 1e-8, "maxiter": 1000},
            )
            for weight in STARTING_WEIGHTS
        ]
        best = min(fits, key=lambda fit: float(fit.fun))
        return self._finished(np.asarray(best.x) * unit)

    def _finished(self, parameters: FloatArray) -> FloatArray:
        for _ in range(NEWTON_STEPS):
            free = self._free(parameters)
            step = np.zeros_like(parameters)
            information = -self._hessian(parameters)[np.ix_(free, free)]
            try:
                np.linalg.cholesky(information)
            except np.linalg.LinAlgError:
                return parameters
            step[free] = np.linalg.solve(information, self.gradient(parameters)[free])
            moved = parameters + step
            if moved[1] < 0 or (moved[2:] <= 0).any() or (moved[2:] > LARGEST_WEIGHT).any():
                return parameters
            parameters = moved
            if (np.abs(step) <= 1e-12 * (np.abs(parameters) + self.v.min())).all():
                return parameters
        return parameters

    def _free(self, parameters: FloatArray) -> NDArray[np.bool_]:
        """Which parameters are not held by a bound."""
        smallest_tau2 = 1e-10 * self.v.min()
        return np.r_[True, parameters[1] > smallest_tau2, parameters[2:] < 0.9999 * LARGEST_WEIGHT]

    def _hessian(self, parameters: FloatArray) -> FloatArray:
        """Central differences of the exact gradient, their steps staying above tau2 = 0."""
        columns = []
        scale = np.r_[np.sqrt(self.v.min()), self.v.min(), np.ones(len(parameters) - 2)]
        for i, size in enumerate(DERIVATIVE_STEP * np.maximum(np.abs(parameters), scale)):
            step = np.zeros_like(parameters)
            step[i] = size if i != 1 else min(size, parameters[1] / 2 or size)
            difference = self.gradient(parameters + step) - self.gradient(parameters - step)
            columns.append(difference / (2 * step[i]))
        hessian = np.array(columns)
        return (hessian + hessian.T) / 2

    def standard_errors(self, parameters: FloatArray) -> FloatArray:
        """Of each parameter; nan for one held by a bound, and for all on a flat likelihood."""
        free = self._free(parameters)
        information = -self._hessian(parameters)[np.ix_(free, free)]
        ses = np.full(len(parameters), np.nan)
        if (np.linalg.eigvalsh(information) > 0).all():
            ses[free] = np.sqrt(np.diag(np.linalg.inv(information)))
        return ses

    def described(self, delta: FloatArray, ses: FloatArray) -> tuple[PublicationWeight, ...]:
        k = np.bincount(self.interval)
        weights = zip(np.r_[1.0, delta], np.r_[np.nan, ses], strict=True)
        return tuple(
            PublicationWeight(
                self.steps[j], self.steps[j + 1], int(k[j]), float(weight), _number(se)
            )
            for j, (weight, se) in enumerate(weights)
        )


def _number(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
