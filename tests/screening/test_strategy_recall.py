"""Strategies against the reports that screening included: found, missed with what lacks, open."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from analysis.screening.decision_files import Decision, add_decisions
from analysis.screening.decisions import load_screening
from analysis.screening.strategy_recall import finds, strategy_recalls
from analysis.searching.library import load_library
from analysis.searching.records import Raw, as_record
from analysis.searching.strategies import Strategy, load_strategies, parsed
from tests.evidence.folder import DATA
from tests.searching.corpus import articles

WHEN = "2026-11-21T08:00:00Z"


def strategy(text: str, platform: str = "PubMed") -> Strategy:
    return Strategy(Path("made.txt"), "MEDLINE", platform, "made up", text, 1)


RECORD = replace(
    as_record(Raw(1)),
    title="Online acceptance and commitment therapy for migraine",
    abstract="Adults were randomised to web-based treatment or a waiting list.",
)


@pytest.mark.parametrize(("text", "found"), [
    ("migraine*[tiab]", True),
    ("migrain*[ti] AND randomised[tiab]", True),
    ("randomised[ti]", False),
    ('"web based"[tiab]', True),
    ('"commitment therap*"[tiab]', True),
    ('"chronic pain"[tiab] OR fibromyalgia[tiab]', False),
    ('"chronic pain"[tiab] OR "migraine disorders"[mh]', None),
    ('"migraine disorders"[mh] AND diary[tiab]', False),
    ("grain*[tiab]", False),
    ("migraine[tiab] NOT children[tiab]", True),
    ("migraine[tiab] NOT adults[tiab]", False),
])  # fmt: skip
def test_a_query_on_a_record(text: str, found: bool | None) -> None:
    query = parsed(strategy(text))
    assert query is not None
    assert finds(query, RECORD) is found


def test_index_terms_can_be_left_out() -> None:
    query = parsed(strategy('"chronic pain"[tiab] OR "migraine disorders"[mh]'))
    assert query is not None
    assert finds(query, RECORD, index_terms=False) is False


def test_a_record_without_abstract_cannot_say_what_is_not_in_it() -> None:
    query = parsed(strategy('"chronic pain"[tiab]'))
    assert query is not None
    assert finds(query, replace(RECORD, abstract="")) is None


def test_the_strategies_of_this_review_are_held_against_what_was_included(data: Path, take) -> None:
    found = articles(3, seed=8)
    abstracts = (
        "Chronic pain: online cognitive behavioural therapy, randomised.",
        "Persistent discomfort: online cognitive behavioural therapy, randomised.",
        "",
    )
    take([replace(raw, abstract=text, title=f"Trial number {i}")
          for i, (raw, text) in enumerate(zip(found, abstracts, strict=True))])  # fmt: skip
    screening = load_screening(data)
    library = load_library(data)
    decisions = [
        Decision(record, stage, word, "", study, who, WHEN)
        for i, record in enumerate(sorted(library.records, key=lambda r: library.records[r].title))
        for stage, word, study in (
            ("title-abstract", "include", ""),
            ("retrieval", "obtained", ""),
            ("full-report", "include", f"made-{i}"),
        )
        for who in ("anna", "ben")
    ]
    add_decisions(data, library, decisions)
    screening = load_screening(data)
    recalls = strategy_recalls(screening, load_strategies(DATA))
    by_database = {each.strategy.database: each for each in recalls}
    medline = by_database["MEDLINE"]
    assert (medline.found, medline.without_abstract) == (1, 1)
    (missed,) = medline.not_by_words
    assert (missed.study_id, missed.by_index_term) == ("made-1", True)
    assert missed.lacking == ("chronic pain, pain, intractable, back pain …",)
    assert by_database["CENTRAL"].refused.startswith("no library reads Cochrane Library")
