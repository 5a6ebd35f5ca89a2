"""The codebook, `data/README.md`: what a person writes, and each file's columns as declared."""

from __future__ import annotations

import re
from pathlib import Path

from analysis.evidence.data_files import DATA_FILES, DataFile
from analysis.evidence.own_columns import files_of
from analysis.evidence.reported_formats import formats_table
from analysis.evidence.values import words_of
from analysis.files.columns import Column, columns, json_schema
from analysis.files.encoding import decode
from analysis.files.folder import plain_files
from analysis.files.problems import EvidenceError, Problem, read_bytes
from analysis.protocol import Protocol, load_protocol

PLACE = re.compile(
    r"(<!-- columns of (\w+)\.csv[^\n]*-->\n).*?(<!-- end of columns -->)", re.DOTALL
)
FORMATS_PLACE = re.compile(
    r"(<!-- formats of outcomes\.csv[^\n]*-->\n).*?(<!-- end of formats -->)", re.DOTALL
)
BAR = "\\|"  # one within a cell
HEAD = "| Column | Meaning | What may stand there | Example |\n|---|---|---|---|\n"


def codebook_text(path: Path) -> str:
    """The text of the codebook with every table as it is declared now.

    Those that the protocol beside it declares are among them.
    EvidenceError where a data file has no place in it, or a place is no data file's.
    """
    plain_files(path.parent)
    text = decode(read_bytes(path), path)
    places = [found[2] for found in PLACE.finditer(text)]
    wrong = sorted(
        set(places) ^ set(DATA_FILES) | {name for name in places if places.count(name) > 1}
    )
    if wrong:
        raise EvidenceError(
            Problem(path, None, None, f"one table of the columns of {name}.csv was expected")
            for name in wrong
        )
    text = FORMATS_PLACE.sub(lambda found: f"{found[1]}{formats_table()}{found[2]}", text)
    files = files_of(load_protocol(path.parent / "protocol.yml").study_columns)
    return PLACE.sub(lambda found: f"{found[1]}{columns_table(files[found[2]])}{found[3]}", text)


def columns_table(file: DataFile) -> str:
    """The columns of a data file as a Markdown table."""
    return HEAD + "".join(map(_line, columns(file.row)))


def _line(column: Column) -> str:
    allowed = "; ".join(
        said
        for said, holds in (
            (column.expected, True),
            ("unique", column.unique),
            ("may be blank", column.may_be_blank),
            ("may be absent", column.may_be_absent),
            ("published as initials", column.is_person),
        )
        if holds
    )
    cells = (f"`{column.name}`", column.meaning, allowed, column.example)
    return f"| {' | '.join(cell.replace('|', BAR) for cell in cells)} |\n"


def json_schemas(protocol: Protocol) -> dict[str, object]:
    """What a row of each data file holds, as JSON Schema, by the name of the file."""
    words = words_of(protocol)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$defs": {
            name: json_schema(file.row, f"a row of {name}.csv", file.about, words)
            for name, file in files_of(protocol.study_columns).items()
        },
    }
