"""What a page says of its intervals: the rule, the choice here, the Bayesian companion."""

from __future__ import annotations

from collections.abc import Iterable

from analysis.formatting import counted, limits, listed, number, percent, percent_level
from analysis.measures import MEASURES, MeasureName
from analysis.protocol import Protocol
from analysis.protocol_rules import BayesianRules, SynthesisRules
from analysis.statistics.bayesian import BayesianEffect
from analysis.statistics.estimates import Interval, PooledEffect
from analysis.synthesis.bayesian_companion import Companion, has_prior
from analysis.synthesis.estimate_text import effect_text, interval_text
from analysis.synthesis.interval_rule import conclusion_interval
from analysis.synthesis.study_effect import Measure
from analysis.synthesis.wording.measure_words import measures_in_use

INTERVAL_NAMES = {
    "wald": "Wald",
    "hartung-knapp": "Hartung-Knapp",
    "hartung-knapp-conservative": "Hartung-Knapp, conservative",
    "q-profile": "Q-profile",
    "bayesian": "Bayesian",
}
STATED = {
    "hartung-knapp": "the Hartung-Knapp interval",
    "hartung-knapp-conservative": "the conservative Hartung-Knapp interval, which is never "
    "narrower than the Wald interval,",
}


def rule_of(protocol: Protocol) -> str:
    """The protocol's rule, for the measures that its questions pool."""
    return rule_stated(protocol.synthesis, [used.name for used in measures_in_use(protocol)])


def rule_stated(rules: SynthesisRules, measures: Iterable[MeasureName]) -> str:
    """The rule in one sentence, or two where it gives up on the fewest trials.

    Where it does, a measure without a prior has no Bayesian interval to read.
    """
    rule = rules.interval
    condition = " when τ² is above zero" if rule.needs_heterogeneity else ", whatever τ² is"
    said = (
        f"The protocol takes {STATED[rule.method]} from {rule.minimum_k} trials on{condition}, "
        "and the Wald interval otherwise."
    )
    if not rule.bayesian_maximum_k:
        return said
    few = "two trials" if rule.bayesian_maximum_k == 2 else f"2 to {rule.bayesian_maximum_k} trials"
    names = list(measures)
    without = [name for name in names if not has_prior(rules.bayesian, name)]
    wald = "the Wald interval, with caution, since the protocol has no prior for effects in "
    read = "the Bayesian interval"
    if names and len(without) == len(names):
        read = f"{wald}this unit" if len(names) == 1 else f"{wald}these units"
    elif without:
        read += f" (of {listed([MEASURES[name].in_sentence for name in without])} {wald}this unit)"
    return (
        f"{said} With {few} neither deserves belief: both are printed, and conclusions read {read}."
    )


def interval_rule(
    rules: SynthesisRules,
    measure: Measure,
    pooled: PooledEffect | None,
    beside: Interval | None,
    companion: Companion | None,
) -> str:
    """Which confidence interval the protocol chose here, and why.

    beside: the interval of the rule's method, where it stands beside Wald's.
    """
    stated = rule_stated(rules, [measure.name])
    if pooled is None:
        return stated
    there = f"there {'is' if pooled.k == 1 else 'are'} {counted(pooled.k, 'trial')}"
    if beside:
        return (
            f"{stated} Here {there}: {_both(measure, pooled, beside)}.{_read(measure, companion)}"
        )
    if rules.interval.needs_heterogeneity and pooled.k >= rules.interval.minimum_k:
        tau2 = pooled.heterogeneity.tau2 if pooled.heterogeneity else 0.0
        there += f" and τ² is {'above zero' if tau2 > 0 else 'zero'}"
    method = INTERVAL_NAMES[pooled.interval.method]
    return f"{stated} Here {there}: {method}{_degrees(pooled.interval)}."


def _degrees(interval: Interval) -> str:
    if interval.df is None:
        return ""
    return f", t with {counted(round(interval.df), 'degree')} of freedom"


def _both(measure: Measure, pooled: PooledEffect, beside: Interval) -> str:
    wald, other = (
        f"{INTERVAL_NAMES[each.method]} {interval_text(measure, each)}"
        for each in (pooled.interval, beside)
    )
    return f"{wald}; {other}{_degrees(beside)}"


