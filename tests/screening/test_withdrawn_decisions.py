from __future__ import annotations

from pathlib import Path

import pytest

from analysis.files.problems import EvidenceError, ReviewError
from analysis.files.withdrawals import Withdrawal, carry_out
from analysis.screening.decision_files import Decision, add_decisions, decisions_path
from analysis.screening.decisions import load_screening
from analysis.screening.exchange import Told
from analysis.screening.session import Session
from analysis.screening.sheet import read_sheet, write_sheet
from analysis.screening.withdrawn_decisions import (
    with_decisions,
    withdrawn_decision,
    withdrawn_sheet,
)
from analysis.searching.duplicate_log import deduplicate
from analysis.searching.library import load_library
from analysis.searching.withdrawn_imports import withdrawn_import
from tests.screening.test_exchange import back, out, table
from tests.searching.corpus import articles
from tests.searching.exports import cochrane_ris
from tests.searching.fixtures import DAY, Take
from tests.searching.sources import find_source

STAGE = "title-abstract"
THEN, LATER, NOW = "2026-11-21T08:00:00Z", "2026-11-22T08:00:00Z", "2026-11-28T10:15:00Z"


@pytest.fixture
def ids(data: Path, five) -> list[str]:
    deduplicate(data, load_library(data))
    return sorted(load_library(data).records)


def decide(data: Path, who: str, word: str, *records: str, when: str = THEN) -> None:
    made = (Decision(r, STAGE, word, "", "", who, when) for r in records)
    add_decisions(data, load_library(data), made)


def do(data: Path, withdrawal: Withdrawal) -> Path:
    return carry_out(data, withdrawal, "anna", NOW, "")


def undo(data: Path, record: str, who: str = "anna") -> None:
    do(data, withdrawn_decision(data, load_screening(data), record, STAGE, who, NOW, "misread"))


def test_a_decision_taken_back_waits_again_and_stays_on_record(data: Path, ids) -> None:
    decide(data, "anna", "include", ids[0], ids[1])
    decide(data, "anna", "exclude", ids[0], when=LATER)
    decide(data, "ben", "include", ids[0])
    before = decisions_path(data, "anna").read_text()
    undo(data, ids[0])
    after = decisions_path(data, "anna").read_text()
    assert after.startswith(before)
    assert after.removeprefix(before) == f"{ids[0]},{STAGE},withdrawn,,,{NOW},misread,{LATER}\n"
    screening = load_screening(data)
    assert ids[0] in screening.queue(STAGE, "anna")
    assert screening.labels(STAGE, "ben") == {ids[0]: True}
    # Nothing stands on it now; what is decided anew counts.
    with pytest.raises(ReviewError, match=f"anna has decided nothing on {ids[0]}"):
        undo(data, ids[0])
    decide(data, "anna", "include", ids[0], when="2026-11-29T08:00:00Z")
    assert load_screening(data).labels(STAGE, "anna")[ids[0]]


def test_a_decision_that_nobody_made_is_not_taken_back(data: Path, ids) -> None:
    decide(data, "anna", "include", ids[0])
    for record, who, message in (
        (ids[1], "anna", "has decided nothing"),
        (ids[0], "ben", "has decided nothing"),
        ("medline-0", "anna", "no record is called 'medline-0'"),
    ):
        with pytest.raises(ReviewError, match=message):
            undo(data, record, who)


def test_a_sheet_taken_back_and_read_again(data: Path, ids) -> None:
    path = data.parent / "ben.csv"
    session = Session(data, "ben")
    write_sheet(path, session.screening, session.order, STAGE)
    header, *lines = path.read_text().splitlines()
    path.write_text("\n".join([header, *(f"include{line}" for line in lines)]) + "\n")
    read_sheet(path, data, load_screening(data), STAGE, "ben", clock=lambda: THEN)
    read = load_screening(data).labels(STAGE, "ben")
    decide(data, "ben", "exclude", ids[3], when=LATER)
    plan = withdrawn_sheet(data, load_screening(data), path, STAGE, "ben", NOW, "")
    assert plan.said == (
        f"4 decisions of ben at {STAGE}",
        "1 row on which ben decided otherwise, or not: as they are",
    )
    before = decisions_path(data, "ben").read_bytes()
    do(data, plan)
    assert decisions_path(data, "ben").read_bytes().startswith(before)
    assert load_screening(data).labels(STAGE, "ben") == {ids[3]: False}
    with pytest.raises(ReviewError, match="nothing of it is what ben has decided"):
        withdrawn_sheet(data, load_screening(data), path, STAGE, "ben", NOW, "")
    read_sheet(path, data, load_screening(data), STAGE, "ben", clock=lambda: "2030-01-01T00:00:00Z")
    assert load_screening(data).labels(STAGE, "ben") == read


def test_the_file_of_a_tool_taken_back_and_read_again(data: Path, ids) -> None:
    told = Told("rayyan", reviewer="Ben Z")
    path, _ = out(data, "out.csv")
    rows = [
        {"title": row["title"], "notes": f"{row['notes']} | RAYYAN-INCLUSION: {{{said}}}"}
        for row, said in zip(table(path), ['"Ben Z"=>"Included"'] * 4 + [""], strict=True)
    ]
    assert back(data, "rayyan.csv", rows, told).taken == 4
    read, file = load_screening(data).labels(STAGE, "ben"), data.parent / "rayyan.csv"
    plan = withdrawn_sheet(data, load_screening(data), file, STAGE, "ben", NOW, "", told)
    assert plan.said == (f"4 decisions of ben at {STAGE}",)
    do(data, plan)
    assert load_screening(data).labels(STAGE, "ben") == {}
    assert back(data, "rayyan.csv", rows, told).taken == 4
    assert load_screening(data).labels(STAGE, "ben") == read


def test_an_import_goes_with_what_was_decided_on_its_records_alone(
    data: Path, ids, take: Take
) -> None:
    take(articles(3, seed=99), "central", write=cochrane_ris)
    deduplicate(data, load_library(data))
    new = sorted(set(load_library(data).records) - set(ids))
    decide(data, "anna", "include", *ids, *new)
    decide(data, "ben", "exclude", new[0])
    plan = withdrawn_import(data, DAY, find_source("central"))
    screening = load_screening(data)
    both = with_decisions(data, screening, plan.withdrawal, plan.records, "anna", NOW)
    assert both.said[-2:] == ("3 decisions of anna", "1 decision of ben")
    do(data, both)
    screening = load_screening(data)
    assert set(screening.labels(STAGE, "anna")) == set(ids)
    assert screening.labels(STAGE, "ben") == {}
    assert "anna took the import 2026-11-20-central back" in decisions_path(data, "ben").read_text()
    # Imported again, its records wait to be read: nothing comes back by itself.
    take(articles(3, seed=99), "central", write=cochrane_ris)
    deduplicate(data, load_library(data))
    assert set(load_screening(data).queue(STAGE, "anna")) == set(new)


def test_a_decision_that_stands_on_a_record_of_no_search_is_named_still(data: Path, ids) -> None:
    decide(data, "anna", "include", *ids)
    undo(data, ids[0])
    path = decisions_path(data, "anna")
    path.write_text(path.read_text().replace(ids[0], "medline-0").replace(ids[1], "medline-1"))
    with pytest.raises(EvidenceError, match=r"csv:3: record_id: 'medline-1' is in no search") as e:
        load_screening(data)
    assert len(e.value.problems) == 1
