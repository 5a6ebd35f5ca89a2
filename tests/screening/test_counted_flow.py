from __future__ import annotations

import datetime as dt
import random
from dataclasses import replace
from pathlib import Path

import pytest

from analysis.evidence.flow import Flow, Stream, flow_problems
from analysis.evidence.load import load
from analysis.screening.counted_flow import found_by_other_methods, load_flow
from analysis.screening.decision_files import Decision, add_decisions
from analysis.screening.decisions import Screening, load_screening
from analysis.screening.source_yield import source_yields
from analysis.searching.duplicate_log import deduplicate
from analysis.searching.inbox import SearchDetails, import_exports
from analysis.searching.library import load_library
from tests.searching.corpus import articles
from tests.searching.exports import cochrane_ris
from tests.searching.sources import find_source

WHEN = "2026-11-21T08:00:00Z"
FOUND = articles(30, seed=8)


def flow(data: Path) -> Flow:
    return load_flow(data, load(data))


def decide(data: Path, *rows: tuple[str, str, str, str]) -> None:
    """(record, stage, decision, criterion or study) by two people who agree."""
    decisions = [
        Decision(
            record,
            stage,
            decision,
            said if decision == "exclude" else "",
            said if decision == "include" else "",
            who,
            WHEN,
        )
        for record, stage, decision, said in rows
        for who in ("anna", "ben")
    ]
    add_decisions(data, load_library(data), decisions)


@pytest.fixture
def searched(data: Path, take) -> list[str]:
    """30 articles from MEDLINE and 12 of them again from CENTRAL; the reports, by identity."""
    take(FOUND)
    take(FOUND[:12], "central", write=cochrane_ris)
    return list(deduplicate(data, load_library(data)).reports)


def test_the_present_state_has_searched_no_database(data: Path) -> None:
    found = flow(data)
    trials = list(load(data).trials.values())
    assert found.databases is None  # not searched: no box of it is a zero
    assert found.previous_studies == 15
    assert found.total_studies == sum(trial.status == "included" for trial in trials)
    assert found.awaiting_studies == sum(trial.status == "awaiting" for trial in trials)
    assert found.other is not None
    assert found.other.assessed == sum(not trial.in_baseline for trial in trials)
    assert found.other.sought is None  # nobody recorded it


def test_an_update_is_counted_step_by_step(data: Path, searched: list[str]) -> None:
    start = flow(data)
    assert start.databases is not None
    assert start.databases.identified == (("MEDLINE", 30), ("CENTRAL", 12))
    assert start.databases.removed == (("duplicate records", 12),)
    assert (start.databases.screened, start.databases.to_screen) == (0, 30)

    a, b, c, d, *rest = searched
    decide(data, *((r, "title-abstract", "include", "") for r in (a, b, c, d)))
    decide(data, *((r, "title-abstract", "exclude", "") for r in rest))
    decide(data, *((r, "retrieval", "obtained", "") for r in (a, b, c)))
    decide(data, (d, "retrieval", "not obtained", ""))
    decide(data, (a, "full-report", "include", "new-2026"), (b, "full-report", "exclude", "design"))
    decide(data, (c, "full-report", "unsure", ""))

    found = flow(data)
    stream = found.databases
    assert stream is not None
    assert (stream.screened, stream.excluded, stream.sought) == (30, 26, 4)
    assert (stream.not_retrieved, stream.assessed) == (1, 3)
    assert stream.reports_excluded == (("design", 1),)
    assert (stream.reports_included, stream.reports_awaiting) == (1, 1)
    assert found.new_studies == start.new_studies + 1
    assert found.awaiting_studies == start.awaiting_studies + 1
    assert flow_problems(found) == ()


def test_a_trial_of_other_methods_that_a_search_finds_moves_and_is_counted_once(
    data: Path, searched: list[str]
) -> None:
    before = flow(data)
    found_again = searched[0]
    decide(data, (found_again, "title-abstract", "include", ""))
    decide(data, (found_again, "retrieval", "obtained", ""))
    decide(data, (found_again, "full-report", "include", "ong-2023"))
    after = flow(data)
    assert after.total_studies == before.total_studies
    assert after.other is not None and before.other is not None
    assert after.other.assessed == (before.other.assessed or 0) - 1


def test_a_second_report_of_a_baseline_trial_is_no_new_study(data: Path, searched) -> None:
    before = flow(data)
    decide(data, (searched[0], "title-abstract", "include", ""))
    decide(data, (searched[0], "retrieval", "obtained", ""))
    decide(data, (searched[0], "full-report", "include", "dear-2013"))
    assert flow(data).new_studies == before.new_studies


@pytest.mark.parametrize("seed", range(12))
def test_the_numbers_add_up_whatever_has_been_decided(
    data: Path, searched: list[str], seed: int
) -> None:
    rng = random.Random(seed)
    decisions = []
    for stage, words in (
        ("title-abstract", ("include", "exclude", "unsure")),
        ("retrieval", ("obtained", "not obtained")),
        ("full-report", ("include", "exclude", "unsure")),
    ):
        for record in searched:
            for who in ("anna", "ben", "consensus"):
                if rng.random() < 0.8 - 0.5 * (who == "consensus"):
                    word = rng.choice(words)
                    criterion = "design" if word == "exclude" else ""
                    study = rng.choice(["a-1", "b-2", "ong-2023"]) if word == "include" else ""
                    decisions.append(Decision(record, stage, word, criterion, study, who, WHEN))
    add_decisions(data, load_library(data), decisions)
    found = flow(data)
    assert flow_problems(found) == ()
    assert found.databases is not None
    assert sum(number or 0 for _, number in found.databases.identified) == 42


