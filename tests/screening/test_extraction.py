from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from openpyxl import load_workbook
from pybtex.database import parse_string

from analysis.evidence.classified import COLUMNS as CLASSIFICATION
from analysis.evidence.load import load
from analysis.evidence.rows import OutcomeRow
from analysis.evidence.study_names import FORMER
from analysis.evidence.verification import is_verified, numbers_seen
from analysis.files.columns import columns
from analysis.files.csv_files import NUMBER, read_csv
from analysis.files.problems import EvidenceError, ReviewError
from analysis.pages.integrity_page import unusable_table
from analysis.screening.acceptance import Acceptance, accept
from analysis.screening.extraction import (
    Checked,
    check_extraction,
    columns_of,
    compare,
    differences_of,
    read_differences,
    write_differences,
)
from analysis.screening.extraction_history import HISTORY, read_history
from analysis.screening.extraction_template import new_extraction
from analysis.searching.identities import make_records
from analysis.searching.records import Raw, Record
from tests.evidence.folder import DataFolder

STUDY = "andersson-2026"
ROW = f"{STUDY}.pain.post.1"
FILLED = {
    "studies": {"condition": "non-headache", "comparator": "waiting list", "country": "SE"},
    "outcomes": {
        "instrument": "BPI severity",
        "higher_is": "worse",
        "weeks": "8",
        "n_intervention": "60",
        "mean_intervention": "4.1",
        "sd_intervention": "1.5",
        "n_control": "58",
        "mean_control": "5.0",
        "sd_control": "1.6",
        "locator": "table 2",
    },
}


@pytest.fixture
def record() -> Record:
    return made_up_record()


def made_up_record() -> Record:
    raw = Raw(
        line=1,
        title="Internet-delivered therapy for chronic pain: a trial",
        authors=("Andersson, Anna", "Weber, Olof"),
        year="2026",
        journal="Pain",
        volume="41",
        issue="2",
        pages="10-19",
        doi="10.1000/made.up",
        accession="1",
    )
    return make_records([raw], "medline")[0]


def edit(folder: Path, name: str, row: int, cells: Mapping[str, str]) -> None:
    path = folder / f"{name}.csv"
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    rows[row] |= cells
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)


def extract(data: Path, record: Record, who: str, study: str = STUDY, **outcome: str) -> Path:
    studies, *_ = new_extraction(data, study, who, [record])
    edit(studies.parent, "studies", 0, FILLED["studies"])
    edit(studies.parent, "outcomes", 0, FILLED["outcomes"] | outcome)
    return studies.parent


def test_the_template_holds_the_bibliography_and_every_outcome(data: Path, record) -> None:
    paths = new_extraction(data, STUDY, "anna", [record])
    studies = (data / f"extraction/{STUDY}/anna/studies.csv").read_text()
    for text in (STUDY, "Andersson 2026", record.title, "Pain", "41(2):10-19", "10.1000/made.up"):
        assert text in studies
    outcomes = next(path for path in paths if path.stem == "outcomes").read_text().splitlines()
    cells = len(load(data).protocol.outcomes) * len(load(data).protocol.timepoints)
    assert len(outcomes) == cells + 1


def test_no_extractor_is_asked_what_the_review_says_of_itself() -> None:
    """Who decided on a trial that waited, and what it was called before, no report says."""
    asked = {column.name for column in columns_of("studies")}
    assert asked.isdisjoint({*CLASSIFICATION, FORMER})


def test_a_template_with_work_in_it_is_not_overwritten(data: Path, record) -> None:
    new_extraction(data, STUDY, "anna", [record])
    with pytest.raises(ReviewError, match="is there already"):
        new_extraction(data, STUDY, "anna", [record])


@pytest.mark.parametrize("name", ["../x", "A B", "", "x/../../y"])
def test_a_study_that_is_no_slug_is_refused(data: Path, record, name: str) -> None:
    with pytest.raises(ReviewError, match="cannot name a study"):
        new_extraction(data, name, "anna", [record])
    assert not (data / "extraction").exists()


