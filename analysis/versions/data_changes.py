"""What differs between the data of two versions, apart by what it means.

A value that says something else is a correction. A row that a person has checked, a trial
that was taken in or out, and a rule that changed are none, and are told for themselves.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from analysis.evidence.classified import COLUMNS as CLASSIFIED
from analysis.evidence.data_files import DATA_FILES
from analysis.evidence.study_names import FORMER, StudyRename, named_in, present_name
from analysis.evidence.verification import COLUMNS as VERIFICATION
from analysis.evidence.verification import is_verified_as_written
from analysis.files.columns import Column, columns
from analysis.files.csv_files import csv_of
from analysis.files.problems import EvidenceError, Problem, read_bytes
from analysis.protocol import load_protocol
from analysis.protocol_rules import Frozen

INCLUDED = "included"
NOT_LISTED = "not listed"
NOT_SET = "not set"
# Of a few versions: a build compares the same ones for several pages.
MOST_TABLES = 80
# Where the book reports what, what the version says of itself, and words: no evidence, no rule.
NO_EVIDENCE = "checklists"
OF_WORDS = {"__all__": {"unit", "event"}}
NO_RULE: dict[str, Any] = {
    **dict.fromkeys(("version", "site_url", "words", "marked_words"), True),
    "outcomes": OF_WORDS,
    "measures": OF_WORDS,
}

Cells = Mapping[str, str]
Rows = Mapping[str, Cells]
Tables = Mapping[str, Rows]


class Correction(Frozen):
    """A value that stood in both versions and differs."""

    file: str
    row: str
    column: str
    before: str
    now: str


class StatusChange(Frozen):
    """A trial that was decided on anew, or listed no more: how it stood, how it stands, why."""

    study_id: str
    label: str
    before: str
    now: str
    reason: str

    @property
    def taken_out(self) -> bool:
        """Whether the trial was in the review and is not any more, as after a retraction."""
        return self.before == INCLUDED


class RowsChanged(Frozen):
    """How many rows of a file came, and how many went; of rows without a name a changed one too."""

    file: str
    added: int
    gone: int

    @property
    def remark(self) -> str:
        """What the two counts mean where no column names a row; blank where one does."""
        named = DATA_FILES[self.file.removesuffix(".csv")].key
        return " (a changed row counts in both)" if self.gone and not named else ""


class Setting(Frozen):
    """A setting of the protocol that differs: its place in the file and what stood there."""

    name: str
    before: str
    now: str


class DataChanges(Frozen):
    """All that differs; `verified` counts the outcome rows that came to be checked by a person."""

    corrections: tuple[Correction, ...] = ()
    statuses: tuple[StatusChange, ...] = ()
    verified: int = 0
    unverified: int = 0
    rows: tuple[RowsChanged, ...] = ()
    settings: tuple[Setting, ...] = ()

    @property
    def anything(self) -> bool:
        return self != DataChanges()

    @property
    def taken_out(self) -> tuple[StatusChange, ...]:
        return tuple(change for change in self.statuses if change.taken_out)

    @property
    def decided(self) -> tuple[StatusChange, ...]:
        """The other trials whose status changed."""
        return tuple(change for change in self.statuses if not change.taken_out)


@dataclass(frozen=True)
class FrozenData:
    """A folder of data as it is compared: the rows of each table by name, and the settings."""

    tables: Tables
    settings: Mapping[str, str]


def read_data(folder: Path, renames: Sequence[StudyRename] = ()) -> FrozenData:
    """A folder of data that holds a protocol; a trial that was renamed goes by its present name."""
    protocol = load_protocol(folder / "protocol.yml")
    return FrozenData(
        {
            name: _rows(path, read_bytes(path), name, tuple(renames)) if path.is_file() else {}
            for name in DATA_FILES
            if name != NO_EVIDENCE
            for path in (folder / f"{name}.csv",)
        },
        dict(_flat("", protocol.model_dump(mode="json", exclude=NO_RULE))),
    )


def data_changes(before: Path, now: Path) -> DataChanges:
    """What differs between two folders of data."""
    return changes_between(read_data(before), read_data(now))


def changes_between(before: FrozenData, now: FrozenData) -> DataChanges:
    """What differs between two folders that were read."""
    old, new = before.tables, now.tables
    return DataChanges(
        corrections=tuple(_corrections(old, new)),
        statuses=tuple(_statuses(old["studies"], new["studies"])),
        verified=_came_to_be_verified(old["outcomes"], new["outcomes"]),
        unverified=_came_to_be_verified(new["outcomes"], old["outcomes"]),
        rows=tuple(_rows_changed(old, new)),
        settings=_settings(before.settings, now.settings),
    )


def _corrections(old: Tables, new: Tables) -> Iterator[Correction]:
    for name in sorted(old):
        declared = {column.name: column for column in columns(DATA_FILES[name].row)}
        for row_id in sorted(old[name].keys() & new[name].keys()):
            before, now = old[name][row_id], new[name][row_id]
            passed = _no_correction(name, before, now)
            for column in sorted(before.keys() & now.keys() - passed):
                if not _same(declared.get(column), before[column], now[column]):
                    yield Correction(
                        file=f"{name}.csv",
                        row=row_id,
                        column=column,
                        before=before[column],
                        now=now[column],
                    )


def _no_correction(name: str, before: Cells, now: Cells) -> set[str]:
    """The columns that hold no value, or are told elsewhere: who said it, how a trial stands."""
    decided = name == "studies" and before["status"] != now["status"]
    people = (column.name for column in columns(DATA_FILES[name].row) if column.is_person)
    return {*VERIFICATION, *CLASSIFIED, FORMER, *people, *(("status", "reason") if decided else ())}


def _same(column: Column | None, before: str, now: str) -> bool:
    return column.same_value(before, now) if column else before == now


def _statuses(old: Rows, new: Rows) -> Iterator[StatusChange]:
    for study_id, before in old.items():
        now = new.get(study_id, {})
        status = now.get("status", NOT_LISTED)
        if status != before["status"]:
            yield StatusChange(
                study_id=study_id,
                label=before["label"],
                before=before["status"],
                now=status,
                reason=now.get("reason", ""),
            )


def _came_to_be_verified(old: Rows, new: Rows) -> int:
    """The rows of both that are verified in the second only; one that was corrected is not."""
    both = old.keys() & new.keys()
    return sum(
        is_verified_as_written(new[row]) and not is_verified_as_written(old[row]) for row in both
    )


def _rows_changed(old: Tables, new: Tables) -> Iterator[RowsChanged]:
    for name in old:
        added, gone = new[name].keys() - old[name].keys(), old[name].keys() - new[name].keys()
        if added or gone:
            yield RowsChanged(file=f"{name}.csv", added=len(added), gone=len(gone))


@lru_cache(maxsize=MOST_TABLES)
def _rows(path: Path, raw: bytes, name: str, renames: tuple[StudyRename, ...]) -> Rows:
    """The cells of each row by its name; a column from after the file was frozen is blank."""
    file = DATA_FILES[name]
    table, declared = csv_of(path, raw), columns(file.row)
    later = {column.name: "" for column in declared if column.may_be_absent}
    if missing := [name for name in file.key if name not in {*table.header, *later}]:
        raise EvidenceError([Problem(path, 1, name, "this column is missing") for name in missing])
    names = {column.name: named_in(file.name, column) for column in declared}
    rows = [
        later
        | {
            column: present_name(renames, names.get(column), cell)
            for column, cell in zip(table.header, cells, strict=True)
        }
        for cells in table.rows
    ]
    if file.key:
        return {", ".join(filter(None, (row[k] for k in file.key))): row for row in rows}
    return _named_by_content(rows, declared)


def _named_by_content(rows: Sequence[Cells], declared: Sequence[Column]) -> Rows:
    """Rows that no column names: each goes by what it says, and by how often that was said."""
    named: dict[str, Cells] = {}
    said: Counter[str] = Counter()
    for row in rows:
        content = repr([column.canonical(row.get(column.name, "")) for column in declared])
        said[content] += 1
        named[f"{content} {said[content]}"] = row
    return named


def _settings(old: Mapping[str, str], new: Mapping[str, str]) -> tuple[Setting, ...]:
    """The settings that differ, whatever way they are written; what is not said is the default."""
    # A group that is not set in one of them has no settings of its own there.
    both = ((name, old.get(name, NOT_SET), new.get(name, NOT_SET)) for name in {**old, **new})
    return tuple(
        Setting(name=name, before=before, now=now) for name, before, now in both if before != now
    )


def _flat(at: str, value: Any) -> Iterator[tuple[str, str]]:
    """Each setting by its place: `synthesis.level`, `outcomes.mood.label`."""
    if isinstance(value, list) and value and isinstance(value[0], dict):
        value = {item.get("id", str(place)): item for place, item in enumerate(value, start=1)}
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _flat(f"{at}.{name}" if at else str(name), inner)
    elif isinstance(value, list):
        yield at, ", ".join(map(str, value)) or "none"
    elif isinstance(value, bool):
        yield at, "yes" if value else "no"
    else:
        yield at, NOT_SET if value is None else str(value)
