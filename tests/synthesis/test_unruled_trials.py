"""Trials that a check keeps out and nobody has ruled on: what their page says first, and when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from analysis.evidence.rows import Evidence, Ruling
from analysis.pages.question_page import headline
from analysis.protocol import Question
from analysis.statistics.pooling import pool
from analysis.synthesis.comparisons import TrialSet
from analysis.synthesis.question_result import Synthesis
from analysis.synthesis.study_effect import effects_of
from analysis.synthesis.synthesise import synthesise
from analysis.synthesis.wording.unruled_words import MOST_NAMED, unruled_words
from tests.evidence.rulings import made_now

PAIN = Question(condition="non-headache", outcome="pain", timepoint="follow-up")


def ruled(evidence: Evidence, ruling: str) -> Synthesis:
    """The question once a person has ruled on its only suspect row."""
    made = Ruling(check="SE read as SD", study_id="chiauzzi-2010", fingerprint="", ruling=ruling,
                  row_id="chiauzzi-2010.pain.follow-up.1", reason="as the report prints it",
                  decided_by="A. Person", date="2026-11-23")  # fmt: skip
    return synthesise(replace(evidence, rulings=made_now(evidence, made)), PAIN)


def with_most(evidence: Evidence, most: float) -> Synthesis:
    rules = evidence.protocol.integrity.model_copy(update={"unruled_weight": most})
    protocol = evidence.protocol.model_copy(update={"integrity": rules})
    return synthesise(replace(evidence, protocol=protocol), PAIN)


def test_the_page_says_both_results_before_any_other(syntheses: Mapping[str, Synthesis]) -> None:
    found = syntheses[PAIN.key]
    out = [study for study in found.studies if study.suspect]
    assert found.unruled is not None and found.primary is not None
    assert found.unruled.labels == tuple(study.label for study in out) == ("Chiauzzi 2010",)
    both = pool(*effects_of(found.studies), model="reml")
    assert both.estimate == pytest.approx(found.unruled.pooled.estimate, rel=1e-12)
    assert found.unruled.pooled == found.comparison(TrialSet.WITH_SUSPECT).pooled
    at = found.studies.index(out[0])
    assert found.unruled.weight == pytest.approx(both.weights[at], rel=1e-12)
    said = found.sentences.unruled
    assert "The numbers of 1 trial (Chiauzzi 2010) look wrong to a check" in said
    for pooled in (found.primary, found.unruled.pooled):
        assert f"SMD −{-pooled.estimate:.2f} (" in said
    assert f"({both.weights[at]:.0f}% of the weight)" in said
    page = headline(found)
    assert page.index(said) < page.index(found.sentences.plain)


@pytest.mark.parametrize("ruling", ["accept", "exclude"])
def test_once_a_person_has_ruled_the_page_begins_with_its_answer(
    evidence: Evidence, ruling: str
) -> None:
    found = ruled(evidence, ruling)
    assert found.unruled is None
    assert found.sentences.unruled == ""
    assert "look wrong" not in headline(found)


def test_little_weight_is_left_to_the_notes(
    evidence: Evidence, syntheses: Mapping[str, Synthesis]
) -> None:
    unruled = syntheses[PAIN.key].unruled
    assert unruled is not None and unruled.weight > evidence.protocol.integrity.unruled_weight
    assert with_most(evidence, unruled.weight).sentences.unruled == ""
    assert with_most(evidence, unruled.weight - 0.1).sentences.unruled


def test_where_only_such_trials_are_the_sentence_says_that_nothing_is_pooled(
    syntheses: Mapping[str, Synthesis],
) -> None:
    found = syntheses[PAIN.key]
    assert found.unruled is not None
    alone = found.unruled.model_copy(update={"weight": 100.0})
    assert "Without it nothing is pooled" in unruled_words(found.measure, None, alone, 2)
    many = alone.model_copy(update={"labels": ("A",) * (MOST_NAMED + 1)})
    said = unruled_words(found.measure, found.primary, many, 2)
    assert said.startswith(f"The numbers of {MOST_NAMED + 1} trials look wrong")
    assert "with them (100% of the weight)" in said


def test_a_question_without_such_trials_says_nothing_of_them(
    syntheses: Mapping[str, Synthesis],
) -> None:
    clean = [found for found in syntheses.values() if not any(s.suspect for s in found.studies)]
    assert clean
    assert all(found.unruled is None and not found.sentences.unruled for found in clean)