def test_a_filled_template_is_valid_and_blank_outcomes_are_left_out(data: Path, record) -> None:
    assert check_extraction(data, extract(data, record, "anna")) == Checked(1, {})


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ({"sd_control": "-1"}, r"anna/outcomes\.csv:2: sd_control: -1 was found"),
        ({"sd_control": ""}, r"anna/outcomes\.csv:2: sd_control: blank"),
        ({"mean_control": "1,234"}, r"anna/outcomes\.csv:2: mean_control: .*write 1\.234 or 1234"),
        ({"locator": "12-Apr"}, r"anna/outcomes\.csv:2: locator: '12-Apr' is a date"),
        ({"outcome": "mood"}, r"anna/outcomes\.csv:2: outcome: 'mood' was found"),
        ({"locator": "=cmd()"}, r"anna/outcomes\.csv:2: locator: a cell that a spreadsheet"),
    ],
)
def test_a_wrong_cell_is_named_where_the_extractor_typed_it(
    data: Path, record, cells: dict[str, str], said: str
) -> None:
    with pytest.raises(EvidenceError, match=said):
        check_extraction(data, extract(data, record, "anna", **cells))


def test_two_who_agree_differ_in_nothing_and_are_accepted(data: Path, record) -> None:
    first, second = (extract(data, record, who) for who in ("anna", "ben"))
    assert compare(data, first, second) == ()
    before = {name: (data / f"{name}.csv").read_text() for name in ("studies", "outcomes")}
    done = accept(data, first, second)
    assert [path.name for path in done.changed] == ["sources.csv", "studies.csv", "outcomes.csv"]
    assert done.added == (f"{STUDY}-report", STUDY, ROW)
    evidence = load(data)
    assert evidence.trials[STUDY].country == "SE"
    (row,) = (row for row in evidence.outcomes if row.row_id == ROW)
    assert (row.mean_intervention, row.verified, row.source_id) == (4.1, "no", f"{STUDY}-report")
    for name, text in before.items():
        after = (data / f"{name}.csv").read_text()
        lines = after.splitlines(keepends=True)
        (place,) = (n for n, line in enumerate(lines) if line.startswith(STUDY))
        new = lines.pop(place)
        assert "".join(lines) == text  # what was there stays to the letter
        # After the last of those that come before it by name, whatever stands between.
        earlier = [line for line in lines[1:] if line < new]
        assert lines[place - 1] == (max(earlier) if earlier else lines[0])


def test_one_number_written_in_two_ways_is_no_difference(data: Path, record) -> None:
    first = extract(data, record, "anna", sd_control="0.400", n_control="60", weeks="8.0")
    second = extract(data, record, "ben", sd_control="0.4", n_control="60.0", weeks="8")
    assert compare(data, first, second) == ()
    third = extract(data, record, "cato", sd_control="0.41", n_control="60", weeks="8")
    assert [(d.column, d.said) for d in compare(data, first, third)] == [
        ("sd_control", ("0.400", "0.41"))
    ]


def test_differences_wait_until_two_people_agree(data: Path, record) -> None:
    first = extract(data, record, "anna")
    second = extract(data, record, "ben", mean_control="5.9", locator="")
    differences = compare(data, first, second)
    assert [(d.column, d.first, d.second) for d in differences] == [
        ("mean_control", "5.0", "5.9"),
        ("locator", "table 2", ""),
    ]
    before = (data / "outcomes.csv").read_bytes()
    path = differences_of(first)
    with pytest.raises(EvidenceError, match="not compared yet"):
        accept(data, first, second)
    write_differences(path, differences)
    with pytest.raises(EvidenceError, match="agreed is blank"):
        accept(data, first, second)
    assert (data / "outcomes.csv").read_bytes() == before


