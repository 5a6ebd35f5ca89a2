"""Load and validate the whole evidence; every problem of every file is reported at once."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pandera.pandas as pa

from analysis.evidence.consistency import consistency_problems
from analysis.evidence.csv_files import TextTable, read_csv
from analysis.evidence.records import (
    AcceptabilityRow,
    Judgement,
    OutcomeRow,
    Published,
    Source,
    Trial,
    records,
)
from analysis.evidence.schemas import schemas
from analysis.problems import EvidenceError, Problem
from analysis.protocol import Protocol, load_protocol

NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")
DECIMAL_COMMA = re.compile(r"[+-]?\d+,\d+")
LARGEST_NUMBER = 1e12


@dataclass(frozen=True)
class Evidence:
    """The validated evidence: every file's rows, in file order, and the protocol."""

    folder: Path
    protocol: Protocol
    trials: Mapping[str, Trial]
    outcomes: tuple[OutcomeRow, ...]
    risk_of_bias: tuple[Judgement, ...]
    acceptability: tuple[AcceptabilityRow, ...]
    published: tuple[Published, ...]
    sources: Mapping[str, Source]


def load(folder: Path) -> Evidence:
    """Read `folder`; EvidenceError names file, line and column of everything wrong."""
    protocol = load_protocol(folder / "protocol.yml")
    problems: list[Problem] = []
    frames: dict[str, pd.DataFrame] = {}
    for name, schema in schemas(protocol).items():
        try:
            frames[name] = _read_table(folder / f"{name}.csv", schema)
        except EvidenceError as error:
            problems += error.problems
    # Across files only what each file's own check let through can be compared.
    problems += consistency_problems(folder, frames)
    if problems:
        raise EvidenceError(problems)
    return Evidence(
        folder=folder,
        protocol=protocol,
        trials={trial.study_id: trial for trial in records(frames["studies"], Trial)},
        outcomes=records(frames["outcomes"], OutcomeRow),
        risk_of_bias=records(frames["risk_of_bias"], Judgement),
        acceptability=records(frames["acceptability"], AcceptabilityRow),
        published=records(frames["published"], Published),
        sources={source.source_id: source for source in records(frames["sources"], Source)},
    )


def _read_table(path: Path, schema: pa.DataFrameSchema) -> pd.DataFrame:
    table = read_csv(path)
    problems = _column_problems(table, schema)
    if problems:
        raise EvidenceError(problems)
    frame, problems = _typed(table, schema)
    try:
        schema.validate(frame, lazy=True)
    except pa.errors.SchemaErrors as error:
        unreadable = {(problem.line, problem.column) for problem in problems}
        problems += [
            problem
            for problem in _schema_problems(path, frame, error)
            if (problem.line, problem.column) not in unreadable
        ]
    if problems:
        raise EvidenceError(problems)
    return frame


def _column_problems(table: TextTable, schema: pa.DataFrameSchema) -> list[Problem]:
    expected, found = list(schema.columns), set(table.header)
    missing = [
        Problem(table.path, 1, name, "this column is missing")
        for name in expected
        if name not in found
    ]
    extra = [
        Problem(table.path, 1, name, "this column is not in the codebook (data/README.md)")
        for name in table.header
        if name not in schema.columns
    ]
    return missing + extra


def _typed(table: TextTable, schema: pa.DataFrameSchema) -> tuple[pd.DataFrame, list[Problem]]:
    problems: list[Problem] = []
    columns: dict[str, pd.Series] = {}
    index = pd.Index(table.lines, name="line")
    for position, name in enumerate(table.header):
        cells = [row[position] for row in table.rows]
        if str(schema.columns[name].dtype) != "float64":
            columns[name] = pd.Series(cells, index=index, dtype="str")
            continue
        numbers = []
        for line, cell in zip(table.lines, cells, strict=True):
            try:
                numbers.append(parse_number(cell))
            except ValueError as error:
                problems.append(Problem(table.path, line, name, str(error)))
                numbers.append(None)
        columns[name] = pd.Series(numbers, index=index, dtype="float64")
    return pd.DataFrame({name: columns[name] for name in schema.columns}), problems


def parse_number(cell: str) -> float | None:
    """A cell's number, `None` where it is blank; ValueError says what stands there instead."""
    if not cell:
        return None
    if NUMBER.fullmatch(cell):
        number = float(cell)
        if abs(number) > LARGEST_NUMBER:
            raise ValueError(f"{_short(cell)} is too large to be a measurement")
        return number
    if DECIMAL_COMMA.fullmatch(cell):
        raise ValueError(f"{cell!r} has a decimal comma: write {cell.replace(',', '.')}")
    raise ValueError(f"{_short(cell)} is not a number")


def _short(cell: str) -> str:
    return repr(cell if len(cell) <= 40 else cell[:39] + "…")


def _schema_problems(
    path: Path, frame: pd.DataFrame, error: pa.errors.SchemaErrors
) -> list[Problem]:
    problems = []
    for case in error.failure_cases.itertuples():
        line = None if pd.isna(case.index) else int(case.index)
        column = str(case.column)
        if case.check == "field_uniqueness":
            twins = [str(twin) for twin in frame.index[frame[column] == case.failure_case]]
            message = (
                f"{case.failure_case!r} stands on lines {' and '.join(twins)}: it must be unique"
            )
        elif case.check == "not_nullable":
            message = "the cell is blank: a number was expected"
        else:
            message = f"{_said(case.failure_case)} was found, expected {case.check}"
        problems.append(Problem(path, line, column, message))
    return problems


def _said(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else _short(str(value))
