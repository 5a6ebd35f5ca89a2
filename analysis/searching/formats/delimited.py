"""CSV exports: commas, semicolons or tabs, read strictly."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

from analysis.files.encoding import lines_of
from analysis.files.problems import Problem
from analysis.files.tables import LONGEST_CELL
from analysis.searching.formats.tabular import Numbered

DELIMITERS = ",;\t"


def delimited_rows(text: str, path: Path, problems: list[Problem]) -> Iterator[Numbered]:
    """Every row and the line it begins on; a quotation mark that nobody closes is a problem."""
    first = text.lstrip("\n").split("\n", 1)[0]
    delimiter = max(DELIMITERS, key=first.count)
    csv.field_size_limit(LONGEST_CELL)
    # Web of Science's tab-delimited table quotes nothing: a quotation mark is one of the text.
    plain = delimiter == "\t" and '"' not in first
    reader = csv.reader(
        lines_of(text),
        delimiter=delimiter,
        strict=True,
        quoting=csv.QUOTE_NONE if plain else csv.QUOTE_MINIMAL,
    )
    line = 1
    try:
        for cells in reader:
            yield line, cells
            line = reader.line_num + 1
    except csv.Error as error:
        message = f"not valid CSV: {error} (an unclosed quotation mark, or the file is cut short)"
        problems.append(Problem(path, reader.line_num, None, message))
