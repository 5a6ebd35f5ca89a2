"""What a person decided as one row of a file of the evidence: written, said anew, or taken out."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from analysis.evidence.data_files import DATA_FILES
from analysis.evidence.load import load_with
from analysis.files.columns import columns
from analysis.files.csv_files import TextTable, read_csv
from analysis.files.problems import ReviewError
from analysis.files.row_edits import with_cells, with_new_row
from analysis.files.tables import table_text
from analysis.files.together import change_of
from analysis.files.withdrawals import Withdrawal
from analysis.files.writing import write_atomically

Cells = Mapping[str, str]


def write_row(data: Path, name: str, cells: Cells) -> None:
    """Put a row into `name`.csv, in place of the one of the same key, once it is valid with all.

    Under the lock of the data. EvidenceError where it contradicts another; nothing is written then.
    """
    write_atomically(data / f"{name}.csv", text_with_row(data, name, cells))


def text_with_row(data: Path, name: str, cells: Cells) -> str:
    """The text of `name`.csv with that row in it; EvidenceError where it contradicts another."""
    path = data / f"{name}.csv"
    table = read_csv(path)
    known = {column.name: cells.get(column.name, "") for column in columns(DATA_FILES[name].row)}
    at = _place(table, name, known)
    if at is None:
        beside = "study_id" if "study_id" in known else DATA_FILES[name].key[0]
        text = with_new_row(table, beside, known)
    else:
        text = with_cells(table, {at: known})
    load_with(data, {path: text})
    return text


def cells_there(data: Path, name: str, key: Cells) -> Cells | None:
    """The row of `name`.csv with this key as it is written; None where there is none."""
    table = read_csv(data / f"{name}.csv")
    at = _place(table, name, key)
    return None if at is None else dict(zip(table.header, table.rows[at], strict=True))


def withdrawn_row(data: Path, what: str, called: str, name: str, key: Cells) -> Withdrawal:
    """Plan to take the row with this key out of `name`.csv; it stays on record.

    ReviewError where there is none, EvidenceError where the evidence is not valid without it.
    """
    path = data / f"{name}.csv"
    table = read_csv(path)
    at = _place(table, name, key)
    if at is None:
        raise ReviewError(f"there is no such {what}: {', '.join(filter(None, key.values()))}")
    text = with_cells(table, {}, [at])
    load_with(data, {path: text})
    cells = table.records[at]
    said = tuple(f"{column}: {cell}" for column, cell in cells.items() if cell)
    kept = {path.name: table_text(table.header, [cells]).encode()}
    return Withdrawal(what, called, said, (change_of(path, text),), kept)


def _place(table: TextTable, name: str, cells: Cells) -> int | None:
    key = DATA_FILES[name].key
    wanted = [cells.get(column, "") for column in key]
    for at, there in enumerate(table.records):
        if [there.get(column, "") for column in key] == wanted:
            return at
    return None