def settle(path: Path, *agreed: str) -> None:
    lines = path.read_text().splitlines()
    settled = [line + value for line, value in zip(lines[1:], agreed, strict=True)]
    path.write_text("\n".join([lines[0], *settled]) + "\n")


def test_what_was_agreed_is_what_is_accepted(data: Path, record) -> None:
    first = extract(data, record, "anna")
    second = extract(data, record, "ben", mean_control="-5.9", locator="")
    path = differences_of(first)
    write_differences(path, compare(data, first, second))
    settle(path, "-5.9", "blank")
    accept(data, first, second)
    (row,) = (row for row in load(data).outcomes if row.row_id == ROW)
    assert (row.mean_control, row.locator) == (-5.9, "")


def test_comparing_again_keeps_what_was_settled_and_reopens_what_changed(data, record) -> None:
    first = extract(data, record, "anna")
    second = extract(data, record, "ben", mean_control="5.9", locator="p. 7")
    path = differences_of(first)
    write_differences(path, compare(data, first, second))
    settle(path, "5.9", "p. 7")
    edit(second, "outcomes", 0, {"locator": "p. 8"})
    write_differences(path, compare(data, first, second))
    assert [(d.column, d.agreed) for d in read_differences(path)] == [
        ("mean_control", "5.9"),
        ("locator", ""),
    ]


def test_a_row_that_one_extractor_has_is_a_difference(data: Path, record) -> None:
    first, second = (extract(data, record, who) for who in ("anna", "ben"))
    edit(second, "outcomes", 1, FILLED["outcomes"] | {"weeks": "26"})
    (difference,) = compare(data, first, second)
    assert (difference.row, difference.first) == (f"{STUDY}.pain.follow-up.1", "no row")
    path = differences_of(first)
    write_differences(path, [difference])
    settle(path, "a row")
    accept(data, first, second)
    assert sum(row.study_id == STUDY for row in load(data).outcomes) == 2


def test_agreed_values_that_are_wrong_together_change_nothing(data: Path, record) -> None:
    first = extract(data, record, "anna")
    second = extract(data, record, "ben", sd_control="1.9")
    path = differences_of(first)
    write_differences(path, compare(data, first, second))
    settle(path, "-1")
    before = {p.name: p.read_bytes() for p in data.glob("*.csv")}
    with pytest.raises(EvidenceError, match="sd_control: -1 was found"):
        accept(data, first, second)
    assert {p.name: p.read_bytes() for p in data.glob("*.csv")} == before


def test_an_awaiting_trial_is_taken_up_in_its_own_row(data: Path) -> None:
    folders = []
    for who in ("anna", "ben"):
        studies, *_ = new_extraction(data, "peters-2017", who)
        assert "full report not yet obtained" in (studies.parent / "studies.csv").read_text()
        cells = {"status": "included", "reason": "", "comparator": "waiting list"}
        edit(studies.parent, "studies", 0, cells)
        edit(studies.parent, "outcomes", 0, FILLED["outcomes"])
        edit(studies.parent, "sources", 0, {"citation": "Peters 2017"})
        folders.append(studies.parent)
    before = (data / "studies.csv").read_text().splitlines()
    accept(data, *folders)
    after = (data / "studies.csv").read_text().splitlines()
    changed = [line for line in after if line not in before]
    assert len(after) == len(before)
    assert [line.split(",")[:3] for line in changed] == [["peters-2017", "Peters 2017", "included"]]


def test_a_note_of_several_lines_becomes_a_row_of_one(data: Path, record) -> None:
    accept(
        data, *(extract(data, record, who, note="one\ntwo\r\n three") for who in ("anna", "ben"))
    )
    (line,) = (line for line in (data / "outcomes.csv").read_text("utf-8").splitlines()
               if line.startswith(ROW))  # fmt: skip
    assert line.count("one two three") == 1


