"""Excel workbooks (.xlsx), read by openpyxl: the one sheet that holds a table of records."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.files.problems import EvidenceError, Problem
from analysis.files.tables import LARGEST_TABLE
from analysis.searching.formats.table_dialects import table_dialect
from analysis.searching.formats.tabular import Numbered

if TYPE_CHECKING:
    from openpyxl.worksheet._read_only import ReadOnlyWorksheet

# So many rows may stand above a header.
FIRST_ROWS = 5
MOST_COLUMNS = 1_000
# A workbook unpacks to some ten times its size; a bomb to a thousand times.
MOST_UNPACKED = 100


def workbook_rows(raw: bytes, path: Path) -> Iterator[Numbered]:
    """The rows of the sheet that holds records, from its header on; EvidenceError for others."""
    _refuse_bombs(raw, path)
    from openpyxl import load_workbook

    try:
        book = load_workbook(io.BytesIO(raw), read_only=True, data_only=True)
        sheets = [(sheet, start) for sheet in book.worksheets if (start := _header(sheet))]
        if len(sheets) != 1:
            names = ", ".join(sheet.title for sheet, _ in sheets) or "none"
            message = (
                "one sheet of a workbook holds the records, under a header with Title and Authors, "
                f"Year or DOI; such sheets here: {names}"
            )
            raise EvidenceError([Problem(path, None, None, message)])
        ((sheet, start),) = sheets
        return iter([*_rows(sheet, start)])
    except EvidenceError:
        raise
    except Exception as error:  # openpyxl raises whatever its parts do on a damaged workbook
        message = (
            f"not a readable .xlsx workbook ({type(error).__name__}): save it again, or as CSV"
        )
        raise EvidenceError([Problem(path, None, None, message)]) from None


def _refuse_bombs(raw: bytes, path: Path) -> None:
    message = "not a whole .xlsx workbook: save it again, or as CSV"
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        raise EvidenceError([Problem(path, None, None, message)]) from None
    if "xl/workbook.xml" not in {part.filename for part in parts}:
        message = "a zip archive and no workbook: unpack it and import what is in it"
        raise EvidenceError([Problem(path, None, None, message)])
    unpacked = sum(part.file_size for part in parts)
    if unpacked > min(LARGEST_TABLE * 5, MOST_UNPACKED * len(raw)):
        message = f"unpacks from {len(raw)} to {unpacked} bytes, as no workbook does"
        raise EvidenceError([Problem(path, None, None, message)])


def _header(sheet: ReadOnlyWorksheet) -> int:
    """The number of the row that names a bibliography's columns; 0 where none does."""
    for number, cells in _rows(sheet, 1, FIRST_ROWS):
        names = (" ".join(cell.casefold().replace("_", " ").split()) for cell in cells)
        if table_dialect(names):
            return number
    return 0


def _rows(sheet: ReadOnlyWorksheet, first: int, last: int | None = None) -> Iterator[Numbered]:
    rows = sheet.iter_rows(first, last, max_col=MOST_COLUMNS, values_only=True)
    width = 0
    for number, cells in enumerate(rows, start=first):
        texts = [_text(cell) for cell in cells]
        while texts and not texts[-1]:
            texts.pop()
        # The first row is the header: cells without a value may be missing at a row's end.
        width = width or len(texts)
        yield number, texts + [""] * (width - len(texts))


def _text(cell: object) -> str:
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, dt.datetime | dt.date):
        return cell.isoformat()[:10]
    return str(cell).strip()
