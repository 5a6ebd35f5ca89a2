"""All the data that a question's page is made from: a change of any makes the page stale."""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib.metadata import version

from analysis.evidence.rows import Decision, Evidence
from analysis.evidence.selection import rows_of
from analysis.files.digests import digest
from analysis.protocol import Question
from analysis.synthesis.clinical_terms import reference_sd
from analysis.synthesis.model import Provenance
from analysis.synthesis.question_effects import (
    Suspects,
    find_suspects,
    rows_by_question,
    suspects_of,
)

PACKAGES = ("pymare", "numpy", "scipy", "pandas")


def question_inputs(evidence: Evidence) -> Mapping[str, Mapping[str, str]]:
    """For each question by its key, all the data its page is made from: what it is → its hash."""
    rows = rows_by_question(evidence)
    suspects = find_suspects(evidence, rows)
    return {question.key: inputs_of(evidence, question, suspects) for question in rows}


def inputs_of(evidence: Evidence, question: Question, suspects: Suspects) -> Mapping[str, str]:
    """Every record a question's page is made from, so that a change of it can be named.

    Of the control arms that give the familiar scale its standard deviation, only that.
    """
    rows = rows_of(evidence, question)
    reference = reference_sd(evidence, question, suspects_of(question.outcome, suspects))
    studies = {row.study_id for row in rows}
    published = [
        row
        for row in evidence.published
        if (row.outcome, row.timepoint) == (question.outcome, question.timepoint)
    ]
    sources = {row.source_id for row in rows} | {row.review for row in published}
    read: dict[str, object] = {"protocol.yml": evidence.protocol.model_dump_json()}
    read |= {f"outcomes.csv: row {row.row_id}": row for row in rows}
    if reference:
        read["outcomes.csv: the control arms' standard deviation"] = reference
    read |= {
        f"certainty.csv: {decision.domain} of {question.key}": decision
        for decision in decisions_on(evidence, question)
    }
    read |= {
        f"studies.csv: trial {trial.study_id}": trial
        for trial in evidence.trials.values()
        if trial.study_id in studies
        or (trial.in_baseline and trial.condition == question.condition)
    }
    read |= {
        f"risk_of_bias.csv: {row.study_id}, {row.domain}": row
        for row in evidence.risk_of_bias
        if row.study_id in studies
    }
    read |= {f"published.csv: {row.review}, {row.condition}": row for row in published}
    read |= {f"sources.csv: source {name}": evidence.sources[name] for name in sorted(sources)}
    read |= {
        f"contrasts.csv: {row.study_id}, {row.source_id}": row
        for row in evidence.control_groups
        if row.study_id in studies
    }
    read |= {
        f"integrity findings of {study_id}": found
        for (study_id, key), found in suspects.items()
        if key == question.key
    }
    return {name: digest(repr(record)) for name, record in read.items()}


def decisions_on(evidence: Evidence, question: Question) -> tuple[Decision, ...]:
    """What a person decided on the certainty of a question, a domain each."""
    return tuple(
        decision
        for decision in evidence.decisions
        if (decision.condition, decision.outcome, decision.timepoint)
        == (question.condition, question.outcome, question.timepoint)
    )


def provenance(evidence: Evidence, question: Question, suspects: Suspects) -> Provenance:
    rows = rows_of(evidence, question)
    read = json.dumps(inputs_of(evidence, question, suspects), sort_keys=True)
    return Provenance(
        data_fingerprint=digest(read),
        rows_read=len(rows),
        rows_verified=sum(row.verified == "yes" for row in rows),
        versions={name: version(name) for name in PACKAGES},
    )
