"""The CSV files of searching and screening: written by the program, opened by people.

A spreadsheet runs a cell that begins with `=`, `+`, `-`, `@` or a tab. Such a cell
is written with an apostrophe before it, which is taken off again on reading: what was
in the export comes back unchanged. A cell of one's own that begins with an apostrophe
is left as it is, unless it would be taken for one of these.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from analysis.files.csv_files import CONTROL, NUMBER, csv_text
from analysis.files.encoding import lines_of
from analysis.files.problems import MOST_PROBLEMS, EvidenceError, Problem
from analysis.files.writing import write_atomically

# The full-width forms too: a spreadsheet in an East Asian locale reads them alike.
FORMULA_MARKS = "=+-@\t\r＝＋－＠"
# A spreadsheet in a locale with a decimal comma saves its CSV with semicolons.
DELIMITERS = ",;\t"
LONGEST_CELL = 1_000_000
# A hundred thousand records with their abstracts.
LARGEST_TABLE = 200_000_000


@dataclass(frozen=True)
class Row:
    """The cells of a row by column, and the line it starts on."""

    line: int
    cells: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells[column]


def is_formula(cell: str) -> bool:
    """Whether a spreadsheet would run the cell; a number is no formula, with a comma neither."""
    return cell.startswith(tuple(FORMULA_MARKS)) and not NUMBER.fullmatch(cell.replace(",", "."))


def quoted(cell: str) -> str:
    """The cell as it is written: nothing that a spreadsheet would run."""
    return "'" + cell if is_formula(cell) or _looks_quoted(cell) else cell


def unquoted(cell: str) -> str:
    """The cell as it was before `quoted`."""
    return cell[1:] if _looks_quoted(cell) else cell


def _looks_quoted(cell: str) -> bool:
    return len(cell) > 1 and cell[0] == "'" and cell[1] in FORMULA_MARKS + "'"


def read_table(path: Path, columns: Sequence[str], later: Collection[str] = ()) -> list[Row]:
    """Every row of a CSV file that has just these columns; EvidenceError says what is wrong.

    Those that came into use `later` than the file are blank in every row.
    """
    # A bare carriage return is an old Macintosh's line end.
    text = csv_text(path, LARGEST_TABLE).replace("\r\n", "\n").replace("\r", "\n")
    header = text.lstrip("\n").split("\n", 1)[0]
    delimiter = max(DELIMITERS, key=header.count)
    csv.field_size_limit(LONGEST_CELL)
    reader = csv.reader(lines_of(text), delimiter=delimiter, strict=True)
    blank = dict.fromkeys(later, "")
    rows: list[Row] = []
    problems: list[Problem] = []
    names: tuple[str, ...] | None = None
    line = 1
    try:
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                pass
            elif names is None:
                names = _header(path, line, cells, columns, later)
            elif wrong := _row_problem(path, line, names, cells):
                problems.append(wrong)
            else:
                found = {name: unquoted(cell) for name, cell in zip(names, cells, strict=True)}
                rows.append(Row(line, blank | found))
            if len(problems) == MOST_PROBLEMS:
                break
            line = reader.line_num + 1
    except csv.Error as error:
        message = f"not valid CSV: {error} (an unclosed quotation mark?)"
        raise EvidenceError([*problems, Problem(path, line, None, message)]) from None
    if names is None:
        problems.append(Problem(path, 1, None, "the file is empty: a header was expected"))
    if problems:
        raise EvidenceError(problems)
    return rows


def _row_problem(
    path: Path, line: int, names: Sequence[str], cells: Sequence[str]
) -> Problem | None:
    if len(cells) != len(names):
        return Problem(path, line, None, f"{len(cells)} cells where the header names {len(names)}")
    for name, cell in zip(names, cells, strict=True):
        if found := CONTROL.search(cell):
            message = f"an invisible control character (U+{ord(found[0]):04X})"
            return Problem(path, line, name, message)
    return None


def _header(
    path: Path, line: int, cells: list[str], columns: Sequence[str], later: Collection[str]
) -> tuple[str, ...]:
    names = tuple(cell.strip() for cell in cells)
    problems = [
        Problem(path, line, name, "this column is missing")
        for name in columns
        if name not in (*names, *later)
    ]
    problems += [
        Problem(path, line, name[:60] or None, "this column is not expected here")
        for name in names
        if name not in columns or names.count(name) > 1
    ]
    if problems:
        raise EvidenceError(problems[:MOST_PROBLEMS])
    return names


def table_text(columns: Sequence[str], rows: Iterable[Mapping[str, str]]) -> str:
    """A CSV file's text: one header, `\\n` line ends, nothing that a spreadsheet would run."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([quoted(row[column]) for column in columns] for row in rows)
    return text.getvalue()


def write_table(path: Path, columns: Sequence[str], rows: Iterable[Mapping[str, str]]) -> None:
    """Replace a CSV file by these rows, whole or not at all."""
    write_atomically(path, table_text(columns, rows))
