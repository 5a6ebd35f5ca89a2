"""The protocol's choice of interval, applied wherever trials are pooled by the primary model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from analysis.protocol_rules import SynthesisRules
from analysis.statistics.estimates import PooledEffect
from analysis.statistics.intervals import IntervalMethod
from analysis.statistics.leave_one_out import LeftOut, leave_one_out
from analysis.statistics.pooling import pool, with_interval
from analysis.synthesis.study_effect import StudyEffect, effects_of


def interval_by_rule(rules: SynthesisRules, k: int, tau2: float) -> IntervalMethod:
    """Hartung-Knapp where the protocol's conditions hold, Wald otherwise."""
    rule = rules.hartung_knapp
    enough = k >= rule.minimum_k and (tau2 > 0 or not rule.needs_heterogeneity)
    return "hartung-knapp" if enough else "wald"


def pool_by_protocol(rules: SynthesisRules, studies: Sequence[StudyEffect]) -> PooledEffect | None:
    """The primary model with the interval that the protocol's rule gives; None without studies."""
    if not studies:
        return None
    return pool_by_rule(rules, *effects_of(studies), model=rules.primary_model)


def pool_by_rule(
    rules: SynthesisRules, effects: Sequence[float], variances: Sequence[float], *, model: str
) -> PooledEffect:
    """Pool by any model, with the interval that the rule gives for its tau2."""
    pooled = pool(effects, variances, model=model, level=rules.level)
    return with_interval_by_rule(rules, pooled, effects, variances)


def with_interval_by_rule(
    rules: SynthesisRules,
    pooled: PooledEffect,
    effects: Sequence[float],
    variances: Sequence[float],
) -> PooledEffect:
    """The same pooled effect with the interval that the rule gives for its own k and tau2."""
    if pooled.heterogeneity is None:
        return pooled
    method = interval_by_rule(rules, pooled.k, pooled.heterogeneity.tau2)
    return prediction_by_rule(rules, with_interval(pooled, effects, variances, method))


def prediction_by_rule(rules: SynthesisRules, pooled: PooledEffect) -> PooledEffect:
    """The same pooled effect without a prediction interval where the protocol asks for more."""
    return pooled if pooled.k >= rules.prediction_minimum_k else replace(pooled, prediction=None)


def leave_one_out_by_rule(
    rules: SynthesisRules, effects: Sequence[float], variances: Sequence[float]
) -> tuple[LeftOut, ...]:
    """Leave-one-out by the primary model, each fit with the interval its own tau2 asks for."""
    return leave_one_out(
        effects,
        variances,
        model=rules.primary_model,
        interval=lambda k, tau2: interval_by_rule(rules, k, tau2),
        level=rules.level,
    )
