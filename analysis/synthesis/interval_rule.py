"""The protocol's choice of interval, applied wherever trials are pooled by the primary model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from analysis.protocol_rules import IntervalRule, SynthesisRules
from analysis.statistics.estimates import Interval, PooledEffect
from analysis.statistics.intervals import IntervalMethod
from analysis.statistics.leave_one_out import LeftOut, leave_one_out
from analysis.statistics.pooling import pool, with_interval
from analysis.synthesis.bayesian_companion import Companion
from analysis.synthesis.study_effect import StudyEffect, effects_of

# RevMan takes Hartung-Knapp without a floor, from three studies on and where they differ.
REVMAN = IntervalRule(method="hartung-knapp", minimum_k=3, needs_heterogeneity=True)


def interval_by_rule(rule: IntervalRule, k: int, tau2: float) -> IntervalMethod:
    """The rule's method where its conditions hold, Wald otherwise."""
    enough = k >= rule.minimum_k and (tau2 > 0 or not rule.needs_heterogeneity)
    return rule.method if enough else "wald"


def by_revman(pooled: PooledEffect) -> IntervalMethod | None:
    """The interval that RevMan gives a random-effects result of so many trials and this tau2."""
    found = pooled.heterogeneity
    if found is None or pooled.model == "common":
        return None
    return interval_by_rule(REVMAN, pooled.k, found.tau2)


def concluded(primary: PooledEffect, companion: Companion | None) -> PooledEffect:
    """The primary effect with the interval that conclusions read.

    That is its own, but for so few trials that the protocol believes neither Wald nor
    Hartung-Knapp: then the Bayesian one. Verbs, imprecision and "the conclusion changed" read
    this; what is printed as the estimate with its interval stays the primary analysis.
    """
    instead = conclusion_interval(companion)
    return primary if instead is None else replace(primary, interval=instead)


def conclusion_interval(companion: Companion | None) -> Interval | None:
    """The Bayesian interval where conclusions read that; None where they read the primary one."""
    return companion.posterior.interval if companion and companion.concludes else None


def interval_beside(rules: SynthesisRules, studies: Sequence[StudyEffect]) -> Interval | None:
    """The interval of the rule's method beside Wald's, where neither of them is believed."""
    if not 2 <= len(studies) <= rules.interval.bayesian_maximum_k:
        return None
    effects, variances = effects_of(studies)
    pooled = pool(effects, variances, model=rules.primary_model, level=rules.level)
    return with_interval(pooled, effects, variances, rules.interval.method).interval


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
    method = interval_by_rule(rules.interval, pooled.k, pooled.heterogeneity.tau2)
    return prediction_by_rule(rules, with_interval(pooled, effects, variances, method))


def prediction_by_rule(rules: SynthesisRules, pooled: PooledEffect) -> PooledEffect:
    """The same pooled effect without a prediction interval where the protocol asks for more."""
    return pooled if pooled.k >= rules.prediction_minimum_k else replace(pooled, prediction=None)


def headline_prediction(rules: SynthesisRules, pooled: PooledEffect | None) -> Interval | None:
    """The prediction interval where there are trials enough to say it without its page."""
    enough = pooled is not None and pooled.k >= rules.prediction_headline_minimum_k
    return pooled.prediction if pooled and enough else None


def leave_one_out_by_rule(
    rules: SynthesisRules, effects: Sequence[float], variances: Sequence[float]
) -> tuple[LeftOut, ...]:
    """Leave-one-out by the primary model, each fit with the interval its own tau2 asks for."""
    return leave_one_out(
        effects,
        variances,
        model=rules.primary_model,
        interval=lambda k, tau2: interval_by_rule(rules.interval, k, tau2),
        level=rules.level,
    )
