"""What would change an answer, in sentences."""

from __future__ import annotations

from collections.abc import Iterator

from analysis.formatting import counted, number
from analysis.synthesis.estimate_text import effect_text
from analysis.synthesis.next_evidence import NextEvidence
from analysis.synthesis.study_effect import Measure


def next_sentences(
    measure: Measure, k: int, n_total: int | None, found: NextEvidence
) -> tuple[str, ...]:
    """A sentence on each thing: participants, then the next trial."""
    if k == 0:
        return ("The first trial with usable numbers would change this.",)
    return (*_people(n_total, found), *_next_trial(measure, k, found))


def _people(n_total: int | None, found: NextEvidence) -> Iterator[str]:
    if found.needed is None:
        return
    asked = f"The optimal information size is {found.needed:,} participants ({found.assumed})"
    if n_total is None:
        yield f"{asked}; how many the trials have together is not known."
    elif n_total < found.needed:
        yield f"{asked}: {found.needed - n_total:,} more than the {n_total:,} there are."
    else:
        yield f"{asked}, and there are {n_total:,}: more participants alone would not change this."


def _next_trial(measure: Measure, k: int, found: NextEvidence) -> Iterator[str]:
    if k == 1:
        yield (
            "There is one trial: a second would show, for the first time, how far results differ."
        )
        return
    now, then = ("excludes", "include") if found.excludes else ("includes", "exclude")
    tipping = [trial for trial in found.trials if trial.effect is not None]
    steady = [
        counted(trial.people, "participant") for trial in found.trials if trial.effect is None
    ]
    if steady:
        yield (
            f"The interval {now} no difference, and with one more trial of {' or '.join(steady)} "
            f"it still would, whatever that trial found {_within(measure, found.range)}."
        )
    for trial in tipping:
        yield (
            f"With one more trial of {counted(trial.people, 'participant')} the interval would "
            f"{then} no difference if that trial found {measure.kind.named} of "
            f"{effect_text(measure, trial.effect or 0.0)}{_unit(measure)} or "
            f"{_way(measure, found)}."
        )


def _way(measure: Measure, found: NextEvidence) -> str:
    """On which side of the tipping effect the trial would have to lie, as it is printed."""
    up = found.upwards != measure.benefit_above
    return "more" if up else "less"


def _within(measure: Measure, farthest: float) -> str:
    low, high = measure.shown_interval(-farthest, farthest)
    return f"between {number(low)} and {number(high)}{_unit(measure)}"


def _unit(measure: Measure) -> str:
    """The unit that the protocol gives: ` hours a night`; blank for the measures that need none."""
    return f" {measure.unit}" if measure.kind.unit is None else ""
