"""Screening in a spreadsheet: a sheet out, the same sheet with decisions back in."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from types import MappingProxyType

from analysis.files.clock import now
from analysis.files.problems import MOST_PROBLEMS, EvidenceError, Problem, ReviewError, short, shown
from analysis.files.spreadsheets import (
    SheetColumn,
    read_spreadsheet,
    sheet_columns,
    write_spreadsheet,
)
from analysis.files.tables import Row, one_line
from analysis.protocol_lists import ExclusionCriteria
from analysis.screening.decision_files import (
    LAST_STAGE,
    Decision,
    add_decisions,
    row_expected,
    words_of_criteria,
)
from analysis.screening.decisions import Screening, in_words
from analysis.screening.exchange import Told, rows_of_tool
from analysis.searching.decision_schemas import STAGES, row_problems

FILLED = ("decision", "criterion", "study_id", "note")
SHOWN = ("record_id", "title", "abstract", "authors", "year", "journal", "doi", "url")
COLUMNS = (*FILLED, *SHOWN)
# What people decided, in the sheet that settles it: one a column, and what is more in the last.
BESIDE = ("first", "second", "further")


@dataclass(frozen=True)
class SheetReport:
    """What came back: decisions taken in, rows left blank, rows that said nothing new.

    `strangers` are records of a tool's file that are in no search: where, and their titles.
    """

    taken: int
    blank: int
    unchanged: int
    strangers: tuple[str, ...] = ()


def write_sheet(
    path: Path,
    screening: Screening,
    order: Sequence[str],
    stage: str,
    beside: Mapping[str, Sequence[Decision]] = MappingProxyType({}),
) -> int:
    """Write the records that wait at a stage, the most promising first; their number.

    `beside` are the decisions on a record that its consensus is to settle. A file that is there
    is not overwritten: it may hold decisions.
    """
    if path.exists():
        raise ReviewError(f"{shown(path)} is there already: read it in, or give another name")
    rows = [
        dict.fromkeys(FILLED, "")
        | dict(_beside(beside.get(record_id, ())))
        | {name: getattr(screening.library.readable(record_id), name) for name in SHOWN}
        for record_id in order
    ]
    names = (*FILLED, *(BESIDE if beside else ()), *SHOWN)
    write_spreadsheet(path, _columns(stage, names, screening.criteria), rows)
    return len(order)


def _beside(decisions: Sequence[Decision]) -> Iterator[tuple[str, str]]:
    told = [f"{decision.who}: {in_words(decision)}" for decision in decisions]
    cells = (*told[:2], " | ".join(told[2:]))
    yield from zip_longest(BESIDE, cells, fillvalue="")


def _columns(
    stage: str, names: Sequence[str], criteria: ExclusionCriteria
) -> tuple[SheetColumn, ...]:
    words = words_of_criteria(criteria.ids)
    declared = {column.name: column for column in sheet_columns(Decision, words)}
    declared["decision"] = SheetColumn("decision", STAGES[stage])
    return tuple(declared.get(name, SheetColumn(name)) for name in names)


def read_sheet(
    path: Path,
    data: Path,
    screening: Screening,
    stage: str,
    who: str,
    clock: Callable[[], str] = now,
    told: Told | None = None,
) -> SheetReport:
    """Take a person's decisions in: all, or none and an EvidenceError with file and line.

    From a sheet of `write_sheet`, or from the file of a tool that `told` names.

    Reading the same sheet twice changes nothing; a decision that was changed in it is a
    new decision.
    """
    decided, blank, strangers = decided_in(path, screening, stage, who, clock(), told)
    known = known_of(screening, stage, who, decided)
    new = [decision for decision in decided if decision not in known]
    add_decisions(data, screening.library, new)
    return SheetReport(len(new), blank, len(decided) - len(new), strangers)


def decided_in(
    path: Path, screening: Screening, stage: str, who: str, when: str, told: Told | None = None
) -> tuple[list[Decision], int, tuple[str, ...]]:
    """What a sheet says that a person decided, how many of its rows say nothing, and strangers.

    EvidenceError names file and line of all that is wrong.
    """
    rows, strangers = (
        rows_of_tool(path, told, screening.library, screening.criteria)
        if told
        else (read_spreadsheet(path, (*COLUMNS, *BESIDE), later=BESIDE), ())
    )
    filled = [row for row in rows if any(row[name].strip() for name in FILLED)]
    criteria = screening.criteria
    decided = [_decision_row(row, stage, who, when, criteria) for row in filled]
    expected, words = row_expected(criteria), words_of_criteria(criteria.ids)
    problems = row_problems(path, decided, Decision, expected, words)
    problems += _unknown(path, decided, screening)
    problems += _twice(path, decided)
    if problems:
        raise EvidenceError(problems[:MOST_PROBLEMS])
    return [Decision(**row.cells) for row in decided], len(rows) - len(filled), strangers


def known_of(
    screening: Screening, stage: str, who: str, decided: Iterable[Decision]
) -> dict[Decision, Decision]:
    """Of what a sheet says, what the person's decision on the report says too → that decision."""
    latest, representative = screening.latest(stage), screening.deduplication.representative
    counted = (
        (decision, latest.get(representative[decision.record_id], {}).get(who))
        for decision in decided
    )
    return {said: known for said, known in counted if known and _says(known) == _says(said)}


def _decision_row(row: Row, stage: str, who: str, when: str, criteria: ExclusionCriteria) -> Row:
    """The row as a decision: what a spreadsheet or a hurried person adds is forgiven."""
    cells = {name: one_line(row[name]) for name in FILLED}
    letters = {word[0]: word for word in STAGES[stage]}
    said = cells["decision"].lower()
    cells["decision"] = letters.get(said, said)
    cells["criterion"] = criteria.called(cells["criterion"]) or cells["criterion"]
    cells |= {"record_id": row["record_id"].strip(), "stage": stage, "who": who, "when": when}
    return Row(row.line, cells | {"replaces": ""})


def _unknown(path: Path, rows: list[Row], screening: Screening) -> list[Problem]:
    return [
        Problem(path, row.line, "record_id", f"{row['record_id'][:80]!r} is in no search")
        for row in rows
        if row["record_id"] not in screening.library.records
    ]


def _twice(path: Path, rows: list[Row]) -> list[Problem]:
    """Of two decisions on one record in one sheet nobody knows which is meant."""
    first: dict[str, int] = {}
    lines = [(row, first.setdefault(row["record_id"], row.line)) for row in rows]
    return [
        Problem(path, row.line, "record_id", f"{short(row['record_id'])} stands on line {line} too")
        for row, line in lines
        if line != row.line
    ]


def _says(decision: Decision) -> tuple[str, str, str, str]:
    return decision.decision, decision.criterion, decision.study_id, decision.note


def filling_in(stage: str, criteria: ExclusionCriteria) -> tuple[str, ...]:
    """How to fill in the sheet, a line for each column."""
    words = ", ".join(STAGES[stage])
    lines = [f"decision: {words}; the first letter will do"]
    if "exclude" in STAGES[stage] and criteria.listed:
        must = "an exclusion needs it" if stage == LAST_STAGE else "an exclusion may have it"
        lines.append(f"criterion: which one fails; {must}: {', '.join(criteria.ids)}")
    if stage == LAST_STAGE:
        lines.append("study_id: which study an included report is of, such as trial-2026")
    return tuple(lines)
