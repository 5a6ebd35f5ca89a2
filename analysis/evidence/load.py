"""Load and validate the whole evidence; every problem of every file is reported at once."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pandera.pandas as pa

from analysis.evidence.consistency import consistency_problems
from analysis.evidence.rows import (
    AcceptabilityRow,
    ChecklistItem,
    ControlGroup,
    Decision,
    Evidence,
    Judgement,
    OutcomeRow,
    Published,
    Ruling,
    Source,
    Trial,
    records,
)
from analysis.evidence.schemas import schemas
from analysis.files.csv_files import NUMBER, TextTable, read_fitting_rows
from analysis.files.problems import EvidenceError, Problem, short
from analysis.protocol import load_protocol

DECIMAL_COMMA = re.compile(r"[+-]?[0-9]*,[0-9]+")
GROUPED_THOUSANDS = re.compile(r"[+-]?[0-9]{1,3},[0-9]{3}")
LARGEST_NUMBER = 1e12


def load(folder: Path) -> Evidence:
    """Read `folder`; EvidenceError names file, line and column of everything wrong."""
    protocol = load_protocol(folder / "protocol.yml")
    problems: list[Problem] = []
    frames: dict[str, pd.DataFrame] = {}
    incomplete: set[str] = set()
    for name, schema in schemas(protocol).items():
        try:
            frames[name], found, whole = read_table(folder / f"{name}.csv", schema)
        except EvidenceError as error:
            problems += error.problems
            continue
        problems += found
        if not whole:
            incomplete.add(name)
    # A cell that could not be read counts as blank here: it has been reported already.
    reported = {(problem.file, problem.line, problem.column) for problem in problems}
    problems += [
        problem
        for problem in consistency_problems(folder, frames, incomplete)
        if (problem.file, problem.line, problem.column) not in reported
    ]
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
        decisions=records(frames["certainty"], Decision),
        rulings=records(frames["integrity"], Ruling),
        control_groups=records(frames["contrasts"], ControlGroup),
        checklists=records(frames["checklists"], ChecklistItem),
        sources={source.source_id: source for source in records(frames["sources"], Source)},
    )


def read_table(path: Path, schema: pa.DataFrameSchema) -> tuple[pd.DataFrame, list[Problem], bool]:
    """The typed cells, what is wrong with them, and whether every row is among them."""
    table = read_fitting_rows(path)
    if wrong := _column_problems(table, schema):
        raise EvidenceError([*table.problems, *wrong])
    frame, problems = _typed(table, schema)
    unreadable = {(problem.line, problem.column) for problem in problems}
    try:
        schema.validate(frame, lazy=True)
    except pa.errors.SchemaErrors as error:
        problems += [
            problem
            for problem in _schema_problems(path, frame, error)
            if (problem.line, problem.column) not in unreadable
        ]
    return frame, [*table.problems, *problems], not table.problems


def _column_problems(table: TextTable, schema: pa.DataFrameSchema) -> list[Problem]:
    expected, found = list(schema.columns), set(table.header)
    missing = [
        Problem(table.path, 1, name, "this column is missing")
        for name in expected
        if name not in found
    ]
    extra = [
        Problem(table.path, 1, short(name), "this column is not in the codebook (data/README.md)")
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
            raise ValueError(f"{short(cell)} is too large to be a measurement")
        return number
    if GROUPED_THOUSANDS.fullmatch(cell):
        raise ValueError(
            f"{cell!r} may have a decimal comma or grouped thousands: "
            f"write {cell.replace(',', '.')} or {cell.replace(',', '')}"
        )
    if DECIMAL_COMMA.fullmatch(cell):
        raise ValueError(f"{short(cell)} has a decimal comma: write a point, as in 3.5")
    raise ValueError(f"{short(cell)} is not a number")


def _schema_problems(
    path: Path, frame: pd.DataFrame, error: pa.errors.SchemaErrors
) -> list[Problem]:
    cases = error.failure_cases
    twice = set(cases.loc[cases["check"] == "field_uniqueness", "column"])
    lines_by_value = {column: frame.groupby(column).groups for column in twice}
    problems = []
    for case in cases.itertuples():
        line = None if pd.isna(case.index) else int(case.index)
        column = str(case.column)
        if case.check == "field_uniqueness":
            first, second = lines_by_value[column][case.failure_case][:2]
            twin = second if line == first else first
            message = f"{short(case.failure_case)} stands on line {twin} too: it must be unique"
        elif case.check == "not_nullable":
            message = "the cell is blank: a number was expected"
        else:
            message = f"{_said(case.failure_case)} was found, expected {case.check}"
        problems.append(Problem(path, line, column, message))
    return problems


def _said(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else short(str(value))
