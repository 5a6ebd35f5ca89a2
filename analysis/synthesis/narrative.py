"""The answer in a sentence: the estimate gives direction and size, the certainty the verb.

The wording follows the informative statements of GRADE guidelines 26 (Santesso et al.
2020, 10.1016/j.jclinepi.2019.10.014).
"""

from __future__ import annotations

from typing import Literal

from analysis.protocol import Outcome
from analysis.statistics.estimates import Interval, PooledEffect
from analysis.synthesis.certainty import Level, ends
from analysis.synthesis.study_effect import Measure

THERAPY = "Internet therapy"
NO_ANSWER = "We do not know: no trial gives numbers that can be used yet."
# Ratios in this review count responders: people who, as their trial defines it, got clearly better.
RESPONDING = "people get clearly better"

Direction = Literal["benefit", "harm", "little", "unclear"]


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
