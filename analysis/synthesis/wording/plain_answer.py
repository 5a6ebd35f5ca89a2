"""The answer in everyday words, and the words for more and less of what is measured.

It follows the informative statements of GRADE guidelines 26 (Santesso et al. 2020,
10.1016/j.jclinepi.2019.10.014): the estimate gives direction and size, the certainty the verb.
"""

from __future__ import annotations

from typing import Literal

from analysis.formatting import sentence_case
from analysis.protocol import Outcome
from analysis.protocol_rules import ReviewWords
from analysis.statistics.estimates import Interval, PooledEffect
from analysis.synthesis.certainty import Level, ends
from analysis.synthesis.study_effect import Measure

# What is nearer to no difference than six decimals show is no difference.
TOUCHING = 5e-7
Direction = Literal["benefit", "harm", "little", "unclear"]


def quantity(measure: Measure) -> str:
    """What a measure of an event compares: `the chance that people get clearly better`."""
    return f"{measure.kind.quantity} people {measure.event}"


def lower(measure: Measure, outcome: Outcome) -> str:
    """What an effect below zero on the analysis scale means, in words: the benefit."""
    return _side(measure, measure.benefit_above) if measure.kind.event else outcome.lower


def higher(measure: Measure, outcome: Outcome) -> str:
    """What an effect above zero on the analysis scale means, in words: the harm."""
    return _side(measure, not measure.benefit_above) if measure.kind.event else outcome.higher


def _side(measure: Measure, more: bool) -> str:
    what = measure.kind.quantity.split()[1]
    article = "" if what == "odds" else "a "
    return f"{article}{'higher' if more else 'lower'} {what}"


def narrative(
    words: ReviewWords,
    outcome: Outcome,
    measure: Measure,
    important: float | None,
    pooled: PooledEffect,
    level: Level,
) -> str:
    """`The drug probably leads to slightly less fatigue.`

    important: the smallest important difference on the analysis scale, `None` where the
    protocol sets none. A second sentence names what the interval leaves open.
    """
    who, event = words.intervention, measure.kind.event
    about = f"{measure.kind.how_many} people {measure.event}" if event else outcome.label
    if level == "very low":
        return f"The evidence is very uncertain about the effect of {who} on {about}."
    found = direction(pooled, important)
    if found == "unclear":
        return f"It is unclear whether {who} {_either(outcome, measure)}: both fit the data."
    if found == "little":
        said = _with_certainty(level, "makes", "make", f"little or no difference to {about}")
    elif event:
        more = (found == "benefit") == measure.benefit_above
        said = _with_certainty(level, "makes", "make", _likely(measure, "more" if more else "less"))
    else:
        side = outcome.lower if found == "benefit" else outcome.higher
        how_much = size(pooled.estimate) if measure.name == "SMD" else ""
        said = _with_certainty(level, "leads", "lead", f"to {how_much}{side}")
    return f"{sentence_case(who)} {said}.{_also_fits(found, pooled.interval, important)}"


def direction(pooled: PooledEffect, important: float | None) -> Direction:
    """Benefit, harm, little or no difference, or unclear; negative favours the intervention.

    With a smallest important difference: unclear when the interval reaches it on both
    sides, otherwise where the estimate lies next to it. Without one: unclear when the
    interval lies on both sides of no difference, otherwise the side of the estimate.
    """
    low, high = ends(pooled.interval)
    threshold = important or TOUCHING
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
    if measure.kind.event:
        return f"makes {_likely(measure, 'more or less')}"
    return f"leads to {outcome.lower} or {outcome.higher}"


def _likely(measure: Measure, more: str) -> str:
    if measure.kind.how_many == "how often":
        return f"people {measure.event} {more} often"
    return f"it {more} likely that people {measure.event}"


def _also_fits(found: Direction, interval: Interval, important: float | None) -> str:
    low, high = ends(interval)
    threshold = important or 0.0
    if found == "little":
        if low <= -threshold:
            return " A benefit large enough to matter also fits the data."
        return " A harm large enough to matter also fits the data." if high >= threshold else ""
    return " No difference also fits the data." if low <= TOUCHING and high >= -TOUCHING else ""
