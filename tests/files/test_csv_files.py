"""The form of a CSV file: one encoding, one delimiter, one header, every row on its line."""

from __future__ import annotations

import csv
import io
import os
import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.files.csv_files import CONTROL, TextTable, fitting_rows_of, read_csv
from analysis.files.problems import EvidenceError, Problem


def read(folder: Path, content: bytes) -> TextTable:
    path = folder / "some.csv"
    path.write_bytes(content)
    return read_csv(path)


def refused(path: Path) -> list[Problem]:
    with pytest.raises(EvidenceError) as raised:
        read_csv(path)
    return raised.value.problems


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_row_keeps_the_line_it_starts_on(tmp_path: Path, end: str) -> None:
    text = end.join(
        ["a,b", "1,2", '"first', 'second"",",3', "", "4,5", ",", '"x', "", 'y",6', "7,8"]
    )
    table = read(tmp_path, text.encode())
    assert table.lines == (2, 3, 6, 8, 11)
    assert [row[1] for row in table.rows] == ["2", "3", "5", "6", "8"]
    assert table.rows[1][0] == f'first{end}second",'


def test_a_row_that_does_not_fit_is_named_and_the_others_are_read(tmp_path: Path) -> None:
    path = tmp_path / "some.csv"
    path.write_bytes(b"a,b\n1,2\n3\n4,5,6\n7,8\n")
    table = fitting_rows_of(path, path.read_bytes())
    assert refused(path) == list(table.problems)
    assert table.rows == (("1", "2"), ("7", "8"))
    assert table.lines == (2, 5)
    assert [(problem.line, problem.message[:7]) for problem in table.problems] == [
        (3, "1 cells"),
        (4, "3 cells"),
    ]


def test_an_error_of_form_names_its_line(tmp_path: Path) -> None:
    for content, line, says in (
        (b'a,b\n1,2\n3,"4\n5,6\n', 3, "unclosed quotation mark"),
        (b"a,b\n1,2\n3,\x004\n", 3, "NUL"),
        (b"a,b\n1,2\n3,\xe9\n", 3, "byte 0xe9 is not UTF-8"),
        (b"\n\na;b\n1;2\n", 3, "separated by a semicolon"),
        (b"\na,a\n1,2\n", 2, "stands twice"),
    ):
        path = tmp_path / "some.csv"
        path.write_bytes(content)
        (problem,) = refused(path)
        assert (problem.line, says in problem.message) == (line, True), problem


def test_what_is_not_a_file_is_refused_without_waiting(tmp_path: Path) -> None:
    (tmp_path / "folder.csv").mkdir()
    os.mkfifo(tmp_path / "pipe.csv")
    (tmp_path / "loop.csv").symlink_to(tmp_path / "loop.csv")
    (tmp_path / "gone.csv").symlink_to(tmp_path / "nowhere.csv")
    (tmp_path / "endless.csv").symlink_to("/dev/zero")
    for name in ("folder", "pipe", "loop", "gone", "endless", "missing"):
        (problem,) = refused(tmp_path / f"{name}.csv")
        assert problem.file == tmp_path / f"{name}.csv"
    (tmp_path / "plain").write_text("a,b\n")
    assert "cannot be read" in refused(tmp_path / "plain" / "some.csv")[0].message


cells = st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=12)


@given(
    rows=st.integers(1, 6).flatmap(
        lambda width: st.lists(st.lists(cells, min_size=width, max_size=width), max_size=8)
    ),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    end=st.sampled_from(["\n", "\r\n"]),
    mark=st.sampled_from([b"", b"\xef\xbb\xbf"]),
)
def test_what_was_written_is_what_is_read(
    tmp_path_factory: pytest.TempPathFactory,
    rows: list[list[str]],
    quoting: int,
    end: str,
    mark: bytes,
) -> None:
    width = len(rows[0]) if rows else 1
    header = [f"column-{number}" for number in range(width)]
    stream = io.StringIO()
    csv.writer(stream, quoting=quoting, lineterminator=end).writerows([header, *rows])  # type: ignore[arg-type]
    path = tmp_path_factory.getbasetemp() / "round-trip.csv"
    path.write_bytes(mark + stream.getvalue().encode())
    expected = [tuple(cell.strip() for cell in row) for row in rows]
    assert read_csv(path).rows == tuple(row for row in expected if any(row))


@settings(max_examples=300)
@given(seed=st.integers(0, 2**32), content=st.binary(max_size=400))
def test_any_bytes_give_a_table_or_an_evidence_error(
    tmp_path_factory: pytest.TempPathFactory, seed: int, content: bytes
) -> None:
    """Random bytes, and a sound table with random bytes put in: never another exception."""
    chance = random.Random(seed)
    sound = b'id,n,note\na,1,"x, y"\nb,2.5,\n'
    at = chance.randrange(len(sound))
    path = tmp_path_factory.getbasetemp() / "noise.csv"
    for noise in (content, sound[:at] + content[:3] + sound[at:]):
        path.write_bytes(noise)
        try:
            table = read_csv(path)
        except EvidenceError as error:
            assert error.problems
            assert all(problem.file == path for problem in error.problems)
            continue
        text = noise.decode("utf-8-sig")
        for row in table.rows:
            assert len(row) == len(table.header)
            # Nothing is read that does not stand in the file.
            assert all(part in text for cell in row for part in cell.split('"'))
            assert not any(CONTROL.search(cell) for cell in row)
