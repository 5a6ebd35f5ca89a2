"""Pooling of 2x2 tables: Mantel-Haenszel and Peto, as RevMan 5 computes them.

Arm 1 is the intervention. Studies whose effect cannot be estimated (nobody, or
everybody, had the event) keep their place in `weights` with 0 and are not in `k`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from analysis.statistics.arrays import FloatArray
from analysis.statistics.effect_sizes import (
    Effects,
    log_odds_ratio,
    log_risk_ratio,
    peto_log_odds_ratio,
    risk_difference,
    with_half_added,
)
from analysis.statistics.estimates import Heterogeneity, PooledEffect
from analysis.statistics.heterogeneity import describe_heterogeneity, sum_of_products
from analysis.statistics.pooling import pooled_effect, single_study

BinaryMeasure = Literal["RR", "OR", "RD"]


def pool_mantel_haenszel(
    events1: ArrayLike,
    n1: ArrayLike,
    events2: ArrayLike,
    n2: ArrayLike,
    *,
    measure: BinaryMeasure = "RR",
    random: bool = False,
    level: float = 0.95,
) -> PooledEffect:
    """Pool 2x2 tables of shape (k,) by Mantel-Haenszel; RR and OR on the log scale.

    Variance by Greenland & Robins 1985 (RR, RD) and Robins, Breslow & Greenland 1986
    (OR); 0.5 is added to the cells of a study with an empty one, that study only (for RD
    in the variance only). Q is taken around the Mantel-Haenszel mean with
    inverse-variance weights. `random` gives RevMan 5's random-effects model: tau2 by
    DerSimonian-Laird from that Q, the mean by inverse variance. Raises `ValueError` if
    no study can be estimated.
    """
    if measure not in _EFFECT:
        raise ValueError(f"unknown measure {measure!r}: choose one of {', '.join(_EFFECT)}")
    effects = _EFFECT[measure](events1, n1, events2, n2)
    y, v = _estimable(effects)
    if len(y) == 1:
        return _listed(single_study(float(y[0]), float(v[0]), level=level), effects)
    mean, variance, weights = _MEAN[measure](*_cells(effects, events1, n1, events2, n2))
    q = float(((y - mean) ** 2 / v).sum())
    if not random:
        spread = describe_heterogeneity(y, v, 0.0, common=True, q=q, level=level)
        se = math.sqrt(variance)
        pooled = pooled_effect("mantel-haenszel", mean, se, weights, spread, level=level)
        return _listed(pooled, effects)
    spread = describe_heterogeneity(y, v, _tau2_from_q(q, v), q=q, level=level)
    return _listed(_by_inverse_variance("dersimonian-laird", y, v, spread, level), effects)


def pool_peto(
    events1: ArrayLike, n1: ArrayLike, events2: ArrayLike, n2: ArrayLike, *, level: float = 0.95
) -> PooledEffect:
    """Pool 2x2 tables of shape (k,) to Peto's log odds ratio: sum(O - E) / sum(V), Var 1/sum(V).

    Raises `ValueError` if no study can be estimated. Yusuf et al. 1985,
    10.1016/S0033-0620(85)80003-7.
    """
    effects = peto_log_odds_ratio(events1, n1, events2, n2)
    y, v = _estimable(effects)
    if len(y) == 1:
        return _listed(single_study(float(y[0]), float(v[0]), level=level), effects)
    spread = describe_heterogeneity(y, v, 0.0, common=True, level=level)
    return _listed(_by_inverse_variance("peto", y, v, spread, level), effects)


def _by_inverse_variance(
    model: str, y: FloatArray, v: FloatArray, spread: Heterogeneity, level: float
) -> PooledEffect:
    weights = 1.0 / (v + spread.tau2)
    mean = float((weights * y).sum() / weights.sum())
    return pooled_effect(model, mean, 1 / math.sqrt(weights.sum()), weights, spread, level=level)


def _estimable(effects: Effects) -> tuple[FloatArray, FloatArray]:
    if effects.estimate.ndim != 1:
        raise ValueError("events and totals must be one-dimensional, one number a study")
    if not effects.estimable.any():
        raise ValueError("no study can be estimated: nobody, or everybody, had the event")
    return effects.estimate[effects.estimable], effects.variance[effects.estimable]


def _listed(pooled: PooledEffect, effects: Effects) -> PooledEffect:
    """Weights for every study given, 0 for those that are not pooled."""
    weights = np.zeros(effects.estimable.shape)
    weights[effects.estimable] = pooled.weights
    return replace(pooled, weights=tuple(float(weight) for weight in weights))


def _cells(
    effects: Effects, events1: ArrayLike, n1: ArrayLike, events2: ArrayLike, n2: ArrayLike
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """The four cells of the estimable studies."""
    shape = effects.estimate.shape
    a, t1, c, t2 = (
        np.broadcast_to(np.asarray(x, dtype=float), shape)[effects.estimable]
        for x in (events1, n1, events2, n2)
    )
    return a, t1 - a, c, t2 - c


def _mean_risk_ratio(
    a: FloatArray, b: FloatArray, c: FloatArray, d: FloatArray
) -> tuple[float, float, FloatArray]:
    a, b, c, d = with_half_added(a, b, c, d)
    n1, n2, total = a + b, c + d, a + b + c + d
    r, s = a * n2 / total, c * n1 / total
    variance = (((a + c) * n1 * n2 - a * c * total) / total**2).sum() / (r.sum() * s.sum())
    return math.log(r.sum() / s.sum()), float(variance), s


def _mean_odds_ratio(
    a: FloatArray, b: FloatArray, c: FloatArray, d: FloatArray
) -> tuple[float, float, FloatArray]:
    a, b, c, d = with_half_added(a, b, c, d)
    total = a + b + c + d
    r, s = a * d / total, b * c / total
    p, q = (a + d) / total, (b + c) / total
    sum_r, sum_s = r.sum(), s.sum()
    variance = (
        (p * r).sum() / sum_r**2
        + (p * s + q * r).sum() / (sum_r * sum_s)
        + (q * s).sum() / sum_s**2
    ) / 2
    return math.log(sum_r / sum_s), float(variance), s


def _mean_risk_difference(
    a: FloatArray, b: FloatArray, c: FloatArray, d: FloatArray
) -> tuple[float, float, FloatArray]:
    weights = (a + b) * (c + d) / (a + b + c + d)
    mean = (weights * (a / (a + b) - c / (c + d))).sum() / weights.sum()
    # RevMan adds the 0.5 to the variance alone: mean and weights keep the cells as they are.
    a, b, c, d = with_half_added(a, b, c, d)
    n1, n2, total = a + b, c + d, a + b + c + d
    spread = (a * b * n2**3 + c * d * n1**3) / (n1 * n2 * total**2)
    return float(mean), float(spread.sum() / weights.sum() ** 2), weights


def _tau2_from_q(q: float, variances: FloatArray) -> float:
    """DerSimonian-Laird with a Q around a mean that is not the inverse-variance one."""
    w = 1.0 / variances
    return max(0.0, (q - (len(w) - 1)) * float(w.sum()) / sum_of_products(w))


_EFFECT: dict[str, Callable[..., Effects]] = {
    "RR": log_risk_ratio,
    "OR": log_odds_ratio,
    "RD": risk_difference,
}
_MEAN: dict[str, Callable[..., tuple[float, float, FloatArray]]] = {
    "RR": _mean_risk_ratio,
    "OR": _mean_odds_ratio,
    "RD": _mean_risk_difference,
}
