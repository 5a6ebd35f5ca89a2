"""The CSV files of searching and screening: written by the program, opened by people.

A spreadsheet runs a cell that begins with `=`, `+`, `-`, `@` or a tab. Such a cell
is written with an apostrophe before it, which is taken off again on reading: what was
in the export comes back unchanged. A cell of one's own that begins with an apostrophe
is left as it is, unless it would be taken for one of these.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from analysis.files.csv_files import NUMBER, csv_records, csv_text, header_of, row_problems
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
    marked = cell != "" and cell[0] in FORMULA_MARKS
    return marked and not NUMBER.fullmatch(cell.replace(",", "."))


def quoted(cell: str) -> str:
    """The cell as it is written: nothing that a spreadsheet would run."""
    return "'" + cell if is_formula(cell) or _looks_quoted(cell) else cell


def unquoted(cell: str) -> str:
    """The cell as it was before `quoted`."""
    return cell[1:] if _looks_quoted(cell) else cell


def one_line(cell: str) -> str:
    """The cell without line breaks: git compares and merges lines, so that a row is to be one."""
    broken = "\n" in cell or "\r" in cell  # hardly any is
    return (re.sub(r"\s*[\r\n]\s*", " ", cell) if broken else cell).strip()


def _looks_quoted(cell: str) -> bool:
    return cell[:1] == "'" and len(cell) > 1 and cell[1] in FORMULA_MARKS + "'"


def read_table(path: Path, columns: Sequence[str]) -> list[Row]:
    """Every row of a CSV file that has just these columns; EvidenceError says what is wrong."""
    return rows_under(path, text_records(path, csv_text(path, LARGEST_TABLE)), columns)


def text_records(path: Path, text: str) -> Iterator[tuple[int, list[str]]]:
    """The records of a CSV file's text, by what separates the names of its columns."""
    # A bare carriage return is an old Macintosh's line end.
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    first_line = plain.lstrip("\n").split("\n", 1)[0]
    delimiter = max(DELIMITERS, key=first_line.count)
    return csv_records(path, lines_of(plain), delimiter, LONGEST_CELL)


def rows_under(
    path: Path,
    records: Iterator[tuple[int, list[str]]],
    columns: Sequence[str],
    later: Collection[str] = (),
) -> list[Row]:
    """The records under their header, which has just these columns; EvidenceError for others.

    Those that came into use `later` than the file are blank in every row.
    """
    names = _header(path, *header_of(path, records), columns, later)
    blank = dict.fromkeys(later, "")
    rows: list[Row] = []
    problems: list[Problem] = []
    for line, cells in records:
        if wrong := row_problems(path, line, names, cells, LONGEST_CELL):
            problems += wrong
        else:
            found = {
                name: unquoted(cell) if cell[:1] == "'" else cell
                for name, cell in zip(names, cells, strict=True)
            }
            rows.append(Row(line, blank | found))
        if len(problems) >= MOST_PROBLEMS:
            break
    if problems:
        raise EvidenceError(problems[:MOST_PROBLEMS])
    return rows


def _header(
    path: Path, line: int, cells: list[str], columns: Sequence[str], later: Collection[str]
) -> tuple[str, ...]:
    names = tuple(cell.strip() for cell in cells)
    if len(names) == 1 < len(columns) and names[0].count(",") + 1 >= len(columns):
        message = (
            "all columns stand in one cell, as where a spreadsheet separates cells by semicolons: "
            "import the file as one with commas, or have it written as a workbook (.xlsx)"
        )
        raise EvidenceError.at(path, message, line)
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
