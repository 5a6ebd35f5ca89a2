"""Sheets that a person fills in: out as a workbook or CSV, by the name, and either back in.

They come back from Excel, LibreOffice and others, in whichever form these save: with semicolons
or tabs, in UTF-8 or UTF-16, sorted, with blank rows and columns and further sheets.
"""

from __future__ import annotations

from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from analysis.files.columns import Words, columns
from analysis.files.csv_files import text_of
from analysis.files.problems import EvidenceError, ReviewError, read_bytes, shown
from analysis.files.tables import (
    LARGEST_TABLE,
    Row,
    quoted,
    rows_under,
    table_text,
    text_records,
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
    write_atomically(path, spreadsheet_bytes(path, columns, rows))


def spreadsheet_bytes(
    path: Path, columns: Sequence[SheetColumn], rows: Iterable[Mapping[str, str]]
) -> bytes:
    """What a sheet of that name says; ReviewError where the name is of another kind of file."""
    kind = path.suffix.lower()
    if kind not in SUFFIXES:
        raise ReviewError(f"{shown(path)}: a sheet is a file called {' or '.join(SUFFIXES)}")
    if kind == WORKBOOK:
        safe = [{name: quoted(cell) for name, cell in row.items()} for row in rows]
        return workbook_bytes(columns, safe)
    names = [column.name for column in columns]
    return (BYTE_ORDER_MARK + table_text(names, rows)).encode()


def sheet_called(stem: Path, suffix: str = ".csv") -> Path:
    """The sheet of that name, as a workbook or CSV, or where it would be written.

    EvidenceError where both are there: nobody knows which holds.
    """
    found = [path for path in (stem.with_name(stem.name + s) for s in SUFFIXES) if path.exists()]
    if len(found) > 1:
        message = f"{found[0].name} is there too: keep the one that holds"
        raise EvidenceError.at(found[1], message)
    return found[0] if found else stem.with_name(stem.name + suffix)


def read_spreadsheet(path: Path, columns: Sequence[str], later: Collection[str] = ()) -> list[Row]:
    """Every row of a sheet that has just these columns; EvidenceError says what is wrong.

    The content decides, not the name. Those that came into use `later` than the sheet are
    blank in every row.
    """
    raw = read_bytes(path, LARGEST_TABLE)
    if raw.startswith(ZIP):
        records = _sheet_records(raw, path, {*columns, *later})
    else:
        records = text_records(path, text_of(path, _in_utf8(raw)))
    return rows_under(path, _without_empty_columns(records), columns, later)


def _in_utf8(raw: bytes) -> bytes:
    """Excel's text in Unicode, which says of itself that it is UTF-16, as others save it.

    What does not say so may be one of many encodings, and their letters are not told apart:
    that is left to be refused.
    """
    if not raw.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        return raw
    try:
        return raw.decode("utf-16").encode()
    except UnicodeError:
        return raw


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
        while len(cells) > width and not cells[-1].strip():
            cells.pop()
        width = width or len(cells)
        yield line, cells
