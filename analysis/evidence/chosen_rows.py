"""The rows chosen for each trial of a question, what they give, and what is kept out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from analysis.evidence.integrity import findings, reasons_to_keep_out
from analysis.evidence.reported import CannotGive
from analysis.evidence.rows import Evidence, OutcomeRow
from analysis.evidence.selection import RowSetAside, select
from analysis.evidence.trial_effects import TrialEffect, trial_effect
from analysis.protocol import Question

Suspects = Mapping[tuple[str, str], tuple[str, ...]]
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


def chosen_rows(evidence: Evidence, question: Question) -> ChosenRows:
    """Select the rows of a question and compute each trial's effect."""
    measure = evidence.protocol.measure_name(question)
    selection = select(evidence, question)
    trials, set_aside = [], list(selection.set_aside)
    for rows in selection.chosen:
        try:
            sharing = evidence.sharing(rows[0].study_id, rows[0].source_id)
            effect = trial_effect(evidence.protocol, measure, rows, sharing=sharing)
            trials.append(TrialRows(rows, effect))
        except CannotGive as error:
            set_aside += [
                RowSetAside(row.study_id, row.row_id, error.rule, str(error)) for row in rows
            ]
    return ChosenRows(tuple(trials), tuple(set_aside))


def find_suspects(evidence: Evidence) -> Suspects:
    """Why trials are kept out: by findings that nobody has ruled on, or by a person's ruling."""
    found = findings(evidence)
    reasons = {
        (trial.study_id, question.key): reasons_to_keep_out(
            found, trial.study_id, tuple(row.row_id for row in trial.rows)
        )
        for question in evidence.protocol.questions
        for trial in chosen_rows(evidence, question).trials
    }
    return {place: said for place, said in reasons.items() if said}
