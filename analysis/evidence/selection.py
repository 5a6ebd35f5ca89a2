"""Which rows of a question are pooled by the protocol's rule; a reason for every row set aside."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from analysis.evidence.eligibility import too_small
from analysis.evidence.rows import Evidence, OutcomeRow
from analysis.evidence.trial_effects import DATA_LEVELS, cannot_give, data_level
from analysis.protocol import Question


@dataclass(frozen=True)
class RowSetAside:
    """A row that measured the outcome and is not pooled; `rule` is the step that says so."""

    study_id: str
    row_id: str
    rule: str
    reason: str


@dataclass(frozen=True)
class Selection:
    """The rows of one question: those chosen, by trial in order of year, and those set aside."""

    chosen: tuple[tuple[OutcomeRow, ...], ...]
    set_aside: tuple[RowSetAside, ...]


def rows_of(evidence: Evidence, question: Question) -> tuple[OutcomeRow, ...]:
    """Every row that measured the question's outcome, whatever becomes of it."""
    return tuple(
        row
        for row in evidence.outcomes
        if row.outcome == question.outcome
        and row.timepoint == question.timepoint
        and evidence.trials[row.study_id].condition == question.condition
    )


def select(evidence: Evidence, question: Question) -> Selection:
    """Apply the protocol's rule to a question; every row is either chosen or set aside, once."""
    usable: dict[str, list[OutcomeRow]] = {}
    set_aside: list[RowSetAside] = []
    for row in rows_of(evidence, question):
        against = _against(evidence, question, row)
        if against:
            set_aside.append(RowSetAside(row.study_id, row.row_id, *against))
        else:
            usable.setdefault(row.study_id, []).append(row)
    chosen = []
    for rows in usable.values():
        best, others = _choose(evidence, question, rows)
        chosen.append(best)
        set_aside += others
    trials = evidence.trials
    chosen.sort(key=lambda rows: (trials[rows[0].study_id].year, trials[rows[0].study_id].label))
    return Selection(tuple(chosen), tuple(set_aside))


def _against(evidence: Evidence, question: Question, row: OutcomeRow) -> tuple[str, str] | None:
    protocol, trial = evidence.protocol, evidence.trials[row.study_id]
    if trial.status != "included":
        return f"trial {trial.status}", trial.reason
    if row.usable == "no":
        return "not usable", row.not_usable_because
    window = protocol.timepoint(question.timepoint).window_weeks
    if window and row.weeks is not None and not window[0] <= row.weeks <= window[1]:
        reason = f"measured at {row.weeks:g} weeks, outside {window[0]:g} to {window[1]:g}"
        return "time point", reason
    if small := too_small(protocol, trial, row):
        return "arm size", small
    if unfit := cannot_give(protocol, protocol.measure_name(question), row):
        return "another measure", unfit
    return None


@dataclass(frozen=True, order=True)
class _Rank:
    """A row's place in the choice, the lowest first."""

    level: int
    instrument: int
    # Longest follow-up first; an unknown week comes after the known ones.
    weeks: float


def _choose(
    evidence: Evidence, question: Question, rows: Sequence[OutcomeRow]
) -> tuple[tuple[OutcomeRow, ...], list[RowSetAside]]:
    first = min(rows, key=lambda row: _rank(evidence, question, row))
    best: dict[str, OutcomeRow] = {}
    for row in rows:
        # The contrasts of one trial belong together where source, instrument and rank agree.
        if (
            row.source_id == first.source_id
            and row.instrument == first.instrument
            and _rank(evidence, question, row) == _rank(evidence, question, first)
        ):
            best.setdefault(row.contrast, row)
    others = [
        RowSetAside(
            row.study_id, row.row_id, "another row preferred", _why(evidence, question, first, row)
        )
        for row in rows
        if row not in best.values()
    ]
    return tuple(best.values()), others


def _rank(evidence: Evidence, question: Question, row: OutcomeRow) -> _Rank:
    protocol = evidence.protocol
    follow_up = protocol.timepoint(question.timepoint).window_weeks is not None
    return _Rank(
        level=data_level(protocol.measure_name(question), row),
        instrument=protocol.instrument_rank(question.outcome, row.instrument),
        weeks=0.0 if not follow_up else math.inf if row.weeks is None else -row.weeks,
    )


def _why(evidence: Evidence, question: Question, first: OutcomeRow, other: OutcomeRow) -> str:
    best, rank = _rank(evidence, question, first), _rank(evidence, question, other)
    if rank.level != best.level:
        return f"{first.row_id} gives {DATA_LEVELS[best.level]}"
    if rank.instrument != best.instrument:
        return f"{first.row_id} uses the preferred instrument ({first.instrument})"
    if rank.weeks != best.weeks:
        return f"{first.row_id} has the longer follow-up"
    if other.source_id != first.source_id:
        return f"{first.row_id} is listed first; contrasts are not mixed between sources"
    return f"{first.row_id} is listed first for the same contrast"
