"""Which effect of one more trial moves an interval over no difference: all effects at once."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from analysis.statistics.arrays import FloatArray, checked_studies
from analysis.statistics.intervals import IntervalMethod, critical_value
from analysis.statistics.tau2 import estimate_tau2

FIRST, AGAIN, TIMES = 41, 17, 3  # effects looked at, then within two of them, so many times

ChooseInterval = Callable[[int, float], IntervalMethod]


def limits_with(
    effects: ArrayLike,
    variances: ArrayLike,
    found: FloatArray,
    variance: float,
    *,
    model: str,
    interval: ChooseInterval,
    level: float = 0.95,
) -> tuple[FloatArray, FloatArray]:
    """The limits of the pooled interval with one more trial, for each effect it may find.

    `effects` and `variances` of shape (k,), k >= 2; `found` of shape (d,), all with the same
    `variance`. tau2 is estimated anew for each. Two arrays of shape (d,).
    """
    y, v = checked_studies(effects, variances)
    many = (len(found),)
    all_y = np.vstack([np.broadcast_to(y[:, None], (len(y), *many)), found])
    all_v = np.broadcast_to(np.append(v, variance)[:, None], all_y.shape)
    tau2 = estimate_tau2(all_y, all_v, model)
    w = 1.0 / (all_v + tau2)
    total = w.sum(axis=0)
    mean = (w * all_y).sum(axis=0) / total
    scale = (w * (all_y - mean) ** 2).sum(axis=0) / len(y)
    methods = np.array([interval(len(y) + 1, float(each)) for each in tau2])
    floored = np.where(methods == "hartung-knapp", scale, np.maximum(scale, 1.0))
    wald = methods == "wald"
    se = np.sqrt(np.where(wald, 1.0, floored) / total)
    half = se * np.where(wald, critical_value(level), critical_value(level, float(len(y))))
    return mean - half, mean + half


def tipping_effect(
    reached: Callable[[FloatArray], FloatArray], start: float, end: float
) -> float | None:
    """The first effect from `start` to `end` at which what is `reached` turns positive.

    None where it stays negative on the way. Found on a grid, then between its points, the last
    of which are so close that a straight line is as good as the curve (to about 1e-9).
    """
    points = np.linspace(start, end, FIRST)
    for _ in range(TIMES + 1):
        heights = reached(points)
        over = np.flatnonzero(heights >= 0)
        if not len(over):
            return None
        at = int(over[0])
        if at == 0:
            return float(points[0])
        near, far = points[at - 1], points[at]
        share = heights[at - 1] / (heights[at - 1] - heights[at])
        best = float(near + share * (far - near))
        points = np.linspace(near, far, AGAIN)
    return best
