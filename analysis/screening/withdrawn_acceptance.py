"""An acceptance taken back: the rows it brought go, the cells it changed say what they said.

A cell that was corrected since in a row that was there before stays; a row that the acceptance
brought goes with what was corrected in it. The lines of the history stay, and are added to.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path

from analysis.evidence.load import load_with
from analysis.files.csv_files import read_csv
from analysis.files.problems import ReviewError
from analysis.files.row_edits import with_cells
from analysis.files.tables import table_text
from analysis.files.together import FileChange, change_of
from analysis.files.withdrawals import Withdrawal
from analysis.formatting import counted
from analysis.screening.extraction import BLANK, columns_of, own_columns
from analysis.screening.extraction_history import (
    A_ROW,
    KEYS,
    NO_ROW,
    WHOLE_ROW,
    CellChange,
    history_of,
    history_text,
    read_history,
)
from analysis.screening.references import REFERENCES, without_reference


@dataclass
class _File:
    """A file of the evidence without what an acceptance brought, and what becomes of it."""

    name: str
    data: Path
    changes: dict[int, dict[str, str]] = field(default_factory=dict)
    without: list[int] = field(default_factory=list)
    lines: list[dict[str, str]] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.table = read_csv(self.data / f"{self.name}.csv")
        self.rows = self.table.records
        self.places = {row[KEYS[self.name]]: at for at, row in enumerate(self.rows)}
        own = own_columns(self.data)
        self.columns = {column.name: column for column in columns_of(self.name, own)}

    def take_out(self, row_id: str, accepted: Mapping[str, str]) -> None:
        """A row that the acceptance brought, with the cells that it said then."""
        if row_id not in self.places:
            self.said.append(f"{row_id}: was taken out since")
            return
        at = self.places[row_id]
        says = self.rows[at]
        self.without.append(at)
        for name, column in self.columns.items():
            now, then = says.get(name, ""), accepted.get(name, "")
            if not column.same_value(now, then):
                self.said.append(f"{_cell(row_id, name, then, now)}, which goes with its row")
            if now or then:
                self._tell(row_id, name, now, "")
        if says.get("verified") == "yes":
            self.said.append(f"{row_id}: was verified, which goes with its row")
        self._tell(row_id, WHOLE_ROW, A_ROW, NO_ROW)

    def restore(self, change: CellChange) -> None:
        """A cell that said something before: it says so again, unless it was corrected since."""
        at = self.places.get(change.row)
        now = None if at is None else self.rows[at].get(change.column, "")
        if at is None or now is None:
            self.said.append(f"{change.row}: was taken out since")
        elif not self.columns[change.column].same_value(now, change.after):
            said = _cell(change.row, change.column, change.after, now)
            self.said.append(f"{said}, which stays")
        else:
            self.changes.setdefault(at, {})[change.column] = change.before
            self._tell(change.row, change.column, now, change.before)

    def _tell(self, row: str, column: str, before: str, after: str) -> None:
        place = {"file": self.name, "row": row, "column": column}
        self.lines.append({**place, "before": before, "after": after})

    @property
    def text(self) -> str:
        return with_cells(self.table, self.changes, self.without)

    @property
    def summary(self) -> str:
        told = (
            (self.without, "taken out"),
            (self.changes, "with cells as before"),
        )
        said = (f"{counted(len(rows), 'row')} {what}" for rows, what in told if rows)
        return f"{self.name}.csv: {', '.join(said)}"

    @property
    def taken_out(self) -> bytes:
        return table_text(self.table.header, (self.rows[at] for at in self.without)).encode()


def withdrawn_acceptance(data: Path, study_id: str, who: str, when: str) -> Withdrawal:
    """Plan to take the latest acceptance of a study back; ReviewError where none stands.

    EvidenceError where the evidence would not be valid without it.
    """
    path = history_of(data, study_id)
    history = read_history(path)
    accepted = _latest(history)
    if not accepted:
        raise ReviewError(f"no acceptance of {study_id} is on record that stands")
    files = [_without(data, name, [c for c in accepted if c.file == name]) for name in KEYS]
    touched = [file for file in files if file.without or file.changes]
    load_with(data, {data / f"{file.name}.csv": file.text for file in touched})
    stamp = {"when": when, "who": who, "did": "undo"}
    lines = [CellChange(**stamp, **line) for file in files for line in file.lines]
    return Withdrawal(
        "acceptance",
        study_id,
        (
            f"accepted {accepted[0].when} from {accepted[0].who}",
            *(file.summary for file in touched),
            *(said for file in files for said in dict.fromkeys(file.said)),
        ),
        (
            *(change_of(data / f"{file.name}.csv", file.text) for file in touched),
            *_without_references(data, accepted),
            change_of(path, history_text((*history, *lines))),
        ),
        {f"{file.name}.csv": file.taken_out for file in touched if file.without},
    )


def _without_references(data: Path, accepted: Sequence[CellChange]) -> Iterator[FileChange]:
    """The bibliography without the trials that the acceptance brought, as it entered them."""
    path = data.resolve().parent / REFERENCES
    if not path.is_file():
        return
    before = text = path.read_bytes().decode()
    studies = [change for change in accepted if change.file == "studies"]
    for brought in (change.row for change in studies if change.column == WHOLE_ROW):
        text = without_reference(text, {c.column: c.after for c in studies if c.row == brought})
    if text != before:
        yield change_of(path, text)


def _latest(history: Sequence[CellChange]) -> list[CellChange]:
    """The lines of the latest acceptance that no undo has taken back."""
    stand: list[list[CellChange]] = []
    for (_, did), lines in groupby(history, key=lambda change: (change.when, change.did)):
        if did == "accept":
            stand.append(list(lines))
        elif did == "undo" and stand:
            stand.pop()
    return stand[-1] if stand else []


def _without(data: Path, name: str, accepted: Sequence[CellChange]) -> _File:
    file = _File(name, data)
    brought = {change.row for change in accepted if change.column == WHOLE_ROW}
    for row_id in sorted(brought):
        file.take_out(row_id, {c.column: c.after for c in accepted if c.row == row_id})
    for change in accepted:
        if change.row not in brought and change.before != change.after:
            file.restore(change)
    return file


def _cell(row: str, column: str, then: str, now: str) -> str:
    return f"{row}: {column}: accepted as {then or BLANK}, says {now or BLANK} since"