def test_a_line_separator_within_a_note_moves_no_row(data: Path, record) -> None:
    """Only a line end ends a line: U+2028, which comes with text from a web page, does not."""
    path = data / "outcomes.csv"
    header, first, rest = path.read_text("utf-8").split("\n", 2)
    noted = f'{first.rsplit(",", 1)[0]},"one\u2028two"'
    path.write_text("\n".join((header, noted, rest)), "utf-8")
    before = load(data).outcomes
    accept(data, *(extract(data, record, who) for who in ("anna", "ben")))
    assert [row for row in load(data).outcomes if row.row_id != ROW] == list(before)
    (added,) = (row for row in load(data).outcomes if row.row_id == ROW)
    for folder in (extract_again(data, record, who) for who in ("anna", "ben")):
        assert check_extraction(data, folder).with_numbers == 1
    accept(data, *(data / "extraction" / STUDY / who for who in ("anna", "ben")))
    corrected = replace(added, mean_control=5.2)
    assert {*load(data).outcomes} == {*before, corrected}


def extract_again(data: Path, record: Record, who: str) -> Path:
    folder = data / "extraction" / STUDY / who
    edit(folder, "outcomes", 0, {"mean_control": "5.2", "note": ""})
    return folder


def test_a_column_that_came_later_is_added_to_the_file_where_a_row_fills_it(
    data: Path, record
) -> None:
    path = data / "outcomes.csv"
    later = [column.name for column in columns(OutcomeRow) if column.may_be_absent]
    assert not set(later) & set(read_csv(path).header)
    before = load(data).outcomes
    assert "quote" in later
    said = "mean 4.1, SD 1.5"
    accept(data, *(extract(data, record, who, quote=said) for who in ("anna", "ben")))
    assert read_csv(path).header[-1] == "quote"
    *others, added = sorted(load(data).outcomes, key=lambda row: row.row_id == ROW)
    assert tuple(others) == before
    assert added.quote == said


def all_files(data: Path) -> dict[str, bytes]:
    return {str(p): p.read_bytes() for p in data.rglob("*.csv")}


def test_accepting_twice_changes_nothing(data: Path, record) -> None:
    first, second = (extract(data, record, who) for who in ("anna", "ben"))
    accept(data, first, second)
    before = all_files(data)
    assert accept(data, first, second) == Acceptance((), (), ())
    assert all_files(data) == before


def in_evidence(data: Path) -> DataFolder:
    return DataFolder(data)


def test_a_value_corrected_since_is_never_overwritten(data: Path, record) -> None:
    """Neither where the sheets are as they were, nor where they say something else by now."""
    folders = [extract(data, record, who) for who in ("anna", "ben")]
    accept(data, *folders)
    in_evidence(data).edit("outcomes.csv", ROW, mean_control="5.4", note="erratum")
    before = (data / "outcomes.csv").read_bytes()
    for sheets in ("5.0", "5.1"):
        for folder in folders:
            edit(folder, "outcomes", 0, {"mean_control": sheets})
        kept = accept(data, *folders).kept
        assert [(k.row, k.column, k.evidence, k.sheets) for k in kept] == [
            (ROW, "mean_control", "5.4", sheets),
            (ROW, "note", "erratum", ""),
        ]
        assert "mean_control: the evidence says 5.4, the sheets" in str(kept[0])
        assert "corrected since, kept as it is" in str(kept[0])
        assert (data / "outcomes.csv").read_bytes() == before


def test_beside_a_corrected_value_what_the_sheets_have_new_is_taken(data: Path, record) -> None:
    folders = [extract(data, record, who) for who in ("anna", "ben")]
    accept(data, *folders)
    in_evidence(data).edit("outcomes.csv", ROW, mean_control="5.40")
    for folder in folders:
        edit(folder, "outcomes", 0, {"sd_control": "1.7", "mean_intervention": "4.10"})
    done = accept(data, *folders)
    assert [kept.column for kept in done.kept] == ["mean_control"]
    (row,) = (row for row in load(data).outcomes if row.row_id == ROW)
    assert (row.mean_control, row.sd_control) == (5.4, 1.7)
    assert "4.10" not in (data / "outcomes.csv").read_text().split(ROW)[1].split("\n")[0]


