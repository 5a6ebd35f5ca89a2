"""What makes two records one; and that of two that differ none is lost."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.searching.identities import comparable, make_records
from analysis.searching.inbox import SearchDetails, import_exports
from analysis.searching.library import load_library
from analysis.searching.records import Raw, Remark
from tests.searching.corpus import Article, articles
from tests.searching.exports import managed_ris
from tests.searching.sources import find_source

DAYS = dt.date(2026, 1, 10), dt.date(2026, 11, 20)
ONE, OTHER = articles(12, seed=41)[:6], articles(12, seed=41)[6:]


def take(data: Path, found: list[Article], day: dt.date) -> tuple[Remark, ...]:
    path = data.parent / f"{day}-{found[0].pmid}.ris"
    path.write_text(managed_ris(found), encoding="utf-8")
    (report,) = import_exports(data, [path], SearchDetails(find_source("medline"), day, "anna"))
    assert report.hits == report.new == len(found)
    return report.remarks


@pytest.mark.parametrize("days", [DAYS, (DAYS[1], DAYS[1])], ids=["two days", "one day"])
def test_numbers_that_restart_in_each_library_make_no_two_records_one(
    data: Path, days: tuple[dt.date, dt.date]
) -> None:
    for found, day in zip((ONE, OTHER), days, strict=True):
        assert not take(data, found, day)
    assert {r.title for r in load_library(data).records.values()} == {a.title for a in ONE + OTHER}


def made(*raws: Raw, known: list | None = None) -> tuple[list, list[Remark]]:
    remarks: list[Remark] = []
    earlier = {record.record_id: record for record in known or []}
    return make_records(raws, "embase", earlier, remarks), remarks


def test_two_contents_under_one_number_are_both_kept_and_said() -> None:
    records, (remark,) = made(
        Raw(line=3, title="Splints for sore wrists", accession="L1"),
        Raw(line=9, title="Tape for sore knees", accession="L1"),
    )
    assert len({record.record_id for record in records}) == 2
    assert (remark.line, remark.kept) == (9, True)
    assert remark.message == (
        "this record has the number L1 of the record on line 3 and other content: both are kept"
    )


def test_another_content_under_a_number_on_file_is_kept_and_said_once() -> None:
    first, _ = made(Raw(line=3, title="Splints for sore wrists", accession="L1"))
    raw = Raw(line=5, title="Tape for sore knees", accession="L1")
    second, (remark,) = made(raw, known=first)
    assert second[0].record_id != first[0].record_id
    assert "of a record on file and other content: both are kept" in remark.message
    third, again = made(replace(raw, line=8), known=first + second)
    assert (third, again) == (second, [])


def test_a_record_that_its_database_has_revised_is_the_same_record() -> None:
    first, _ = made(Raw(line=3, title="Splints for sore wrists", accession="L1"))
    revised = Raw(line=3, title="Splints for sore wrists: a trial", accession="L1", abstract="So.")
    second, remarks = made(revised, known=first)
    assert second[0].record_id == first[0].record_id
    assert not remarks


def test_one_name_in_two_journals_is_two_records_in_one_export_or_two() -> None:
    raws = [Raw(line=n, title="Editorial", year="2024", journal=j) for n, j in enumerate("AB", 1)]
    together, (said,) = made(*raws)
    first, _ = made(raws[0])
    apart, _ = made(raws[1], known=first)
    assert [r.record_id for r in first + apart] == [r.record_id for r in together]
    assert "has the title and authors of the record on line 1" in said.message


def test_a_repeated_record_is_kept_once_and_named() -> None:
    raw = Raw(line=1, title="A", accession="1")
    records, (remark,) = made(raw, replace(raw, line=7))
    assert len(records) == 1
    assert remark == Remark(
        7, "this record is word for word the record on line 1: kept once", kept=False
    )


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Éclairs & “Choux”", "eclairs choux", True),
        ("慢性疼痛的网络治疗", "偏头痛的网络治疗", False),
        ("Лечение боли", "лечение боли.", True),
        ("दर्द की दवा", "दरद की दवा", False),
        ("", "?!", True),
    ],
)
def test_titles_of_any_script_are_compared_as_text(one: str, other: str, same: bool) -> None:
    assert (comparable(one) == comparable(other)) is same


@given(st.text(st.characters(max_codepoint=127)))
def test_plain_letters_are_compared_as_among_others(text: str) -> None:
    """ASCII has a shorter way, which must come to the same."""
    assert comparable(f"{text} ß") == f"{comparable(text)} ss".strip()
