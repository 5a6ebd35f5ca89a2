"""Duplicates in a labelled set: what is merged, what is kept apart, what a person is asked."""

from __future__ import annotations

from itertools import combinations

import pytest

from analysis.searching import duplicate_rules as deduplication
from analysis.searching.duplicate_rules import clusters, find_pairs, folded
from analysis.searching.identities import make_records
from analysis.searching.records import Raw
from tests.searching.corpus import Labelled, labelled, records_of

# The share of the pairs merged that are the same report, and of the same reports merged.
# Wrong merging loses a report unseen, so it must not happen; missing one costs a reading.
LOWEST_PRECISION = 0.995
LOWEST_RECALL = 0.93
# What is not merged and is the same report is mostly put before a person.
LOWEST_SHOWN = 0.97


def number(record_id: str) -> int:
    return int(record_id.removeprefix("x-"))


@pytest.fixture(scope="module")
def truth() -> Labelled:
    return labelled(200, seed=20)


@pytest.fixture(scope="module")
def found(truth: Labelled):
    return find_pairs(records_of(truth.articles))


@pytest.fixture(scope="module")
def merged(truth: Labelled, found) -> set[tuple[int, int]]:
    ids = [record.record_id for record in records_of(truth.articles)]
    same = [pair.key for pair in found if pair.verdict == "duplicate"]
    groups = clusters(ids, same, frozenset())
    return {pair for group in groups for pair in combinations(sorted(map(number, group)), 2)}


def test_precision_and_recall(truth: Labelled, found, merged, capsys) -> None:
    right = merged & truth.duplicates
    precision, recall = len(right) / len(merged), len(right) / len(truth.duplicates)
    possible = {
        (number(pair.record_a), number(pair.record_b))
        for pair in found
        if pair.verdict == "possible"
    }
    shown = len((merged | possible) & truth.duplicates) / len(truth.duplicates)
    with capsys.disabled():
        print(
            f"\ndeduplication of {len(truth.articles)} records: precision {precision:.3f}, "
            f"recall {recall:.3f}, merged or shown to a person {shown:.3f}, "
            f"other reports of a study shown {len(possible & truth.other_reports)}"
        )
    assert precision >= LOWEST_PRECISION
    assert recall >= LOWEST_RECALL
    assert shown >= LOWEST_SHOWN


@pytest.mark.parametrize(
    "kind",
    ["preprint", "conference_abstract", "correction", "reply", "study_protocol", "second_part"],
)
def test_another_report_of_a_study_is_never_merged(truth: Labelled, merged, kind: str) -> None:
    pairs = {pair for pair, name in truth.kinds.items() if name == kind}
    assert pairs
    assert not merged & pairs


def test_the_preselection_loses_no_pair(truth: Labelled, monkeypatch: pytest.MonkeyPatch) -> None:
    records = records_of(truth.articles[:240])
    quick = find_pairs(records)
    monkeypatch.setattr(deduplication, "_candidates", lambda all_, titles: list(all_))
    assert {p for p in find_pairs(records) if p.verdict == "duplicate"} == {
        p for p in quick if p.verdict == "duplicate"
    }


def test_the_order_of_the_records_does_not_matter(truth: Labelled) -> None:
    records = records_of(truth.articles[:120])
    assert find_pairs(records) == find_pairs(records[::-1])


def test_a_registration_quoted_in_an_article_does_not_make_it_the_registration() -> None:
    raws = [
        Raw(line=1, title="Online therapy for pain", registration="NCT01234567", accession="1"),
        Raw(line=1, title="iCBT in pain", accession="NCT01234567", kind="registry"),
        Raw(line=1, title="ICBT", accession="2", registration="NCT01234567", kind="registry"),
    ]
    pairs = find_pairs(make_records(raws, "x"))
    assert [(p.key, p.rule) for p in pairs if p.verdict == "duplicate"] == [
        (("x-2", "x-nct01234567"), "same registration")
    ]


def test_records_without_title_are_left_alone() -> None:
    raws = [Raw(line=1, abstract="The same words.", accession=str(n)) for n in range(3)]
    assert find_pairs(make_records(raws, "x")) == ()


def test_clusters_follow_a_chain() -> None:
    assert set(clusters("abcd", [("a", "b"), ("b", "c")], frozenset())) == {
        frozenset("abc"),
        frozenset("d"),
    }


def test_what_a_person_calls_different_is_not_joined_through_a_third() -> None:
    groups = clusters("abc", [("a", "b"), ("b", "c")], frozenset({("a", "c")}))
    assert set(groups) == {frozenset("ab"), frozenset("c")}


def test_folded() -> None:
    assert folded("Ångström’s  PAIN—online: é") == "angstrom s pain online e"
