"""Pooling by inverse variance: one effect and variance a study in, a `PooledEffect` out."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from analysis.statistics.arrays import FloatArray, checked_studies
from analysis.statistics.estimates import Heterogeneity, PooledEffect
from analysis.statistics.heterogeneity import describe_heterogeneity
from analysis.statistics.intervals import (
    IntervalMethod,
    confidence_interval,
    prediction_interval,
    two_sided_p,
)
from analysis.statistics.tau2 import TAU2_MODELS, estimate_tau2

SINGLE_STUDY = "single study"
PYMARE_CORRECTION = {
    "wald": "wald",
    "hartung-knapp": "knapp-hartung",
    "hartung-knapp-conservative": "knapp-hartung-conservative",
}


def pool(
    effects: ArrayLike,
    variances: ArrayLike,
    *,
    model: str = "reml",
    interval: IntervalMethod = "wald",
    level: float = 0.95,
) -> PooledEffect:
    """Pool the effects of k studies: mean with weights 1 / (v + tau2), tau2 by `model`.

    `effects` and `variances` of shape (k,), on the scale of the effects (ratios on the
    log scale). `model` is one of `TAU2_MODELS`. `interval` is `wald` (normal),
    `hartung-knapp` (t(k-1), scaled by the generalised Q over k-1; Hartung & Knapp 2001,
    10.1002/sim.1009) or the same with that scale never below 1. One study is
    returned as it is: model `single study`, no tau2, a Wald interval. Raises
    `ValueError` for no study, unequal lengths, missing or non-positive variances.
    """
    y, v = checked_studies(effects, variances)
    tau2 = float(estimate_tau2(y, v, model)[0]) if len(y) > 1 else 0.0
    return pool_at(y, v, tau2, model=model, interval=interval, level=level)


def pool_at(
    y: FloatArray,
    v: FloatArray,
    tau2: float,
    *,
    model: str,
    interval: IntervalMethod = "wald",
    level: float = 0.95,
) -> PooledEffect:
    """The same where tau2 has been estimated by that model; the arrays are checked ones."""
    _check_choices(model, interval)
    if len(y) == 1:
        return single_study(float(y[0]), float(v[0]), level=level)
    heterogeneity = describe_heterogeneity(y, v, tau2, common=model == "common", level=level)
    return _pooled(y, v, model, heterogeneity, interval, level)


def with_interval(
    pooled: PooledEffect, effects: ArrayLike, variances: ArrayLike, interval: IntervalMethod
) -> PooledEffect:
    """The same pooled effect with another interval of its mean; tau2 is not estimated again.

    `effects` and `variances` are those `pooled` was made from by `pool`. A single study
    keeps its own interval. Raises `ValueError` for a Mantel-Haenszel or Peto result,
    whose mean is not weighted by inverse variance.
    """
    y, v = checked_studies(effects, variances)
    if pooled.heterogeneity is None:
        return pooled
    _check_choices(pooled.model, interval)
    return _pooled(y, v, pooled.model, pooled.heterogeneity, interval, pooled.interval.level)


def single_study(effect: float, variance: float, *, level: float = 0.95) -> PooledEffect:
    """What one study says by itself: nothing is pooled and heterogeneity does not exist."""
    se = math.sqrt(variance)
    return pooled_effect(SINGLE_STUDY, effect, se, np.ones(1), None, level=level)


def pooled_effect(
    model: str,
    estimate: float,
    se: float,
    weights: FloatArray,
    heterogeneity: Heterogeneity | None,
    *,
    method: str = "wald",
    df: float | None = None,
    level: float = 0.95,
) -> PooledEffect:
    """Everything that follows from a mean and its standard error, however they were made.

    `weights` of shape (k,) in any unit. A prediction interval is made where the model
    has a tau2 (`heterogeneity` with a tau2 interval) and at least three studies.
    """
    k = len(weights)
    statistic = estimate / se
    prediction = None
    if heterogeneity is not None and heterogeneity.tau2_interval is not None:
        prediction = prediction_interval(estimate, se, heterogeneity.tau2, k, level=level)
    return PooledEffect(
        model=model,
        k=k,
        estimate=estimate,
        se=se,
        interval=confidence_interval(estimate, se, method=method, level=level, df=df),
        statistic=statistic,
        p=two_sided_p(statistic, df),
        weights=tuple(float(weight) for weight in 100 * weights / weights.sum()),
        prediction=prediction,
        heterogeneity=heterogeneity,
    )


def _pooled(
    y: FloatArray,
    v: FloatArray,
    model: str,
    heterogeneity: Heterogeneity,
    interval: IntervalMethod,
    level: float,
) -> PooledEffect:
    tau2 = heterogeneity.tau2
    estimate, variance = _mean(y, v, tau2, interval)
    if variance == 0:
        # Effects that agree to the last digit leave a scale of 0, hence an interval
        # without width and an infinite t: only the variant with its floor exists.
        interval = "hartung-knapp-conservative"
        estimate, variance = _mean(y, v, tau2, interval)
    return pooled_effect(
        model,
        estimate,
        math.sqrt(variance),
        1.0 / (v + tau2),
        heterogeneity,
        method=interval,
        df=None if interval == "wald" else float(len(y) - 1),
        level=level,
    )


def _mean(
    y: FloatArray, v: FloatArray, tau2: float, interval: IntervalMethod
) -> tuple[float, float]:
    """The weighted mean and its variance, as the interval method has it."""
    from pymare.estimators import WeightedLeastSquares

    fit = WeightedLeastSquares(tau2=tau2, small_sample_correction=PYMARE_CORRECTION[interval])
    params = fit.fit(y[:, None], np.ones((len(y), 1)), v[:, None]).params_
    return float(params["fe_params"].item()), float(params["inv_cov"].item())


def _check_choices(model: str, interval: str) -> None:
    if model not in TAU2_MODELS:
        raise ValueError(f"unknown model {model!r}: choose one of {', '.join(TAU2_MODELS)}")
    if interval not in PYMARE_CORRECTION:
        choices = ", ".join(PYMARE_CORRECTION)
        raise ValueError(f"unknown interval {interval!r}: choose one of {choices}")