def test_a_row_taken_out_of_the_evidence_does_not_come_back(data: Path, record) -> None:
    folders = [extract(data, record, who) for who in ("anna", "ben")]
    accept(data, *folders)
    folder = in_evidence(data)
    rows = [row for row in folder.rows("outcomes.csv") if row[0] != ROW]
    folder.write("outcomes.csv", rows)
    (kept,) = accept(data, *folders).kept
    assert (kept.row, kept.evidence, kept.sheets) == (ROW, "no row", "a row")
    assert folder.rows("outcomes.csv") == rows


def test_a_row_dropped_from_the_sheets_stays_and_is_named(data: Path, record) -> None:
    folders = [extract(data, record, who) for who in ("anna", "ben")]
    accept(data, *folders)
    for folder in folders:
        edit(folder, "outcomes", 0, dict.fromkeys(FILLED["outcomes"], ""))
    (kept,) = accept(data, *folders).kept
    assert (kept.row, kept.evidence, kept.sheets) == (ROW, "a row", "no row")
    assert any(row.row_id == ROW for row in load(data).outcomes)


def test_a_row_that_did_not_come_from_the_sheets_is_only_filled_in(data: Path, record) -> None:
    """A study that a person entered by hand meanwhile, with another country and no diagnosis."""
    folders = [extract(data, record, who) for who in ("anna", "ben")]
    for folder in folders:
        edit(folder, "studies", 0, {"diagnosis": "back pain"})
    in_evidence(data).append(
        "studies.csv", study_id=STUDY, label="Andersson 2026", status="included", country="NO",
        in_baseline_review="no", condition="non-headache", comparator="waiting list", year="2026",
    )  # fmt: skip
    (kept,) = accept(data, *folders).kept
    assert (kept.column, kept.evidence, kept.sheets) == ("country", "NO", "SE")
    assert "entered otherwise than from these sheets" in str(kept)
    trial = load(data).trials[STUDY]
    assert (trial.country, trial.diagnosis, trial.title) == ("NO", "back pain", record.title)


def test_a_study_corrected_after_the_sheets_were_written_is_not_overwritten(data: Path) -> None:
    folders = []
    for who in ("anna", "ben"):
        studies, *_ = new_extraction(data, "peters-2017", who)
        cells = {"status": "included", "reason": "", "comparator": "waiting list"}
        edit(studies.parent, "studies", 0, cells)
        edit(studies.parent, "sources", 0, {"citation": "Peters 2017"})
        folders.append(studies.parent)
    in_evidence(data).edit("studies.csv", "peters-2017", country="FI")
    done = accept(data, *folders)
    assert [(kept.column, kept.evidence) for kept in done.kept] == [("country", "FI")]
    trial = load(data).trials["peters-2017"]
    assert (trial.status, trial.comparator, trial.country) == ("included", "waiting list", "FI")


def test_who_verified_a_row_stays_through_an_acceptance(data: Path, record) -> None:
    """And lapses where the acceptance changes what was seen."""
    folders = [extract(data, record, who) for who in ("anna", "ben")]
    accept(data, *folders)
    folder = in_evidence(data)
    folder.edit("outcomes.csv", ROW, verified="yes")
    (row,) = (row for row in load(data).outcomes if row.row_id == ROW)
    header, *rows = folder.rows("outcomes.csv")
    seen = {"verified_by": "cleo", "verified_on": "2026-12-01",
            "verified_numbers": numbers_seen(row)}  # fmt: skip
    wider = [[*row, *(seen.values() if row[0] == ROW else [""] * 3)] for row in rows]
    folder.write("outcomes.csv", [[*header, *seen], *wider])
    assert accept(data, *folders) == Acceptance((), (), ())
    for who in folders:
        edit(who, "outcomes", 0, {"mean_control": "5.3"})
    assert [path.name for path in accept(data, *folders).changed] == ["outcomes.csv"]
    (row,) = (row for row in load(data).outcomes if row.row_id == ROW)
    assert (row.mean_control, row.verified_by, is_verified(row)) == (5.3, "cleo", False)


