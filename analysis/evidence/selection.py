"""Which rows of a cell are pooled: the protocol's choice, and a reason for every row set aside."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from analysis.evidence.eligibility import too_small
from analysis.evidence.rows import Evidence, OutcomeRow
from analysis.evidence.trial_effects import DATA_LEVELS, cannot_give, data_level
from analysis.protocol import Cell


@dataclass(frozen=True)
class RowSetAside:
    """A row that measured the cell's outcome and is not pooled; `rule` is the step that says so."""

    study_id: str
    row_id: str
    rule: str
    reason: str


@dataclass(frozen=True)
class Selection:
    """The rows of one cell: those chosen, by trial in order of year, and those set aside."""

    chosen: tuple[tuple[OutcomeRow, ...], ...]
    set_aside: tuple[RowSetAside, ...]


def rows_of(evidence: Evidence, cell: Cell) -> tuple[OutcomeRow, ...]:
    """Every row that measured the cell's outcome, whatever becomes of it."""
    return tuple(
        row
        for row in evidence.outcomes
        if row.outcome == cell.outcome
        and row.timepoint == cell.timepoint
        and evidence.trials[row.study_id].condition == cell.condition
    )


def select(evidence: Evidence, cell: Cell) -> Selection:
    """Apply the protocol's rule to a cell; every row is either chosen or set aside, once."""
    usable: dict[str, list[OutcomeRow]] = {}
    set_aside: list[RowSetAside] = []
    for row in rows_of(evidence, cell):
        against = _against(evidence, cell, row)
        if against:
            set_aside.append(RowSetAside(row.study_id, row.row_id, *against))
        else:
            usable.setdefault(row.study_id, []).append(row)
    chosen = []
    for rows in usable.values():
        best, others = _choose(evidence, cell, rows)
        chosen.append(best)
        set_aside += others
    trials = evidence.trials
    chosen.sort(key=lambda rows: (trials[rows[0].study_id].year, trials[rows[0].study_id].label))
    return Selection(tuple(chosen), tuple(set_aside))


def _against(evidence: Evidence, cell: Cell, row: OutcomeRow) -> tuple[str, str] | None:
    protocol, trial = evidence.protocol, evidence.trials[row.study_id]
    if trial.status != "included":
        return f"trial {trial.status}", trial.reason
    if row.usable == "no":
        return "not usable", row.not_usable_because
    window = protocol.timepoint(cell.timepoint).window_weeks
    if window and row.weeks is not None and not window[0] <= row.weeks <= window[1]:
        reason = f"measured at {row.weeks:g} weeks, outside {window[0]:g} to {window[1]:g}"
        return "time point", reason
    if small := too_small(protocol, trial, row):
        return "arm size", small
    if unfit := cannot_give(protocol, protocol.measure_name(cell), row):
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
    evidence: Evidence, cell: Cell, rows: Sequence[OutcomeRow]
) -> tuple[tuple[OutcomeRow, ...], list[RowSetAside]]:
    first = min(rows, key=lambda row: _rank(evidence, cell, row))
    best: dict[str, OutcomeRow] = {}
    for row in rows:
        # The contrasts of one trial belong together where source, instrument and rank agree.
        if (
            row.source_id == first.source_id
            and row.instrument == first.instrument
            and _rank(evidence, cell, row) == _rank(evidence, cell, first)
        ):
            best.setdefault(row.contrast, row)
    others = [
        RowSetAside(
            row.study_id, row.row_id, "another row preferred", _why(evidence, cell, first, row)
        )
        for row in rows
        if row not in best.values()
    ]
    return tuple(best.values()), others


def _rank(evidence: Evidence, cell: Cell, row: OutcomeRow) -> _Rank:
    protocol = evidence.protocol
    follow_up = protocol.timepoint(cell.timepoint).window_weeks is not None
    return _Rank(
        level=data_level(protocol.measure_name(cell), row),
        instrument=protocol.instrument_rank(cell.outcome, row.instrument),
        weeks=0.0 if not follow_up else math.inf if row.weeks is None else -row.weeks,
    )


def _why(evidence: Evidence, cell: Cell, first: OutcomeRow, other: OutcomeRow) -> str:
    best, rank = _rank(evidence, cell, first), _rank(evidence, cell, other)
    if rank.level != best.level:
        return f"{first.row_id} gives {DATA_LEVELS[best.level]}"
    if rank.instrument != best.instrument:
        return f"{first.row_id} uses the preferred instrument ({first.instrument})"
    if rank.weeks != best.weeks:
        return f"{first.row_id} has the longer follow-up"
    if other.source_id != first.source_id:
        return f"{first.row_id} is listed first; contrasts are not mixed between sources"
    return f"{first.row_id} is listed first for the same contrast"
