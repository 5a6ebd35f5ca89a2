from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

import pytest

from analysis.files.problems import ReviewError
from analysis.files.withdrawals import carry_out
from analysis.searching.duplicate_log import deduplicate, overrule, read_log
from analysis.searching.history import searches_in
from analysis.searching.inbox import SearchDetails, import_exports, import_inbox
from analysis.searching.library import load_library
from analysis.searching.withdrawn_imports import withdrawn_import
from tests.files.contents import contents
from tests.searching.corpus import articles
from tests.searching.exports import cochrane_ris, ovid_ris
from tests.searching.fixtures import DAY, Take
from tests.searching.sources import find_source

FOUND = articles(12, seed=5)
WHEN = "2026-11-28T10:15:00Z"


def on_record(data: Path) -> dict[str, bytes]:
    """Every file but what stays of withdrawals."""
    found = contents(data)
    return {name: found[name] for name in found if not name.startswith("withdrawn/")}


def undo(data: Path, source: str = "medline", file: str = "", date: dt.date = DAY) -> Path:
    plan = withdrawn_import(data, date, find_source(source), file)
    return carry_out(data, plan.withdrawal, "anna", WHEN, "the wrong file")


def dedupe(data: Path) -> None:
    deduplicate(data, load_library(data))


def test_the_data_are_as_before_and_the_import_stays_on_record(data: Path, take: Take) -> None:
    before = on_record(data)
    take(FOUND)
    dedupe(data)
    imported = on_record(data)
    folder = undo(data)
    assert on_record(data) == before
    assert folder == data / "withdrawn/import-2026-11-20-medline"
    account = (folder / "withdrawal.yml").read_text()
    for word in ("what: import", "who: anna", "why: the wrong file", WHEN):
        assert word in account
    for name in ("medline.ris", "medline.records.csv", "search.yml"):
        kept = folder / "searches/2026-11-20" / name
        assert kept.read_bytes() == imported[f"searches/2026-11-20/{name}"]
    # What was taken back can be read as a search still.
    assert searches_in(folder)[0].hits == len(FOUND)


def test_imported_again_it_is_what_it_was(data: Path, take: Take) -> None:
    take(FOUND[:6])
    dedupe(data)
    take(FOUND[3:], "central", write=cochrane_ris)
    dedupe(data)
    imported = on_record(data)
    undo(data, "central")
    take(FOUND[3:], "central", write=cochrane_ris)
    dedupe(data)
    assert on_record(data) == imported
    undo(data, "central")
    assert (data / "withdrawn/import-2026-11-20-central-2").is_dir()


def test_what_another_export_brought_too_stays_with_its_pairs(data: Path, take: Take) -> None:
    take(FOUND[:6])
    take(FOUND[:6], "embase")
    dedupe(data)
    alone = on_record(data)
    take(FOUND[4:], "central", write=cochrane_ris)
    dedupe(data)
    assert on_record(data) != alone
    undo(data, "central")
    assert on_record(data) == alone


def test_under_the_right_source_it_is_imported_anew(data: Path, take: Take) -> None:
    take(FOUND, "embase")
    undo(data, "embase")
    take(FOUND, "medline")
    (entry,) = load_library(data).searches[-1].exports
    assert (entry.source, entry.file) == ("MEDLINE", "medline.ris")
    assert all(record_id.startswith("medline-") for record_id in load_library(data).records)


def test_one_file_of_a_source_is_taken_back(data: Path, take: Take) -> None:
    take(FOUND[:6])
    first = on_record(data)
    take(FOUND[4:])
    plan = withdrawn_import(data, DAY, find_source("medline"), "medline-2.ris")
    # Two of its eight records are those of the other file too.
    assert len(plan.records) == 6
    assert plan.withdrawal.said[:2] == (
        "medline-2.ris: MEDLINE, 8 records read",
        "6 records in no other search",
    )
    undo(data, file="medline-2.ris")
    assert on_record(data) == first


def test_a_search_that_found_nothing_is_taken_back(data: Path) -> None:
    before = on_record(data)
    import_exports(data, [], SearchDetails(find_source("cinahl"), DAY, "anna", hits=0))
    assert on_record(data) != before
    undo(data, "cinahl")
    assert on_record(data) == before


def test_what_a_person_ruled_on_a_pair_stays_on_record(data: Path, take: Take) -> None:
    take(FOUND[:3])
    take(FOUND[3:], "central", write=cochrane_ris)
    library = load_library(data)
    dedupe(data)
    here, there = (sorted(r for r in library.records if r.startswith(s)) for s in "mc")
    overrule(data, library, (here[0], here[1]), "different", "ben", "two countries")
    overrule(data, library, (there[0], here[0]), "same", "ben", "one trial")
    plan = withdrawn_import(data, DAY, find_source("central"))
    assert "duplicates.csv: 1 pair with these records, 1 ruled on" in plan.withdrawal.said
    folder = undo(data, "central")
    assert [pair.key for pair in read_log(data) if pair.ruling] == [(here[0], here[1])]
    (kept,) = read_log(folder)
    assert (kept.ruling, kept.who, kept.note) == ("same", "ben", "one trial")


def test_nothing_is_sought_that_was_not_sought_before(data: Path, take: Take) -> None:
    take(FOUND[:6])
    before = on_record(data)
    take(FOUND, "central", write=cochrane_ris)
    undo(data, "central")
    assert on_record(data) == before
    assert not (data / "searches/duplicates.csv").exists()


def test_a_later_search_that_went_on_from_it_is_named(data: Path, take: Take) -> None:
    take(FOUND[:6])
    take(FOUND[6:], date=dt.date(2026, 12, 20))
    said = withdrawn_import(data, DAY, find_source("medline")).withdrawal.said
    assert "2026-12-20/search.yml says since 2026-11-20: is it so still?" in said


def test_the_inbox_does_not_bring_it_back(data: Path) -> None:
    inbox = data / "searches/inbox"
    inbox.mkdir()
    wrong = inbox / "2026-11-20-embase.ris"
    wrong.write_text(ovid_ris(FOUND), newline="")
    import_inbox(data, "team")
    undo(data, "embase")
    report = import_inbox(data, "team")
    assert (report.imported, report.withdrawn) == ((), (wrong,))
    assert load_library(data).records == {}
    shutil.move(wrong, inbox / "2026-11-20-medline.ris")
    (imported,) = import_inbox(data, "team").imported
    assert imported.new == len(FOUND)
    # By name a person takes it in again after all, and then it is no longer left out.
    import_exports(
        data, [inbox / "2026-11-20-medline.ris"], SearchDetails(find_source("embase"), DAY, "anna")
    )
    shutil.copy(inbox / "2026-11-20-medline.ris", wrong)
    assert import_inbox(data, "team").withdrawn == ()


def test_what_was_not_imported_is_not_taken_back(data: Path, take: Take) -> None:
    take(FOUND)
    before = on_record(data)
    there = r"imported were: 2026-11-20 MEDLINE \(medline\.ris\)"
    for date, source, file in (
        (DAY, "embase", ""),
        (dt.date(2026, 11, 21), "medline", ""),
        (DAY, "medline", "medline-2.ris"),
        (dt.date(2013, 11, 13), "medline", ""),
    ):
        with pytest.raises(ReviewError, match=there):
            withdrawn_import(data, date, find_source(source), file)
    assert on_record(data) == before
