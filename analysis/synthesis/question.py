"""From the evidence to the `Synthesis` of a question: select, compute, pool, compare, say it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from analysis.evidence.rows import Evidence, Published
from analysis.evidence.selection import RowSetAside
from analysis.protocol import Question, SynthesisRules
from analysis.statistics.estimates import PooledEffect
from analysis.statistics.pooling import pool, with_interval
from analysis.synthesis.certainty import Body, rate
from analysis.synthesis.clinical_terms import clinical
from analysis.synthesis.comparisons import comparisons
from analysis.synthesis.interval_rule import pool_by_protocol
from analysis.synthesis.model import PublishedEstimate, SetAside, Synthesis
from analysis.synthesis.question_effects import (
    QuestionRows,
    Suspects,
    contrast_rows,
    find_suspects,
    rows_by_question,
    study_effects,
    suspects_of,
)
from analysis.synthesis.question_inputs import decisions_on, provenance
from analysis.synthesis.sensitivity import sensitivity_analyses
from analysis.synthesis.study_effect import Measure, StudyEffect, effects_of, participants
from analysis.synthesis.wording import Answer, sentences


def synthesise_all(evidence: Evidence) -> Mapping[str, Synthesis]:
    """The synthesis of every question of the protocol, by its key."""
    rows = rows_by_question(evidence)
    suspects = find_suspects(evidence, rows)
    return {asked.key: _synthesis(evidence, asked, rows[asked], suspects) for asked in rows}


def synthesise(evidence: Evidence, question: Question) -> Synthesis:
    """The synthesis of one question; the others are read only to judge implausible effects."""
    rows = rows_by_question(evidence)
    return _synthesis(evidence, question, rows[question], find_suspects(evidence, rows))


def _synthesis(
    evidence: Evidence, question: Question, rows: QuestionRows, suspects: Suspects
) -> Synthesis:
    protocol, rules = evidence.protocol, evidence.protocol.synthesis
    rule = protocol.measures[protocol.measure_name(question)]
    measure = Measure(
        name=protocol.measure_name(question),
        label=rule.label,
        ratio=rule.ratio,
        benefit_above=rule.benefit_above,
    )
    studies, primary = _pooled(rules, study_effects(evidence, question, rows, suspects))
    pooled = tuple(study for study in studies if not study.suspect)
    n_total, n_unknown = participants(pooled)
    sensitivity = sensitivity_analyses(
        rules,
        protocol.moderators,
        pooled,
        primary,
        contrast_rows(evidence, question, rows, {study.study_id for study in pooled}),
    )
    body = None
    if primary:
        body = Body(
            measure=measure,
            smallest_important_difference=rule.smallest_important_difference,
            studies=pooled,
            primary=primary,
            n_total=n_total,
            n_unknown=n_unknown,
            egger=sensitivity.small_study.egger if sensitivity.small_study else None,
        )
    answer = Answer(
        outcome=protocol.outcome(question.outcome),
        timepoint=protocol.timepoint(question.timepoint),
        studies=studies,
        body=body,
        certainty=rate(protocol, body, decisions_on(evidence, question)) if body else None,
        clinical=clinical(
            evidence, question, measure, pooled, primary, suspects_of(question.outcome, suspects)
        ),
    )
    return Synthesis(
        question=question,
        title=protocol.question_title(question),
        measure=measure,
        smallest_important_difference=rule.smallest_important_difference,
        level=rules.level,
        studies=studies,
        k=len(pooled),
        n_total=n_total,
        n_unknown=n_unknown,
        primary=primary,
        models=_models(rules, pooled),
        comparisons=comparisons(rules, studies),
        sensitivity=sensitivity,
        certainty=answer.certainty,
        clinical=answer.clinical,
        published=_published(evidence, question),
        baseline_without_data=_baseline_without_data(evidence, question, studies),
        set_aside=_set_aside(evidence, rows.set_aside),
        sentences=sentences(rules, answer),
        provenance=provenance(evidence, question, suspects),
    )


def _pooled(
    rules: SynthesisRules, studies: Sequence[StudyEffect]
) -> tuple[tuple[StudyEffect, ...], PooledEffect | None]:
    """The trials with their weights in the primary analysis, and its result."""
    primary = pool_by_protocol(rules, [study for study in studies if not study.suspect])
    weights = iter(primary.weights if primary else ())
    return tuple(
        study if study.suspect else study.model_copy(update={"weight": next(weights)})
        for study in studies
    ), primary


def _models(rules: SynthesisRules, studies: Sequence[StudyEffect]) -> tuple[PooledEffect, ...]:
    if len(studies) < 2:
        return ()
    effects, variances = effects_of(studies)
    results = []
    for model in rules.shown_models:
        pooled = pool(effects, variances, model=model, level=rules.level)
        results.append(pooled)
        if model != "common":
            results.append(with_interval(pooled, effects, variances, "hartung-knapp"))
    if rules.primary_model in rules.shown_models:
        effects_model = pool(effects, variances, model=rules.primary_model, level=rules.level)
        results.append(
            with_interval(effects_model, effects, variances, "hartung-knapp-conservative")
        )
    return tuple(results)


def _published(evidence: Evidence, question: Question) -> tuple[PublishedEstimate, ...]:
    measure = evidence.protocol.measure_name(question)
    return tuple(
        _published_estimate(row)
        for row in evidence.published
        if row.condition in (question.condition, "all")
        and (row.outcome, row.timepoint, row.measure)
        == (question.outcome, question.timepoint, measure)
    )


def _published_estimate(row: Published) -> PublishedEstimate:
    estimate, low, high = row.estimate, row.ci_low, row.ci_high
    if row.measure == "RR":
        estimate, low, high = math.log(estimate), math.log(low), math.log(high)
    if row.favours_intervention_when != "negative":
        estimate, low, high = -estimate, -high, -low
    return PublishedEstimate(
        review=row.review,
        condition=row.condition,
        measure=row.measure,
        estimate=estimate,
        ci_low=low,
        ci_high=high,
        k=None if row.k is None else round(row.k),
        verified=row.verified == "yes",
        note=row.note,
    )


def _baseline_without_data(
    evidence: Evidence, question: Question, studies: tuple[StudyEffect, ...]
) -> tuple[str, ...]:
    with_data = {study.study_id for study in studies}
    missing = [
        trial
        for trial in evidence.trials.values()
        if trial.in_baseline
        and trial.condition == question.condition
        and trial.study_id not in with_data
    ]
    return tuple(trial.label for trial in sorted(missing, key=lambda trial: trial.year))


def _set_aside(evidence: Evidence, rows: tuple[RowSetAside, ...]) -> tuple[SetAside, ...]:
    return tuple(
        SetAside(
            study_id=row.study_id,
            label=evidence.trials[row.study_id].label,
            row_id=row.row_id,
            rule=row.rule,
            reason=row.reason,
        )
        for row in rows
    )
