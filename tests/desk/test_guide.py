"""DESK.md: every picture is there, and none is forgotten."""

from __future__ import annotations

from tests.desk.pictures import FOLDER, GUIDE, in_the_guide


def test_the_guide_shows_every_picture_that_is_taken() -> None:
    assert in_the_guide() == {path.stem for path in FOLDER.glob("*.png")}


def test_the_guide_names_every_desk() -> None:
    from analysis.desk.app import DESKS

    said = GUIDE.read_text(encoding="utf-8")
    missing = [name for name, _ in DESKS.values() if name and f"## {name}" not in said]
    assert missing == ["Home"]