def test_a_row_that_stands_twice_in_a_sheet_is_named(data: Path, record) -> None:
    folder = extract(data, record, "anna")
    edit(folder, "outcomes", 1, FILLED["outcomes"] | {"row_id": ROW})
    with pytest.raises(EvidenceError, match=r"outcomes\.csv:3: row_id: line 2 is of this row too"):
        check_extraction(data, folder)


def test_every_acceptance_is_on_record(data: Path, record) -> None:
    folders = [extract(data, record, who) for who in ("anna", "ben")]
    accept(data, *folders, clock=lambda: "2026-12-01T10:00:00Z")
    for folder in folders:
        edit(folder, "outcomes", 0, {"mean_control": "5.3"})
    accept(data, *folders, clock=lambda: "2026-12-02T10:00:00Z")
    lines = read_history(data / "extraction" / STUDY / HISTORY)
    assert {(line.did, line.who) for line in lines} == {("accept", "anna and ben")}
    row = [line for line in lines if line.row == ROW]
    assert (row[0].column, row[0].before, row[0].after) == ("(the whole row)", "no row", "a row")
    changed = [line for line in lines if line.when.startswith("2026-12-02")]
    assert [(c.row, c.column, c.before, c.after) for c in changed] == [
        (ROW, "mean_control", "5.0", "5.3")
    ]


def test_an_extractor_verifies_no_row(data: Path, record) -> None:
    """A sheet from before has the column, with `no`."""
    folder = extract(data, record, "anna")
    sheet = folder / "outcomes.csv"
    header, first, *rest = sheet.read_text().splitlines()
    for said in ("no", "yes"):
        wider = [f"{header},verified", f"{first},{said}", *(f"{row}," for row in rest)]
        sheet.write_text("\n".join(wider) + "\n")
        if said == "no":
            assert check_extraction(data, folder).with_numbers == 1
    with pytest.raises(EvidenceError, match=r"outcomes\.csv:2: verified: rows are verified once"):
        check_extraction(data, folder)


def in_workbooks(data: Path, record: Record, who: str, **outcome: object) -> Path:
    """An extraction as a person types it into workbooks: numbers become numbers."""
    studies, *_ = new_extraction(data, STUDY, who, [record], suffix=".xlsx")
    typed = {name: as_number(cell) for name, cell in FILLED["outcomes"].items()}
    for name, cells in (("studies", FILLED["studies"]), ("outcomes", typed | outcome)):
        path = studies.parent / f"{name}.xlsx"
        book = load_workbook(path)
        names = [cell.value for cell in book.active[1]]
        for column, cell in cells.items():
            book.active.cell(2, names.index(column) + 1).value = cell
        book.save(path)
    return studies.parent


def as_number(cell: str) -> object:
    return float(cell) if NUMBER.fullmatch(cell) else cell


def test_workbooks_say_what_csv_says(data: Path, record) -> None:
    first, second = extract(data, record, "anna"), in_workbooks(data, record, "ben")
    assert check_extraction(data, second) == Checked(1, {})
    assert compare(data, first, second) == ()
    accept(data, first, second)
    (row,) = (row for row in load(data).outcomes if row.row_id == ROW)
    assert (row.mean_intervention, row.sd_control, row.n_control) == (4.1, 1.6, 58)


