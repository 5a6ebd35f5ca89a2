"""A question of more trials than a reader takes in: its page and its results stay in proportion."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Mapping
from functools import partial

import pytest
from bs4 import BeautifulSoup

from analysis.evidence.rows import Evidence
from analysis.figures.many_trials import KEPT
from analysis.pages import influence_section, question_page, sensitivity_section
from analysis.pages.own_analysis import own_analysis
from analysis.pages.telling_rows import MOST_ROWS
from analysis.synthesis.question_result import Synthesis
from analysis.synthesis.synthesise import synthesise
from analysis.versions.results import to_json
from tests.evidence.simulated_review import clean_review

FEW, MANY = 90, 180


@pytest.fixture(scope="module")
def few(evidence: Evidence) -> Synthesis:
    return _of_pain(evidence, FEW)


@pytest.fixture(scope="module")
def many(evidence: Evidence) -> Synthesis:
    return _of_pain(evidence, MANY)


def _of_pain(evidence: Evidence, trials: int) -> Synthesis:
    asked = evidence.protocol.question("non-headache", "pain", "post")
    return synthesise(clean_review(evidence, trials, 7), asked)


def _shown(show: partial[None]) -> BeautifulSoup:
    """The folded table that a section displays below its figure."""
    said: list[str] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("IPython.display.display", lambda found: said.append(found.data))
        patch.setattr("analysis.figures.showing.show", lambda *shown: None)
        show()
    return BeautifulSoup("".join(said), "html.parser")


def test_results_grow_with_the_trials_and_not_with_their_square(
    few: Synthesis, many: Synthesis
) -> None:
    assert few.k < MOST_ROWS < many.k
    assert len(to_json(many)) / len(to_json(few)) < 1.2 * many.k / few.k
    for step in many.sensitivity.cumulative:
        assert step.pooled.weights == ()


def test_a_long_table_keeps_the_telling_rows_and_says_where_all_are(
    many: Synthesis, evidence: Evidence
) -> None:
    rules = evidence.protocol.synthesis
    found = _shown(partial(sensitivity_section.leave_one_out, many))
    assert f"The {KEPT} of {many.k} rows that move the pooled effect most" in found.summary.text
    assert found.a["href"] == f"../downloads/results/{many.question.key}.json"
    assert many.primary is not None
    moves = {
        many.pooled_studies[fit.omitted].label: abs(fit.estimate - many.primary.estimate)
        for fit in many.sensitivity.leave_one_out
    }
    kept = {row.th.text for row in found.tbody.find_all("tr")}
    assert len(kept) == KEPT
    assert min(moves[label] for label in kept) >= max(
        move for label, move in moves.items() if label not in kept
    )
    years = _shown(partial(sensitivity_section.cumulative, many)).tbody.find_all("tr")
    assert len(years) == len({study.year for study in many.pooled_studies})
    assert years[-1].find_all("td")[0].text == str(many.k)
    for section in (influence_section.influence, influence_section.baujat):
        rows = _shown(partial(section, many, rules)).tbody.find_all("tr")
        assert len(rows) == KEPT


def test_a_short_table_is_whole(few: Synthesis) -> None:
    found = _shown(partial(sensitivity_section.leave_one_out, few))
    assert found.summary.text == "The same as a table"
    assert len(found.tbody.find_all("tr")) == few.k


def test_rows_used_of_many_trials_are_where_the_page_says(
    few: Synthesis, many: Synthesis, evidence: Evidence
) -> None:
    whole = question_page.rows_used(few, clean_review(evidence, FEW, 7))
    assert all(row in whole for study in few.studies for row in study.row_ids)
    said = question_page.rows_used(many, clean_review(evidence, MANY, 7))
    assert "../results/included-trials.html" in said and "../downloads/effects.csv" in said
    assert len(said) < 1000


def test_a_forest_plot_of_many_trials_is_told_in_a_sentence(
    few: Synthesis, many: Synthesis
) -> None:
    assert few.studies[0].label in few.sentences.forest_alt
    assert len(many.sentences.forest_alt) < 1000
    effects = [study.effect for study in many.studies]
    assert f"{len(effects)} trials lie between −{-min(effects):.2f}" in many.sentences.forest_alt


def test_a_readers_own_analysis_has_every_trial_as_the_review_has_it(many: Synthesis) -> None:
    markup = own_analysis(many)
    held = re.search(r'data-question="([^"]*)"', markup)
    assert held is not None
    data: Mapping[str, Mapping[str, list[object]]] = json.loads(html.unescape(held[1]))
    trials = data["trials"]
    assert trials["y"] == [study.effect for study in many.studies]
    assert trials["v"] == [study.variance for study in many.studies]
    assert trials["pooled"] == [int(not study.suspect) for study in many.studies]
    for name, (_, values) in data["filters"].items():
        assert {values[at] for at in trials[name]} == set(values)
    assert len(markup) / len(many.studies) < 150
