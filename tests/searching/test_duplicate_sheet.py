"""Pairs that wait for a ruling go into a sheet, and the rulings come back."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest
from openpyxl import load_workbook

from analysis.files.problems import EvidenceError, ReviewError
from analysis.searching.duplicate_log import deduplicate, log_path, read_log
from analysis.searching.duplicate_sheet import PairReport, read_pairs, write_pairs
from analysis.searching.library import Library, load_library
from tests.commands.typed import typed_on
from tests.searching.exports import cochrane_ris

SUFFIXES = (".xlsx", ".csv")


@pytest.fixture
def library(data: Path, five, take) -> Library:
    """Records of which two pairs have one title, and the second of each no authors."""
    told = {"authors": (), "abstract": "Of many who were asked some wrote back. " * 9, "doi": ""}
    place = {"journal": "", "abbreviation": "", "volume": "", "issue": "", "pages": ""}
    other = [replace(a, pmid=f"9{a.pmid[1:]}", year=a.year + 1, **told, **place) for a in five[:2]]
    take(other, "central", dt.date(2027, 11, 20), cochrane_ris)
    return load_library(data)


def written(data: Path, library: Library, suffix: str) -> Path:
    path = data.parent / f"pairs{suffix}"
    write_pairs(path, library, deduplicate(data, library).to_rule_on)
    return path


def fill(path: Path, *rulings: tuple[str, str]) -> None:
    if path.suffix == ".csv":
        header, *lines = path.read_text(encoding="utf-8-sig").splitlines()
        filled = [f"{','.join(r)}{line[1:]}" for r, line in zip(rulings, lines, strict=False)]
        path.write_text("\n".join([header, *filled, *lines[len(filled) :]]) + "\n")
        return
    book = load_workbook(path)
    for line, (ruling, note) in enumerate(rulings, start=2):
        book.active.cell(line, 1).value = ruling
        book.active.cell(line, 2).value = note
    book.save(path)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_rulings_come_back_from_either_form(data: Path, library: Library, suffix: str) -> None:
    waiting = deduplicate(data, library).to_rule_on
    assert len(waiting) == 2
    path = written(data, library, suffix)
    fill(path, ("D", "two countries"), ("same", ""))
    assert read_pairs(path, data, library, "anna") == PairReport(2, 0, 0)
    assert not deduplicate(data, library).to_rule_on
    ruled = {pair.key: (pair.ruling, pair.who, pair.note, pair.verdict) for pair in read_log(data)}
    assert ruled[waiting[0].key] == ("different", "anna", "two countries", "possible")
    assert ruled[waiting[1].key] == ("same", "anna", "", "possible")
    before = log_path(data).read_bytes()
    assert read_pairs(path, data, library, "anna") == PairReport(0, 0, 2)
    assert log_path(data).read_bytes() == before


def test_the_sheet_shows_both_records_side_by_side(data: Path, library: Library) -> None:
    sheet = load_workbook(written(data, library, ".xlsx")).active
    header = [cell.value for cell in sheet[1]]
    assert header[:7] == ["ruling", "note", "record_a", "record_b", "rule", "title_a", "title_b"]
    row = dict(zip(header, (cell.value for cell in sheet[2]), strict=True))
    titles = {library.records[row["record_a"]].title, library.records[row["record_b"]].title}
    assert {row["title_a"], row["title_b"]} == titles
    assert row["rule"]
    (offered,) = (v for v in sheet.data_validations.dataValidation if v.type == "list")
    assert [cell.value for cell in sheet.parent["lists"]["A"]] == ["same", "different"]
    assert str(offered.sqref) == "A2:A1048576"


@pytest.mark.parametrize(
    ("column", "cell", "said"),
    [
        ("A", "perhaps", "pairs.xlsx:2: ruling: 'perhaps' was found, expected one of: same"),
        ("A", "", "pairs.xlsx:2: ruling: there is a note and no ruling: same or different"),
        ("C", "medline-0", "pairs.xlsx:2: record_a: 'medline-0' is in no search"),
        ("C", 1.2e46, "pairs.xlsx:2: record_a: '1.2E+46' was found"),
    ],
)
def test_a_wrong_cell_is_named_and_nothing_is_taken_in(
    data: Path, library: Library, column: str, cell: object, said: str
) -> None:
    path = written(data, library, ".xlsx")
    fill(path, ("same", "one trial"), ("same", ""))
    book = load_workbook(path)
    book.active[f"{column}2"] = cell
    book.save(path)
    before = log_path(data).read_bytes()
    with pytest.raises(EvidenceError) as raised:
        read_pairs(path, data, library, "anna")
    assert said in str(raised.value)
    assert log_path(data).read_bytes() == before


def test_a_pair_that_stands_twice_is_named(data: Path, library: Library) -> None:
    path = written(data, library, ".csv")
    fill(path, ("same", ""), ("same", ""))
    lines = path.read_text().splitlines()
    path.write_text("\n".join([*lines, lines[1].replace("same", "different", 1)]) + "\n")
    with pytest.raises(EvidenceError, match=r"pairs\.csv:4: this pair stands on line 2 too"):
        read_pairs(path, data, library, "anna")


def test_a_sheet_is_never_overwritten(data: Path, library: Library) -> None:
    written(data, library, ".csv")
    with pytest.raises(ReviewError, match="is there already"):
        written(data, library, ".csv")


def test_the_command_writes_the_pairs_and_reads_the_rulings(data: Path, library: Library) -> None:
    path = data.parent / "pairs.xlsx"
    said = typed_on(data, "search dedupe", "--write-sheet", str(path))
    assert "2 possible pairs wait for a ruling" in said
    assert f"Next: ./review search dedupe --who NAME --read-sheet {path}" in said
    fill(path, ("same", ""), ("", ""))
    said = typed_on(data, "search dedupe", "--read-sheet", str(path), "--who", "anna")
    assert "1 ruling taken in, 0 known before, 1 left blank." in said
    assert "1 possible pairs wait for a ruling" in said