@pytest.mark.parametrize("agreed", [5.25, "5,25", "5.25"])
def test_what_differs_is_settled_in_the_form_of_the_first_sheets(
    data: Path, record, agreed: object
) -> None:
    first = in_workbooks(data, record, "anna", mean_control="5,25")
    second = extract(data, record, "ben")
    path = differences_of(first)
    assert path.name == "differences.xlsx"
    differences = compare(data, first, second)
    assert [(d.column, d.first, d.second) for d in differences] == [("mean_control", "5.25", "5.0")]
    write_differences(path, differences)
    book = load_workbook(path)
    book.active["F2"] = agreed
    book.save(path)
    write_differences(path, differences)  # what is settled stays
    accept(data, first, second)
    (row,) = (row for row in load(data).outcomes if row.row_id == ROW)
    assert row.mean_control == 5.25


@pytest.mark.parametrize(
    ("column", "typed", "said"),
    [
        ("mean_control", dt.datetime(2026, 5, 3), "mean_control: '2026-05-03' is a date"),
        ("mean_control", True, "mean_control: 'TRUE' is not a number"),
        ("mean_control", "#N/A", "mean_control: '#N/A' is an error of a spreadsheet"),
        ("mean_control", "=5*2", "a formula without a result"),
        ("locator", dt.datetime(2026, 12, 4), "locator: '2026-12-04' is a date"),
        ("locator", 1234567890123456789, "locator: '1.23456789012346E+18' is a number"),
        ("usable", True, "usable: 'TRUE' was found, expected one of: yes, no"),
        ("study_id", dt.datetime(2013, 5, 1), "study_id: '2013-05-01' is not in studies.csv"),
    ],
)
def test_what_a_spreadsheet_made_of_a_cell_is_named(
    data: Path, record, column: str, typed: object, said: str
) -> None:
    with pytest.raises(EvidenceError) as raised:
        check_extraction(data, in_workbooks(data, record, "anna", **{column: typed}))
    assert "anna/outcomes.xlsx:2: " in str(raised.value)
    assert said in str(raised.value)


def test_of_a_workbook_and_a_csv_file_of_one_name_none_is_chosen(data: Path, record) -> None:
    folder = in_workbooks(data, record, "anna")
    (folder / "outcomes.csv").write_text("row_id\n")
    with pytest.raises(EvidenceError, match=r"outcomes\.csv: outcomes\.xlsx is there too"):
        check_extraction(data, folder)


def cells_of(folder: Path, name: str, row: int = 0) -> dict[str, str]:
    with (folder / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))[row]


def with_direction(data: Path, instrument: str, way: str) -> None:
    text = f"\ndirections: {{{way}: [{instrument}]}}\n\neligibility:\n"
    DataFolder(data).replace("protocol.yml", "\neligibility:\n", text)


def test_a_direction_is_the_protocols_or_the_extractors_never_a_guess(data: Path, record) -> None:
    folder = extract(data, record, "anna", higher_is="")
    said = r"outcomes\.csv:2: higher_is: blank, .*is a higher 'BPI severity' worse or better\?"
    with pytest.raises(EvidenceError, match=said):
        check_extraction(data, folder)
    with_direction(data, "NRS, BPI severity", "better")
    second = extract(data, record, "ben", higher_is="")
    assert cells_of(second, "outcomes")["higher_is"] == ""
    accept(data, folder, second)
    (row,) = (row for row in load(data).outcomes if row.row_id == ROW)
    assert row.higher_is == "better"
    edit(folder, "outcomes", 0, {"higher_is": "worse"})
    (found,) = compare(data, folder, second)
    assert (found.column, found.first, found.second) == ("higher_is", "worse", "better")


def test_a_template_says_no_direction(data: Path, record) -> None:
    sheet, *_ = new_extraction(data, STUDY, "anna", [record])
    with (sheet.parent / "outcomes.csv").open(encoding="utf-8-sig", newline="") as file:
        assert {row["higher_is"] for row in csv.DictReader(file)} == {""}


