"""Read a CSV file as text, strictly: every cell keeps the line it stands on.

Nothing is guessed: one encoding (UTF-8, a byte-order mark is allowed), one
delimiter (the comma), one header, as many cells in a row as the header names.
"""

from __future__ import annotations

import csv
import io
import re
from codecs import BOM_UTF8
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from analysis.files.merge_conflicts import refuse_conflicts
from analysis.files.problems import LARGEST_FILE, EvidenceError, Problem, read_bytes, short

# Far above the longest real note and the largest review, far below what makes a reader slow.
LONGEST_CELL = 20_000
MOST_ROWS = 3_000
NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?")
# Tabs and line ends may stand in a quoted note; other control characters are never seen
# by the person who typed them, and break the figures' SVG.
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")


@dataclass(frozen=True)
class TextTable:
    """The cells of a CSV file: `rows` in file order, `lines` the line each row starts on.

    A row that does not fit the header is not among `rows`; `problems` names it.
    """

    path: Path
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    lines: tuple[int, ...]
    problems: tuple[Problem, ...]

    @property
    def records(self) -> list[dict[str, str]]:
        """The cells of each row by their column."""
        return [dict(zip(self.header, row, strict=True)) for row in self.rows]


def read_csv(path: Path) -> TextTable:
    """Read one CSV file; EvidenceError lists all that is wrong with its form."""
    return csv_of(path, read_bytes(path))


def csv_of(path: Path, raw: bytes) -> TextTable:
    """The same of a file that was read."""
    table = fitting_rows_of(path, raw)
    if table.problems:
        raise EvidenceError(table.problems)
    return table


@lru_cache(maxsize=32)  # who saves a row has the files read several times, of which one changes
def fitting_rows_of(path: Path, raw: bytes) -> TextTable:
    """The rows that fit the header; EvidenceError where no table can be made at all."""
    # newline="" leaves line ends to the reader, which takes a bare carriage return for one too.
    records = csv_records(path, io.StringIO(text_of(path, raw), newline=""))
    first, names = header_of(path, records)
    header = tuple(name.strip() for name in names)
    if problems := _header_problems(path, first, header):
        raise EvidenceError(problems)
    rows, starts = [], []
    for number, (line, cells) in enumerate(records, start=2):
        if number > MOST_ROWS:
            message = f"over {MOST_ROWS} rows, which no file of this review can have"
            raise EvidenceError.at(path, message, line)
        wrong = row_problems(path, line, header, cells)
        problems += wrong
        if not wrong:
            rows.append(tuple(cell.strip() for cell in cells))
            starts.append(line)
    return TextTable(path, header, tuple(rows), tuple(starts), tuple(problems))


def csv_text(path: Path, largest: int = LARGEST_FILE, *, mixed: bool = False) -> str:
    """The text of a CSV file; EvidenceError where it is another kind of file, or not UTF-8.

    Of a `mixed` one, which several programs have written, each line that is not UTF-8 is taken
    for Windows-1252.
    """
    return text_of(path, read_bytes(path, largest), mixed=mixed)


def text_of(path: Path, raw: bytes, *, mixed: bool = False) -> str:
    """The text that a CSV file's bytes are."""
    if raw.startswith(b"PK\x03\x04"):
        message = "this is a zip archive or a spreadsheet, not CSV: save the sheet as CSV (UTF-8)"
        raise EvidenceError.at(path, message, 1)
    if (nul := raw.find(b"\0")) >= 0:
        line = raw.count(b"\n", 0, nul) + 1
        message = "a NUL byte: the file is binary or UTF-16; save it as CSV (UTF-8)"
        raise EvidenceError.at(path, message, line)
    refuse_conflicts(path, raw)
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if mixed:
            return "".join(map(_line_text, raw.removeprefix(BOM_UTF8).splitlines(keepends=True)))
        line = raw.count(b"\n", 0, error.start) + 1
        message = f"byte 0x{raw[error.start]:02x} is not UTF-8: save the file as CSV (UTF-8)"
        raise EvidenceError.at(path, message, line) from None


def _line_text(raw: bytes) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("cp1252", errors="replace")


def csv_records(
    path: Path, lines: Iterable[str], delimiter: str = ",", longest: int = LARGEST_FILE
) -> Iterator[tuple[int, list[str]]]:
    """The records that are not blank, each with the line it starts on.

    EvidenceError at the first that is not CSV, or has a cell above the longest.
    """
    # Python's default limit on one cell is that of a long note.
    csv.field_size_limit(longest)
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    line = 1
    try:
        for cells in reader:
            if any(map(str.strip, cells)):
                yield line, cells
            line = reader.line_num + 1
    except csv.Error as error:
        message = f"not valid CSV: {error} (an unclosed quotation mark?)"
        raise EvidenceError.at(path, message, line) from None


def header_of(path: Path, records: Iterator[tuple[int, list[str]]]) -> tuple[int, list[str]]:
    """The first record and its line; EvidenceError where there is none."""
    for first in records:
        return first
    raise EvidenceError.at(path, "the file is empty: a header was expected", 1)


def _header_problems(path: Path, line: int, header: tuple[str, ...]) -> list[Problem]:
    if len(header) == 1:
        for name, mark in (("semicolon", ";"), ("tab", "\t"), ("vertical bar", "|")):
            if mark in header[0]:
                message = (
                    f"cells are separated by a {name}, not a comma: save the sheet with commas "
                    "between its cells and a point in its decimals"
                )
                return [Problem(path, line, None, message)]
    problems = [
        Problem(path, line, short(name), "this column stands twice in the header")
        for name, times in Counter(header).items()
        if name and times > 1
    ]
    if "" in header:
        problems.append(Problem(path, line, None, "a column without a name in the header"))
    return problems


def row_problems(
    path: Path, line: int, header: Sequence[str], cells: Sequence[str], longest: int = LONGEST_CELL
) -> list[Problem]:
    """What is wrong with the form of a row: its number of cells, or what is hidden in one."""
    if len(cells) != len(header):
        message = f"{len(cells)} cells where the header names {len(header)}"
        if len(cells) > len(header):
            message += " (a decimal comma, or a text with commas outside quotation marks?)"
        return [Problem(path, line, None, message)]
    together = "".join(cells)
    if len(together) <= longest and (together.isprintable() or not CONTROL.search(together)):
        return []  # as nearly all rows are: one look instead of one a cell
    problems = []
    for name, cell in zip(header, cells, strict=True):
        if len(cell) > longest:
            message = f"{len(cell)} characters in one cell, over {longest}"
            problems.append(Problem(path, line, name, message))
        elif found := CONTROL.search(cell):
            message = f"an invisible control character (U+{ord(found[0]):04X})"
            problems.append(Problem(path, line, name, message))
    return problems
