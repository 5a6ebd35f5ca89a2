"""The effects of a question: the rows chosen for each trial, what they give, what is kept out."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from analysis.evidence.eligibility import arm_sizes
from analysis.evidence.integrity import findings, reasons_to_keep_out
from analysis.evidence.reported import CannotGive
from analysis.evidence.rows import Evidence, OutcomeRow
from analysis.evidence.selection import RowSetAside, select
from analysis.evidence.trial_effects import TrialEffect, trial_effect
from analysis.protocol import Question
from analysis.statistics.intervals import critical_value
from analysis.synthesis.risk_of_bias import risk_of_bias
from analysis.synthesis.sensitivity import ContrastRows
from analysis.synthesis.study_effect import StudyEffect

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
class QuestionRows:
    """A question's pooled rows by trial, and those set aside."""

    trials: tuple[TrialRows, ...]
    set_aside: tuple[RowSetAside, ...]


def rows_by_question(evidence: Evidence) -> Mapping[Question, QuestionRows]:
    """The rows of every question of the protocol, and the effects they give."""
    return {question: question_rows(evidence, question) for question in evidence.protocol.questions}


def question_rows(evidence: Evidence, question: Question) -> QuestionRows:
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
    return QuestionRows(tuple(trials), tuple(set_aside))


def find_suspects(evidence: Evidence, rows: Mapping[Question, QuestionRows]) -> Suspects:
    """Why trials are kept out: by findings that nobody has ruled on, or by a person's ruling."""
    found = findings(evidence)
    reasons = {
        (trial.study_id, question.key): reasons_to_keep_out(
            found, trial.study_id, tuple(row.row_id for row in trial.rows)
        )
        for question, of_question in rows.items()
        for trial in of_question.trials
    }
    return {place: said for place, said in reasons.items() if said}


def suspects_of(outcome: str, suspects: Suspects) -> frozenset[str]:
    """Trials with a suspect value of this outcome at any time point."""
    return frozenset(study_id for study_id, key in suspects if key.split(".")[1] == outcome)


def study_effects(
    evidence: Evidence, question: Question, rows: QuestionRows, suspects: Suspects
) -> tuple[StudyEffect, ...]:
    """Each trial's effect with what a page says of it; without its weight."""
    return tuple(
        _study(evidence, trial, suspects.get((trial.study_id, question.key), ()))
        for trial in rows.trials
    )


def _study(evidence: Evidence, trial: TrialRows, suspect: tuple[str, ...]) -> StudyEffect:
    protocol, first = evidence.protocol, trial.rows[0]
    about = evidence.trials[trial.study_id]
    sharing = evidence.sharing(trial.study_id, first.source_id)
    sizes = arm_sizes(protocol, about, trial.rows, sharing)
    events = trial.effect.events or (None, None)
    se = math.sqrt(trial.effect.variance)
    half_width = critical_value(protocol.synthesis.level) * se
    return StudyEffect(
        study_id=trial.study_id,
        label=about.label,
        year=round(about.year),
        comparator=about.comparator,
        comparator_kind=protocol.comparators.kind(about.comparator),
        effect=trial.effect.effect,
        variance=trial.effect.variance,
        se=se,
        ci_low=trial.effect.effect - half_width,
        ci_high=trial.effect.effect + half_width,
        weight=None,
        n_intervention=sizes.intervention,
        n_control=sizes.control,
        n_total=sizes.total,
        n_from=sizes.read_from,
        events_intervention=_whole(events[0]),
        events_control=_whole(events[1]),
        instrument=first.instrument or None,
        weeks=first.weeks,
        variance_from=trial.effect.variance_from,
        derivation=trial.effect.derivation,
        derived=trial.effect.derived,
        assumed=trial.effect.assumed,
        row_ids=tuple(row.row_id for row in trial.rows),
        source_ids=tuple(dict.fromkeys(row.source_id for row in trial.rows)),
        in_baseline_review=about.in_baseline,
        verified=all(row.verified == "yes" for row in trial.rows),
        risk_of_bias=risk_of_bias(evidence, trial.study_id),
        guidance=about.guidance or None,
        therapy=about.therapy or None,
        target=about.target or None,
        duration_weeks=about.duration_weeks,
        indirectness=about.indirectness,
        suspect=suspect,
    )


def _whole(value: float | None) -> int | None:
    return None if value is None else round(value)


def contrast_rows(
    evidence: Evidence, question: Question, rows: QuestionRows, pooled: Collection[str]
) -> ContrastRows:
    """Every contrast of the pooled trials by itself, dependent within its trial."""
    measure = evidence.protocol.measure_name(question)
    each = [
        (trial.study_id, trial_effect(evidence.protocol, measure, [row]))
        for trial in rows.trials
        if trial.study_id in pooled
        for row in trial.rows
    ]
    return ContrastRows(
        effects=tuple(effect.effect for _, effect in each),
        variances=tuple(effect.variance for _, effect in each),
        trials=tuple(study_id for study_id, _ in each),
    )
