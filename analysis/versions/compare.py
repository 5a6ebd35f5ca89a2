"""Two versions of the review side by side: what moved, why, and whether a conclusion did."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal

from analysis.evidence.data_files import DATA_FILES, DataFile
from analysis.evidence.study_names import FORMER, StudyRename, named_in, present_name
from analysis.evidence.verification import COLUMNS as VERIFICATION
from analysis.files.columns import columns
from analysis.files.csv_files import NUMBER, read_csv
from analysis.files.problems import EvidenceError, Problem
from analysis.formatting import number
from analysis.protocol_rules import Frozen
from analysis.statistics.estimates import PooledEffect
from analysis.synthesis.study_effect import Measure
from analysis.versions.state import QuestionState

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


class Correction(Frozen):
    """A value that stood in both versions and differs."""

    file: str
    row: str
    column: str
    before: str
    now: str


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

    @property
    def anything(self) -> bool:
        """Whether anything at all differs, beyond what is printed."""
        return self.before != self.now


class Comparison(Frozen):
    """Two versions by their names: every question of either, and every corrected value."""

    before: str
    now: str
    changes: tuple[Change, ...]
    corrections: tuple[Correction, ...]

    @property
    def kind(self) -> VersionKind:
        return kind_of_version(self.changes)

    @property
    def changed(self) -> tuple[Change, ...]:
        """The questions in which anything at all differs."""
        return tuple(change for change in self.changes if change.anything)

    @property
    def anything(self) -> bool:
        return bool(self.changed or self.corrections)

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
            trial.label
            for key, trial in new.items()
            if key in old and (old[key].effect, old[key].variance) != (trial.effect, trial.variance)
        ),
    )


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


def corrections(
    before: Path, now: Path, renames: Sequence[StudyRename] = ()
) -> tuple[Correction, ...]:
    """Every cell of a data file that stood in both versions and differs, old and new.

    Of a trial that was renamed the cells are those under its present name.
    """
    found: list[Correction] = []
    for stem, file in DATA_FILES.items():
        # Where the book reports what is no evidence; rows without a name cannot be compared.
        if stem == "checklists" or not file.key:
            continue
        old, new = (_rows(folder / f"{stem}.csv", file, renames) for folder in (before, now))
        for row_id in old.keys() & new.keys():
            found += [
                Correction(
                    file=f"{stem}.csv",
                    row=row_id,
                    column=column,
                    before=value,
                    now=new[row_id][column],
                )
                for column, value in old[row_id].items()
                if column in new[row_id] and _differ(column, value, new[row_id][column])
            ]
    return tuple(sorted(found, key=lambda item: (item.file, item.row, item.column)))


def _differ(column: str, before: str, now: str) -> bool:
    """Whether a cell says something else: 0.400 is 0.4, and a row seen again is no correction."""
    if column in (*VERIFICATION, FORMER) or before == now:
        return False
    if NUMBER.fullmatch(before) and NUMBER.fullmatch(now):
        return float(before) != float(now)
    return True


def _rows(path: Path, file: DataFile, renames: Sequence[StudyRename]) -> dict[str, dict[str, str]]:
    """The cells of each row by its name; a column from after the file was frozen is blank."""
    if not path.is_file():
        return {}
    table = read_csv(path)
    later = {column.name: "" for column in columns(file.row) if column.may_be_absent}
    if missing := [name for name in file.key if name not in {*table.header, *later}]:
        raise EvidenceError([Problem(path, 1, name, "this column is missing") for name in missing])
    names = {column.name: named_in(file.name, column) for column in columns(file.row)}
    found = {}
    for cells in table.rows:
        row = {
            column: present_name(renames, names.get(column), cell)
            for column, cell in zip(table.header, cells, strict=True)
        }
        found[", ".join(filter(None, ((later | row)[name] for name in file.key)))] = row
    return found
