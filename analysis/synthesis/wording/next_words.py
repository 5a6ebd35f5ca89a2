"""What would change an answer, in sentences."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from analysis.formatting import counted, number
from analysis.statistics.next_trial import Stretch
from analysis.synthesis.estimate_text import effect_text
from analysis.synthesis.next_evidence import NextEvidence
from analysis.synthesis.study_effect import Measure


def next_sentences(
    measure: Measure, k: int, n_total: int | None, n_unknown: int, found: NextEvidence
) -> tuple[str, ...]:
    """A sentence on each thing: participants, then the next trial.

    n_unknown: the trials whose participants are not known, and not among `n_total`.
    """
    if k == 0:
        return ("The first trial with usable numbers would change this.",)
    return (*_people(n_total, n_unknown, found), *_next_trial(measure, k, found))


def _people(n_total: int | None, n_unknown: int, found: NextEvidence) -> Iterator[str]:
    if found.needed is None:
        return
    asked = f"The optimal information size is {found.needed:,} participants ({found.assumed})"
    if n_total is None:
        yield f"{asked}; how many the trials have together is not known."
        return
    unknown = f", not counting {counted(n_unknown, 'trial')} whose number we do not have"
    there = f"the {n_total:,} there are{unknown if n_unknown else ''}"
    if n_total < found.needed:
        yield f"{asked}: {found.needed - n_total:,} more than {there}."
    else:
        yield f"{asked}: no more than {there}."


def _next_trial(measure: Measure, k: int, found: NextEvidence) -> Iterator[str]:
    if k == 1:
        yield (
            "There is one trial: a second would show, for the first time, how far results differ."
        )
        return
    now, then = ("excludes", "include") if found.excludes else ("includes", "exclude")
    steady = [counted(trial.people, "participant") for trial in found.trials if not trial.tips]
    within = _within(measure, found.range)
    if steady:
        yield (
            f"The interval {now} no difference, and with one more trial of {' or '.join(steady)} "
            f"it still would, whatever that trial found {within}."
        )
    for trial in found.trials:
        if trial.tips:
            yield (
                f"With one more trial of {counted(trial.people, 'participant')} the interval would "
                f"{then} no difference if that trial found {measure.kind.named} of "
                f"{_stretches(measure, trial.tips)} (of all effects {within})."
            )


def _stretches(measure: Measure, found: Sequence[Stretch]) -> str:
    """`0.07 or more`, `−0.22 to −0.14`: as they are printed, the lowest first."""
    shown = [_stretch(measure, stretch) for stretch in found]
    return ", or of ".join(reversed(shown) if measure.benefit_above else shown)


def _stretch(measure: Measure, stretch: Stretch) -> str:
    low, high = reversed(stretch) if measure.benefit_above else stretch
    if low is None or high is None:
        only = high if low is None else low
        return (
            f"{effect_text(measure, only)}{_unit(measure)} or {'less' if low is None else 'more'}"
            if only is not None
            else "any size"
        )
    return f"{effect_text(measure, low)} to {effect_text(measure, high)}{_unit(measure)}"


def _within(measure: Measure, farthest: float) -> str:
    low, high = measure.shown_interval(-farthest, farthest)
    return f"between {number(low)} and {number(high)}{_unit(measure)}"


def _unit(measure: Measure) -> str:
    """The unit that the protocol gives: ` hours a night`; blank for the measures that need none."""
    return f" {measure.unit}" if measure.kind.unit is None else ""
