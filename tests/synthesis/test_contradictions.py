"""No sentence contradicts its numbers: of the frozen review, of today's, of reviews drawn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from analysis.evidence.rows import Evidence
from analysis.synthesis.question_result import Synthesis
from analysis.synthesis.synthesise import synthesise
from tests.evidence.rows import a_reported_row, a_trial, with_rows
from tests.synthesis.contradictions import contradictions
from tests.synthesis.simulated import simulated

REVIEWS, BATCH = 200, 20


def test_the_frozen_review_contradicts_itself_nowhere(
    evidence: Evidence, syntheses: Mapping[str, Synthesis]
) -> None:
    assert [c for s in syntheses.values() for c in contradictions(evidence.protocol, s)] == []


@pytest.mark.parametrize("first", range(0, REVIEWS, BATCH))
def test_reviews_drawn_at_random_contradict_themselves_nowhere(
    evidence: Evidence, first: int
) -> None:
    found = []
    for seed in range(first, first + BATCH):
        given, question = simulated(evidence, seed)
        wrong = contradictions(given.protocol, synthesise(given, question))
        found += [f"seed {seed}, {what}" for what in wrong]
    assert found == []


def the_page(evidence: Evidence) -> Synthesis:
    question = evidence.protocol.question("non-headache", "pain", "post")
    row = a_reported_row(-0.5, effect_se=0.1)
    return synthesise(with_rows(evidence, [row], a_trial(evidence)), question)


@pytest.mark.parametrize(
    ("field", "old", "new"),
    [
        ("headline", "less pain", "more pain"),
        ("headline", "1 trial,", "1 trials,"),
        ("headline", "1 trial,", "2 trials,"),
        ("headline", "0.50 SD", "0.50"),
        ("headline", "0.50 SD", "0.90 SD"),
        ("headline", "0.30 to 0.70)", "−0.30 to 0.70)"),
        (
            "headline",
            "0.30 to 0.70)",
            "0.30 to 0.70), so both less pain and more pain fit the data",
        ),
        ("headline", "0.30 to 0.70)", "0.00 to 0.70)"),
        ("headline", "by 0.50 SD", "by 0.50 SD, a difference of −0.50 SD,"),
        ("plain", " may lead", " probably leads"),
        ("plain", "less pain", "more pain"),
        ("clinical", "more (", "fewer ("),
        ("heterogeneity", "There is", "nan is"),
    ],
)
def test_the_reader_sees_what_is_wrong(evidence: Evidence, field: str, old: str, new: str) -> None:
    """A reader that finds nothing anywhere would be no reader."""
    right = the_page(evidence)
    assert contradictions(evidence.protocol, right) == []
    said = getattr(right.sentences, field)
    assert old in said, said
    wrong = right.sentences.model_copy(update={field: said.replace(old, new, 1)})
    altered = right.model_copy(update={"sentences": wrong})
    assert contradictions(evidence.protocol, altered) != []


def test_a_sentence_of_another_effect_is_seen(evidence: Evidence) -> None:
    right = the_page(evidence)
    assert right.primary is not None
    turned = replace(right.primary, estimate=-right.primary.estimate)
    assert contradictions(evidence.protocol, right.model_copy(update={"primary": turned})) != []
