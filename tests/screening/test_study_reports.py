"""Which reports a study has, and which record stands for each."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from analysis.screening.decision_files import Decision, add_decisions
from analysis.screening.decisions import load_screening
from analysis.screening.study_reports import best_of, reports_of
from analysis.searching.duplicate_log import deduplicate
from analysis.searching.library import load_library
from analysis.searching.records import COLUMNS, Record
from tests.searching.corpus import articles

WHEN = "2026-11-21T08:00:00Z"
STUDY = "andersson-2026"


def a_record(record_id: str, **cells: str) -> Record:
    return Record(**(dict.fromkeys(COLUMNS, "") | {"record_id": record_id, "kind": "article"}
                     | cells))  # fmt: skip


def test_the_fullest_copy_stands_for_a_report_filled_up_from_the_others() -> None:
    medline = a_record("medline-1", title="Therapy by Internet", journal="Pain", volume="41",
                       pages="10-19", pmid="123", year="2026")  # fmt: skip
    embase = a_record("embase-1", title="THERAPY BY INTERNET", journal="Pain", volume="41",
                      issue="2", pages="10-19", doi="10.1000/made.up", year="2026",
                      authors="Andersson, A")  # fmt: skip
    full = dict.fromkeys(("title", "authors", "year", "journal", "volume", "issue", "pages"), "x")
    registry = a_record("central-1", kind="registry", registration="NCT00000000", **full)
    best = best_of([registry, embase, medline])
    assert (best.record_id, best.title) == ("medline-1", "Therapy by Internet")
    assert (best.issue, best.doi, best.pmid) == ("2", "10.1000/made.up", "123")
    assert (best.authors, best.registration) == ("Andersson, A", "NCT00000000")


def include(data: Path, record: str, study: str, who: tuple[str, ...] = ("anna", "ben")) -> None:
    for stage, said in (("title-abstract", "include"), ("retrieval", "obtained"),
                        ("full-report", "include")):  # fmt: skip
        people = who[:1] if stage == "retrieval" else who
        named = study if stage == "full-report" else ""
        made = [Decision(record, stage, said, "", named, person, WHEN) for person in people]
        add_decisions(data, load_library(data), made)


def same(record: Record, title: str) -> bool:
    return record.title.casefold() == title.casefold()


def test_a_study_has_every_report_that_was_included_for_it(data: Path, take) -> None:
    found = articles(3, seed=11)
    take(found)
    take(found[:2], "embase", dt.date(2026, 11, 21))
    deduplicate(data, load_library(data))
    screening = load_screening(data)
    first, second, third = (
        next(each for each in screening.library.records.values() if same(each, article.title))
        for article in found
    )
    representative = screening.deduplication.representative
    for record in (first, second):
        include(data, representative[record.record_id], STUDY)
    include(data, representative[third.record_id], "other-2026")
    screening = load_screening(data)
    reports = reports_of(screening, STUDY)
    assert {r.title.casefold() for r in reports} == {
        first.title.casefold(),
        second.title.casefold(),
    }
    assert [r.year for r in reports] == sorted(r.year for r in reports)
    for chosen in (first, second):
        main, *_ = reports_of(screening, STUDY, chosen.record_id)
        assert same(main, chosen.title)
    assert reports_of(screening, "nobody-2020") == ()


def test_the_consensus_says_which_study_a_report_is_of(data: Path, take) -> None:
    take(articles(1, seed=11))
    deduplicate(data, load_library(data))
    (record,) = load_screening(data).deduplication.reports
    include(data, record, STUDY)
    made = Decision(record, "full-report", "include", "", "other-2026", "consensus", WHEN)
    add_decisions(data, load_library(data), [made])
    screening = load_screening(data)
    assert reports_of(screening, STUDY) == ()
    assert [r.record_id for r in reports_of(screening, "other-2026")] == [record]
