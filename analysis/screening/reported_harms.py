"""What a trial reports of harms, satisfaction, adherence and drop-out: rows without a key.

They are words as often as numbers and are not pooled, so one person enters them, once the trial
is in the evidence; they are told apart by all that they say.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from analysis.evidence.data_files import DATA_FILES
from analysis.evidence.load import load_with
from analysis.files.columns import Column, columns
from analysis.files.csv_files import TextTable, read_csv
from analysis.files.lock import change_files, locked
from analysis.files.problems import EvidenceError, Problem, ReviewError
from analysis.files.row_edits import with_cells, with_new_row
from analysis.files.tables import is_formula
from analysis.files.together import change_of
from analysis.screening.extraction import typed

FILE = "acceptability"
TRIAL = "study_id"
Cells = Mapping[str, str]


def asked() -> tuple[Column, ...]:
    """The columns of such a row."""
    return columns(DATA_FILES[FILE].row)


def reported_harms(data: Path, study_id: str) -> tuple[Cells, ...]:
    """The rows of a trial as they are written; columns that the file lacks are blank."""
    table = read_csv(data / f"{FILE}.csv")
    return tuple(row for row in _rows(table) if row[TRIAL] == study_id)


def add_harms(data: Path, cells: Cells) -> None:
    """Add a row once it is valid with all else.

    ReviewError where it stands there already, EvidenceError where it is not valid.
    """
    with locked(data):
        table = read_csv(data / f"{FILE}.csv")
        new = _typed(cells)
        if new in _rows(table):
            raise ReviewError("this stands there already, word for word")
        _write(data, new, with_new_row(table, TRIAL, new))


def correct_harms(data: Path, before: Cells, cells: Cells) -> None:
    """Have the row that says `before` say something else; ReviewError where none says that."""
    with locked(data):
        table = read_csv(data / f"{FILE}.csv")
        rows = _rows(table)
        if dict(before) not in rows:
            raise ReviewError("this row was changed meanwhile: nothing was saved")
        new = _typed({**before, **cells})
        _write(data, new, with_cells(table, {rows.index(dict(before)): new}))


def _typed(cells: Cells) -> dict[str, str]:
    return {column.name: typed(column, cells.get(column.name, "")) for column in asked()}


def _rows(table: TextTable) -> Sequence[dict[str, str]]:
    blank = {column.name: "" for column in asked()}
    return [blank | cells for cells in table.records]


def _write(data: Path, new: Cells, text: str) -> None:
    path = data / f"{FILE}.csv"
    if wrong := [column for column, cell in new.items() if is_formula(cell)]:
        said = "a cell that a spreadsheet would run"
        raise EvidenceError(Problem(path, None, column, said) for column in wrong)
    load_with(data, {path: text})
    change_files(data, [change_of(path, text)])
