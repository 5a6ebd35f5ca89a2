"""Two versions of the review side by side: what moved, why, and whether a conclusion did."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Literal

from analysis.formatting import number
from analysis.protocol_rules import Frozen
from analysis.statistics.estimates import PooledEffect
from analysis.synthesis.study_effect import Measure
from analysis.versions.data_changes import Correction, DataChanges
from analysis.versions.state import QuestionState, TrialState, alike, same_number

Direction = Literal["lower", "higher", "same", "new", "gone", "none"]
ARROWS: Mapping[Direction, str] = {
    "lower": "▼",
    "higher": "▲",
    "same": "=",
    "new": "+",
    "gone": "✕",
    "none": "–",
}
VersionKind = Literal[
    "no new evidence",
    "new evidence, conclusions unchanged",
    "new evidence, conclusions changed",
]


class Change(Frozen):
    """One question before and now; `rules` say what changed its conclusion."""

    before: QuestionState | None
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
    def estimates(self) -> tuple[PooledEffect | None, PooledEffect | None]:
        """The primary results before and now."""
        return (
            self.before.primary if self.before else None,
            self.now.primary if self.now else None,
        )

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
    """Two versions by their names: every question of either, and what differs in the data."""

    before: str
    now: str
    changes: tuple[Change, ...]
    data: DataChanges

    @property
    def corrections(self) -> tuple[Correction, ...]:
        return self.data.corrections

    @property
    def kind(self) -> VersionKind:
        return kind_of_version(self.changes)

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
    before: Mapping[str, QuestionState], now: Mapping[str, QuestionState]
) -> tuple[Change, ...]:
    """Every question of either version, in the order of the present one."""
    keys = [*now, *(key for key in before if key not in now)]
    return tuple(_change(before.get(key), now.get(key)) for key in keys)


def _change(before: QuestionState | None, now: QuestionState | None) -> Change:
    old = before.pooled if before else {}
    new = now.pooled if now else {}
    then, today = before.primary if before else None, now.primary if now else None
    important = now.smallest_important_difference if now else None
    measure = (now or before).measure  # type: ignore[union-attr]
    return Change(
        before=before,
        now=now,
        direction=_direction(measure, then, today),
        rules=conclusion_rules(then, today, important),
        new_trials=tuple(trial.label for key, trial in new.items() if key not in old),
        lost_trials=tuple(trial.label for key, trial in old.items() if key not in new),
        moved_trials=tuple(
            trial.label for key, trial in new.items() if key in old and _moved(old[key], trial)
        ),
    )


def _moved(before: TrialState, now: TrialState) -> bool:
    """Whether the trial's number is another, and not the same one rounded by another processor."""
    return not all(same_number(getattr(before, n), getattr(now, n)) for n in ("effect", "variance"))


def conclusion_rules(
    before: PooledEffect | None, now: PooledEffect | None, important: float | None
) -> tuple[str, ...]:
    """Which rules say that the conclusion changed; none when both versions say the same."""
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


def _excludes(pooled: PooledEffect, value: float) -> bool:
    low, high = pooled.interval.low, pooled.interval.high
    return (low is not None and low > value) or (high is not None and high < value)


def _direction(
    measure: Measure, before: PooledEffect | None, now: PooledEffect | None
) -> Direction:
    if now is None:
        return "none" if before is None else "gone"
    if before is None:
        return "new"
    then, today = measure.shown(before.estimate), measure.shown(now.estimate)
    # Two estimates that print alike are the same to a reader.
    if number(then) == number(today):
        return "same"
    return "lower" if today < then else "higher"


def kind_of_version(changes: Sequence[Change]) -> VersionKind:
    """One of the three kinds of version that living reviews tell apart."""
    if not any(
        change.new_trials or change.lost_trials or change.moved_trials for change in changes
    ):
        return "no new evidence"
    if any(change.rules for change in changes):
        return "new evidence, conclusions changed"
    return "new evidence, conclusions unchanged"