def _read(measure: Measure, companion: Companion | None) -> str:
    interval = conclusion_interval(companion)
    if interval is None:
        return ""
    return f" Conclusions read the Bayesian interval, {interval_text(measure, interval)}."


def read_instead(measure: Measure, companion: Companion | None) -> str:
    """What a table says below an estimate whose printed interval is not the one that is read."""
    found = conclusion_interval(companion)
    return f"by Wald; conclusions read {interval_text(measure, found)} (Bayesian)" if found else ""


def prediction_text(measure: Measure, pooled: PooledEffect | None, minimum_k: int) -> str:
    """The prediction interval with its method and degrees of freedom, or why there is none."""
    found = pooled.prediction if pooled else None
    if pooled and pooled.k >= minimum_k and found is None:
        return (
            "There is no prediction interval: in a common-effect model true effects do not differ."
        )
    if pooled is None or found is None:
        return f"There is no prediction interval: it takes {minimum_k} trials or more."
    return (
        f"Prediction interval: {interval_text(measure, found)}{_degrees(found)}, from τ² and the "
        f"{INTERVAL_NAMES[pooled.interval.method]} standard error. "
        "It is where we expect the true effect in a new setting like these."
    )


def companion_stated(given: BayesianRules | None) -> str:
    """The protocol's priors, and which measures they are for."""
    if given is None:
        return "none"
    others = "".join(f"; for {name} with scale {scale:g}" for name, scale in given.scales.items())
    instead = " or ".join(
        f"{prior.distribution} with scale {prior.scale:g}" for prior in given.alternatives
    )
    return (
        f"for standardised mean differences and log ratios the standard deviation between trials "
        f"is {given.prior.distribution} with scale {given.prior.scale:g}{others}; in the "
        f"sensitivity analyses {instead or 'no other'}; probabilities in headlines with 2 to "
        f"{given.headline_maximum_k} trials"
    )


def probability(of: float) -> str:
    """`81%`; never 0% or 100%, which no data give."""
    if of < 0.01:
        return "less than 1%"
    return "more than 99%" if of > 0.99 else percent(100 * of)


def probabilities(measure: Measure, important: float | None, found: BayesianEffect) -> str:
    """`95% for any benefit and 81% for at least a small benefit (SMD −0.20 or lower)`."""
    said = f"{probability(found.below_zero)} for any benefit"
    if important is None or found.below_threshold is None:
        return said
    side = "higher" if measure.benefit_above else "lower"
    least = f"{measure.name_in_sentence} {number(measure.shown(-important))} or {side}"
    at_least = probability(found.below_threshold)
    return f"{said} and {at_least} for at least a small benefit ({least})"


def in_headline(
    rules: SynthesisRules, measure: Measure, important: float | None, companion: Companion | None
) -> str:
    """The sentence of its own that a headline has where trials are few; blank elsewhere."""
    if companion is None or rules.bayesian is None:
        return ""
    if companion.posterior.k > rules.bayesian.headline_maximum_k:
        return ""
    said = probabilities(measure, important, companion.posterior)
    return f" A Bayesian analysis of these trials gives a probability of {said}."


def prior_text(found: BayesianEffect) -> str:
    """`half-normal prior with scale 0.5`."""
    return f"{found.prior} prior with scale {found.scale:g}"


def companion_text(measure: Measure, important: float | None, companion: Companion | None) -> str:
    """The companion in full: what was assumed, the effect, τ, a new setting, probabilities."""
    if companion is None:
        return ""
    found = companion.posterior
    level = percent_level(found.interval.level)
    tau = limits(found.tau_interval.low, found.tau_interval.high)
    return (
        f"With a flat prior on the mean effect and a {prior_text(found)} on τ, the standard "
        f"deviation between trials, the mean effect has the median "
        f"{effect_text(measure, found.estimate)} ({level} interval "
        f"{interval_text(measure, found.interval)}) and τ the median {number(found.tau)} ({tau}); "
        "in a new setting we expect "
        f"{interval_text(measure, found.prediction)}. "
        f"The probability is {probabilities(measure, important, found)}."
    )
