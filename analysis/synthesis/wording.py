"""Every sentence pattern of a question's page: what fits the data, in plain words.

The answer in everyday words follows the informative statements of GRADE guidelines 26
(Santesso et al. 2020, 10.1016/j.jclinepi.2019.10.014): the estimate gives direction and size,
the certainty the verb.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Literal

from analysis.formatting import (
    counted,
    limits,
    number,
    p_value,
    percent,
    percent_level,
    sentence_case,
)
from analysis.protocol import Outcome, Timepoint
from analysis.protocol_rules import HartungKnapp, SynthesisRules
from analysis.statistics.clinical import NumberNeededToTreat, Reexpressed
from analysis.statistics.estimates import Heterogeneity, Interval, PooledEffect
from analysis.synthesis.certainty import Body, Certainty, Level, ends
from analysis.synthesis.clinical_terms import AbsoluteEffect, Clinical
from analysis.synthesis.estimate_text import effect_text, interval_text
from analysis.synthesis.question_result import Sentence
from analysis.synthesis.study_effect import Measure, StudyEffect
from analysis.synthesis.with_responders import WithResponders, sentence_where_moved

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
THERAPY = "Internet therapy"
NO_ANSWER = "We do not know: no trial gives numbers that can be used yet."
# Ratios in this review count responders: people who, as their trial defines it, got clearly better.
RESPONDING = "people get clearly better"
PER = 1000

Direction = Literal["benefit", "harm", "little", "unclear"]


@dataclass(frozen=True)
class Answer:
    """What a question's sentences are made from.

    `studies` are all its trials, suspect or not; `body` and `certainty` are `None` together,
    where nothing is pooled. `responders` is the answer with the trials that give only these.
    """

    outcome: Outcome
    timepoint: Timepoint
    studies: tuple[StudyEffect, ...]
    body: Body | None = None
    certainty: Certainty | None = None
    clinical: Clinical = field(default_factory=Clinical)
    responders: WithResponders | None = None

    @property
    def subject(self) -> str:
        """`Disability after treatment`."""
        return f"{sentence_case(self.outcome.label)} {self.timepoint.label}"


def sentences(rules: SynthesisRules, answer: Answer) -> Sentence:
    """Every computed sentence of a page, plain text."""
    outcome, body, certainty = answer.outcome, answer.body, answer.certainty
    if body is None or certainty is None:
        nothing = f"{answer.subject}: no trial gives numbers that can be used yet."
        return Sentence(
            headline=nothing,
            plain=NO_ANSWER,
            heterogeneity="Nothing is pooled, so there is no heterogeneity to describe.",
            interval_rule=interval_rule(rules, None),
            forest_alt=nothing,
        )
    measure, primary = body.measure, body.primary
    effect = f"{_effect(outcome, measure, primary)}{_prediction(measure, primary.prediction)}"
    rated = f"Certainty: {certainty.level} ({certainty.label})."
    headline = f"{_evidence(body)}: {effect}. {rated}"
    important = body.smallest_important_difference
    plain = narrative(outcome, measure, important, primary, certainty.level)
    if found := answer.responders:
        headline += sentence_where_moved(
            primary,
            plain,
            found,
            _effect(outcome, measure, found.pooled),
            narrative(outcome, measure, important, found.pooled, found.level),
        )
    return Sentence(
        headline=headline,
        plain=plain,
        clinical=clinical_sentences(answer.clinical),
        heterogeneity=heterogeneity(primary),
        interval_rule=interval_rule(rules, primary),
        forest_alt=_forest_alt(answer, measure, headline),
    )


def _evidence(body: Body) -> str:
    trials = counted(body.k, "trial")
    if body.n_total is None:
        return f"{trials}, number of participants not reported"
    people = counted(body.n_total, "participant")
    if body.n_unknown:
        unknown = f"not counting {counted(body.n_unknown, 'trial')} whose number we do not have"
        return f"{trials}, {people} ({unknown})"
    return f"{trials}, {people}"


def _effect(outcome: Outcome, measure: Measure, pooled: PooledEffect) -> str:
    estimate = effect_text(measure, pooled.estimate)
    interval = f"{_confidence(pooled.interval)} {interval_text(measure, pooled.interval)}"
    if measure.ratio:
        return (
            f"responding was {estimate} times as likely with Internet-delivered therapy "
            f"({interval})"
        )
    change = outcome.lower if pooled.estimate < 0 else outcome.higher
    low, high = ends(pooled.interval)
    if high < 0 or low > 0:
        return f"{change} with Internet-delivered therapy, by {_size(pooled)}"
    return (
        f"the difference is {estimate} SD ({interval}), "
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
    unit = "a ratio of" if measure.ratio else "a difference of"
    return f"; in a new setting we expect {unit} {interval_text(measure, prediction)}"


def narrative(
    outcome: Outcome,
    measure: Measure,
    important: float | None,
    pooled: PooledEffect,
    level: Level,
) -> str:
    """`Internet therapy probably leads to slightly less disability.`

    important: the smallest important difference on the analysis scale, `None` where the
    protocol sets none. A second sentence names what the interval leaves open.
    """
    about = f"how many {RESPONDING}" if measure.ratio else outcome.label
    if level == "very low":
        return f"The evidence is very uncertain about the effect of {THERAPY} on {about}."
    found = direction(pooled, important)
    if found == "unclear":
        return f"It is unclear whether {THERAPY} {_either(outcome, measure)}: both fit the data."
    if found == "little":
        said = _with_certainty(level, "makes", "make", f"little or no difference to {about}")
    elif measure.ratio:
        likely = "more" if found == "benefit" else "less"
        said = _with_certainty(level, "makes", "make", f"it {likely} likely that {RESPONDING}")
    else:
        side = outcome.lower if found == "benefit" else outcome.higher
        said = _with_certainty(level, "leads", "lead", f"to {size(pooled.estimate)}{side}")
    return f"{THERAPY} {said}.{_also_fits(found, pooled.interval, important)}"


def direction(pooled: PooledEffect, important: float | None) -> Direction:
    """Benefit, harm, little or no difference, or unclear; negative favours the therapy.

    With a smallest important difference: unclear when the interval reaches it on both
    sides, otherwise where the estimate lies next to it. Without one: unclear when the
    interval includes no difference, otherwise the side of the estimate.
    """
    low, high = ends(pooled.interval)
    threshold = important or 0.0
    if low <= -threshold and high >= threshold:
        return "unclear"
    if abs(pooled.estimate) < threshold:
        return "little"
    return "benefit" if pooled.estimate < 0 else "harm"


def size(smd: float) -> str:
    """The word for a standardised mean difference, by Cohen's 0.5 (medium) and 0.8 (large)."""
    if abs(smd) < 0.5:
        return "slightly "
    return "" if abs(smd) < 0.8 else "much "


