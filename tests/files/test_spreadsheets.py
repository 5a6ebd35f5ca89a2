from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from analysis.evidence.data_files import DATA_FILES
from analysis.evidence.values import words_of
from analysis.files.problems import EvidenceError, ReviewError
from analysis.files.spreadsheets import read_spreadsheet, sheet_columns, write_spreadsheet
from analysis.files.workbook import LONGEST_TEXT
from analysis.measures import MEASURES
from analysis.protocol import load_protocol
from tests.evidence.folder import DATA
from tests.files.libreoffice import COLUMNS, NAMES, ROWS, SAVED

SUFFIXES = (".xlsx", ".csv")
# What a data file may hold: no control characters.
TEXTS = st.text(st.characters(exclude_categories=("Cs", "Cc", "Cn")), max_size=30)
LIKE_NUMBERS = st.from_regex(r"[0-9a-f]{8}|[0-9]{1,20}|[0-9]{1,2}[-./][0-9]{1,4}", fullmatch=True)


def read(path: Path) -> list[dict[str, str]]:
    return [dict(row.cells) for row in read_spreadsheet(path, NAMES)]


@settings(max_examples=60)
@example(cells=[("a", "", "", " ")])
@example(cells=[("a", "", "\u2003", "")])
@given(cells=st.lists(st.tuples(*[TEXTS | LIKE_NUMBERS] * len(NAMES)), min_size=1, max_size=6))
@pytest.mark.parametrize("suffix", SUFFIXES)
def test_what_is_written_comes_back_letter_by_letter(
    tmp_path_factory: pytest.TempPathFactory, suffix: str, cells: list[tuple[str, ...]]
) -> None:
    path = tmp_path_factory.mktemp("sheet") / f"a{suffix}"
    rows = [dict(zip(NAMES, each, strict=True)) for each in cells]
    write_spreadsheet(path, COLUMNS, rows)
    assert read(path) == [row for row in rows if any(cell.strip() for cell in row.values())]


@pytest.mark.parametrize(
    "name", ["workbook.xlsx", "semicolons.csv", "utf-16-tabs.csv", "utf-8.csv"]
)
def test_what_libreoffice_saves_comes_back_letter_by_letter(name: str) -> None:
    assert read(SAVED / name) == list(ROWS)


def test_a_csv_that_libreoffice_turned_into_numbers_shows_what_became_of_them() -> None:
    pairs = zip(ROWS, read(SAVED / "opened-as-csv.xlsx"), strict=True)
    changed = {a[name]: b[name] for a, b in pairs for name in NAMES if a[name] != b[name]}
    assert changed == {
        "12e45678": "1.79769313486232E+308",
        "00123456": "123456",
        "3/4": "2026-03-04",
        "1.50": "1.5",
        "1234e567": "1.79769313486232E+308",
        "12e4": "1.20E+05",
        "123456e7": "1.23E+12",
        "1234567890123456789": "1.23456789012346E+18",
        "01234567": "1234567",
        "+1e5": "1.00E+05",
    }


