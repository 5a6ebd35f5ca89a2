"""Duplicates in labelled sets: what is merged, what is kept apart, what a person is asked."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import pytest

from analysis.searching import duplicate_pairs
from analysis.searching.duplicate_clusters import Pair
from analysis.searching.duplicate_pairs import find_pairs
from analysis.searching.identities import make_records
from analysis.searching.records import Raw, Record
from tests.searching.corpus import Labelled, labelled, records_of
from tests.searching.dirt import SETS, dirty_set
from tests.searching.peers import bib_dedupe_pairs, measured, merged_pairs

# Wrong merging loses a report unseen, so it must not happen; missing one costs a reading.
LOWEST_RECALL = 0.985
MOST_WAITING = 0.015
TITLE = "Internet-delivered therapy for chronic pain in adults: a randomised controlled trial"


@pytest.fixture(scope="module")
def truth() -> Labelled:
    return labelled(200, seed=20)


@pytest.fixture(scope="module")
def merged(truth: Labelled) -> set[tuple[int, int]]:
    records = records_of(truth.articles)
    return merged_pairs(records, duplicates(find_pairs(records)))


def duplicates(pairs: Sequence[Pair]) -> list[tuple[str, str]]:
    return [pair.key for pair in pairs if pair.verdict == "duplicate"]


def bare(number: int, title: str = "", **fields: str) -> Record:
    (record,) = make_records([Raw(line=1, accession=f"{number:06}", title=title)], "x")
    return replace(record, **fields)


@pytest.mark.parametrize("name", SETS)
@pytest.mark.parametrize("seed", [41, 42])
def test_dirty_exports_lose_their_duplicates_and_nothing_else(name: str, seed: int) -> None:
    dirty = dirty_set(SETS[name], 300, seed)
    records = dirty.records
    pairs = find_pairs(records)
    found = measured(records, duplicates(pairs), dirty.duplicates)
    waiting = {record_id for p in pairs if p.verdict == "possible" for record_id in p.key}
    assert found.precision == 1
    assert found.recall >= LOWEST_RECALL
    assert len(waiting) <= MOST_WAITING * len(records)


@pytest.mark.parametrize("name", ["letters and errata", "row numbers as issues"])
def test_no_fewer_are_found_than_by_bib_dedupe(name: str) -> None:
    dirty = dirty_set(SETS[name], 50, seed=43)
    records = dirty.records
    ours = measured(records, duplicates(find_pairs(records)), dirty.duplicates)
    theirs = measured(records, bib_dedupe_pairs(records), dirty.duplicates)
    assert ours.precision == 1
    assert ours.recall >= theirs.recall > 0.7


def test_variants_of_one_report_are_merged(truth: Labelled, merged) -> None:
    # Two article numbers for one report, or a mistyped title and nothing else: no rule knows.
    assert len(merged & truth.duplicates) >= 0.96 * len(truth.duplicates)
    assert not merged - truth.duplicates


@pytest.mark.parametrize(
    "kind",
    [
        "preprint",
        "conference_abstract",
        "correction",
        "reply",
        "study_protocol",
        "follow_up_paper",
        "second_part",
        "sibling_trial",
    ],
)
def test_another_report_of_a_study_is_never_merged(truth: Labelled, merged, kind: str) -> None:
    pairs = {pair for pair, name in truth.kinds.items() if name == kind}
    assert pairs
    assert not merged & pairs


def test_the_preselection_loses_no_pair(truth: Labelled, monkeypatch: pytest.MonkeyPatch) -> None:
    records = records_of(truth.articles[:160])
    quick = find_pairs(records)
    every = {(a, b) for b in range(len(records)) for a in range(b)}
    monkeypatch.setattr(duplicate_pairs, "candidates", lambda fields: every)
    assert duplicates(find_pairs(records)) == duplicates(quick)


def test_the_order_of_the_records_does_not_matter(truth: Labelled) -> None:
    records = records_of(truth.articles[:120])
    shuffled = random.Random(3).sample(records, len(records))
    assert find_pairs(records) == find_pairs(records[::-1]) == find_pairs(shuffled)


@pytest.mark.parametrize(
    "records",
    [
        [],
        [bare(1, TITLE)],
        [bare(n) for n in range(3)],
        [bare(n, abstract="The same words.") for n in range(3)],
        [bare(n, "Editorial") for n in range(300)],
        [bare(1, "<<<&&[[(("), bare(2, "[]"), bare(3, "... 2019"), bare(4, "Erratum:")],
        [bare(n, pages="½-¾", volume="²", issue="①", year="２０２０") for n in (1, 2)],
    ],
    ids=["none", "one", "empty", "no title", "editorials", "signs", "odd numbers"],
)
def test_records_that_say_nothing_are_left_alone(records: list[Record]) -> None:
    assert find_pairs(records) == ()


@pytest.mark.parametrize("title", [TITLE, "网络认知行为疗法治疗慢性疼痛的随机对照试验"])
def test_records_without_authors_have_duplicates_too(title: str) -> None:
    records = [bare(n, t, year="2024") for n, t in enumerate((title, "其他", title))]
    assert duplicates(find_pairs(records)) == [("x-000000", "x-000002")]


def test_copies_of_one_record_are_as_many_pairs_as_copies() -> None:
    same = {"authors": "Berg, A", "year": "2020", "journal": "Pain", "volume": "9", "pages": "1-9"}
    pairs = find_pairs([bare(n, TITLE, **same) for n in range(2000)])
    assert Counter(pair.verdict for pair in pairs) == {"duplicate": 1999}


def test_one_doi_of_a_whole_supplement_makes_neither_duplicates_nor_a_queue() -> None:
    rng = random.Random(8)
    words = [f"{letter}{letter}word{number}" for letter in "abcdefgh" for number in range(30)]
    titles = [" ".join(rng.sample(words, 9)) for _ in range(400)]
    assert not find_pairs([bare(n, t, doi="10.1000/made.up") for n, t in enumerate(titles)])


def test_editorials_of_one_journal_do_not_flood_the_queue() -> None:
    rng = random.Random(9)
    records = [
        bare(
            number,
            rng.choice(["Editorial", "Reply", "Authors' reply", "In this issue"]),
            authors=rng.choice(["", "Berg, A", "Dahl, B"]),
            journal="Pain",
            year=str(2000 + number % 25),
            volume=str(rng.randint(1, 60)),
            pages=str(number),
        )
        for number in range(600)
    ]
    assert not find_pairs(records)


def test_a_third_record_does_not_join_companion_papers() -> None:
    """Two PubMed numbers, one title and journal; a copy without number or place fits both."""
    same = {"authors": "Berg, A; Dahl, B", "year": "2020", "journal": "Pain"}
    first = bare(1, TITLE, pmid="30000001", volume="9", pages="1-9", **same)
    second = bare(2, TITLE, pmid="30000002", volume="9", pages="20-31", **same)
    third = bare(3, TITLE, **same)
    verdicts = {pair.key: (pair.verdict, pair.rule) for pair in find_pairs([first, second, third])}
    assert verdicts == {
        ("x-000001", "x-000002"): ("related", "two PubMed numbers"),
        ("x-000001", "x-000003"): ("possible", "fits two reports"),
        ("x-000002", "x-000003"): ("possible", "fits two reports"),
    }
    placed = replace(third, volume="9", pages="20")
    verdicts = {pair.key: (pair.verdict, pair.rule) for pair in find_pairs([first, second, placed])}
    assert verdicts["x-000002", "x-000003"][0] == "duplicate"
    assert verdicts["x-000001", "x-000003"][0] != "duplicate"


def test_the_names_of_a_journal_are_learned_from_articles_that_stand_in_both() -> None:
    names = ("National Medical Journal of China", "Zhonghua Yi Xue Za Zhi")
    rng = random.Random(10)
    records = []
    for number in range(3):
        words = " ".join(f"{rng.choice('bcdfgh')}{rng.choice('aeiou')}word{n}" for n in range(9))
        said = {"authors": f"Li, {number}; Wang, B", "year": "2012", "volume": "92", "issue": "4"}
        pages = "" if number == 2 else f"{100 + number}-{120 + number}"
        records.append(bare(2 * number, words, journal=names[0], pages="300-310", **said))
        records.append(bare(2 * number + 1, words, journal=names[1], pages=pages, **said))
        if pages:
            records[-2] = replace(records[-2], pages=pages)
    assert [pair.verdict for pair in find_pairs(records)] == ["duplicate"] * 3
    # Without a second example the names are two journals'.
    assert [pair.verdict for pair in find_pairs(records[2:])] == ["duplicate", "possible"]