def test_a_row_without_a_number_is_kept_with_its_reason(data: Path, record) -> None:
    why = "depression was measured, and only a figure is printed"
    blank = dict.fromkeys(FILLED["outcomes"], "")
    cells = blank | {"usable": "no", "not_usable_because": why, "higher_is": "worse"}
    folders = [extract(data, record, who) for who in ("anna", "ben")]
    for folder in folders:
        edit(folder, "outcomes", 4, cells)
        row_id = cells_of(folder, "outcomes", 4)["row_id"]
        assert check_extraction(data, folder) == Checked(1, {row_id: why})
    accept(data, *folders)
    evidence = load(data)
    (row,) = (row for row in evidence.outcomes if row.row_id == row_id)
    assert (row.usable, row.not_usable_because) == ("no", why)
    assert why in unusable_table(evidence)


@pytest.mark.parametrize("column", ["weeks", "instrument", "locator", "quote", "note"])
def test_what_was_filled_in_without_a_number_is_not_dropped(
    data: Path, record, column: str
) -> None:
    folder = extract(data, record, "anna")
    edit(folder, "outcomes", 1, {column: "26", "higher_is": "worse"})
    said = r"outcomes\.csv:3: not_usable_because: blank, but the row has no number: say why"
    with pytest.raises(EvidenceError, match=said):
        check_extraction(data, folder)


def test_a_new_row_stands_beside_those_of_other_sources(data: Path) -> None:
    there = {row.row_id for row in load(data).outcomes if row.study_id == "friesen-2017"}
    assert "friesen-2017.pain.post.1" in there
    studies, *_ = new_extraction(data, "friesen-2017", "anna")
    with (studies.parent / "outcomes.csv").open(encoding="utf-8-sig", newline="") as file:
        offered = [row["row_id"] for row in csv.DictReader(file)]
    assert not there & set(offered)
    assert "friesen-2017.pain.post.2" in offered


def test_whoever_extracts_later_is_given_the_rows_that_were_accepted(data: Path, record) -> None:
    accept(data, *(extract(data, record, who) for who in ("anna", "ben")))
    studies, *_ = new_extraction(data, STUDY, "cleo", [record])
    assert cells_of(studies.parent, "outcomes")["row_id"] == ROW


def test_all_reports_of_the_study_are_carried(data: Path, record) -> None:
    later = replace(record, title="Twelve months on", year="2027", doi="10.1000/made.up.2",
                    registration="NCT00000000", record_id="medline-2")  # fmt: skip
    studies, *_ = new_extraction(data, STUDY, "anna", [record, later])
    row = cells_of(studies.parent, "studies")
    assert (row["title"], row["registration"]) == (record.title, "NCT00000000")
    assert row["other_reports"] == "Andersson et al. Pain 2027;41(2):10-19, 10.1000/made.up.2"


def test_a_study_that_is_known_gains_the_reports_that_it_does_not_name(data: Path, record) -> None:
    known = load(data).trials["peters-2017"]
    same = replace(record, title=known.title, record_id="medline-3")
    studies, *_ = new_extraction(data, "peters-2017", "anna", [same, record])
    row = cells_of(studies.parent, "studies")
    assert row["title"] == known.title
    assert row["other_reports"] == "Andersson et al. Pain 2026;41(2):10-19, 10.1000/made.up"


def test_the_reference_is_written_once_with_the_rest(data: Path, record) -> None:
    path = data.parent / "references.bib"
    path.write_text("% References\n\n@article{other-2020,\n  title = {Other},\n}\n")
    before = path.read_text()
    folders = [extract(data, record, who) for who in ("anna", "ben")]
    assert path in accept(data, *folders).changed
    text = path.read_text()
    assert text.startswith(before)
    assert set(parse_string(text, "bibtex").entries) == {"other-2020", STUDY}
    assert accept(data, *folders).changed == ()
    assert path.read_text() == text
