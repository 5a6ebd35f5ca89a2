"""Sheets that a person fills in: out as a workbook or CSV, by the name, and either back in.

They come back from Excel, LibreOffice and others, in whichever form these save: with semicolons
or tabs, in Windows-1252 or UTF-16, sorted, with blank rows and further sheets.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from analysis.files.columns import Words, columns
from analysis.files.csv_files import csv_records
from analysis.files.encoding import decode, lines_of
from analysis.files.merge_conflicts import refuse_conflicts
from analysis.files.problems import ReviewError, read_bytes, shown
from analysis.files.tables import (
    LARGEST_TABLE,
    LONGEST_CELL,
    Row,
    delimiter_of,
    quoted,
    rows_under,
    table_text,
)
from analysis.files.workbook import ZIP, SheetColumn, workbook_bytes, workbook_rows
from analysis.files.writing import write_atomically

WORKBOOK = ".xlsx"
SUFFIXES = (WORKBOOK, ".csv")
# Where a spreadsheet reads CSV by it, it shows accents as they are.
BYTE_ORDER_MARK = "\ufeff"


def sheet_columns(table: type, words: Words) -> tuple[SheetColumn, ...]:
    """A table's columns for a sheet, with the words to choose from that are declared for each."""
    return tuple(
        SheetColumn(column.name, column.choices(words), column.meaning) for column in columns(table)
    )


def write_spreadsheet(
    path: Path, columns: Sequence[SheetColumn], rows: Iterable[Mapping[str, str]]
) -> None:
    """Write a sheet whole or not at all; ReviewError for a name of another kind of file."""
    kind = known_suffix(path)
    if kind == WORKBOOK:
        safe = [{name: quoted(cell) for name, cell in row.items()} for row in rows]
        write_atomically(path, workbook_bytes(columns, safe))
    else:
        names = [column.name for column in columns]
        write_atomically(path, BYTE_ORDER_MARK + table_text(names, rows))


def known_suffix(path: Path) -> str:
    """How the name ends; ReviewError where that is no sheet."""
    kind = path.suffix.lower()
    if kind not in SUFFIXES:
        raise ReviewError(f"{shown(path)}: a sheet is a file called {' or '.join(SUFFIXES)}")
    return kind


def read_spreadsheet(path: Path, columns: Sequence[str], later: Collection[str] = ()) -> list[Row]:
    """Every row of a sheet that has just these columns; EvidenceError says what is wrong.

    The content decides, not the name. Those that came into use `later` than the sheet are
    blank in every row.
    """
    raw = read_bytes(path, LARGEST_TABLE)
    if raw.startswith(ZIP):
        records = _sheet_records(raw, path, {*columns, *later})
    else:
        refuse_conflicts(path, raw)
        text = decode(raw, path)
        records = csv_records(path, lines_of(text), delimiter_of(text), LONGEST_CELL)
    return rows_under(path, _without_empty_columns(records), columns, later)


def _sheet_records(
    raw: bytes, path: Path, names: Collection[str]
) -> Iterator[tuple[int, list[str]]]:
    def is_header(cells: Sequence[str]) -> bool:
        return 2 * len({cell.strip() for cell in cells} & set(names)) > len(names)

    rows = workbook_rows(raw, path, is_header, "the rows, under the header it was written with")
    return ((line, cells) for line, cells in rows if any(cell.strip() for cell in cells))


def _without_empty_columns(
    records: Iterator[tuple[int, list[str]]],
) -> Iterator[tuple[int, list[str]]]:
    """Rows without the blank cells that a spreadsheet adds at their end."""
    width = 0
    for line, cells in records:
        kept = list(cells)
        while len(kept) > width and not kept[-1].strip():
            kept.pop()
        width = width or len(kept)
        yield line, kept
