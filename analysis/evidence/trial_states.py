"""What became of an outcome in each included trial: pooled, or why not.

Whether results are missing can only be told by who knows in which trials they should exist.
Page et al. 2023 (ROB-ME), 10.1136/bmj-2023-076754.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum

from analysis.evidence.chosen_rows import ChosenRows
from analysis.evidence.eligibility import ArmSizes, arm_sizes
from analysis.evidence.measured_rows import Measured, WasMeasured
from analysis.evidence.rows import Evidence, OutcomeRow, Trial
from analysis.evidence.selection import RowSetAside, rows_of
from analysis.protocol import Protocol, Question
from analysis.protocol_rules import Frozen

# Steps of the selection by which the review leaves out what a trial did give.
ELIGIBILITY = frozenset({"arm size", "time point"})


class State(StrEnum):
    """What became of an outcome in a trial, by the names that results files use."""

    POOLED = "pooled"
    SENSITIVITY = "in a sensitivity analysis only"
    LEFT_OUT = "left out by a rule"
    NO_NUMBERS = "measured, no usable numbers"
    NOT_MEASURED = "not measured"
    NOT_KNOWN = "not known"


# The states of a trial that measured the outcome.
MEASURED = (State.POOLED, State.SENSITIVITY, State.LEFT_OUT, State.NO_NUMBERS)
_WITHOUT_A_ROW: Mapping[WasMeasured, State] = {
    "yes": State.NO_NUMBERS,
    "no": State.NOT_MEASURED,
    "not known": State.NOT_KNOWN,
}


class OutcomeInTrial(Frozen):
    """One included trial in one question.

    `participants` are those in whom the outcome was measured as far as that is known, else all
    whom the trial analysed or randomised; `participants_from` says which. `source_id` is given
    where a person stated what no row of results shows.
    """

    study_id: str
    label: str
    year: int
    state: State
    participants: int | None
    participants_from: str | None
    reason: str = ""
    source_id: str = ""


def states_without_rows(evidence: Evidence, question: Question) -> tuple[OutcomeInTrial, ...]:
    """The included trials on the question's condition that have no row of results for it."""
    with_rows = {row.study_id for row in rows_of(evidence, question)}
    stated = {
        row.study_id: row
        for row in evidence.measured
        if (row.outcome, row.timepoint) == (question.outcome, question.timepoint)
    }
    return tuple(
        _as_stated(trial, stated.get(trial.study_id))
        for trial in evidence.included
        if trial.condition == question.condition and trial.study_id not in with_rows
    )


def _as_stated(trial: Trial, stated: Measured | None) -> OutcomeInTrial:
    number, where = _of_trial(trial)
    if stated and stated.participants is not None:
        number, where = round(stated.participants), "stated"
    return OutcomeInTrial(
        study_id=trial.study_id,
        label=trial.label,
        year=round(trial.year),
        state=_WITHOUT_A_ROW[stated.measured if stated else "not known"],
        participants=number,
        participants_from=where,
        reason=stated.note if stated else "",
        source_id=stated.source_id if stated else "",
    )


def states_with_rows(
    evidence: Evidence,
    question: Question,
    rows: ChosenRows,
    responders: ChosenRows,
    kept_out: Mapping[str, Sequence[str]],
) -> tuple[OutcomeInTrial, ...]:
    """The included trials with rows for the question.

    `responders` are the rows that give an effect only once they are converted; `kept_out` says
    why the results of a trial are suspect.
    """
    chosen = {trial.study_id: trial.rows for trial in rows.trials}
    converted = {trial.study_id: trial.rows for trial in responders.trials}
    aside: dict[str, list[RowSetAside]] = {}
    for row in rows.set_aside:
        aside.setdefault(row.study_id, []).append(row)
    by_name = {row.row_id: row for row in rows_of(evidence, question)}
    found = []
    for trial in evidence.trials.values():
        if trial.status != "included":
            continue
        suspect = "; ".join(kept_out.get(trial.study_id, ()))
        if used := chosen.get(trial.study_id):
            state = State.SENSITIVITY if suspect else State.POOLED
            found.append(_state(trial, state, _together(evidence, trial, used), suspect))
        elif (used := converted.get(trial.study_id)) and not suspect:
            reason = next(r.reason for r in aside[trial.study_id] if r.row_id == used[0].row_id)
            sizes = _together(evidence, trial, used)
            found.append(_state(trial, State.SENSITIVITY, sizes, reason))
        elif trial.study_id in aside:
            without = aside[trial.study_id]
            found.append(_without_effect(evidence.protocol, trial, without, by_name))
    return tuple(found)


def _together(evidence: Evidence, trial: Trial, rows: Sequence[OutcomeRow]) -> ArmSizes:
    sharing = evidence.sharing(trial.study_id, rows[0].source_id)
    return arm_sizes(evidence.protocol, trial, rows, sharing)


def _without_effect(
    protocol: Protocol,
    trial: Trial,
    aside: Sequence[RowSetAside],
    by_name: Mapping[str, OutcomeRow],
) -> OutcomeInTrial:
    """Left out by a rule where a row would else give an effect; else without usable numbers."""
    by_rule = [one for one in aside if one.rule in ELIGIBILITY]
    deciding = by_rule or aside
    sizes = _sizes(protocol, trial, by_name[deciding[0].row_id])
    reason = "; ".join(dict.fromkeys(one.reason for one in deciding))
    return _state(trial, State.LEFT_OUT if by_rule else State.NO_NUMBERS, sizes, reason)


def _sizes(protocol: Protocol, trial: Trial, row: OutcomeRow) -> ArmSizes:
    """The row's participants; of one that is not usable, which may hold a part, the trial's."""
    number, where = _of_trial(trial)
    if row.usable == "no" and number is not None:
        return ArmSizes(None, None, number, where)
    return arm_sizes(protocol, trial, [row])


def _of_trial(trial: Trial) -> tuple[int | None, str | None]:
    """All whom the trial analysed, else randomised, and which of the two."""
    for number, where in (
        (trial.n_analysed_total, "analysed"),
        (trial.n_randomised_total, "randomised"),
    ):
        if number is not None:
            return round(number), where
    return None, None


def _state(trial: Trial, state: State, sizes: ArmSizes, reason: str) -> OutcomeInTrial:
    return OutcomeInTrial(
        study_id=trial.study_id,
        label=trial.label,
        year=round(trial.year),
        state=state,
        participants=sizes.total,
        participants_from=sizes.read_from,
        reason=reason,
    )
