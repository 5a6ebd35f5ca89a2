"""Which effects of one more trial move an interval over no difference: all effects at once."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike

from analysis.statistics.arrays import FloatArray, checked_studies
from analysis.statistics.intervals import IntervalMethod, critical_value
from analysis.statistics.tau2 import estimate_tau2

FIRST, AGAIN, TIMES = 201, 17, 2  # effects looked at, then within two of them, so many times

Stretch = tuple[float | None, float | None]
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


def stretches(
    reached: Callable[[FloatArray], FloatArray], low: float, high: float
) -> tuple[Stretch, ...]:
    """The stretches of effects from `low` to `high` at which what is `reached` is not negative.

    Each by its two ends, the lower first; an end is None where the stretch goes as far as was
    looked. Ends are found on a grid, then between its points, the last of which are so close
    that a straight line is as good as the curve (to about 1e-9). There may be several: a trial
    that finds much more than the others makes them differ, and the interval wider.
    """
    points = np.linspace(low, high, FIRST)
    inside = reached(points) >= 0
    turns = np.flatnonzero(inside[1:] != inside[:-1])
    ends = [None, *(_end(reached, points[at], points[at + 1]) for at in turns), None]
    return tuple(
        stretch for at, stretch in enumerate(pairwise(ends)) if bool(inside[0]) is (at % 2 == 0)
    )


def _end(reached: Callable[[FloatArray], FloatArray], low: float, high: float) -> float:
    """The effect between two at which what is reached changes its sign."""
    for _ in range(TIMES):
        points = np.linspace(low, high, AGAIN)
        heights = reached(points)
        turns = np.flatnonzero((heights[1:] >= 0) != (heights[:-1] >= 0))
        if not len(turns):  # at one of the two ends itself, as far as can be computed
            return float(points[np.argmin(np.abs(heights))])
        at = int(turns[0])
        low, high = points[at], points[at + 1]
        share = heights[at] / (heights[at] - heights[at + 1])
    return float(low + share * (high - low))
