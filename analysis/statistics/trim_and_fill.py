"""Trim and fill: how many studies the funnel seems to miss, and the effect with them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from analysis.statistics.arrays import FloatArray, checked_studies
from analysis.statistics.estimates import PooledEffect
from analysis.statistics.intervals import IntervalMethod
from analysis.statistics.meta_regression import RegressionModel, fit_design
from analysis.statistics.pooling import pool
from analysis.statistics.tau2 import estimate_tau2

MAX_ITERATIONS = 100

Side = Literal["left", "right"]


@dataclass(frozen=True)
class TrimAndFill:
    """The studies filled in on `side` of the funnel, and the pooled effect with them.

    `missing` (se `missing_se`) is their number; `filled_effects` and
    `filled_variances` mirror the most extreme studies of the other side;
    `no_missing_p` tests that none is missing (R0 estimator only).
    """

    side: Side
    estimator: str
    missing: int
    missing_se: float
    no_missing_p: float | None
    filled_effects: tuple[float, ...]
    filled_variances: tuple[float, ...]
    pooled: PooledEffect


def trim_and_fill(
    effects: ArrayLike,
    variances: ArrayLike,
    *,
    side: Side | None = None,
    estimator: Literal["L0", "R0"] = "L0",
    model: RegressionModel = "reml",
    interval: IntervalMethod = "wald",
    level: float = 0.95,
) -> TrimAndFill:
    """Trim the studies without a counterpart, recentre, repeat; then fill both back in.

    With signed ranks of the distances from the centre, S the sum of the positive ones
    and g the largest rank on the other side:
    L0 = (4 S - k (k + 1)) / (2 k - 1), R0 = k - g - 1, rounded and not below 0.

    effects, variances: shape (k,), k >= 3; `side` is where studies are missing: left of
    the centre when the slope of the regression test is positive, unless given.
    Raises ValueError for unusable input, or when the number missing does not settle.
    Source: Duval & Tweedie 2000, 10.1111/j.0006-341X.2000.00455.x.
    """
    y, v = checked_studies(effects, variances)
    side = side or _emptier_side(y, v, model)
    sign = -1.0 if side == "right" else 1.0
    order = np.argsort(sign * y, kind="stable")
    ordered_y, ordered_v = sign * y[order], v[order]
    missing, missing_se, centre = _count_missing(ordered_y, ordered_v, estimator, model)
    trimmed = slice(len(y) - missing, len(y))
    filled_y = sign * (2 * centre - ordered_y[trimmed])
    filled_v = ordered_v[trimmed]
    return TrimAndFill(
        side=side,
        estimator=estimator,
        missing=missing,
        missing_se=missing_se,
        # With none missing the run of largest ranks on one side, R0 + 1, is geometric.
        no_missing_p=0.5 ** (missing + 1) if estimator == "R0" else None,
        filled_effects=tuple(filled_y.tolist()),
        filled_variances=tuple(filled_v.tolist()),
        pooled=pool(
            np.r_[y, filled_y], np.r_[v, filled_v], model=model, interval=interval, level=level
        ),
    )


def _emptier_side(y: FloatArray, v: FloatArray, model: RegressionModel) -> Side:
    """Left when small studies have the larger effects; left when all are equally precise."""
    if np.ptp(v) == 0:
        return "left"
    design = np.column_stack([np.ones(len(y)), np.sqrt(v)])
    return "right" if fit_design(y, v, design, model=model).coefficients[1] < 0 else "left"


def _count_missing(
    y: FloatArray, v: FloatArray, estimator: str, model: RegressionModel
) -> tuple[int, float, float]:
    """The number missing on the left of effects in ascending order, its se, the centre."""
    missing = 0
    if np.ptp(y) == 0:
        # On a line nothing lies to one side; the distances from the centre would be rounding.
        return missing, 0.0, float(y[0])
    for _ in range(MAX_ITERATIONS):
        before = missing
        centre = _centre(y[: len(y) - before], v[: len(y) - before], model)
        missing, se = _missing(y - centre, estimator)
        if missing == before:
            return missing, se, centre
    raise ValueError(f"trim and fill did not settle in {MAX_ITERATIONS} rounds")


def _centre(y: FloatArray, v: FloatArray, model: str) -> float:
    tau2 = float(estimate_tau2(y, v, model)[0]) if len(y) > 1 else 0.0
    w = 1.0 / (v + tau2)
    return float(w @ y / w.sum())


def _missing(distances: FloatArray, estimator: str) -> tuple[int, float]:
    k = len(distances)
    ranks = np.empty(k)
    ranks[np.argsort(np.abs(distances), kind="stable")] = np.arange(1, k + 1)
    if estimator == "R0":
        raw = k - float(ranks[distances < 0].max(initial=0.0)) - 1
        count = max(0, round(raw))
        return count, float(np.sqrt(2 * max(0.0, raw) + 2))
    if estimator != "L0":
        raise ValueError(f"trim and fill has no estimator {estimator!r}: choose L0 or R0")
    raw = (4 * float(ranks[distances > 0].sum()) - k * (k + 1)) / (2 * k - 1)
    # Variance of S (Duval & Tweedie 2000, with the estimate in place of the number).
    variance = (
        k * (k + 1) * (2 * k + 1)
        + 10 * raw**3
        + 27 * raw**2
        + 17 * raw
        - 18 * k * raw**2
        - 18 * k * raw
        + 6 * k**2 * raw
    ) / 24
    return max(0, round(raw)), 4 * float(np.sqrt(max(0.0, variance))) / (2 * k - 1)
