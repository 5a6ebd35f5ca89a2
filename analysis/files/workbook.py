"""Excel workbooks (.xlsx) by openpyxl: one sheet's cells as a person sees them, and back.

A sheet that is written holds text alone, its empty cells too: what a person types into it stays
as typed, where a spreadsheet would make a date of `4-12` and a number of `12e4`.
"""

from __future__ import annotations

import datetime as dt
import io
import re
import warnings
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.files.problems import EvidenceError, Problem

if TYPE_CHECKING:
    from openpyxl.worksheet._read_only import ReadOnlyWorksheet
    from openpyxl.worksheet.worksheet import Worksheet

ZIP = b"PK"  # how a workbook begins, which is a zip archive
# So many rows may stand above a header.
FIRST_ROWS = 5
MOST_COLUMNS = 1_000
LAST_ROW = 1_048_576
# A workbook unpacks to some ten times its size; a bomb to a thousand times.
MOST_UNPACKED = 100
LARGEST_UNPACKED = 1_000_000_000
SHEET = re.compile(r"xl/worksheets/[^/]+\.xml")
FORMULA = re.compile(rb"<(?:\w+:)?f[\s>/]")
# How a workbook writes a carriage return, and an underscore that is none of these.
ESCAPED = re.compile(r"_x(005F|000D)_")
NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# A number keeps so many digits in a spreadsheet.
DIGITS = 15
LONGEST_TEXT = 32_767
CUT = " … [the rest did not fit into a cell]"
TEXT = "@"
WIDEST = 60

Numbered = tuple[int, list[str]]


@dataclass(frozen=True)
class SheetColumn:
    """A column of a sheet: its name, the words to choose from, and what a person is told."""

    name: str
    choices: tuple[str, ...] = ()
    meaning: str = ""


def workbook_rows(
    raw: bytes, path: Path, is_header: Callable[[Sequence[str]], bool], expected: str
) -> Iterator[Numbered]:
    """The rows of the one sheet that has such a header, from there on, each with its number.

    EvidenceError for no or several such sheets, said as `expected`, and for a formula whose
    result the workbook does not hold.
    """
    has_formulas = _opened(raw, path)
    from openpyxl import load_workbook

    try:
        with warnings.catch_warnings():
            # Of styles and extensions that openpyxl does not know, and dates that are none.
            warnings.simplefilter("ignore")
            book = load_workbook(io.BytesIO(raw), read_only=True, data_only=True)
            sheets = [
                (sheet, start)
                for sheet in book.worksheets
                if (start := _header(path, sheet, is_header))
            ]
            if len(sheets) != 1:
                names = ", ".join(sheet.title for sheet, _ in sheets) or "none"
                message = f"one sheet of a workbook holds {expected}; such sheets here: {names}"
                raise EvidenceError.at(path, message)
            ((sheet, start),) = sheets
            if has_formulas:
                formulas = load_workbook(io.BytesIO(raw), read_only=True)[sheet.title]
                _refuse_unsaved(path, sheet, formulas)
            return iter([*_rows(path, sheet, start)])
    except EvidenceError:
        raise
    except Exception as error:  # openpyxl raises whatever its parts do on a damaged workbook
        message = (
            f"not a readable .xlsx workbook ({type(error).__name__}): save it again, or as CSV"
        )
        raise EvidenceError.at(path, message) from None


def _opened(raw: bytes, path: Path) -> bool:
    """Whether there are formulas in it; EvidenceError for a bomb, and for another archive."""
    message = "not a whole .xlsx workbook: save it again, or as CSV"
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            parts = archive.infolist()
            if "xl/workbook.xml" not in {part.filename for part in parts}:
                message = "a zip archive and no workbook: unpack it, or save the sheet as .xlsx"
                raise EvidenceError.at(path, message)
            unpacked = sum(part.file_size for part in parts)
            if unpacked > min(LARGEST_UNPACKED, MOST_UNPACKED * len(raw)):
                message = f"unpacks from {len(raw)} to {unpacked} bytes, as no workbook does"
                raise EvidenceError.at(path, message)
            sheets = (part for part in parts if SHEET.fullmatch(part.filename))
            return any(FORMULA.search(archive.read(part)) for part in sheets)
    except EvidenceError:
        raise
    except Exception:  # a damaged archive, in whichever of its parts
        raise EvidenceError.at(path, message) from None


def _header(
    path: Path, sheet: ReadOnlyWorksheet, is_header: Callable[[Sequence[str]], bool]
) -> int:
    """The number of the first row that is such a header; 0 where none is."""
    return next((n for n, cells in _rows(path, sheet, 1, FIRST_ROWS) if is_header(cells)), 0)