def test_csv_begins_with_the_mark_by_which_a_spreadsheet_shows_accents(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    write_spreadsheet(path, COLUMNS, ROWS)
    assert path.read_bytes().startswith(b"\xef\xbb\xbfdecision,")


def test_a_workbook_has_text_cells_lists_and_a_frozen_header(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    write_spreadsheet(path, COLUMNS, ROWS)
    book = load_workbook(path)
    sheet = book.active
    assert sheet.freeze_panes == "B2"
    assert {cell.number_format for row in sheet for cell in row} == {"@"}
    assert {sheet.column_dimensions[letter].number_format for letter in "ABCD"} == {"@"}
    (offered,) = sheet.data_validations.dataValidation
    assert (offered.type, str(offered.sqref), offered.prompt) == (
        "list",
        "A2:A1048576",
        "what you decide",
    )
    assert offered.formula1 == "lists!$A$1:$A$3"
    assert [cell.value for cell in book["lists"]["A"]] == ["include", "exclude", "unsure"]
    assert book["lists"].sheet_state == "hidden"


def test_the_lists_are_those_that_are_declared_for_the_columns_and_in_the_protocol() -> None:
    protocol = load_protocol(DATA / "protocol.yml")
    declared = sheet_columns(DATA_FILES["outcomes"].row, words_of(protocol))
    choices = {column.name: column.choices for column in declared}
    assert choices["outcome"] == tuple(outcome.id for outcome in protocol.outcomes)
    assert choices["effect_measure"] == tuple(MEASURES)
    assert choices["verified"] == ("yes", "no")
    assert choices["mean_control"] == ()


def test_a_text_longer_than_a_cell_is_cut_in_words(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    write_spreadsheet(path, COLUMNS, [dict.fromkeys(NAMES, "x" * 40_000)])
    (row,) = read(path)
    assert len(row["title"]) == LONGEST_TEXT
    assert row["title"].endswith("xxx … [the rest did not fit into a cell]")


@pytest.mark.parametrize("name", ["a.xls", "a.ods", "a.txt", "a"])
def test_another_kind_of_file_is_not_written(tmp_path: Path, name: str) -> None:
    with pytest.raises(ReviewError, match=r"a sheet is a file called \.xlsx or \.csv"):
        write_spreadsheet(tmp_path / name, COLUMNS, ROWS)


def typed(tmp_path: Path, value: object, number_format: str = "General") -> str:
    """What is read where a person typed a value over the title of the second row."""
    path = tmp_path / "a.xlsx"
    write_spreadsheet(path, COLUMNS, ROWS)
    book = load_workbook(path)
    book.active["D3"] = value
    book.active["D3"].number_format = number_format
    book.save(path)
    return read(path)[1]["title"]


@pytest.mark.parametrize(
    ("value", "number_format", "seen"),
    [
        (2013, "General", "2013"),
        (0.1 + 0.2, "General", "0.3"),
        (-0.0, "General", "0"),
        (4.0, "0.00", "4"),
        (22413151, "General", "22413151"),
        (1234567890123456789, "General", "1.23456789012346E+18"),
        (120000, "0.00E+00", "1.20E+05"),
        (0.12, "0%", "12%"),
        (True, "General", "TRUE"),
        (dt.datetime(2026, 12, 4), "dd/mm/yy", "2026-12-04"),
        (dt.datetime(2026, 12, 4, 9, 30), "dd/mm/yy", "2026-12-04 09:30:00"),
        (dt.time(9, 30), "hh:mm", "09:30:00"),
        ("#N/A", "General", "#N/A"),
        (3_000_000, "dd/mm/yy", "#VALUE!"),
        ("a_x000D_\nb", "General", "a\nb"),
    ],
)
def test_a_typed_value_is_read_as_it_is_seen(
    tmp_path: Path, value: object, number_format: str, seen: str
) -> None:
    assert typed(tmp_path, value, number_format) == seen


def test_a_formula_without_a_result_is_no_blank_cell(tmp_path: Path) -> None:
    with pytest.raises(EvidenceError, match=r"a\.xlsx:3: D: a formula without a result"):
        typed(tmp_path, "=1+1")


def workbook(change: Callable[[Workbook], None], path: Path) -> None:
    write_spreadsheet(path, COLUMNS, ROWS)
    book = load_workbook(path)
    change(book)
    book.save(path)


def test_blank_rows_columns_and_other_sheets_are_no_rows(tmp_path: Path) -> None:
    def change(book: Workbook) -> None:
        book.active["A1048576"].number_format = "0.00"
        book.active["XFD2"].number_format = "0.00"
        book.active["E5"] = " "
        book.create_sheet("my notes", 0).append(["ask", "the", "authors"])

    workbook(change, tmp_path / "a.xlsx")
    assert read(tmp_path / "a.xlsx") == list(ROWS)


def test_a_row_above_the_header_moves_the_lines(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    workbook(lambda book: book.active.insert_rows(1, 2), path)
    assert [row.line for row in read_spreadsheet(path, NAMES)][:2] == [4, 5]
    assert read(path) == list(ROWS)


def test_of_two_sheets_with_the_rows_none_is_chosen(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    workbook(lambda book: book.copy_worksheet(book.active), path)
    with pytest.raises(EvidenceError, match="such sheets here: to fill in, to fill in Copy"):
        read(path)


def test_a_lost_column_is_named(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    workbook(lambda book: book.active.delete_cols(2), path)
    with pytest.raises(EvidenceError, match=r"a\.xlsx:1: note: this column is missing"):
        read(path)


def test_a_cell_beside_the_columns_is_named(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"

    def change(book: Workbook) -> None:
        book.active["F4"] = "a stray remark"

    workbook(change, path)
    with pytest.raises(EvidenceError, match=r"a\.xlsx:4: 6 cells where the header names 4"):
        read(path)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"PK\x03\x04nothing", "not a whole .xlsx workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0", "the file is binary or UTF-16; save it as CSV"),
        (b"\xff\xfed\0e", "the file is binary or UTF-16; save it as CSV (UTF-8)"),
        (b"<<<<<<< main\ndecision,note,fingerprint,title\n", "a conflict that a merge left"),
        (b'"decision,note,fingerprint,title"\n"i,,,"\n', "have it written as a workbook"),
        (
            (SAVED / "windows-1252.csv").read_bytes(),
            "a.csv:2: byte 0xc5 is not UTF-8: save the file as CSV (UTF-8)",
        ),
    ],
)
def test_what_is_no_sheet_is_refused_with_the_remedy(
    tmp_path: Path, content: bytes, said: str
) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(content)
    with pytest.raises(EvidenceError) as raised:
        read(path)
    assert said in str(raised.value)


def test_the_content_decides_and_not_the_name(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    book = Workbook()
    book.active.append(NAMES)
    book.active.append(["i"])
    file = io.BytesIO()
    book.save(file)
    path.write_bytes(file.getvalue())
    assert read(path) == [{"decision": "i", "note": "", "fingerprint": "", "title": ""}]
