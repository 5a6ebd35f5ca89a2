"""The effect in points and in people, each with what it assumes."""

from __future__ import annotations

import math
from dataclasses import dataclass

from analysis.formatting import number, people_of, percent
from analysis.protocol_rules import ReviewWords
from analysis.statistics.clinical import NumberNeededToTreat, Reexpressed
from analysis.synthesis.clinical_terms import ASSUMED, AbsoluteEffect, Clinical
from analysis.synthesis.study_effect import Measure

PER = 1000
RARE = 0.02  # below this share, and for all but this, whole people of 100 say too little


def clinical_sentences(words: ReviewWords, measure: Measure, clinical: Clinical) -> str:
    """The effect in points and in people, each with what it assumes."""
    said = [f"{absolute_text(words, measure, effect)}." for effect in clinical.absolute]
    if clinical.points:
        points = (
            f"The main estimate is {points_text(clinical.points)} on {clinical.points.assumed}."
        )
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


def event_of(words: ReviewWords, measure: Measure) -> str:
    """What people do whose number is given, as after "people"."""
    return measure.event or words.better


def absolute_text(words: ReviewWords, measure: Measure, effect: AbsoluteEffect) -> str:
    """How many of a thousand have the event in each group, the difference, the NNT."""
    numbers = effect.numbers
    needed, with_it = needed_text(numbers), people_of(PER, numbers.risk)
    return (
        f"If {assumed_people(effect)} of {PER:,} people {event_of(words, measure)} in "
        f"{words.control} ({_whence(effect)}), {with_it} {_do(words, measure)} "
        f"{words.with_intervention}: {difference_text(effect)}{f'; {needed}' if needed else ''}"
    )


def _do(words: ReviewWords, measure: Measure) -> str:
    """What stands for the event said again: `are` for `are clearly more satisfied`."""
    return "are" if event_of(words, measure).startswith("are ") else "do"


@dataclass(frozen=True)
class People:
    """How many `of` so many people have the event: without the intervention, and with it.

    Whole people, rounded once, so that a picture and the sentences beside it agree.
    """

    of: int
    without: int
    with_it: int
    least: int
    most: int


def in_people(effect: AbsoluteEffect) -> People:
    """A control risk and the risk that the pooled effect makes of it, in people of 100.

    Of 1,000 where so few have the event, or so few have not, that whole people of 100 would hide
    the difference.
    """
    risks = (effect.numbers.control_risk, effect.numbers.risk)
    of = PER if max(risks) < RARE or min(risks) > 1 - RARE else 100
    limits = sorted(risk_limits(effect))
    return People(of, *(round(of * risk) for risk in (*risks, *limits)))


def people_compared(words: ReviewWords, measure: Measure, effect: AbsoluteEffect) -> str:
    """`Of 100 people, about 36 instead of 21 get clearly better (...).`, after the intervention.

    An assumed control risk is a condition and reads as one: `If 10 of 100 people get clearly
    better without it, about 18 do with it.`
    """
    people, event = in_people(effect), event_of(words, measure)
    if effect.source == ASSUMED:
        return (
            f"If {people.without:,} of {people.of:,} people {event} without it, about "
            f"{people.with_it:,} {_do(words, measure)} with it."
        )
    number = (
        f"about {people.with_it:,} instead of {people.without:,}"
        if people.with_it != people.without
        else f"about {people.without:,} either way"
    )
    return f"Of {people.of:,} people, {number} {event} (without it: {_whence(effect)})."


def people_shown(words: ReviewWords, measure: Measure, effect: AbsoluteEffect) -> str:
    """The same of both groups, with the interval and whence the control risk."""
    people, event = in_people(effect), event_of(words, measure)
    return (
        f"Of {people.of:,} people, {people.without:,} {event} in {words.control} "
        f"({_whence(effect)}) and about {people.with_it:,} {words.with_intervention} "
        f"({people.least:,} to {people.most:,})."
    )


def assumed_people(effect: AbsoluteEffect) -> str:
    """How many of a thousand have the event without the intervention: `208`."""
    return people_of(PER, effect.numbers.control_risk)


def corresponding_people(effect: AbsoluteEffect) -> str:
    """How many of a thousand have it with the intervention: `358 (216 to 524)`."""
    risk, *limits = (people_of(PER, risk) for risk in (effect.numbers.risk, *risk_limits(effect)))
    return f"{risk} ({' to '.join(limits)})"


def risk_limits(effect: AbsoluteEffect) -> tuple[float, float]:
    """The interval of the risk with the intervention; nobody and everybody where it has no end."""
    interval = effect.numbers.risk_interval
    return (
        0.0 if interval.low is None else interval.low,
        1.0 if interval.high is None else interval.high,
    )


def risk_assumed(words: ReviewWords, measure: Measure, effect: AbsoluteEffect) -> str:
    """`10% of people get clearly better in the control group (assumed, wherever ...)`."""
    risk = percent(100 * effect.numbers.control_risk)
    whence = _whence(effect)
    if not (effect.definition or measure.kind.event):
        whence += ", wherever on the questionnaire that line is drawn"
    return f"{risk} of people {event_of(words, measure)} in {words.control} ({whence})"


def _whence(effect: AbsoluteEffect) -> str:
    """The control risk's source, and what its trial counts."""
    return f"{effect.source}: {effect.definition}" if effect.definition else effect.source


def difference_text(effect: AbsoluteEffect) -> str:
    """`107 more (4 more to 299 more)`: of the whole numbers that are printed beside it."""
    numbers, (low, high) = effect.numbers, risk_limits(effect)
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
    # Rounded against the intervention: up for a benefit, down for a harm.
    if math.isinf(value):
        return "∞"
    whole = math.ceil(round(value, 9)) if direction == "benefit" else math.floor(round(value, 9))
    return f"{max(1, whole):,}"
