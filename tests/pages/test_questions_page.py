"""What people ask first: each answer follows from the data, and an empty review has answers too."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from analysis.evidence.participants import participants
from analysis.evidence.rows import Evidence
from analysis.evidence.team import Author, Team
from analysis.pages import questions_page as page
from analysis.pages.people_section import drawn_people
from analysis.synthesis.question_result import Synthesis
from analysis.synthesis.wording.clinical_text import in_people
from tests.pages.test_across_questions import words

Results = Mapping[str, Synthesis]


@pytest.fixture
def empty(evidence: Evidence) -> Evidence:
    return replace(evidence, trials={}, outcomes=(), acceptability=())


def test_a_picture_says_what_the_sentences_say(evidence: Evidence, syntheses: Results) -> None:
    drawn = 0
    for synthesis in syntheses.values():
        said = words(drawn_people(evidence.protocol.words, synthesis))
        if not synthesis.clinical.absolute:
            assert said == ""
            continue
        people = in_people(synthesis.clinical.absolute[0])
        either, most = sorted((people.without, people.with_it))
        assert f"about {people.with_it} with Internet-delivered therapy" in said
        assert f"{100 - most} in neither" in said
        assert (f"{most - either} only " in said) == (most > either)
        drawn += 1
    assert drawn > 5


def test_how_much_shows_what_is_known_and_no_more(evidence: Evidence, syntheses: Results) -> None:
    known = [s for s in syntheses.values() if page.is_known(s) and s.clinical.absolute]
    said = page.how_much(evidence, syntheses)
    assert len(known) > 1 and said.count("<figure") == 1
    assert words(said).count("Of 100 people") == 1 + min(len(known), page.MOST_RESULTS)
    unsure = {
        key: s.model_copy(
            update={"certainty": s.certainty and s.certainty.model_copy(
                update={"proposed": "very low", "decided": None})}
        )
        for key, s in syntheses.items()
    }  # fmt: skip
    assert "No result is known well enough" in words(page.how_much(evidence, unsure))


def test_certainties_are_counted(syntheses: Results) -> None:
    rated = [s.certainty for s in syntheses.values() if s.certainty]
    said = words(page.how_sure(syntheses))
    assert f"{len(rated)} have an estimate" in said
    for level in {certainty.level for certainty in rated}:
        assert f"{level} for {sum(c.level == level for c in rated)}" in said


def test_what_the_trials_gave_adds_up(evidence: Evidence) -> None:
    trials = [trial for trial in evidence.trials.values() if trial.status == "included"]
    said = words(page.what_is_it(evidence, participants(evidence)))
    told = [trial.duration_weeks for trial in trials if trial.duration_weeks is not None]
    assert f"{min(told):g} to {max(told):g} weeks, in the {len(told)} trials that say so" in said
    names = {trial.programme for trial in trials if trial.programme}
    offered = words(page.how_to_get_it(evidence))
    assert sum(name in offered for name in names) >= page.MOST_NAMES
    assert f"{len(names) - page.MOST_NAMES} other programmes" in offered


def test_an_empty_review_answers_too(empty: Evidence) -> None:
    assert words(page.what_is_it(empty, participants(empty))).startswith(page.NO_TRIAL)
    assert "does not know where" in words(page.how_to_get_it(empty))
    assert "Nothing is pooled yet" in words(page.how_sure({}))
    assert "No result is known well enough" in words(page.how_much(empty, {}))


def test_who_paid_is_what_the_team_states() -> None:
    assert "Who pays for this review: not stated ." in words(page.who_paid(Team()))
    assert "a public fund" in words(page.who_paid(Team(funding="a public fund")))
    assert "Ada Example" in words(page.who_made_it(Team(authors=(Author(name="Ada Example"),))))
