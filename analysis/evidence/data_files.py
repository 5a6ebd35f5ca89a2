"""The data files: what a row of each is, what names a row, and how a file is read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from analysis.evidence.measured_rows import Measured
from analysis.evidence.notice_rows import Notice, Snapshot
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
)
from analysis.evidence.trustworthiness_rows import TrustJudgement
from analysis.files.columns import Rows, Words, columns, read_rows
from analysis.files.csv_files import TextTable, fitting_rows_of
from analysis.files.problems import EvidenceError, Problem, read_bytes, short

QUESTION = ("condition", "outcome", "timepoint")


@dataclass(frozen=True)
class DataFile:
    """A CSV file of `data/`: `key` are the columns that name a row; without one rows may repeat.

    `held_as` is what the evidence calls its rows, where that is not the file's name.
    """

    name: str
    row: type
    key: tuple[str, ...]
    about: str
    held_as: str = ""

    def rows_of(self, evidence: Evidence) -> Iterable[Any]:
        """Its rows, in file order."""
        held = getattr(evidence, self.held_as or self.name)
        return held.values() if isinstance(held, Mapping) else held

    def name_of(self, row: object) -> str:
        """What tells a row from the others."""
        named = (str(getattr(row, column)) for column in self.key)
        return ", ".join(filter(None, named))


DATA_FILES: Mapping[str, DataFile] = {
    file.name: file
    for file in (
        DataFile(
            "studies",
            Trial,
            ("study_id",),
            "The trials, included or not, with the reason",
            held_as="trials",
        ),
        DataFile(
            "outcomes", OutcomeRow, ("row_id",), "Every result, one row a source and instrument"
        ),
        DataFile(
            "measured",
            Measured,
            ("study_id", "outcome", "timepoint"),
            "Whether a trial measured an outcome, where no row of results shows it",
        ),
        DataFile(
            "trustworthiness",
            TrustJudgement,
            ("study_id", "assessed_by", "domain"),
            "Every judgement of the trustworthiness of a trial",
        ),
        DataFile(
            "risk_of_bias",
            Judgement,
            ("study_id", "outcome", "timepoint", "tool", "assessed_by", "domain"),
            "Every judgement of risk of bias",
        ),
        DataFile(
            "acceptability",
            AcceptabilityRow,
            (),
            "Attrition, adherence, participation, satisfaction and harms",
        ),
        DataFile(
            "published",
            Published,
            ("review", *QUESTION, "measure"),
            "Estimates that other reviews printed, for comparison only",
        ),
        DataFile(
            "certainty",
            Decision,
            (*QUESTION, "domain"),
            "What a person decided about certainty",
            held_as="decisions",
        ),
        DataFile(
            "integrity",
            Ruling,
            ("check", "study_id", "row_id"),
            "What a person ruled on values that look wrong",
            held_as="rulings",
        ),
        DataFile(
            "checklists",
            ChecklistItem,
            ("checklist", "item"),
            "Where the book reports what PRISMA asks for",
        ),
        DataFile(
            "contrasts",
            ControlGroup,
            ("study_id", "source_id"),
            "How sources handled a control group that several contrasts share",
            held_as="control_groups",
        ),
        DataFile(
            "sources",
            Source,
            ("source_id",),
            "Every source with its citation, address and licence",
        ),
        DataFile(
            "notices",
            Notice,
            ("study_id", "record_id"),
            "Retractions, concerns and corrections of the trials' reports",
        ),
        DataFile(
            "notice_snapshots",
            Snapshot,
            ("date",),
            "When and in which file of the Retraction Watch database notices were sought",
            held_as="snapshots",
        ),
    )
}


def read_file(path: Path, file: DataFile, words: Words) -> Rows[Any]:
    """The rows of a data file; EvidenceError where its columns are not those declared."""
    return file_of(path, read_bytes(path), file, words)


def file_of(path: Path, content: bytes, file: DataFile, words: Words) -> Rows[Any]:
    """The same of a file that says this."""
    return _rows(path, content, file, tuple((name, tuple(said)) for name, said in words.items()))


@lru_cache(maxsize=32)  # one that saves reads all files again, of which one is another
def _rows(
    path: Path, content: bytes, file: DataFile, listed: tuple[tuple[str, tuple[str, ...]], ...]
) -> Rows[Any]:
    table = fitting_rows_of(path, content)
    if wrong := _column_problems(table, file):
        raise EvidenceError([*table.problems, *wrong])
    cells = {name: [row[at] for row in table.rows] for at, name in enumerate(table.header)}
    found: Rows[Any] = read_rows(file.row, path, table.lines, cells, dict(listed))
    problems = (*table.problems, *found.problems)
    return replace(found, problems=problems, whole=not table.problems)


def _column_problems(table: TextTable, file: DataFile) -> list[Problem]:
    declared = {column.name: column for column in columns(file.row)}
    missing = [
        Problem(table.path, 1, name, "this column is missing")
        for name, column in declared.items()
        if name not in table.header and not column.may_be_absent
    ]
    extra = [
        Problem(table.path, 1, short(name), "this column is not in the codebook (data/README.md)")
        for name in table.header
        if name not in declared
    ]
    return missing + extra
