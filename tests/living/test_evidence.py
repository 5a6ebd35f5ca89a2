"""Nothing of today's evidence is lost, doubled or left without a reason, and its sums agree."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Mapping

import pytest

from analysis.evidence.rows import Evidence
from analysis.screening.references import REFERENCES, outdated
from analysis.synthesis.acceptability import reported
from analysis.synthesis.question_result import Synthesis
from analysis.versions.results import to_json
from tests.commands.typed import typed
from tests.evidence.folder import LIVING, ROOT, DataFolder
from tests.synthesis.contradictions import contradictions

Answers = Mapping[str, Synthesis]
pytestmark = pytest.mark.xdist_group("living")  # computed by one worker


def test_check_accepts_it() -> None:
    assert "The evidence is valid" in typed("check")


def test_every_row_of_every_file_is_read(living: Evidence) -> None:
    held = DataFolder(LIVING)
    for file, rows in (
        ("studies.csv", living.trials),
        ("outcomes.csv", living.outcomes),
        ("measured.csv", living.measured),
        ("trustworthiness.csv", living.trustworthiness),
        ("risk_of_bias.csv", living.risk_of_bias),
        ("acceptability.csv", living.acceptability),
        ("published.csv", living.published),
        ("certainty.csv", living.decisions),
        ("integrity.csv", living.rulings),
        ("checklists.csv", living.checklists),
        ("sources.csv", living.sources),
        ("notices.csv", living.notices),
        ("notice_snapshots.csv", living.snapshots),
    ):
        assert len(rows) == len(held.rows(file)) - 1, file


def test_who_tells_of_an_outcome_is_known_to_have_measured_it(
    living: Evidence, answers: Answers
) -> None:
    """Satisfaction may stand in two files: what people said, and what became of the outcome."""
    told = {row.what for row in living.acceptability}
    for both in (outcome.id for outcome in living.protocol.outcomes if outcome.id in told):
        measured = {
            trial.study_id
            for synthesis in answers.values()
            if synthesis.question.outcome == both
            for trial in synthesis.missing.measured
        }
        assert {trial.study_id for trial in reported(living, both).said} == measured


def test_every_row_is_pooled_shown_or_set_aside_once_with_a_reason(
    living: Evidence, answers: Answers
) -> None:
    seen: Counter[str] = Counter()
    for synthesis in answers.values():
        shown = [row for study in synthesis.studies for row in study.row_ids]
        aside = [item.row_id for item in synthesis.set_aside if item.row_id is not None]
        seen.update([*shown, *aside])
        assert all(item.rule and item.reason.strip() for item in synthesis.set_aside)
        assert all(study.suspect for study in synthesis.studies if study.weight is None)
    assert seen == Counter(row.row_id for row in living.outcomes)


def test_weights_and_counts_add_up(answers: Answers) -> None:
    for synthesis in answers.values():
        pooled = synthesis.pooled_studies
        assert synthesis.k == len(pooled)
        assert (synthesis.primary is None) == (synthesis.k == 0)
        known = [study.n_total for study in pooled if study.n_total is not None]
        assert synthesis.n_total == (sum(known) if known else None)
        assert synthesis.n_unknown == len(pooled) - len(known)
        if pooled:
            assert math.fsum(study.weight or 0 for study in pooled) == pytest.approx(100)


def test_the_comparisons_of_a_question_divide_its_trials(answers: Answers) -> None:
    for synthesis in answers.values():
        pooled = {study.study_id for study in synthesis.pooled_studies}
        for one, other in (
            ("baseline trials", "later trials"),
            ("inactive comparator", "active comparator"),
        ):
            first = set(synthesis.comparison(one).study_ids)
            second = set(synthesis.comparison(other).study_ids)
            assert first | second == pooled
            assert not first & second


def test_no_result_holds_what_is_no_number(answers: Answers) -> None:
    for synthesis in answers.values():
        json.loads(to_json(synthesis), parse_constant=_refuse)


def _refuse(constant: str) -> None:
    raise AssertionError(constant)


def test_every_reference_says_what_the_row_of_its_trial_says(living: Evidence) -> None:
    text = (ROOT / REFERENCES).read_text("utf-8")
    assert list(outdated(text, living.trials.values())) == []


def test_no_sentence_contradicts_its_numbers(living: Evidence, answers: Answers) -> None:
    wrong = [contradictions(living.protocol, synthesis) for synthesis in answers.values()]
    assert [each for found in wrong for each in found] == []