def _rows(
    path: Path, sheet: ReadOnlyWorksheet, first: int, last: int = LAST_ROW
) -> Iterator[Numbered]:
    # What the workbook says of its own size may be a million rows of nothing.
    sheet.reset_dimensions()
    width = 0
    for number, row in enumerate(sheet.iter_rows(first), start=first):
        if number > last:
            return
        cells = list(row)
        while cells and cells[-1].value is None:
            cells.pop()
        if len(cells) > MOST_COLUMNS:
            message = f"{len(cells)} cells in a row, over {MOST_COLUMNS}"
            raise EvidenceError.at(path, message, number)
        texts = [_shown(cell.value, cell.number_format) for cell in cells]
        while len(texts) > width and not texts[-1].strip():
            texts.pop()
        # The first row is the header: cells without a value may be missing at a row's end.
        width = width or len(texts)
        yield number, texts + [""] * (width - len(texts))


def _shown(value: object, number_format: str) -> str:
    """The cell as a spreadsheet shows it, a date as YYYY-MM-DD."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, int | float):
        if "%" in number_format:
            return f"{100 * value:.{DIGITS}g}%"
        form = ".2E" if "E+" in number_format.upper() else f".{DIGITS}G"
        return format(value + 0.0, form)
    if isinstance(value, dt.datetime):
        return value.isoformat(" ").removesuffix(" 00:00:00")
    text = ESCAPED.sub(lambda found: "_" if found[1] == "005F" else "", str(value))
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _refuse_unsaved(path: Path, sheet: ReadOnlyWorksheet, formulas: ReadOnlyWorksheet) -> None:
    """EvidenceError where a formula stands and no result: a cell that only looks blank."""
    rows = zip(sheet.iter_rows(), formulas.iter_rows(), strict=True)
    message = "a formula without a result: write the value, or open the workbook and save it"
    problems = [
        Problem(path, formula.row, formula.column_letter, message)
        for results, written in rows
        for result, formula in zip(results, written, strict=True)
        if formula.data_type == "f" and result.value is None
    ]
    if problems:
        raise EvidenceError(problems)


def workbook_bytes(columns: Sequence[SheetColumn], rows: Sequence[Mapping[str, str]]) -> bytes:
    """A workbook with one sheet to fill in: text cells, lists to choose from, a frozen header."""
    from openpyxl import Workbook
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    book = Workbook()
    sheet = book.active
    bold = Font(name="Calibri", size=11, bold=True)
    sheet.title = "to fill in"
    sheet.freeze_panes = "B2"
    for at, column in enumerate(columns, start=1):
        texts = [column.name, *(row[column.name] for row in rows)]
        for line, text in enumerate(texts, start=1):
            _write(sheet, line, at, text)
        sheet.cell(1, at).font = bold
        whole = sheet.column_dimensions[get_column_letter(at)]
        whole.number_format = TEXT
        whole.width = min(WIDEST, 2 + max(map(len, (*texts, *column.choices))))
    _offer(sheet, columns)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _write(sheet: Worksheet, line: int, at: int, text: str) -> None:
    whole = NOT_XML.sub("\ufffd", text)
    if len(whole) > LONGEST_TEXT:
        whole = whole[: LONGEST_TEXT - len(CUT)] + CUT
    cell = sheet.cell(line, at)
    cell.value = ESCAPED.sub(r"_x005F_x\1_", whole)
    # Else `=1+1` is a formula and `#N/A` an error.
    cell.data_type = "s"
    cell.number_format = TEXT


def _offer(sheet: Worksheet, columns: Sequence[SheetColumn]) -> None:
    """Lists to choose from, and what a column means; nothing typed is refused before it is read."""
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation

    lists = sheet.parent.create_sheet("lists")
    lists.sheet_state = "hidden"
    for at, column in enumerate(columns, start=1):
        letter = get_column_letter(at)
        for line, word in enumerate(column.choices, start=1):
            _write(lists, line, at, word)
        if column.choices or column.meaning:
            words = f"lists!${letter}$1:${letter}${len(column.choices)}"
            offered = DataValidation(
                type="list" if column.choices else None,
                formula1=words if column.choices else None,
                allow_blank=True,
                showErrorMessage=False,
                showInputMessage=bool(column.meaning),
                promptTitle=column.name[:32],
                prompt=column.meaning[:255],
            )
            offered.add(f"{letter}2:{letter}{LAST_ROW}")
            sheet.add_data_validation(offered)