def _with_certainty(level: Level, verb: str, bare: str, rest: str) -> str:
    said = {"high": verb, "moderate": f"probably {verb}", "low": f"may {bare}"}[level]
    return f"{said} {rest}"


def _either(outcome: Outcome, measure: Measure) -> str:
    if measure.ratio:
        return f"makes it more or less likely that {RESPONDING}"
    return f"leads to {outcome.lower} or {outcome.higher}"


def _also_fits(found: Direction, interval: Interval, important: float | None) -> str:
    low, high = ends(interval)
    threshold = important or 0.0
    if found == "little":
        if low <= -threshold:
            return " A benefit large enough to matter also fits the data."
        return " A harm large enough to matter also fits the data." if high >= threshold else ""
    return " No difference also fits the data." if low <= 0 <= high else ""


def clinical_sentences(clinical: Clinical) -> str:
    """The effect in points and in people, each with what it assumes."""
    said = [f"{absolute_text(effect)}." for effect in clinical.absolute]
    if clinical.points:
        points = f"That is {points_text(clinical.points)} on {clinical.points.assumed}."
        said.insert(0, points)
    return " ".join(said)


def points_text(points: Reexpressed) -> str:
    """`0.88 points lower (0.35 to 1.39 lower)`; each limit with its side where sides differ."""
    low, high = points.interval.low, points.interval.high
    side = _side(points.estimate)
    said = f"{number(abs(points.estimate))} points {side}"
    if low is None or high is None:
        return said
    if _side(low) == _side(high) == side:
        near, far = sorted((abs(low), abs(high)))
        return f"{said} ({number(near)} to {number(far)} {side})"
    return f"{said} ({number(abs(low))} {_side(low)} to {number(abs(high))} {_side(high)})"


