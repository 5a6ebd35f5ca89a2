"""The rows chosen for each trial of a question, what they give, and what is kept out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from analysis.evidence.integrity import Finding, findings, keeping_out, reason
from analysis.evidence.integrity.finding import question_of
from analysis.evidence.reported import CannotGive
from analysis.evidence.responders import responders_effect
from analysis.evidence.rows import Evidence, OutcomeRow
from analysis.evidence.selection import RowSetAside, select
from analysis.evidence.trial_effects import RowEffect, TrialEffect, row_effect, trial_effect
from analysis.protocol import Question


@dataclass(frozen=True)
class KeptOut:
    """Why a trial is kept out of a question, and whether a person has ruled that it is."""

    reasons: tuple[str, ...]
    ruled: bool


Suspects = Mapping[tuple[str, str], KeptOut]
"""Trial and key of a question → why the trial is kept out of it."""


@dataclass(frozen=True)
class TrialRows:
    """The rows chosen for one trial in one question, and the effect they give."""

    rows: tuple[OutcomeRow, ...]
    effect: TrialEffect

    @property
    def study_id(self) -> str:
        return self.rows[0].study_id


@dataclass(frozen=True)
class ChosenRows:
    """A question's pooled rows by trial, and those set aside."""

    trials: tuple[TrialRows, ...]
    set_aside: tuple[RowSetAside, ...]


def chosen_rows(
    evidence: Evidence, question: Question, effect: RowEffect = row_effect
) -> ChosenRows:
    """Select the rows of a question and compute each trial's effect, a row by `effect`."""
    measure = evidence.protocol.measure_name(question)
    selection = select(evidence, question, effect)
    trials, set_aside = [], list(selection.set_aside)
    for rows in selection.chosen:
        try:
            sharing = evidence.sharing(rows[0].study_id, rows[0].source_id)
            found = trial_effect(evidence.protocol, measure, rows, sharing=sharing, effect=effect)
            trials.append(TrialRows(rows, found))
        except CannotGive as error:
            set_aside += [
                RowSetAside(row.study_id, row.row_id, error.rule, str(error)) for row in rows
            ]
    return ChosenRows(tuple(trials), tuple(set_aside))


def responder_rows(evidence: Evidence, question: Question, chosen: ChosenRows) -> ChosenRows:
    """The trials that give responders only, as standardised mean differences.

    None where the protocol converts no ratio or the question pools another measure, and never a
    trial that is `chosen`; what is set aside are the rows of responders that cannot be converted.
    """
    protocol = evidence.protocol
    if protocol.synthesis.convert_ratio == "never" or protocol.measure_name(question) != "SMD":
        return ChosenRows((), ())
    scored = {trial.study_id for trial in chosen.trials}
    found = chosen_rows(evidence, question, responders_effect)
    return ChosenRows(
        tuple(trial for trial in found.trials if trial.study_id not in scored),
        tuple(row for row in found.set_aside if row.study_id not in scored),
    )


def find_suspects(evidence: Evidence) -> Suspects:
    """Why trials are kept out: by findings that nobody has ruled on, or by a person's ruling."""
    return evidence.once(find_suspects, lambda: _suspects(evidence))


def _suspects(evidence: Evidence) -> Suspects:
    by_trial: dict[str, list[Finding]] = {}
    for finding in findings(evidence):
        if finding.keeps_out:
            by_trial.setdefault(finding.study_id, []).append(finding)
    concerned = {
        question_of(evidence, row) for row in evidence.outcomes if row.study_id in by_trial
    }
    suspects = {}
    for question in evidence.protocol.questions:
        if question not in concerned:
            continue
        chosen = chosen_rows(evidence, question)
        for trial in (*chosen.trials, *responder_rows(evidence, question, chosen).trials):
            rows, about = (row.row_id for row in trial.rows), by_trial.get(trial.study_id, ())
            if grave := keeping_out(about, trial.study_id, tuple(rows)):
                suspects[trial.study_id, question.key] = KeptOut(
                    tuple(map(reason, grave)), any(finding.ruling for finding in grave)
                )
    return suspects
