"""What a row would come to while it is being filled in: its effect, its place, what is wrong."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from analysis.evidence.chosen_rows import chosen_rows
from analysis.evidence.integrity import Finding, findings
from analysis.evidence.outcome_row import OutcomeRow
from analysis.evidence.question_slice import slice_of
from analysis.evidence.reported import CannotGive
from analysis.evidence.rows import Evidence
from analysis.evidence.trial_effects import TrialEffect, row_effect
from analysis.evidence.values import words_of
from analysis.files.columns import read_rows
from analysis.files.problems import EvidenceError, Problem
from analysis.files.tables import Row
from analysis.measures import MeasureName
from analysis.protocol import Protocol, Question
from analysis.screening.extraction import (
    Rows,
    as_extracted,
    evidence_with,
    is_filled,
    sheets_of,
)
from analysis.statistics.estimates import PooledEffect
from analysis.synthesis.primary_analysis import primary_analysis
from analysis.synthesis.question_result import Synthesis
from analysis.synthesis.study_effect import Measure, measure_in_words
from analysis.synthesis.synthesise import synthesise


@dataclass(frozen=True)
class Place:
    """What the question says with the row in it, and how the row fares there.

    `before` is the pooled effect as the evidence is; `set_aside` says why the row is not pooled,
    blank where it is.
    """

    synthesis: Synthesis
    before: PooledEffect | None
    set_aside: str


@dataclass(frozen=True)
class Preview:
    """What follows from a row, however far it is filled in.

    `problems` are by column, blank for the row as a whole; `elsewhere` those of the other rows
    that it needs. The effect is None, with the reason in `no_effect`, where none follows.
    """

    problems: Mapping[str, Sequence[str]]
    elsewhere: Sequence[Problem]
    measure: Measure
    level: float
    effect: TrialEffect | None
    no_effect: str
    warnings: Sequence[Finding]
    place: Place | None


def preview(now: Evidence, folder: Path, sheets: Rows, row: Row) -> Preview:
    """What an outcome row comes to, in place of the one of its name in these sheets.

    `now` is the evidence without it.
    """
    protocol = now.protocol
    found, evidence = _held_against_all(now.folder, folder, {**sheets, "outcomes": [row]})
    own, elsewhere = _sorted_out(folder, row, found)
    asked = _question(protocol, sheets, row)
    name = protocol.measure_name(asked) if asked else protocol.outcome(row["outcome"]).measure
    effect, why = _effect(protocol, folder, row, name)
    filled = evidence if is_filled(row) else None
    of_row = findings(filled) if filled else ()
    return Preview(
        problems=own,
        elsewhere=elsewhere,
        measure=measure_in_words(protocol.measure_of(row["outcome"], name), protocol.words),
        level=protocol.synthesis.level,
        effect=effect,
        no_effect=why,
        warnings=tuple(each for each in of_row if row["row_id"] in each.row_ids),
        place=_place(now, filled, asked, row) if filled and asked else None,
    )


def problems_of(
    data: Path, folder: Path, sheets: Rows, name: str, row: Row
) -> tuple[Mapping[str, Sequence[str]], Sequence[Problem]]:
    """What is wrong with a row of these sheets by column, and with the others that it needs."""
    found, _ = _held_against_all(data, folder, {**sheets, "outcomes": []})
    return _sorted_out(folder, row, found, name)


def _held_against_all(
    data: Path, folder: Path, sheets: Rows
) -> tuple[Sequence[Problem], Evidence | None]:
    """What is wrong with these rows together with the evidence, which is given where nothing is."""
    found: list[Problem] = []
    try:
        rows = as_extracted(data, folder, sheets)
    except EvidenceError as error:
        found += error.problems
        rows = {**sheets, "outcomes": [row for row in sheets["outcomes"] if is_filled(row)]}
    try:
        _, evidence = evidence_with(data, folder, rows)
    except EvidenceError as error:
        told = {(problem.file, problem.line, problem.column) for problem in found}
        found += (p for p in error.problems if (p.file, p.line, p.column) not in told)
    return (found, None) if found else ((), evidence)


def _sorted_out(
    folder: Path, row: Row, found: Iterable[Problem], name: str = "outcomes"
) -> tuple[Mapping[str, Sequence[str]], Sequence[Problem]]:
    sheet = sheets_of(folder)[name]
    own: dict[str, list[str]] = {}
    elsewhere = []
    for problem in found:
        if (problem.file, problem.line) == (sheet, row.line):
            own.setdefault(problem.column or "", []).append(problem.message)
        else:
            elsewhere.append(problem)
    return own, elsewhere


def _question(protocol: Protocol, sheets: Rows, row: Row) -> Question | None:
    """The question that the row answers, as soon as the trial's condition is known."""
    condition = sheets["studies"][0]["condition"]
    if condition not in {each.id for each in protocol.conditions}:
        return None
    return protocol.question(condition, row["outcome"], row["timepoint"])


def _effect(
    protocol: Protocol, folder: Path, row: Row, measure: MeasureName
) -> tuple[TrialEffect | None, str]:
    """The row's effect by itself, or why there is none; neither where cells cannot be read."""
    cells = {name: [cell] for name, cell in row.cells.items()}
    cells |= {"verified": ["no"], "higher_is": [row["higher_is"] or _direction(protocol, row)]}
    sheet = sheets_of(folder)["outcomes"]
    read = read_rows(OutcomeRow, sheet, [row.line], cells, words_of(protocol))
    if read.problems or not is_filled(row):
        return None, ""
    try:
        return row_effect(protocol, measure, read.rows[0]), ""
    except CannotGive as error:
        return None, str(error)


def _direction(protocol: Protocol, row: Row) -> str:
    return protocol.directions.of(row["instrument"])


def _place(now: Evidence, filled: Evidence, asked: Question, row: Row) -> Place:
    synthesis = synthesise(filled, asked, in_depth=False)
    aside = [each.reason for each in synthesis.set_aside if each.row_id == row["row_id"]]
    return Place(
        synthesis=synthesis,
        before=primary_analysis(slice_of(now, asked), chosen_rows(now, asked)).primary,
        set_aside="; ".join(aside),
    )
