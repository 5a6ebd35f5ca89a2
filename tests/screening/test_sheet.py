from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import pytest
from openpyxl import load_workbook

from analysis.files.problems import EvidenceError, ReviewError
from analysis.files.spreadsheets import read_spreadsheet, write_spreadsheet
from analysis.files.workbook import SheetColumn
from analysis.screening.decision_files import Decision, add_decisions, decisions_path
from analysis.screening.decisions import load_screening
from analysis.screening.session import Session
from analysis.screening.sheet import BESIDE, COLUMNS, read_sheet, write_sheet
from analysis.searching.library import load_library
from tests.searching.corpus import articles
from tests.searching.exports import ovid_ris

STAGE = "title-abstract"


def make(data: Path, who: str = "ben") -> Path:
    session = Session(data, who)
    path = data.parent / f"{who}.csv"
    write_sheet(path, session.screening, session.order, STAGE)
    return path


def fill(path: Path, decisions: dict[int, dict[str, str]]) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    for number, cells in decisions.items():
        rows[number] |= cells
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys(), delimiter=";")
        writer.writeheader()
        writer.writerows(rows)
    return rows


def test_the_round_trip_takes_decisions_in_and_leaves_blanks_waiting(data: Path, five) -> None:
    path = make(data)
    rows = fill(path, {0: {"decision": "Include"}, 2: {"decision": "e", "criterion": "Design"}})
    report = read_sheet(path, data, load_screening(data), STAGE, "ben")
    assert (report.taken, report.blank, report.unchanged) == (2, 3, 0)
    assert load_screening(data).labels(STAGE, "ben") == {
        rows[0]["record_id"]: True,
        rows[2]["record_id"]: False,
    }
    assert "design" in decisions_path(data, "ben").read_text()


def test_reading_a_sheet_twice_changes_nothing_and_a_changed_mind_is_new(data: Path, five) -> None:
    path = make(data)
    fill(path, {0: {"decision": "i"}})
    read_sheet(path, data, load_screening(data), STAGE, "ben")
    before = decisions_path(data, "ben").read_bytes()
    assert read_sheet(path, data, load_screening(data), STAGE, "ben").unchanged == 1
    assert decisions_path(data, "ben").read_bytes() == before
    path.write_text(path.read_text(encoding="utf-8-sig").replace("\ni;", "\ne;"))
    clock = iter(["2030-01-01T00:00:00Z"])
    changed = read_sheet(path, data, load_screening(data), STAGE, "ben", clock=lambda: next(clock))
    assert changed.taken == 1
    assert list(load_screening(data).labels(STAGE, "ben").values()) == [False]


def test_a_workbook_takes_decisions_in_as_a_csv_file_does(data: Path, five) -> None:
    session = Session(data, "ben")
    path = data.parent / "ben.xlsx"
    write_sheet(path, session.screening, session.order, STAGE)
    book = load_workbook(path)
    sheet = book.active
    (offered, _) = sheet.data_validations.dataValidation
    assert [cell.value for cell in book["lists"]["A"]][:3] == ["include", "exclude", "unsure"]
    assert str(offered.sqref) == "A2:A1048576"
    first, second = sheet["E2"].value, sheet["E3"].value
    sheet["A2"], sheet["A3"], sheet["B3"] = "Include", "e", "Design"
    book.save(path)
    report = read_sheet(path, data, load_screening(data), STAGE, "ben")
    assert (report.taken, report.blank, report.unchanged) == (2, 3, 0)
    assert load_screening(data).labels(STAGE, "ben") == {first: True, second: False}


def test_a_record_id_that_a_spreadsheet_changed_is_named(data: Path, five) -> None:
    session = Session(data, "ben")
    path = data.parent / "ben.xlsx"
    write_sheet(path, session.screening, session.order, STAGE)
    book = load_workbook(path)
    book.active["A2"], book.active["E2"] = "i", 12e45
    book.save(path)
    with pytest.raises(EvidenceError, match=r"ben\.xlsx:2: record_id: '1\.2E\+46' was found"):
        read_sheet(path, data, load_screening(data), STAGE, "ben")
    assert not decisions_path(data, "ben").exists()


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_sheet_of_a_consensus_holds_both_decisions_beside_each_other(
    data: Path, five, kind: str
) -> None:
    library = load_library(data)
    first, second, *_ = sorted(library.records)
    for who, word, criterion, note in (
        ("anna", "exclude", "design", "a protocol"), ("ben", "include", "", ""),
        ("carl", "unsure", "", "=abstract only"),
    ):  # fmt: skip
        made = Decision(first, STAGE, word, criterion, "", who, "2026-11-21T08:00:00Z", note)
        add_decisions(data, library, [made, replace(made, record_id=second, decision="include")])
    session = Session(data, "consensus")
    path = data.parent / f"consensus.{kind}"
    write_sheet(path, session.screening, session.order, STAGE, session.screening.conflicts(STAGE))
    (row,) = read_spreadsheet(path, (*COLUMNS, *BESIDE), later=BESIDE)
    assert row["record_id"] == first
    assert [row[name] for name in BESIDE] == [
        "anna: exclude design: a protocol", "ben: include", "carl: unsure: =abstract only",
    ]  # fmt: skip
    decided = {**row.cells, "decision": "i"}
    path.unlink()
    write_spreadsheet(path, [SheetColumn(name) for name in decided], [decided])
    assert read_sheet(path, data, load_screening(data), STAGE, "consensus").taken == 1
    assert load_screening(data).conflicts(STAGE) == {}


def test_a_wrong_cell_is_named_and_nothing_is_taken_in(data: Path, five) -> None:
    path = make(data)
    fill(path, {0: {"decision": "i"}, 3: {"decision": "perhaps"}})
    with pytest.raises(EvidenceError, match=r"ben\.csv:5: decision: 'perhaps' was found"):
        read_sheet(path, data, load_screening(data), STAGE, "ben")
    assert not decisions_path(data, "ben").exists()


def test_a_row_of_no_search_is_named(data: Path, five) -> None:
    path = make(data)
    fill(path, {1: {"decision": "i", "record_id": "medline-0"}})
    with pytest.raises(EvidenceError, match=r"ben\.csv:3: record_id: 'medline-0' is in no search"):
        read_sheet(path, data, load_screening(data), STAGE, "ben")


def test_a_sheet_is_never_overwritten(data: Path, five) -> None:
    path = make(data)
    with pytest.raises(ReviewError, match="is there already"):
        write_sheet(path, load_screening(data), [], STAGE)


def test_no_cell_of_the_sheet_is_a_formula(data: Path, take) -> None:
    (one,) = articles(1, seed=4)
    take([one], write=lambda found: ovid_ris(found).replace(one.title, "=HYPERLINK(1)"))
    path = make(data)
    with path.open(encoding="utf-8-sig", newline="") as file:
        (row,) = csv.DictReader(file)
    assert row["title"] == "'=HYPERLINK(1)"
    assert not any(cell.startswith(tuple("=+-@")) for cell in row.values())
