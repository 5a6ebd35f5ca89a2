"""Two versions of the review side by side: what moved, why, and whether a conclusion did."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Literal

from pydantic import Field

from analysis.formatting import listed, number
from analysis.protocol_rules import Frozen
from analysis.statistics.estimates import PooledEffect
from analysis.synthesis.estimate_text import Estimated
from analysis.synthesis.question_result import PublishedEstimate
from analysis.synthesis.study_effect import Measure
from analysis.versions.data_changes import Correction, DataChanges
from analysis.versions.state import PooledState, QuestionState, alike, same_trial
from analysis.versions.steps import CAUSES, Cause, Steps

Direction = Literal["lower", "higher", "same", "new", "gone", "none"]
ARROWS: Mapping[Direction, str] = {
    "lower": "▼",
    "higher": "▲",
    "same": "=",
    "new": "+",
    "gone": "✕",
    "none": "–",
}
# What a version brought: the first of these that it has, and what came of it.
VersionKind = Literal[
    "no new evidence",
    "new evidence, conclusions unchanged",
    "new evidence, conclusions changed",
    "corrected data, conclusions unchanged",
    "corrected data, conclusions changed",
    "new methods, conclusions unchanged",
    "new methods, conclusions changed",
]
BROUGHT: Mapping[Cause, tuple[VersionKind, VersionKind]] = {
    "new evidence": ("new evidence, conclusions unchanged", "new evidence, conclusions changed"),
    "corrections": ("corrected data, conclusions unchanged", "corrected data, conclusions changed"),
    "the method": ("new methods, conclusions unchanged", "new methods, conclusions changed"),
}


class Change(Frozen):
    """One question before and now; `rules` say what changed its conclusion.

    Where the version before is a review that others published (`after_publication`), what it
    `printed` is the before, and the state of that version is our rebuilding of it.
    """

    before: QuestionState | None
    after_publication: bool = False
    printed: PublishedEstimate | None = None
    now: QuestionState | None
    direction: Direction
    rules: tuple[str, ...]
    new_trials: tuple[str, ...]
    lost_trials: tuple[str, ...]
    moved_trials: tuple[str, ...]

    @property
    def state(self) -> QuestionState:
        """The present state, or the last one of a question that is gone."""
        state = self.now or self.before
        assert state is not None
        return state

    @property
    def estimates(self) -> tuple[PublishedEstimate | PooledEffect | None, PooledEffect | None]:
        """What the version before said, as published where others published it, and what is now."""
        return (
            self.printed if self.after_publication else self.pooled_before,
            self.now.primary if self.now else None,
        )

    @property
    def rebuilt(self) -> PooledEffect | None:
        """What the open numbers of the trials that others had published come to."""
        return self.pooled_before if self.after_publication else None

    @property
    def pooled_before(self) -> PooledEffect | None:
        """What the trials of the version before were pooled to, by this software."""
        return self.before.primary if self.before else None

    @property
    def conclusion(self) -> str:
        """Whether the conclusion changed and why, or why that cannot be said."""
        if self.rules:
            return f"changed: {listed(self.rules)}"
        if self.after_publication and not all(self.estimates):
            missing = "printed estimate on record" if self.estimates[1] else "estimate now"
            return f"not compared: no {missing}"
        return "unchanged"

    @property
    def arrow(self) -> str:
        return ARROWS[self.direction]

    @cached_property
    def anything(self) -> bool:
        """Whether anything at all differs, beyond what is printed."""
        if self.before is None or self.now is None:
            return self.before is not self.now
        return not alike(self.before, self.now)


class Comparison(Frozen):
    """Two versions by their names: every question of either, and what differs in the data.

    `publication` is what the version before is called where others published it, and `steps`
    are what lies between the two, by question, where that was asked for and can be told apart.
    """

    before: str
    now: str
    publication: str = ""
    changes: tuple[Change, ...]
    data: DataChanges
    steps: dict[str, Steps] = Field(default_factory=dict)

    @property
    def corrections(self) -> tuple[Correction, ...]:
        return self.data.corrections

    @property
    def kind(self) -> VersionKind:
        return kind_of_version(self.changes, self.steps)

    def moved(self, change: Change) -> tuple[tuple[Cause, PooledState, PooledState], ...]:
        """Each cause that moved a question, from what and to what, where it can be told."""
        return moved(change, self.steps)

    @property
    def changed(self) -> tuple[Change, ...]:
        """The questions in which anything at all differs."""
        return tuple(change for change in self.changes if change.anything)

    @property
    def anything(self) -> bool:
        return bool(self.changed) or self.data.anything

    def corrected_in(self, change: Change) -> tuple[Correction, ...]:
        """The corrected values of the outcome rows that a question rests on, in either version."""
        states = (change.before, change.now)
        rows = {row for state in states if state for t in state.trials for row in t.row_ids}
        return tuple(c for c in self.corrections if c.file == "outcomes.csv" and c.row in rows)


def compare(
    before: Mapping[str, QuestionState],
    now: Mapping[str, QuestionState],
    printed: Mapping[str, PublishedEstimate] | None = None,
) -> tuple[Change, ...]:
    """Every question of either version, in the order of the present one.

    Where others published the version before, `printed` holds what they did, and conclusions
    are held against that; `before` then is our rebuilding.
    """
    keys = [*now, *(key for key in before if key not in now)]
    return tuple(_change(key, before.get(key), now.get(key), printed) for key in keys)


def _change(
    key: str,
    before: QuestionState | None,
    now: QuestionState | None,
    printed: Mapping[str, PublishedEstimate] | None,
) -> Change:
    old = before.pooled if before else {}
    new = now.pooled if now else {}
    then: PublishedEstimate | PooledEffect | None = before.primary if before else None
    read: PublishedEstimate | PooledEffect | None = before.concluded if before else None
    if printed is not None:
        then = read = printed.get(key)
    today = now.primary if now else None
    important = now.smallest_important_difference if now else None
    measure = (now or before).measure  # type: ignore[union-attr]
    # What open numbers lack is no change of what was concluded.
    comparable = printed is None or (then is not None and today is not None)
    return Change(
        before=before,
        after_publication=printed is not None,
        printed=printed.get(key) if printed else None,
        now=now,
        direction=_direction(measure, then, today),
        rules=conclusion_rules(read, now.concluded if now else None, important)
        if comparable
        else (),
        new_trials=tuple(trial.label for key, trial in new.items() if key not in old),
        lost_trials=tuple(trial.label for key, trial in old.items() if key not in new),
        moved_trials=tuple(
            trial.label
            for key, trial in new.items()
            if key in old and not same_trial(old[key], trial)
        ),
    )


def conclusion_rules(
    before: Estimated | None, now: Estimated | None, important: float | None
) -> tuple[str, ...]:
    """Which rules say that the conclusion changed; none when both versions say the same.

    before, now: the effects with the intervals that conclusions read.
    """
    if before is None or now is None:
        if before is now:
            return ()
        return ("there was no estimate before",) if before is None else ("there is none any more",)
    rules = []
    if before.estimate * now.estimate < 0:
        rules.append("the direction changed")
    for value, name in ((0.0, "no difference"), (important, "the smallest important difference")):
        if value is not None and _excludes(before, -value) != _excludes(now, -value):
            verb = "excludes" if _excludes(now, -value) else "includes"
            rules.append(f"the interval now {verb} {name}")
    return tuple(rules)


def _excludes(pooled: Estimated, value: float) -> bool:
    low, high = pooled.interval.low, pooled.interval.high
    return (low is not None and low > value) or (high is not None and high < value)


def _direction(measure: Measure, before: Estimated | None, now: Estimated | None) -> Direction:
    if now is None:
        return "none" if before is None else "gone"
    if before is None:
        return "new"
    then, today = measure.shown(before.estimate), measure.shown(now.estimate)
    # Two estimates that print alike are the same to a reader.
    if number(then) == number(today):
        return "same"
    return "lower" if today < then else "higher"


def moved(
    change: Change, steps: Mapping[str, Steps]
) -> tuple[tuple[Cause, PooledState, PooledState], ...]:
    """Each cause that moved a question, from what and to what; none where it cannot be told."""
    between = steps.get(change.state.question.key)
    if between is None or change.before is None or change.now is None:
        return ()
    return tuple(between.moved(change.before, change.now))


def kind_of_version(changes: Sequence[Change], steps: Mapping[str, Steps]) -> VersionKind:
    """What a version brought, and whether a conclusion changed by it.

    New evidence goes before corrected data, and these before new methods: living reviews tell
    apart whether there is evidence that was not there before.
    """
    return kind_brought({cause for change in changes for cause in _causes(change, steps)}, changes)


def kind_brought(causes: Collection[Cause], changes: Sequence[Change]) -> VersionKind:
    """The same from what moved any question."""
    for cause in reversed(CAUSES):
        if cause in causes:
            unchanged, changed = BROUGHT[cause]
            return changed if any(change.rules for change in changes) else unchanged
    return "no new evidence"


def _causes(change: Change, steps: Mapping[str, Steps]) -> Iterator[Cause]:
    if change.state.question.key in steps and change.before and change.now:
        yield from (cause for cause, _, _ in moved(change, steps))
    elif change.new_trials or change.lost_trials or change.moved_trials:
        yield "new evidence"
