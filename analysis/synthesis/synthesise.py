"""From the evidence to the `Synthesis` of a question: select, compute, pool, compare, say it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.metadata import version

from analysis.evidence.chosen_rows import ChosenRows, chosen_rows, responder_rows
from analysis.evidence.question_slice import Slice, decisions_on, slice_of, slices_of
from analysis.evidence.reported import CannotGive
from analysis.evidence.rows import Evidence
from analysis.evidence.selection import RowSetAside, rows_of
from analysis.evidence.verification import is_verified
from analysis.files.digests import digest
from analysis.protocol import Question
from analysis.protocol_rules import SynthesisRules
from analysis.statistics.estimates import PooledEffect
from analysis.statistics.pooling import pool, with_interval
from analysis.synthesis.bayesian_companion import companion
from analysis.synthesis.certainty import Body
from analysis.synthesis.clinical_terms import clinical
from analysis.synthesis.comparisons import comparisons
from analysis.synthesis.grade.rating import rate
from analysis.synthesis.interval_rule import (
    concluded,
    conclusion_interval,
    headline_prediction,
    interval_beside,
    prediction_by_rule,
)
from analysis.synthesis.missing_results import missing_results
from analysis.synthesis.moderators import moderators_of
from analysis.synthesis.next_evidence import NextEvidence, next_evidence
from analysis.synthesis.primary_analysis import PrimaryAnalysis, primary_analysis
from analysis.synthesis.published_estimates import published_estimates
from analysis.synthesis.question_effects import contrast_rows, study_effects
from analysis.synthesis.question_result import Provenance, SetAside, Synthesis
from analysis.synthesis.sensitivity import (
    SensitivityAnalyses,
    asymmetry,
    sensitivity_analyses,
)
from analysis.synthesis.study_effect import StudyEffect, effects_of, participants
from analysis.synthesis.unruled_trials import unruled_trials
from analysis.synthesis.with_responders import with_responders
from analysis.synthesis.wording.page_sentences import Answer, sentences
from analysis.synthesis.wording.unruled_words import unruled_words

PACKAGES = ("pymare", "numpy", "scipy", "pandas")


def synthesise_all(evidence: Evidence) -> Mapping[str, Synthesis]:
    """The synthesis of every question of the protocol, by its key."""
    return {asked.key: answer(given) for asked, given in slices_of(evidence).items()}


def synthesise(evidence: Evidence, question: Question, *, in_depth: bool = True) -> Synthesis:
    """The synthesis of one question; `in_depth` as of `answer`."""
    return answer(slice_of(evidence, question), in_depth=in_depth)


def answer(given: Slice, *, in_depth: bool = True) -> Synthesis:
    """The synthesis of a question, from its slice of the evidence and nothing else.

    All but `in_depth` is what the answer, its certainty, its sentences and its forest plot rest
    on: without it there are no sensitivity analyses, no other models, and not what would change
    the answer, which take most of the time.
    """
    evidence, question = given.evidence, given.question
    protocol, rules = evidence.protocol, evidence.protocol.synthesis
    rows = chosen_rows(evidence, question)
    rule = protocol.measure(question)
    only_responders = responder_rows(evidence, question, rows)
    responders = study_effects(given, only_responders)
    found = primary_analysis(given, rows)
    measure, studies, primary, pooled = found.measure, found.studies, found.primary, found.pooled
    n_total, n_unknown = participants(pooled)
    important = rule.smallest_important_difference
    bayesian = companion(rules, measure, important, pooled)
    missing = missing_results(given, rows, only_responders)
    # People and points have the interval that conclusions read.
    read = concluded(primary, bayesian) if primary else None
    body = None
    if primary:
        body = Body(
            measure=measure,
            smallest_important_difference=important,
            studies=pooled,
            primary=primary,
            n_total=n_total,
            n_unknown=n_unknown,
            asymmetry=asymmetry(rules, measure, pooled),
            missing=missing,
            indirect_instruments=protocol.outcome(question.outcome).indirect_instruments,
            concluded_from=conclusion_interval(bayesian),
        )
    compared = comparisons(rules, measure, studies, responders)
    unruled = unruled_trials(rules, studies, given.unruled)
    published = published_estimates(evidence.published, protocol, question)
    said = Answer(
        words=protocol.words,
        outcome=protocol.outcome(question.outcome),
        timepoint=protocol.timepoint(question.timepoint),
        measure=measure,
        studies=studies,
        body=body,
        companion=bayesian,
        beside=interval_beside(rules, pooled),
        certainty=rate(protocol, body, decisions_on(evidence, question)) if body else None,
        clinical=clinical(
            protocol,
            measure,
            pooled,
            read,
            given.reference,
            [study for study in responders if not study.suspect],
        ),
        responders=with_responders(protocol, body, responders, decisions_on(evidence, question)),
        comparisons=compared,
        missing=missing,
        printed=next((found for found in published if found.is_baseline), None),
        unruled=unruled_words(measure, primary, unruled, protocol.integrity.unruled_weight),
    )
    return Synthesis(
        question=question,
        title=protocol.question_title(question),
        measure=measure,
        smallest_important_difference=important,
        level=rules.level,
        studies=studies,
        k=len(pooled),
        n_total=n_total,
        n_unknown=n_unknown,
        primary=primary,
        headline_prediction=headline_prediction(rules, primary),
        bayesian=bayesian,
        unruled=unruled,
        models=_models(rules, pooled) if in_depth else (),
        comparisons=compared,
        sensitivity=_sensitivity(given, found, rows) if in_depth else SensitivityAnalyses(),
        certainty=said.certainty,
        clinical=said.clinical,
        published=published,
        baseline_without_data=_baseline_without_data(evidence, question, studies),
        set_aside=_set_aside(evidence, rows.set_aside, only_responders),
        responders=responders,
        missing=missing,
        next_evidence=next_evidence(given, body, read) if in_depth else NextEvidence(),
        sentences=sentences(rules, said),
        provenance=_provenance(given),
    )


def _sensitivity(given: Slice, found: PrimaryAnalysis, rows: ChosenRows) -> SensitivityAnalyses:
    protocol = given.evidence.protocol
    return sensitivity_analyses(
        protocol.synthesis,
        moderators_of(protocol),
        found.measure,
        found.pooled,
        found.primary,
        contrast_rows(given, rows, {study.study_id for study in found.pooled}),
    )


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
    return tuple(prediction_by_rule(rules, found) for found in results)


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


def _set_aside(
    evidence: Evidence, rows: tuple[RowSetAside, ...], responders: ChosenRows
) -> tuple[SetAside, ...]:
    """Every row that the primary analysis does not pool, and whether its responders are used."""
    more = {
        row.row_id: "it is counted with responders converted"
        for trial in responders.trials
        for row in trial.rows
    }
    more |= {
        row.row_id: f"nor can its responders be converted: {row.reason}"
        for row in responders.set_aside
        if row.rule == CannotGive.rule
    }
    return tuple(
        SetAside(
            study_id=row.study_id,
            label=evidence.trials[row.study_id].label,
            row_id=row.row_id,
            rule=row.rule,
            reason="; ".join(filter(None, (row.reason, more.get(row.row_id)))),
        )
        for row in rows
    )


def _provenance(given: Slice) -> Provenance:
    rows = rows_of(given.evidence, given.question)
    return Provenance(
        data_fingerprint=digest(json.dumps(given.parts(), sort_keys=True)),
        rows_read=len(rows),
        rows_verified=sum(map(is_verified, rows)),
        versions=dict(_versions()),
    )


@cache
def _versions() -> Mapping[str, str]:
    """Of the packages that compute; looked up once, which takes as long as pooling."""
    return {name: version(name) for name in PACKAGES}