def test_a_search_that_found_nothing_is_counted_as_none(data: Path) -> None:
    details = SearchDetails(find_source("embase"), dt.date(2026, 11, 20), "anna", hits=0)
    import_exports(data, [], details)
    stream = flow(data).databases
    assert stream is not None
    assert stream.identified == (("Embase", 0),)
    assert stream.removed == (("duplicate records", 0),)


def test_a_later_search_adds_to_the_same_flow(data: Path, searched, take) -> None:
    take(FOUND + articles(5, seed=99), date=dt.date(2027, 11, 20))
    deduplicate(data, load_library(data))
    stream = flow(data).databases
    assert stream is not None
    assert stream.identified == (("MEDLINE", 65), ("CENTRAL", 12))
    assert stream.to_screen == 35
    # MEDLINE brought its 30 again: no rule decided that these are duplicates.
    assert stream.removed == (
        ("duplicate records", 12),
        ("records of an earlier search of the source", 30),
    )


STREAM = Stream(
    identified=(("MEDLINE", 100),),
    removed=(("duplicate records", 20),),
    screened=80,
    excluded=70,
    sought=10,
    not_retrieved=1,
    assessed=9,
    reports_excluded=(("design", 6),),
    reports_included=2,
    reports_awaiting=1,
)
FLOW = Flow(15, None, STREAM, None, 2, None, 1, 17, None)


def test_a_flow_that_adds_up_has_no_problems() -> None:
    assert flow_problems(FLOW) == ()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"screened": 81}, "records identified are 100"),
        ({"excluded": 71}, "records screened are 80"),
        ({"not_retrieved": 0}, "reports sought are 10"),
        ({"reports_excluded": (("design", 5),)}, "reports assessed are 9"),
    ],
)
def test_a_stream_that_does_not_add_up_is_said(change: dict, said: str) -> None:
    problems = flow_problems(replace(FLOW, databases=replace(STREAM, **change)))
    assert any(said in problem for problem in problems)


def test_a_total_that_does_not_add_up_is_said() -> None:
    assert "total studies are 18" in flow_problems(replace(FLOW, total_studies=18))[0]


def test_what_nobody_recorded_makes_no_sum_wrong() -> None:
    unknown = replace(STREAM, sought=None, identified=(("MEDLINE", None),))
    assert flow_problems(replace(FLOW, databases=unknown)) == ()


OTHERS = articles(36, seed=8)[30:]


def test_what_other_methods_alone_found_is_counted_with_them(
    data: Path, searched: list[str], take
) -> None:
    """Six articles from citation searching, two of them in MEDLINE as well; one contact's."""
    before = flow(data)
    take([*OTHERS[:5], *FOUND[:2]], "citation-searching")
    take([OTHERS[0], OTHERS[5]], "contact")
    deduplicate(data, load_library(data))
    screening = load_screening(data)
    alone = sorted(found_by_other_methods(screening))
    assert len(alone) == 6
    decide(data, *((report, "title-abstract", "include", "") for report in alone[:3]))
    decide(data, *((report, "title-abstract", "exclude", "design") for report in alone[3:]))
    decide(data, *((report, "retrieval", "obtained", "") for report in alone[:3]))
    decide(
        data,
        (alone[0], "full-report", "include", "made-2026"),
        (alone[1], "full-report", "exclude", "comparator"),
    )
    found = flow(data)
    assert before.other is not None
    assert found.other is not None
    assert found.databases == before.databases
    methods = dict(found.other.identified)
    assert (methods["citation searching"], methods["contact with experts"]) == (5, 1)
    assert found.other.excluded == 3
    assert found.other.to_assess == 1
    assert found.other.assessed == (before.other.assessed or 0) + 2
    assert ("comparator", 1) in found.other.reports_excluded
    assert found.new_studies == before.new_studies + 1
    assert flow_problems(found) == ()


def test_what_each_source_brought_adds_up_to_the_flow(
    data: Path, searched: list[str], take
) -> None:
    take([*OTHERS[:5], *FOUND[:2]], "citation-searching")
    deduplicate(data, load_library(data))
    screening = load_screening(data)
    both, alone = (
        sorted(_reports_of(screening, "CENTRAL"))[0],
        min(found_by_other_methods(screening)),
    )
    for report, study in ((both, "made-2026"), (alone, "made-2027")):
        decide(data, (report, "title-abstract", "include", ""))
        decide(data, (report, "retrieval", "obtained", ""))
        decide(data, (report, "full-report", "include", study))
    screening = load_screening(data)
    yields = {found.source: found for found in source_yields(screening)}
    found = flow(data)
    assert found.databases is not None
    assert tuple((s, y.hits) for s, y in yields.items() if y.kind == "database") == (
        found.databases.identified
    )
    medline, central = yields["MEDLINE"], yields["CENTRAL"]
    citations = yields["citation searching"]
    # All of CENTRAL is in MEDLINE; two of the citations are; two of MEDLINE's are in both others.
    assert (central.reports, central.reports_only_here) == (12, 0)
    assert (citations.reports, citations.reports_only_here) == (7, 5)
    assert (medline.reports, medline.reports_only_here) == (30, 18)
    assert (citations.studies_only_here, medline.studies_only_here) == (1, 0)
    assert (central.studies, medline.studies) == (1, 1)


def _reports_of(screening: Screening, source: str) -> set[str]:
    representative = screening.deduplication.representative
    seen = screening.library.sightings
    return {representative[s.record_id] for s in seen if s.source == source}
