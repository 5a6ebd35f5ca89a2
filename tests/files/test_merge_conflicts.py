from __future__ import annotations

from pathlib import Path

import pytest

from analysis.files.csv_files import read_csv
from analysis.files.problems import EvidenceError
from tests.evidence.folder import DATA

OURS, BASE, END, THEIRS = "<<<<<<< HEAD", "||||||| 0a1b2c3", "=======", ">>>>>>> ben"


def said(tmp_path: Path, *lines: str) -> list[tuple[int | None, str | None, str]]:
    path = tmp_path / "outcomes.csv"
    path.write_text("\n".join(("row_id,mean,sd,note", "a.1,1,2,", *lines, "")), "utf-8")
    with pytest.raises(EvidenceError) as error:
        read_csv(path)
    return [(p.line, p.column, p.message) for p in error.value.problems]


@pytest.mark.parametrize("common", [(), (BASE, 'b.1,4,2,"old, note"')])
def test_a_row_that_two_branches_changed_is_named_with_both_values(tmp_path, common) -> None:
    (found,) = said(
        tmp_path, OURS, 'b.1,4.2,2,"old, note"', *common, END, 'b.1,4.3,2,"old, note"', THEIRS
    )
    assert found == (
        3,
        "mean",
        "a merge left two values for 'b.1', '4.2' in 'HEAD', '4.3' in 'ben': "
        "keep the right lines, and none of the marks",
    )


def test_rows_that_each_branch_added_are_named(tmp_path) -> None:
    (found,) = said(tmp_path, OURS, "b.1,4,2,", "c.1,1,1,", END, "c.1,1,1,", "d.1,7,3,x", THEIRS)
    assert found[:2] == (3, None)
    assert "'b.1' in 'HEAD'; 'd.1' in 'ben'" in found[2]


def test_a_row_that_one_branch_removed_is_named(tmp_path) -> None:
    (found,) = said(tmp_path, OURS, END, "b.1,4.3,2,", THEIRS)
    assert "lines of two branches, 'b.1' in 'ben'" in found[2]


@pytest.mark.parametrize("marks", [(OURS,), (THEIRS,), (OURS, "b.1,4,2,", THEIRS[:7] + "x")])
def test_marks_that_are_left_alone_are_named_too(tmp_path, marks) -> None:
    (found,) = said(tmp_path, *marks)
    assert found[0] == 3
    assert found[2].startswith("a conflict that a merge left")


def test_every_conflict_of_a_file_is_named(tmp_path) -> None:
    stretch = [OURS, "b.1,4.2,2,", END, "b.1,4.3,2,", THEIRS]
    assert [found[0] for found in said(tmp_path, *stretch, "c.1,1,1,", *stretch)] == [3, 9]


def test_a_file_in_which_all_is_in_conflict_is_refused_at_once(tmp_path) -> None:
    """As after a merge that changed every line end: no row is compared with all others."""
    header, *rows = (DATA / "outcomes.csv").read_text(encoding="utf-8").splitlines()
    path = tmp_path / "outcomes.csv"
    ours = [row.replace(",no,", ",yes,") for row in rows]
    path.write_text("\n".join((header, OURS, *ours, END, *rows * 20, THEIRS, "")), "utf-8")
    with pytest.raises(EvidenceError) as error:
        read_csv(path)
    named = {(p.column, p.message.split(" in ")[0].split(", ")[1]) for p in error.value.problems}
    assert ("verified", "'yes'") in named
    assert len(error.value.problems) == 100
