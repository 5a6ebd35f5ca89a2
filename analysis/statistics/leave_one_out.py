"""Leave-one-out: what the pooled effect becomes without each study, all fits in one batch."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import chdtrc

from analysis.statistics.arrays import FloatArray, checked_studies
from analysis.statistics.estimates import Interval
from analysis.statistics.heterogeneity import typical_variance
from analysis.statistics.intervals import IntervalMethod, confidence_interval, two_sided_p
from analysis.statistics.tau2 import cochran_q, estimate_tau2

IntervalRule = Callable[[int, float], IntervalMethod]


@dataclass(frozen=True)
class LeftOut:
    """The pooled effect of all studies but one.

    `omitted` is the position of the study left out, `k` the number that remain. With
    one study remaining, it is that study's own effect: tau2, i2 and q are 0, h2 is 1.
    """

    omitted: int
    k: int
    estimate: float
    se: float
    interval: Interval
    statistic: float
    p: float
    q: float
    q_p: float
    tau2: float
    i2: float
    h2: float


def leave_one_out(
    effects: ArrayLike,
    variances: ArrayLike,
    *,
    model: str = "reml",
    interval: IntervalMethod | IntervalRule = "wald",
    level: float = 0.95,
) -> tuple[LeftOut, ...]:
    """Pool the studies k times, each time without one of them.

    effects, variances: shape (k,), k >= 2, on the scale of the effects; `model` and
    `interval` as in `pool`, or a rule that gives it for the k and tau2 of each fit; I2 in
    per cent. A single remaining study keeps its Wald interval. Raises ValueError for one
    study or unusable input.
    """
    y, v = checked_studies(effects, variances)
    if len(y) < 2:
        raise ValueError("leaving one study out needs at least 2 studies")
    left_y, left_v = without_each(y), without_each(v)
    k = len(y) - 1
    tau2 = estimate_tau2(left_y, left_v, model) if k > 1 else np.zeros(2)
    w = 1.0 / (left_v + tau2)
    estimate = (w * left_y).sum(axis=0) / w.sum(axis=0)
    wald = 1.0 / np.sqrt(w.sum(axis=0))
    # Identical effects leave no spread to scale by; rounding would leave a little.
    spread = np.where(np.ptp(left_y, axis=0) == 0, 0.0, cochran_q(left_y, left_v, tau2))
    scale = np.sqrt(spread / max(k - 1, 1))
    numbers = np.array([estimate, wald, scale, cochran_q(left_y, left_v), tau2]).T.tolist()
    return tuple(
        _left_out(i, left_v[:, i], *row, model=model, interval=interval, level=level)
        for i, row in enumerate(numbers)
    )


def without_each(values: FloatArray) -> FloatArray:
    """Shape (k,) to (k - 1, k): column i holds the values without the i-th."""
    k = len(values)
    return np.broadcast_to(values, (k, k))[~np.eye(k, dtype=bool)].reshape(k, k - 1).T


def _left_out(
    omitted: int,
    variances: FloatArray,
    estimate: float,
    wald: float,
    scale: float,
    q: float,
    tau2: float,
    *,
    model: str,
    interval: IntervalMethod | IntervalRule,
    level: float,
) -> LeftOut:
    k = len(variances)
    wanted = interval(k, tau2) if callable(interval) else interval
    method, se = _standard_error(wald, scale, wanted if k > 1 else "wald")
    df = None if method == "wald" else float(k - 1)
    i2, h2 = _inconsistency(variances, q, tau2, common=model == "common")
    return LeftOut(
        omitted=omitted,
        k=k,
        estimate=estimate,
        se=se,
        interval=confidence_interval(estimate, se, method=method, level=level, df=df),
        statistic=estimate / se,
        p=two_sided_p(estimate / se, df),
        q=q,
        q_p=float(chdtrc(k - 1, q)) if k > 1 else 1.0,
        tau2=tau2,
        i2=i2,
        h2=h2,
    )


def _standard_error(
    wald: float, scale: float, interval: IntervalMethod
) -> tuple[IntervalMethod, float]:
    """The interval method and its standard error; as `pool`, never an interval of no width."""
    if interval == "wald":
        return "wald", wald
    if interval == "hartung-knapp" and scale > 0:
        return "hartung-knapp", wald * scale
    return "hartung-knapp-conservative", wald * max(scale, 1.0)


def _inconsistency(
    variances: FloatArray, q: float, tau2: float, *, common: bool
) -> tuple[float, float]:
    k = len(variances)
    if k == 1:
        return 0.0, 1.0
    if common:
        return (100 * max(0.0, (q - k + 1) / q) if q > 0 else 0.0), q / (k - 1)
    v = typical_variance(variances)
    return 100 * tau2 / (tau2 + v), (tau2 + v) / v
