"""Sentences computed from a question's numbers: what fits the data, in plain words."""

from __future__ import annotations

from analysis.formatting import (
    counted,
    limits,
    number,
    p_value,
    percent,
    percent_level,
    sentence_case,
)
from analysis.protocol import HartungKnapp, Outcome, Protocol, Question, SynthesisRules
from analysis.statistics.estimates import Heterogeneity, Interval, PooledEffect
from analysis.synthesis.certainty import Certainty
from analysis.synthesis.clinical_terms import Clinical, absolute_text, points_text
from analysis.synthesis.model import Sentence
from analysis.synthesis.narrative import NO_ANSWER, narrative
from analysis.synthesis.study_effect import Measure, StudyEffect

MODEL_NAMES = {
    "common": "common effect",
    "dersimonian-laird": "random effects, DerSimonian-Laird",
    "reml": "random effects, REML",
    "ml": "random effects, maximum likelihood",
    "paule-mandel": "random effects, Paule-Mandel",
    "hedges": "random effects, Hedges",
    "sidik-jonkman": "random effects, Sidik-Jonkman",
    "empirical-bayes": "random effects, empirical Bayes",
    "hunter-schmidt": "random effects, Hunter-Schmidt",
    "mantel-haenszel": "common effect, Mantel-Haenszel",
    "peto": "common effect, Peto",
    "single study": "single trial",
}
INTERVAL_NAMES = {
    "wald": "Wald",
    "hartung-knapp": "Hartung-Knapp",
    "hartung-knapp-conservative": "Hartung-Knapp, conservative",
    "q-profile": "Q-profile",
}


def sentences(
    protocol: Protocol,
    question: Question,
    measure: Measure,
    studies: tuple[StudyEffect, ...],
    primary: PooledEffect | None,
    certainty: Certainty | None,
    clinical: Clinical,
    n_total: int | None,
    n_unknown: int,
) -> Sentence:
    """Every computed sentence of a page, plain text."""
    outcome, timepoint = protocol.outcome(question.outcome), protocol.timepoint(question.timepoint)
    subject = f"{sentence_case(outcome.label)} {timepoint.label}"
    if primary is None or certainty is None:
        nothing = f"{subject}: no trial gives numbers that can be used yet."
        return Sentence(
            headline=nothing,
            plain=NO_ANSWER,
            heterogeneity="Nothing is pooled, so there is no heterogeneity to describe.",
            interval_rule=interval_rule(protocol.synthesis, None),
            forest_alt=nothing,
        )
    evidence = _evidence(primary.k, n_total, n_unknown)
    effect = _effect(outcome, measure, primary)
    rated = f"Certainty: {certainty.level} ({certainty.label})."
    headline = f"{evidence}: {effect}{_prediction(measure, primary.prediction)}. {rated}"
    important = protocol.measures[protocol.measure_name(question)].smallest_important_difference
    return Sentence(
        headline=headline,
        plain=narrative(outcome, measure, important, primary, certainty.level),
        clinical=clinical_sentences(clinical),
        heterogeneity=heterogeneity(primary),
        interval_rule=interval_rule(protocol.synthesis, primary),
        forest_alt=_forest_alt(subject, measure, studies, headline),
    )


def _evidence(k: int, n_total: int | None, n_unknown: int) -> str:
    trials = counted(k, "trial")
    if n_total is None:
        return f"{trials}, number of participants not reported"
    people = counted(n_total, "participant")
    if n_unknown:
        unknown = f"not counting {counted(n_unknown, 'trial')} whose number we do not have"
        return f"{trials}, {people} ({unknown})"
    return f"{trials}, {people}"


def _effect(outcome: Outcome, measure: Measure, pooled: PooledEffect) -> str:
    low, high = measure.shown_limits(pooled.interval.low, pooled.interval.high)
    estimate = measure.shown(pooled.estimate)
    interval = limits(low, high, ratio=measure.ratio)
    if measure.ratio:
        return (
            f"responding was {number(estimate)} times as likely with Internet-delivered therapy "
            f"({_confidence(pooled.interval)} {interval})"
        )
    change = outcome.lower if pooled.estimate < 0 else outcome.higher
    if pooled.interval.high is not None and pooled.interval.high < 0:
        return f"{change} with Internet-delivered therapy, by {_size(pooled)}"
    if pooled.interval.low is not None and pooled.interval.low > 0:
        return f"{change} with Internet-delivered therapy, by {_size(pooled)}"
    return (
        f"the difference is {number(estimate)} SD ({_confidence(pooled.interval)} {interval}), "
        f"so both {outcome.lower} and {outcome.higher} fit the data"
    )


