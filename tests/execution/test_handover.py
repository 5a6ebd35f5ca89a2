"""What a page hands over again is what it would make, or it is made."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from analysis.execution.handover import Again, again, files_as_result, files_of_result

NAME, CODE, SOURCE, CONTENT = "downloads/a.docx", "code", "what is said", bytes(range(256))


def refused() -> bytes:
    raise AssertionError("it was made again")


def handed_over(folder: Path, name: str = NAME) -> Path:
    """The result of a page that made the content, as execution writes it."""
    made = again(folder / "none.json", CODE)
    files = {NAME: made.content(name, SOURCE, lambda: CONTENT)}
    result = folder / "page.json"
    text = json.dumps(files_as_result(files, made))
    assert files_of_result(text) == {NAME: CONTENT}
    result.write_text(text, encoding="utf-8")
    return result


@pytest.mark.parametrize("name", [NAME, "no file of the site"])
def test_what_would_be_made_from_the_same_is_handed_over_again(tmp_path: Path, name: str) -> None:
    result = handed_over(tmp_path, name)
    made = again(result, CODE)
    assert made.content(name, SOURCE, refused) == CONTENT
    assert json.dumps(files_as_result({NAME: CONTENT}, made)) == result.read_text("utf-8")


@pytest.mark.parametrize(("name", "code", "source"), [
    ("downloads/b.docx", CODE, SOURCE), (NAME, "other code", SOURCE), (NAME, CODE, "something else")
])  # fmt: skip
def test_from_anything_else_it_is_made(tmp_path: Path, name: str, code: str, source: str) -> None:
    made = again(handed_over(tmp_path), code)
    assert made.content(name, source, lambda: b"new") == b"new"


def content_is_other(result: dict) -> None:
    result["files"][NAME] = "AAAA"


def content_is_none(result: dict) -> None:
    result["files"][NAME] = "!"


def nothing_is_sealed(result: dict) -> None:
    del result["seals"]


def files_are_none(result: dict) -> None:
    result["files"] = []


@pytest.mark.parametrize(
    "damage", [content_is_other, content_is_none, nothing_is_sealed, files_are_none]
)
def test_what_is_damaged_is_made_again(tmp_path: Path, damage: Callable[[dict], None]) -> None:
    path = handed_over(tmp_path)
    result = json.loads(path.read_text("utf-8"))
    damage(result)
    path.write_text(json.dumps(result), encoding="utf-8")
    assert again(path, CODE).content(NAME, SOURCE, lambda: b"new") == b"new"


@pytest.mark.parametrize("text", ["", "[]", "{", "\0"])
def test_a_result_that_cannot_be_read_hands_nothing_over(tmp_path: Path, text: str) -> None:
    (tmp_path / "page.json").write_text(text, encoding="utf-8")
    assert again(tmp_path / "page.json", CODE) == Again(CODE)
