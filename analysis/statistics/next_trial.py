"""Which effects of one more trial move an interval over no difference: all effects at once."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.statistics.arrays import FloatArray, checked_studies
from analysis.statistics.intervals import IntervalMethod, critical_value
from analysis.statistics.tau2 import estimate_tau2

FIRST = 201  # effects looked at
CLOSER, TURNS = 9, 3  # then around each turn, so many times
AGAIN, TIMES = 33, 2  # then within two of them for an end, so many times

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


def looked_at(
    effects: ArrayLike, variances: ArrayLike, variance: float, farthest: float
) -> FloatArray:
    """The effects of one more trial to look at, from -`farthest` to `farthest`, shape (FIRST,).

    Close around the mean of the others, where the limits turn, and wider apart the farther from
    it (the inverse hyperbolic sine in equal steps): one trial that lies far off makes the range
    large and the stretches no wider. `variance` is that of one more trial.
    """
    y, v = checked_studies(effects, variances)
    mean, se = np.average(y, weights=1.0 / v), np.sqrt(variance)
    first, last = np.arcsinh((np.array([-farthest, farthest]) - mean) / se)
    points = mean + se * np.sinh(np.linspace(first, last, FIRST))
    points[[0, -1]] = -farthest, farthest
    return np.asarray(points, dtype=float)


def stretches(
    reached: Callable[[FloatArray], FloatArray], points: FloatArray
) -> tuple[Stretch, ...]:
    """The stretches of effects at which what is `reached` is not negative.

    `points` of shape (d,) are the effects to look at first, in order. Each stretch by its two
    ends, the lower first; an end is None where the stretch goes as far as was looked. Where the
    curve turns back before it reaches zero it is looked at more closely, so that no stretch falls
    between two points. Ends are found between points, the last of which are so close that a
    straight line is as good as the curve (to about 1e-9). There may be several: a trial
    that finds much more than the others makes them differ, and the interval wider.
    """
    points, inside = _closer(reached, points)
    turns = np.flatnonzero(inside[1:] != inside[:-1])
    ends = [None, *(_end(reached, points[at], points[at + 1]) for at in turns), None]
    return tuple(
        stretch for at, stretch in enumerate(pairwise(ends)) if bool(inside[0]) is (at % 2 == 0)
    )


def _closer(
    reached: Callable[[FloatArray], FloatArray], points: FloatArray
) -> tuple[FloatArray, NDArray[np.bool_]]:
    """The points with others around those where the curve comes near zero and turns back.

    And on which side of zero each is. Near: nearer than twice the last step on either side.
    """
    heights = reached(points)
    for _ in range(TURNS):
        inside, near = heights >= 0, np.abs(heights)
        before, at, after = near[:-2], near[1:-1], near[2:]
        alone = (inside[:-2] == inside[1:-1]) & (inside[2:] == inside[1:-1])
        turning = (at <= before) & (at <= after) & (at <= 2 * (np.maximum(before, after) - at))
        found = np.flatnonzero(alone & turning)
        more = np.setdiff1d(np.linspace(points[found], points[found + 2], CLOSER), points)
        if not len(more):
            break
        points, heights = np.append(points, more), np.append(heights, reached(more))
        order = np.argsort(points)
        points, heights = points[order], heights[order]
    return points, heights >= 0


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
