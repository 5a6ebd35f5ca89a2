from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest

from analysis.files.problems import EvidenceError, ReviewError
from analysis.searching.duplicate_log import (
    deduplicate,
    is_sought,
    load_deduplication,
    log_path,
    overrule,
    read_log,
)
from analysis.searching.library import load_library
from tests.searching.corpus import Article, articles
from tests.searching.exports import cochrane_ris

LATER = dt.date(2027, 11, 20)


@pytest.fixture
def twice(five: list[Article], take) -> list[Article]:
    """Five articles from MEDLINE, three of them from CENTRAL too, a year later."""
    take([replace(a, title=a.title.upper()) for a in five[:3]], "central", LATER, cochrane_ris)
    return five


def ids(data: Path) -> tuple[list[str], list[str]]:
    known = sorted(load_library(data).records)
    return [i for i in known if i.startswith("central")], [i for i in known if "medline" in i]


def test_a_report_found_by_a_later_search_is_the_earlier_record(data: Path, twice) -> None:
    found = deduplicate(data, load_library(data))
    assert len(found.reports) == 5
    assert all(report.startswith("medline") for report in found.reports)
    assert load_deduplication(data, load_library(data)) == found


def test_the_log_can_be_read_and_does_not_change_when_nothing_did(data: Path, twice) -> None:
    deduplicate(data, load_library(data))
    before = log_path(data).read_bytes()
    assert twice[0].title in before.decode()
    deduplicate(data, load_library(data))
    assert log_path(data).read_bytes() == before


def test_a_persons_ruling_is_kept_when_duplicates_are_looked_for_again(data: Path, twice) -> None:
    library = load_library(data)
    central, _ = ids(data)
    pair = next(p for p in deduplicate(data, library).pairs if central[0] in p.key)
    overrule(data, library, pair.key, "different", "anna", "two trials")
    found = deduplicate(data, library)
    assert len(found.reports) == 6
    kept = next(p for p in read_log(data) if p.key == pair.key)
    assert (kept.ruling, kept.who, kept.note) == ("different", "anna", "two trials")
    assert kept.verdict == "duplicate"  # what the rule said still stands beside it


def test_a_person_can_join_what_no_rule_paired(data: Path, five) -> None:
    library = load_library(data)
    _, medline = ids(data)
    overrule(data, library, (medline[1], medline[0]), "same", "anna", "")
    assert len(deduplicate(data, library).reports) == 4


def test_a_ruling_typed_into_the_log_counts(data: Path, twice) -> None:
    library = load_library(data)
    deduplicate(data, library)
    path = log_path(data)
    path.write_text(path.read_text().replace(",duplicate,", ",duplicate,", 1))
    text = path.read_text().splitlines()
    cells = text[1].split(",")
    cells[4:6] = ["different", "ben"]
    path.write_text("\n".join([text[0], ",".join(cells), *text[2:]]) + "\n")
    assert len(load_deduplication(data, library).reports) == 6


def test_rulings_that_contradict_each_other_are_named(data: Path, five) -> None:
    library = load_library(data)
    _, (a, b, c, *_) = ids(data)
    overrule(data, library, (a, b), "same", "anna", "")
    overrule(data, library, (b, c), "same", "anna", "")
    with pytest.raises(EvidenceError, match="other rulings keep them apart"):
        overrule(data, library, (a, c), "different", "ben", "")
    assert len(read_log(data)) == 2


@pytest.mark.parametrize(
    ("pair", "ruling", "said"),
    [(("x", "y"), "same", "no record is called 'x'"), (("x", "y"), "maybe", "a ruling is one of")],
)
def test_a_ruling_on_nothing_is_refused(data: Path, five, pair, ruling: str, said: str) -> None:
    with pytest.raises(ReviewError, match=said):
        overrule(data, load_library(data), pair, ruling, "anna", "")


def test_a_damaged_log_is_named_by_line_and_column(data: Path, twice) -> None:
    library = load_library(data)
    deduplicate(data, library)
    path = log_path(data)
    path.write_text(path.read_text().replace(",duplicate,", ",dupe,", 1))
    with pytest.raises(EvidenceError, match=r"duplicates\.csv:2: verdict: 'dupe' was found"):
        load_deduplication(data, library)


def test_a_later_import_is_known_to_be_unsought(data: Path, five, take) -> None:
    assert not is_sought(data, load_library(data))
    deduplicate(data, load_library(data))
    assert is_sought(data, load_library(data))
    take(articles(1, seed=77), "embase")
    assert not is_sought(data, load_library(data))


def test_no_search_no_duplicates(data: Path) -> None:
    assert deduplicate(data, load_library(data)).reports == ()


def test_articles_of_the_corpus_differ() -> None:
    assert len({a.title for a in articles(5, seed=11)}) == 5