def _confidence(interval: Interval) -> str:
    return f"{percent_level(interval.level)} confidence interval"


def _size(pooled: PooledEffect) -> str:
    low, high = sorted((abs(pooled.interval.low or 0.0), abs(pooled.interval.high or 0.0)))
    interval = limits(low, high)
    return f"{number(abs(pooled.estimate))} SD ({_confidence(pooled.interval)} {interval})"


def _prediction(measure: Measure, prediction: Interval | None) -> str:
    if prediction is None:
        return ""
    low, high = measure.shown_limits(prediction.low, prediction.high)
    unit = "a ratio of" if measure.ratio else "a difference of"
    return f"; in a new setting we expect {unit} {limits(low, high, ratio=measure.ratio)}"


def clinical_sentences(clinical: Clinical) -> str:
    """The effect in points and in people, each with what it assumes."""
    said = [f"{absolute_text(effect)}." for effect in clinical.absolute]
    if clinical.points:
        points = f"That is {points_text(clinical.points)} on {clinical.points.assumed}."
        said.insert(0, points)
    return " ".join(said)


def heterogeneity(pooled: PooledEffect) -> str:
    """How much the trials differ, in words and numbers."""
    found = pooled.heterogeneity
    if found is None:
        return "There is one trial, so how much results differ between trials is not known."
    words = (
        f"Of the variation between the results, {percent(found.i2)} reflects real differences "
        f"between trials rather than chance (I²{_from_to(found.i2_interval, percent_scale=True)})."
    )
    numbers = (
        f"τ² is {number(found.tau2, 3)}{_from_to(found.tau2_interval)}; "
        f"Q is {number(found.q)} on {counted(found.df, 'degree')} of freedom{_p(found)}."
    )
    return f"{words} {numbers}"


def _from_to(interval: Interval | None, percent_scale: bool = False) -> str:
    if interval is None or interval.low is None:
        return ""
    if percent_scale:
        high = "100%" if interval.high is None else percent(interval.high)
        return f", {_confidence(interval)} {percent(interval.low)} to {high}"
    high = "∞" if interval.high is None else number(interval.high, 3)
    return f" ({_confidence(interval)} {number(interval.low, 3)} to {high})"


def _p(found: Heterogeneity) -> str:
    return "" if found.p is None else f", {p_value(found.p)}"


def interval_rule(rules: SynthesisRules, pooled: PooledEffect | None) -> str:
    """Which confidence interval the protocol chose here, and why."""
    rule: HartungKnapp = rules.hartung_knapp
    stated = (
        f"The protocol takes the Hartung-Knapp interval from {rule.minimum_k} trials on when τ² is "
        "above zero, and the Wald interval otherwise."
    )
    if pooled is None:
        return stated
    method = INTERVAL_NAMES[pooled.interval.method]
    degrees = (
        "" if pooled.interval.df is None else f", t with {pooled.interval.df:g} degrees of freedom"
    )
    if pooled.k < rule.minimum_k:
        because = f"there {'is' if pooled.k == 1 else 'are'} {counted(pooled.k, 'trial')}"
    else:
        tau2 = pooled.heterogeneity.tau2 if pooled.heterogeneity else 0.0
        because = f"there are {pooled.k} trials and τ² is {'above zero' if tau2 > 0 else 'zero'}"
    return f"{stated} Here {because}: {method}{degrees}."


def _forest_alt(
    subject: str, measure: Measure, studies: tuple[StudyEffect, ...], headline: str
) -> str:
    lines = []
    for study in studies:
        low, high = measure.shown_interval(study.ci_low, study.ci_high)
        note = ", suspect and not pooled" if study.suspect else ""
        shown = f"{number(measure.shown(study.effect))}, {limits(low, high)}"
        lines.append(f"{study.label} {shown}{note}")
    return (
        f"Forest plot of {subject[0].lower()}{subject[1:]}. {headline} Trials: {'; '.join(lines)}."
    )
