"""What a version of the review says of one question: the part of a `Synthesis` that is compared."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from analysis.formatting import DASH, count
from analysis.protocol import AsPublished
from analysis.protocol_rules import Frozen
from analysis.statistics.estimates import Interval, PooledEffect
from analysis.synthesis.certainty import Level, rating_text
from analysis.synthesis.interval_rule import conclusion_interval
from analysis.synthesis.question_result import Synthesis
from analysis.synthesis.study_effect import Measure, StudyEffect

# Another processor may round the last digits otherwise; a reader never sees them.
SAME = 1e-9
# How a result is worded is the software's; what it says follows from the numbers beside it.
WORDS: dict[str, Any] = {"plain": True, "measure": {"label", "event", "unit", "sides"}}


class TrialState(Frozen):
    """A trial in a question: its effect, what it rests on, and whether it was pooled."""

    study_id: str
    label: str
    effect: float
    variance: float
    weight: float | None
    row_ids: tuple[str, ...]
    suspect: bool


class PooledState(Frozen):
    """A question as it is pooled at one time: its trials and their result."""

    measure: Measure
    k: int
    n_total: int | None
    primary: PooledEffect | None
    # The interval that conclusions read, where it is not that of the primary analysis.
    conclusion_interval: Interval | None = None
    trials: tuple[TrialState, ...]

    @property
    def concluded(self) -> PooledEffect | None:
        """The primary effect with the interval that conclusions read."""
        if self.primary is None or self.conclusion_interval is None:
            return self.primary
        return replace(self.primary, interval=self.conclusion_interval)

    @property
    def pooled(self) -> dict[str, TrialState]:
        """The trials in the primary analysis, by id."""
        return {trial.study_id: trial for trial in self.trials if not trial.suspect}


class QuestionState(PooledState):
    """The result of one question in one version; `certainty` is the level shown to the reader.

    `provisional` says that the level rests mostly on trials that nobody has assessed.
    """

    question: AsPublished
    title: str
    smallest_important_difference: float | None
    certainty: Level | None
    provisional: bool = False
    plain: str


def same_number(one: float, other: float) -> bool:
    return math.isclose(one, other, rel_tol=SAME, abs_tol=SAME)


def same_trial(one: TrialState, other: TrialState) -> bool:
    """Whether two numbers of a trial are one, but for how another processor rounds them."""
    return all(same_number(getattr(one, n), getattr(other, n)) for n in ("effect", "variance"))


def same_result(one: PooledState, other: PooledState) -> bool:
    """Whether the same trials and numbers are pooled to the same estimate and interval."""
    old, new = one.pooled, other.pooled
    if old.keys() != new.keys() or not all(same_trial(old[key], new[key]) for key in old):
        return False
    results = [_numbers(state) for state in (one, other)]
    return one.measure.name == other.measure.name and not any(differences("", *results))


def _numbers(state: PooledState) -> list[float | None]:
    found = state.primary
    if found is None:
        return []
    read = state.conclusion_interval or found.interval
    return [found.estimate, *((i.low, i.high)[at] for i in (found.interval, read) for at in (0, 1))]


def alike(one: QuestionState, other: QuestionState) -> bool:
    """Whether two states say the same, the last digits of numbers aside."""
    return not any(differences("", *map(said_in_numbers, (one, other))))


def said_in_numbers(state: QuestionState) -> dict[str, object]:
    """A state as JSON without its wording."""
    return state.model_dump(mode="json", exclude=WORDS)


def differences(at: str, before: object, now: object) -> Iterator[str]:
    """Where two values that were JSON differ, and how."""
    if isinstance(before, dict) and isinstance(now, dict):
        for key in [*before, *(key for key in now if key not in before)]:
            yield from differences(f"{at}.{key}".lstrip("."), before.get(key), now.get(key))
    elif isinstance(before, list) and isinstance(now, list) and len(before) == len(now):
        for index, (old, new) in enumerate(zip(before, now, strict=True)):
            yield from differences(f"{at}[{index}]", old, new)
    elif isinstance(before, float) and isinstance(now, int | float):
        if not same_number(before, now):
            yield f"{at}: {before} was frozen, {now} is made now"
    elif before != now:
        yield f"{at}: {before!r} was frozen, {now!r} is made now"


def participants_text(state: QuestionState | None) -> str:
    """The participants of a question in one version; an en dash where they are not known."""
    return count(state.n_total if state else None)


def certainty_text(state: QuestionState | None) -> str:
    """The certainty of a question in one version; an en dash where there is none."""
    if state is None or state.certainty is None:
        return DASH
    said = rating_text(state.certainty, provisional=state.provisional)
    return f"{said} (provisional)" if state.provisional else said


def state_of(synthesis: Synthesis) -> QuestionState:
    """The comparable part of a synthesis."""
    return QuestionState(
        question=synthesis.question,
        title=synthesis.title,
        measure=synthesis.measure,
        smallest_important_difference=synthesis.smallest_important_difference,
        k=synthesis.k,
        n_total=synthesis.n_total,
        primary=synthesis.primary,
        conclusion_interval=conclusion_interval(synthesis.bayesian),
        certainty=synthesis.certainty.level if synthesis.certainty else None,
        provisional=bool(synthesis.certainty and synthesis.certainty.provisional),
        plain=synthesis.sentences.plain,
        trials=tuple(map(trial_state, synthesis.studies)),
    )


def trial_state(study: StudyEffect) -> TrialState:
    """The comparable part of a trial's effect."""
    return TrialState(
        study_id=study.study_id,
        label=study.label,
        effect=study.effect,
        variance=study.variance,
        weight=study.weight,
        row_ids=study.row_ids,
        suspect=bool(study.suspect),
    )
