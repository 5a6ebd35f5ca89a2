from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.files.problems import EvidenceError
from analysis.files.tables import quoted, read_table, unquoted, write_table

HOSTILE = (
    "=1+1",
    "+cmd|' /C calc'!A0",
    "-2+3",
    "+1,5,2",
    "@SUM(A1)",
    "\t=1",
    "＝1+1",
    "'=1",
    "''",
    "'quoted'",
)


@pytest.mark.parametrize("cell", HOSTILE)
def test_no_written_cell_begins_like_a_formula(cell: str) -> None:
    assert quoted(cell)[0] not in "=+-@\t\r＝＋－＠"
    assert unquoted(quoted(cell)) == cell


@pytest.mark.parametrize("number", ["-0.45", "+3", "12", "-7", "-0,5", "-1e-05"])
def test_a_number_is_no_formula(number: str) -> None:
    assert quoted(number) == number


@given(st.text(max_size=30))
def test_any_cell_comes_back_as_it_was(cell: str) -> None:
    assert unquoted(quoted(cell)) == cell


def test_a_table_comes_back_as_it_was(tmp_path: Path) -> None:
    rows = [{"a": cell, "b": 'say "hi", now'} for cell in HOSTILE]
    write_table(tmp_path / "t.csv", ("a", "b"), rows)
    assert [dict(row.cells) for row in read_table(tmp_path / "t.csv", ("a", "b"))] == rows


def test_what_a_spreadsheet_saves_is_read(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes("\ufeffa;b\r\nÅsa;'=x\r\n".encode())
    (row,) = read_table(path, ("a", "b"))
    assert row.cells == {"a": "Åsa", "b": "=x"}
    assert row.line == 2


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"a,b\n1\n", "t.csv:2: 1 cells where the header names 2"),
        (b"a\n1\n", "t.csv:1: b: this column is missing"),
        (b"a,b,c\n1,2,3\n", "t.csv:1: c: this column is not expected here"),
        (b"a,a,b\n1,2,3\n", "t.csv:1: a: this column is not expected here"),
        (b'a,b\n1,"2\n', "not valid CSV"),
        (b"", "the file is empty"),
        (b"a,b\n\xff,2\n", "t.csv:2: byte 0xff is not UTF-8"),
    ],
)
def test_a_damaged_table_is_named_by_line(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(content)
    with pytest.raises(EvidenceError, match=said.replace(".", r"\.")):
        read_table(path, ("a", "b"))