def _side(points: float) -> str:
    return "higher" if points > 0 else "lower"


def absolute_text(effect: AbsoluteEffect) -> str:
    """How many of a thousand get clearly better in each arm, the difference, the NNT."""
    numbers = effect.numbers
    needed = needed_text(numbers)
    return (
        f"If {_per_1000(numbers.control_risk):,} of {PER:,} people get clearly better in the "
        f"control group ({effect.source}), {_per_1000(numbers.risk):,} do with therapy: "
        f"{difference_text(effect)}{f'; {needed}' if needed else ''}"
    )


def difference_text(effect: AbsoluteEffect) -> str:
    """`107 more (4 more to 299 more)`: of the whole numbers that are printed beside it."""
    numbers, interval = effect.numbers, effect.numbers.risk_interval
    low = 0.0 if interval.low is None else interval.low
    high = 1.0 if interval.high is None else interval.high
    differences = [
        _per_1000(risk) - _per_1000(numbers.control_risk) for risk in (numbers.risk, low, high)
    ]
    estimate, least, most = (
        f"{abs(people):,} {'fewer' if people < 0 else 'more'}" for people in differences
    )
    return f"{estimate} ({least} to {most})"


def _per_1000(risk: float) -> int:
    return round(PER * risk)


def needed_text(numbers: NumberNeededToTreat) -> str:
    """`number needed to treat 11 (7 to 20)`; nothing where there is no difference at all.

    An interval that includes no difference runs through infinity to a number needed to harm
    (Altman 1998).
    """
    if numbers.number is None:
        return ""
    name = {"benefit": "number needed to treat", "harm": "number needed to harm"}
    said = f"{name[numbers.direction]} {_whole(numbers.number, numbers.direction)}"
    (best, best_way), (worst, worst_way) = numbers.best, numbers.worst
    if best_way == worst_way == numbers.direction:
        near, far = sorted((best or math.inf, worst or math.inf))
        return f"{said} ({_whole(near, best_way)} to {_whole(far, best_way)})"
    first, last = _whole(best or math.inf, best_way), _whole(worst or math.inf, worst_way)
    return f"{said} ({first} for benefit, through infinity, to {last} for harm)"


def _whole(value: float, direction: str) -> str:
    # Rounded against the therapy: up for a benefit, down for a harm.
    if math.isinf(value):
        return "∞"
    whole = math.ceil(round(value, 9)) if direction == "benefit" else math.floor(round(value, 9))
    return f"{max(1, whole):,}"


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


def _forest_alt(answer: Answer, measure: Measure, headline: str) -> str:
    subject = answer.subject
    trials = "; ".join(_trial(measure, study) for study in answer.studies)
    return f"Forest plot of {subject[0].lower()}{subject[1:]}. {headline} Trials: {trials}."


def _trial(measure: Measure, study: StudyEffect) -> str:
    shown = limits(*measure.shown_interval(study.ci_low, study.ci_high))
    note = ", suspect and not pooled" if study.suspect else ""
    return f"{study.label} {effect_text(measure, study.effect)}, {shown}{note}"
