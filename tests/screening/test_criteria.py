"""The exclusion criteria are those of the protocol, from the key that is pressed to the diagram."""

from __future__ import annotations

import csv
import zipfile
from pathlib import Path

import pytest

from analysis.evidence.load import load
from analysis.files.problems import EvidenceError
from analysis.pages.protocol_page import exclusion_criteria
from analysis.protocol import load_protocol
from analysis.screening.counted_flow import load_flow
from analysis.screening.decision_files import Decision, add_decisions, decisions_path
from analysis.screening.decisions import load_screening
from analysis.screening.exchange import Told, write_exchange
from analysis.screening.session import Session
from analysis.screening.sheet import filling_in, read_sheet, write_sheet
from analysis.searching.library import load_library
from tests.evidence.folder import DataFolder
from tests.figures.test_prisma_flow import words
from tests.screening.test_session import rows, sit

FULL, THEN = "full-report", "2026-11-21T08:00:00Z"
ARM_SIZE = "  - {id: arm size}\n"
LANGUAGE = (
    "  - {id: language, label: in a language nobody here reads, expects: English or Spanish, "
    "also_called: [Foreign Language]}\n"
)


@pytest.fixture
def ids(data: Path, five) -> list[str]:
    """Five records, in a review that asks for a language instead of the size of the arms."""
    DataFolder(data).replace("protocol.yml", ARM_SIZE, LANGUAGE)
    return list(load_screening(data).deduplication.reports)


def excluded(data: Path, record_id: str, criterion: str) -> None:
    """Two people obtain the report, and exclude it by that criterion."""
    library = load_library(data)
    steps = (("title-abstract", "include", ""), ("retrieval", "obtained", ""),
             (FULL, "exclude", criterion))  # fmt: skip
    for stage, said, why in steps:
        add_decisions(data, library, [
            Decision(record_id, stage, said, why, "", who, THEN) for who in ("anna", "ben")
        ])  # fmt: skip


def test_the_terminal_asks_for_it(data: Path, ids: list[str]) -> None:
    shown = " ".join(sit(data, "e5q").split())
    assert "language: English or Spanish" in shown
    assert "at least 20 in each arm" not in shown
    assert "5 language · 6 not a report of a trial" in shown
    assert [row[2:4] for row in rows(data)] == [("exclude", "language")]


def test_a_sheet_offers_it_and_takes_it_and_no_other(data: Path, ids: list[str]) -> None:
    screening = load_screening(data)
    assert "design, language, not a report of a trial" in filling_in(FULL, screening.criteria)[1]
    path = data.parent / "sheet.xlsx"
    write_sheet(path, screening, ids, "title-abstract")
    with zipfile.ZipFile(path) as book:
        assert any(b">language<" in book.read(part) for part in book.namelist())
    sheet = data.parent / "sheet.csv"
    write_sheet(sheet, screening, ids, "title-abstract")
    said = sheet.read_text("utf-8-sig").splitlines()
    for criterion, message in (
        ("Language", ""),
        ("arm size", r"sheet\.csv:2: criterion: 'arm size'"),
    ):
        with sheet.open("w", encoding="utf-8") as file:
            file.write("\n".join([said[0], f"exclude,{criterion},{said[1][2:]}"]) + "\n")
        if message:
            with pytest.raises(EvidenceError, match=message + ".*expected one of: .*, language"):
                read_sheet(sheet, data, load_screening(data), "title-abstract", "anna")
        else:
            assert read_sheet(sheet, data, screening, "title-abstract", "anna").taken == 1
    assert rows(data)[0][3] == "language"


def test_the_name_that_a_tool_has_for_it_is_it(data: Path, ids: list[str]) -> None:
    path = data.parent / "out.csv"
    write_exchange(path, load_library(data), ids)
    with path.open(encoding="utf-8-sig", newline="") as file:
        first = next(csv.DictReader(file))
    first["notes"] += ' | RAYYAN-INCLUSION: {"A"=>"Excluded"} | ' \
        "RAYYAN-EXCLUSION-REASONS: foreign language"  # fmt: skip
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, first)
        writer.writeheader()
        writer.writerow(first)
    read_sheet(path, data, load_screening(data), "title-abstract", "anna", told=Told("rayyan"))
    assert [row[3] for row in rows(data)] == ["language"]


def test_the_flow_diagram_and_the_page_have_its_words(data: Path, ids: list[str]) -> None:
    excluded(data, ids[0], "language")
    flow = load_flow(data, load(data))
    assert flow.databases is not None
    assert flow.databases.reports_excluded == (("in a language nobody here reads", 1),)
    assert "a language nobody" in words(flow)
    page = str(exclusion_criteria(load_protocol(data / "protocol.yml")))
    assert "<li>in a language nobody here reads: English or Spanish</li>" in page


def test_one_that_left_the_protocol_is_named_where_a_decision_stands_on_it(
    data: Path, ids: list[str]
) -> None:
    excluded(data, ids[0], "language")
    folder = DataFolder(data)
    folder.replace("protocol.yml", LANGUAGE, "")
    with pytest.raises(EvidenceError) as raised:
        load_screening(data)
    problem = raised.value.problems[0]
    assert (problem.file, problem.line) == (decisions_path(data, "anna"), 4)
    assert problem.column == "criterion"
    assert "'language' is no exclusion criterion of the protocol (the protocol has participants, " \
        "intervention, comparator, design, not a report of a trial)" in problem.message  # fmt: skip


def test_one_that_was_renamed_keeps_its_decisions(data: Path, ids: list[str]) -> None:
    excluded(data, ids[0], "language")
    before = decisions_path(data, "anna").read_bytes()
    DataFolder(data).replace(
        "protocol.yml", LANGUAGE, "  - {id: not read, also_called: [language]}\n"
    )
    assert rows(data)[-1][3] == "not read"
    flow = load_flow(data, load(data))
    assert flow.databases is not None
    assert flow.databases.reports_excluded == (("not read", 1),)
    assert decisions_path(data, "anna").read_bytes() == before


def test_one_that_left_may_stand_where_it_was_decided_anew(data: Path, ids: list[str]) -> None:
    for who in ("anna", "ben"):
        sit(data, "e5q", who)
        session = Session(data, who)
        (made,) = (d for d in load_screening(data).decisions if d.who == who)
        add_decisions(data, session.library, [
            Decision(made.record_id, made.stage, "exclude", "design", "", who, made.when)
        ])  # fmt: skip
    DataFolder(data).replace("protocol.yml", LANGUAGE, "")
    assert {row[3] for row in rows(data)} == {"design"}


def test_a_review_without_criteria_asks_for_none(data: Path, five) -> None:
    path = data / "protocol.yml"
    text = path.read_text("utf-8")
    head, _, rest = text.partition("exclusion_criteria:\n")
    path.write_text(head + "exclusion_criteria: []\n" + rest.partition("\n\n")[2], "utf-8")
    record = load_screening(data).deduplication.reports[0]
    excluded(data, record, "")
    flow = load_flow(data, load(data))
    assert flow.databases is not None
    assert flow.databases.reports_excluded == (("no criterion named", 1),)
    assert "the protocol names none" in str(exclusion_criteria(load_protocol(path)))
    assert "Why?" not in sit(data, "eq", "carl")
