"""Rows under a header, from a CSV file or a sheet, as entries of the table's dialect."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path

from analysis.files.problems import MOST_PROBLEMS, EvidenceError, Problem
from analysis.searching.formats.dialects import Dialect
from analysis.searching.formats.entry import Entry
from analysis.searching.formats.table_dialects import table_dialect

Numbered = tuple[int, Sequence[str]]
# A column as a table calls it → as every table may.
Renamed = Mapping[str, str]
# Dimensions puts a line about the export above its header.
PREAMBLE = "about the data"
# A conference has a column of this name beside the article's.
MAY_BE_TWICE = frozenset(("date",))
# Longer than any column's name: lines that have run together.
LONGEST_NAME = 200
# Embase.com's other CSV has a field a line, its name first, and a record from one of these on.
BEGINS_RECORD = "TITLE"


def table_entries(
    rows: Iterator[Numbered], path: Path, problems: list[Problem], renamed: Renamed
) -> tuple[Dialect, Iterator[Entry]]:
    """The dialect by its header, and each row's entry; rows that do not fit are problems.

    Columns that are `renamed` count by their other name.
    """
    filled = ((line, cells) for line, cells in rows if any(map(str.strip, cells)))
    line, cells = next(filled, (1, ()))
    if cells and cells[0].strip().casefold().startswith(PREAMBLE):
        line, cells = next(filled, (1, ()))
    if len(cells) > 1 and cells[0].strip() == BEGINS_RECORD and _is_value(cells[1]):
        dialect = table_dialect(("title", "pui"))
        assert dialect is not None, "the table's own marks"
        return dialect, _field_a_line(chain([(line, cells)], filled))
    header = _header(cells, renamed)
    dialect = table_dialect(header)
    if dialect is None or any(len(name) > LONGEST_NAME for name in header):
        message = (
            "these are not the columns of a bibliography: one called Title, and Authors, Year, "
            "DOI or Abstract, or those of ClinicalTrials.gov (NCT Number, Study Title) or ICTRP "
            "(TrialID, Public title); ask the database for RIS, rename the columns, or "
            "say under the source in the protocol what they are (columns)"
        )
        raise EvidenceError.at(path, message, line)
    read = dialect.read - MAY_BE_TWICE
    twice = [name for name, times in Counter(header).items() if times > 1 and name in read]
    if twice:
        message = "this column stands twice in the header"
        raise EvidenceError([Problem(path, line, name, message) for name in twice])
    return dialect, _row_a_record(filled, header, path, problems)


def is_bibliography(header: Sequence[str], renamed: Renamed) -> bool:
    """Whether a row names a bibliography's columns."""
    return table_dialect(_header(header, renamed)) is not None


def _header(cells: Sequence[str], renamed: Renamed) -> list[str]:
    known = {_plain(name): field for name, field in renamed.items()}
    return [known.get(name, name) for name in map(_plain, cells)]


def _plain(name: str) -> str:
    return " ".join(name.strip().casefold().replace("_", " ").split())


def _is_value(cell: str) -> bool:
    """Whether a cell beside `TITLE` is a title, and not the name of another column."""
    return table_dialect(("title", _plain(cell))) is None


def _row_a_record(
    rows: Iterator[Numbered], header: list[str], path: Path, problems: list[Problem]
) -> Iterator[Entry]:
    for number, (line, cells) in enumerate(rows, start=1):
        if len(cells) != len(header):
            message = f"record {number} has {len(cells)} cells where the header names {len(header)}"
            problems.append(Problem(path, line, None, message))
            if len(problems) == MOST_PROBLEMS:
                return
            continue
        values: dict[str, list[str]] = {}
        for name, cell in zip(header, cells, strict=True):
            if text := cell.strip():
                values.setdefault(name, []).append(text)
        yield Entry(line, values)


def _field_a_line(rows: Iterator[Numbered]) -> Iterator[Entry]:
    start = 0
    values: dict[str, list[str]] = {}
    for line, cells in rows:
        name, *texts = cells
        if name.strip() == BEGINS_RECORD and values:
            yield Entry(start, values)
            start, values = 0, {}
        start = start or line
        values.setdefault(_plain(name), []).extend(text for text in texts if text.strip())
    if values:
        yield Entry(start, values)
