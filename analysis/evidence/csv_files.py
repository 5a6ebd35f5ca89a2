"""Read a CSV file as text, strictly: every cell keeps the line it stands on.

Nothing is guessed: one encoding (UTF-8, a byte-order mark is allowed), one
delimiter (the comma), one header, as many cells in a row as the header names.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from pathlib import Path

from analysis.problems import EvidenceError, Problem

# Far above the longest real note, far below what makes a reader slow.
LONGEST_CELL = 20_000
LARGEST_FILE = 20_000_000


@dataclass(frozen=True)
class TextTable:
    """The cells of a CSV file: `rows` in file order, `lines` the line each row starts on."""

    path: Path
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    lines: tuple[int, ...]


def read_csv(path: Path) -> TextTable:
    """Read one CSV file; EvidenceError lists all that is wrong with its form."""
    records, lines = _records(path, _text(path))
    if not records:
        raise EvidenceError([Problem(path, 1, None, "the file is empty: a header was expected")])
    header = tuple(name.strip() for name in records[0])
    problems = _header_problems(path, header)
    if problems:
        raise EvidenceError(problems)
    rows, starts = [], []
    for cells, line in zip(records[1:], lines[1:], strict=True):
        if len(cells) != len(header):
            message = f"{len(cells)} cells where the header names {len(header)}"
            problems.append(Problem(path, line, None, message))
        rows.append(tuple(cell.strip() for cell in cells))
        starts.append(line)
        problems += [
            Problem(path, line, name, f"{len(cell)} characters in one cell, over {LONGEST_CELL}")
            for name, cell in zip(header, cells, strict=False)
            if len(cell) > LONGEST_CELL
        ]
    if problems:
        raise EvidenceError(problems)
    return TextTable(path, header, tuple(rows), tuple(starts))


def _text(path: Path) -> str:
    try:
        size = path.stat().st_size
        if size > LARGEST_FILE:
            message = f"{size} bytes, over the {LARGEST_FILE} this file may have"
            raise EvidenceError([Problem(path, None, None, message)])
        raw = path.read_bytes()
    except FileNotFoundError:
        raise EvidenceError([Problem(path, None, None, "the file is missing")]) from None
    except (IsADirectoryError, PermissionError) as error:
        raise EvidenceError([Problem(path, None, None, f"cannot be read: {error}")]) from None
    if raw.startswith(b"PK\x03\x04"):
        message = "this is a zip archive or a spreadsheet, not CSV: save the sheet as CSV (UTF-8)"
        raise EvidenceError([Problem(path, 1, None, message)])
    if (nul := raw.find(b"\0")) >= 0:
        line = raw.count(b"\n", 0, nul) + 1
        message = "a NUL byte: the file is binary or UTF-16; save it as CSV (UTF-8)"
        raise EvidenceError([Problem(path, line, None, message)])
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        message = f"byte 0x{raw[error.start]:02x} is not UTF-8: save the file as CSV (UTF-8)"
        raise EvidenceError([Problem(path, line, None, message)]) from None


def _records(path: Path, text: str) -> tuple[list[list[str]], list[int]]:
    # Bare carriage returns (old Macintosh line ends) would join lines: read them as line ends.
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    csv.field_size_limit(LARGEST_FILE)
    records, lines, line = [], [], 1
    try:
        for record in reader:
            if any(cell.strip() for cell in record):
                records.append(record)
                lines.append(line)
            line = reader.line_num + 1
    except csv.Error as error:
        message = f"not valid CSV: {error} (an unclosed quotation mark?)"
        raise EvidenceError([Problem(path, line, None, message)]) from None
    return records, lines


def _header_problems(path: Path, header: tuple[str, ...]) -> list[Problem]:
    if len(header) == 1:
        for name, mark in (("semicolon", ";"), ("tab", "\t"), ("vertical bar", "|")):
            if mark in header[0]:
                return [Problem(path, 1, None, f"cells are separated by a {name}, not a comma")]
    problems = [
        Problem(path, 1, name, "this column stands twice in the header")
        for name in sorted({name for name in header if header.count(name) > 1})
    ]
    if "" in header:
        problems.append(Problem(path, 1, None, "a column without a name in the header"))
    return problems
