"""What waits for a person, from a search that is overdue to a trial without rows."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest

from analysis.evidence.rows import Evidence
from analysis.protocol import Version
from analysis.screening.decision_files import Decision, add_decisions
from analysis.screening.waiting import awaiting
from analysis.searching.library import load_library
from tests.searching.corpus import articles

WHEN = "2026-11-21T08:00:00Z"


def decide(data: Path, record: str, stage: str, decisions: dict[str, str], study: str = "") -> None:
    made = [Decision(record, stage, what, "", study, who, WHEN) for who, what in decisions.items()]
    add_decisions(data, load_library(data), made)


def lines(data: Path, evidence: Evidence, start: str) -> list[str]:
    return [line for line in map(str, awaiting(data, evidence)) if line.startswith(start)]


@pytest.fixture
def ids(data: Path, take) -> list[str]:
    take(articles(3, seed=5))
    return sorted(load_library(data).records)


def test_a_search_that_is_overdue_is_named_with_its_sources(
    data: Path, evidence: Evidence, ids
) -> None:
    (said,) = lines(data, evidence, "searches overdue")
    assert said == "searches overdue since 13 November 2014: CENTRAL, Embase and PsycINFO"


def test_records_wait_until_two_have_decided(data: Path, evidence: Evidence, ids) -> None:
    decide(data, ids[0], "title-abstract", {"anna": "include", "ben": "exclude"})
    decide(data, ids[1], "title-abstract", {"anna": "include"})
    waiting, conflict = lines(data, evidence, "title-abstract")
    assert waiting.startswith("title-abstract: 2 records to decide on (./review screen")
    assert conflict.startswith("title-abstract: 1 record on which the screeners differ")
    assert "--who consensus" in conflict


def test_an_included_trial_without_rows_is_to_be_extracted(
    data: Path, evidence: Evidence, ids
) -> None:
    assert lines(data, evidence, "trials to extract") == []
    both = {"anna": "include", "ben": "include"}
    decide(data, ids[0], "title-abstract", both)
    decide(data, ids[0], "retrieval", {"anna": "obtained"})
    assert lines(data, evidence, "full-report")
    decide(data, ids[0], "full-report", both, study="new-2026")
    (said,) = lines(data, evidence, "trials to extract")
    assert said.startswith("trials to extract: new-2026 (")
    decide(data, ids[1], "title-abstract", both)
    decide(data, ids[1], "full-report", both, study="dear-2013")
    assert lines(data, evidence, "trials to extract") == [said]


def test_the_evidence_is_counted_as_it_stands(data: Path, evidence: Evidence) -> None:
    unchecked = sum(row.verified == "no" for row in evidence.outcomes)
    command = "./review verify STUDY --who NAME"
    said = f"outcome rows to check against the trial report: {unchecked} ({command})"
    assert said in map(str, awaiting(data, evidence))


def test_nothing_is_overdue_when_all_was_searched(data: Path, evidence: Evidence, take) -> None:
    for number, source in enumerate(("central", "medline", "embase", "psycinfo")):
        take(articles(1, seed=40 + number), source)
    assert lines(data, evidence, "searches overdue") == []
    later = Version(name="2028.11", date=dt.date(2028, 11, 20))
    aged = evidence.protocol.model_copy(update={"version": later})
    (said,) = lines(data, replace(evidence, protocol=aged), "searches overdue")
    assert "since 20 November 2027" in said
