"""ARCHITECTURE.md: its map is the contracts', and all that it names is there."""

from __future__ import annotations

import importlib
import pkgutil

import pytest

from tests.architecture import DOCUMENT, ROOT, answers, dotted_names, paths, with_the_map

TEXT = DOCUMENT.read_text(encoding="utf-8")


def test_the_map_is_drawn_from_the_contracts() -> None:
    assert with_the_map(TEXT) == TEXT, "draw it again: ./review -m tests.architecture"


def test_every_room_stands_on_the_map() -> None:
    rooms = {module.name for module in pkgutil.iter_modules([str(ROOT / "analysis")])}
    assert [room for room in rooms if f"`analysis/{room}" not in TEXT] == []


@pytest.mark.parametrize("path", sorted(set(paths(TEXT))))
def test_every_path_exists(path: str) -> None:
    assert (ROOT / path).exists()


@pytest.mark.parametrize("name", sorted(set(dotted_names(TEXT))))
def test_every_name_exists(name: str) -> None:
    parts = name.split(".")
    for end in range(len(parts), 0, -1):
        try:
            found = importlib.import_module(".".join(parts[:end]))
        except ModuleNotFoundError:
            continue
        for part in parts[end:]:
            found = getattr(found, part)
        return
    raise AssertionError(name)


def test_each_question_has_an_answer_of_its_own() -> None:
    found = answers(TEXT)
    assert len(found) == 30
    assert len(set(found.values())) == 30
    assert [path for path in found.values() if not (ROOT / path).exists()] == []
