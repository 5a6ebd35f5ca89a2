"""A person holds the rows of a trial against its report: seen, corrected, or taken back.

Nothing here knows of keys or screens; `verification_terminal.py` and the desk show it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from analysis.evidence.load import load
from analysis.evidence.rows import Evidence, OutcomeRow
from analysis.evidence.verification import COLUMNS, is_verified, numbers_seen
from analysis.files.clock import now
from analysis.files.columns import columns
from analysis.files.csv_files import read_csv
from analysis.files.lock import locked
from analysis.files.problems import ReviewError, short
from analysis.files.tables import Row
from analysis.files.writing import write_atomically
from analysis.formatting import listed
from analysis.screening.extraction import validated

# What names a row is no number of it, and who verified it follows from looking.
CORRECTABLE = tuple(
    column.name
    for column in columns(OutcomeRow)
    if column.name not in ("row_id", "study_id", *COLUMNS)
)

# What the note of a row says of numbers that somebody looked for in the report in vain.
NOT_FOUND = re.compile(r"(?:; )?not found in the report: [^()]* \([a-z0-9-]+, \d{4}-\d\d-\d\d\)")
# All that stands in words above the numbers of a row, or beside them.
IN_WORDS = (
    "row_id", "study_id", "outcome", "timepoint", "contrast", "source_id", "locator", "quote",
    "note", "format", "not_usable_because", *COLUMNS,
)  # fmt: skip


def rows_of_trial(evidence: Evidence, study_id: str) -> tuple[OutcomeRow, ...]:
    """The rows of a trial in file order; ReviewError where there is no trial, or no row of it."""
    if study_id not in evidence.trials:
        raise ReviewError(f"no trial is called {short(study_id)} in data/studies.csv")
    rows = tuple(row for row in evidence.outcomes if row.study_id == study_id)
    if not rows:
        raise ReviewError(f"no row of data/outcomes.csv is of {study_id}: nothing to verify")
    return rows


def verify(data: Path, rows: Iterable[OutcomeRow], who: str, day: str) -> None:
    """Write down that this person saw these rows in the report, as they are given here.

    What the note says of numbers that nobody found goes. ReviewError where one of them says
    something else by now: nobody has seen that.
    """
    seen = {row: _cells("yes", who, day, numbers_seen(row)) for row in rows}
    _write(data, {row: {**cells, **_note_without_not_found(row)} for row, cells in seen.items()})


def hold_against_report(
    data: Path,
    row: OutcomeRow,
    who: str,
    day: str,
    differs: Mapping[str, str],
    not_found: Collection[str] = (),
) -> OutcomeRow:
    """Write down what a person read in the report of each number of a row; the row as it is then.

    `differs` are the cells as the report says them, by column; the row is corrected, and seen.
    With a number that is `not_found` it stays for somebody to verify, and its note names it.
    """
    numbers = numbers_of(row)
    if unknown := [name for name in (*differs, *not_found) if name not in numbers]:
        raise ReviewError(f"{listed(unknown)}: no number of {row.row_id}: {listed([*numbers])}")
    cells = {name: cell.strip() for name, cell in differs.items()}
    if not_found:
        said = f"not found in the report: {', '.join(not_found)} ({who}, {day})"
        note = NOT_FOUND.sub("", row.note).removeprefix("; ")
        cells["note"] = "; ".join(filter(None, (note, said)))
        if is_verified(row):
            cells |= _cells("no", "", "", "")
    if cells:
        _write(data, {row: cells})
        row = _as_it_is(data, row)
    if not not_found:
        verify(data, [row], who, day)
    return row


def numbers_of(row: OutcomeRow) -> Mapping[str, str]:
    """The filled cells of a row by column; a number as the file has it, but for zeros at its end.

    Without what is said in words beside them.
    """
    values = {column: getattr(row, column.name) for column in columns(OutcomeRow)}
    return {
        column.name: f"{value:.15g}" if column.is_number else value
        for column, value in values.items()
        if column.name not in IN_WORDS and value not in (None, "")
    }


def _note_without_not_found(row: OutcomeRow) -> dict[str, str]:
    note = NOT_FOUND.sub("", row.note).removeprefix("; ")
    return {} if note == row.note else {"note": note}


def take_back(data: Path, rows: Iterable[OutcomeRow]) -> None:
    """Leave these rows as verified by nobody."""
    _write(data, {row: _cells("no", "", "", "") for row in rows})


def _cells(*said: str) -> dict[str, str]:
    return dict(zip(COLUMNS, said, strict=True))


def correct(data: Path, row: OutcomeRow, column: str, cell: str) -> OutcomeRow:
    """The row with another value in one cell, written once it is valid with all else."""
    if column not in CORRECTABLE:
        raise ReviewError(f"{short(column)} is no column that can be corrected here")
    _write(data, {row: {column: cell.strip()}})
    return _as_it_is(data, row)


def _as_it_is(data: Path, row: OutcomeRow) -> OutcomeRow:
    return next(each for each in load(data).outcomes if each.row_id == row.row_id)


def _write(data: Path, changes: Mapping[OutcomeRow, Mapping[str, str]]) -> None:
    path = data / "outcomes.csv"
    with locked(data):
        now_there = {row.row_id: row for row in load(data).outcomes}
        lines = dict(zip(now_there, read_csv(path).lines, strict=True))
        if other := [row.row_id for row in changes if not _is_still(row, now_there)]:
            raise ReviewError(
                f"{listed(other)}: changed while you looked at it; nothing was written, look again"
            )
        rows = [
            Row(lines[row.row_id], {"row_id": row.row_id, **cells})
            for row, cells in changes.items()
        ]
        texts = validated(data, data, {"sources": [], "studies": [], "outcomes": rows})
        write_atomically(path, texts["outcomes"])


def _is_still(row: OutcomeRow, there: Mapping[str, OutcomeRow]) -> bool:
    known = there.get(row.row_id)
    return known is not None and numbers_seen(known) == numbers_seen(row)


@dataclass
class Verification:
    """One person's way through the rows of a trial; each is on disk before the next is shown."""

    data: Path
    study_id: str
    who: str
    again: bool = False
    clock: Callable[[], str] = now
    evidence: Evidence = field(init=False)
    waiting: list[OutcomeRow] = field(init=False)
    total: int = field(init=False)
    _done: list[OutcomeRow] = field(init=False, default_factory=list)

    def __post_init__(self) -> None:
        self.evidence = load(self.data)
        rows = rows_of_trial(self.evidence, self.study_id)
        self.waiting = [row for row in rows if self.again or not is_verified(row)]
        self.total = len(rows)

    @property
    def current(self) -> OutcomeRow | None:
        """The row to look at; None when none waits."""
        return self.waiting[0] if self.waiting else None

    @property
    def seen(self) -> int:
        """How many rows this sitting has verified."""
        return len(self._done)

    def see(self) -> None:
        """The current row stands in the report as it is shown."""
        verify(self.data, [self.waiting[0]], self.who, self.clock()[:10])
        self._done.append(self.waiting.pop(0))

    def skip(self) -> None:
        """Leave the current row as it is."""
        self.waiting.pop(0)

    def miss(self, column: str) -> None:
        """A number of the current row is not in the report: the row's note says so, and it waits.

        ReviewError where the row has no such number.
        """
        day = self.clock()[:10]
        hold_against_report(self.data, self.waiting[0], self.who, day, {}, [column])
        self.waiting.pop(0)

    def correct(self, column: str, cell: str) -> None:
        """Another value in the current row, which is still to be seen as it is now."""
        self.waiting[0] = correct(self.data, self.waiting[0], column, cell)

    @property
    def last(self) -> OutcomeRow | None:
        """The latest row of this sitting, which `take_back` takes back."""
        return self._done[-1] if self._done else None

    def take_back(self) -> None:
        """The latest row of this sitting is verified as it was before, and comes next again."""
        if self._done:
            row = self._done[-1]
            _write(self.data, {row: {name: getattr(row, name) for name in COLUMNS}})
            self.waiting.insert(0, self._done.pop())
