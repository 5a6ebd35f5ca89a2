"""What `check` says of rows that were verified, of directions, and of what was extracted."""

from __future__ import annotations

from pathlib import Path

import pytest

from analysis.commands import options
from analysis.evidence.load import load
from analysis.files.problems import EvidenceError
from analysis.screening.acceptance import accept
from analysis.screening.verifying import verify
from tests.commands.typed import typed
from tests.evidence.folder import DataFolder
from tests.screening.test_extraction import STUDY, extract, record  # noqa: F401

ROW = "friesen-2017.pain.post.1"


@pytest.fixture
def review(data: Path, monkeypatch: pytest.MonkeyPatch) -> DataFolder:
    """A review that `check` takes for its own."""
    monkeypatch.setattr(options, "ROOT", data.parent)
    return DataFolder(data)


def checked() -> str:
    return " ".join(typed("check").split())


def test_a_verified_row_is_counted_and_named_once_it_is_changed(review: DataFolder) -> None:
    rows = {row.row_id: row for row in load(review.path).outcomes}
    verify(review.path, [rows[ROW]], "anna", "2026-12-01")
    assert f"{len(rows)} outcome rows (1 verified)" in checked()
    line = review.edit("outcomes.csv", ROW, sd_control="1.82")
    said = checked()
    assert f"outcomes.csv:{line}: verified: {ROW}: changed since anna saw it on 2026-12-01" in said
    assert "(0 verified)" in said


def test_a_direction_against_the_protocol_is_named(review: DataFolder) -> None:
    named = "\ndirections: {better: [NRS, BPI severity]}\n\neligibility:\n"
    review.replace("protocol.yml", "\neligibility:\n", named)
    said = checked()
    assert f"suspect: {ROW}: directions conflict: a higher BPI severity is worse here" in said
    assert "no direction is given in protocol.yml for BAI, BDI-II" in said


def test_a_chapter_that_the_protocol_has_outgrown_is_named(review: DataFolder) -> None:
    chapter = review.path.parent / "chapters/about/objectives.md"
    chapter.parent.mkdir(parents=True)
    chapter.write_text("# Objectives\n\n- The three time points.\n")
    assert "objectives.md:3: column 7: three time points is typed" in checked()
    chapter.write_text("# Objectives\n\nWe asked about five things.\n")
    with pytest.raises(EvidenceError, match=r"objectives.md:3: column 16: five things is typed"):
        checked()


@pytest.mark.parametrize("name", ["history.csv", "differences.csv"])
def test_damage_of_what_was_taken_is_an_error(
    review: DataFolder,
    record,  # noqa: F811
    name: str,
) -> None:
    folders = [extract(review.path, record, who) for who in ("anna", "ben")]
    accept(review.path, *folders)
    path = review.path / "extraction" / STUDY / name
    if name == "differences.csv":
        path.write_text("file,row,column,first,second,agreed\nstudies,x,country,SE,NO,\n")
    assert "The evidence is valid" in checked()
    lines = path.read_text().splitlines()
    path.write_text("\n".join([lines[0], "<<<<<<< ours", *lines[1:]]) + "\n")
    with pytest.raises(EvidenceError, match=rf"{STUDY}/{name}:2"):
        checked()
