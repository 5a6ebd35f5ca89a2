"""What the protocol and the methods promise is done by code: no setting and no analysis is idle."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import BaseModel

from analysis.protocol import Protocol
from tests.reads_of_models import reads

ROOT = Path(__file__).resolve().parents[1]
OWN_PAGE = ROOT / "analysis/pages/protocol_page.py"


def models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    """Every model that a field may hold, however it is wrapped."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from models_in(part)


def settings(model: type[BaseModel]) -> Iterator[tuple[type[BaseModel], str]]:
    """Every field that a protocol may set, with the model that it belongs to."""
    for name, field in model.model_fields.items():
        yield model, name
        for inner in models_in(field.annotation):
            yield from settings(inner)


def texts_of_chapters() -> set[tuple[str, str]]:
    """The settings that are sentences for a reader, where a hand-written page prints them.

    A number or a switch is no sentence: printing it does nothing.
    """
    found = set()
    for path in (ROOT / "chapters").rglob("*.md"):
        for place in re.findall(r"\{\{ protocol\.([\w.]+) \}\}", path.read_text(encoding="utf-8")):
            model: type[BaseModel] | None = Protocol
            for name in place.split("."):
                field = model.model_fields.get(name) if model else None
                if model and field and field.annotation is str:
                    found.add((model.__name__, name))
                model = next(models_in(field.annotation), None) if field else None
    return found


def test_every_setting_of_the_protocol_does_something() -> None:
    """Nothing is printed as a rule of the review that no code applies."""
    read = reads(ROOT / "analysis", without=[OWN_PAGE]) | texts_of_chapters()
    idle = {
        f"{model.__name__}.{name}"
        for model, name in settings(Protocol)
        if (model.__name__, name) not in read
    }
    assert idle == set()


CODE = """
class Rules(Frozen):
    used: int
    only_printed: int
    label: str
    by_property: int
    by_nobody: int
    checked: int

    @property
    def half(self) -> int:
        return self.by_property

    @property
    def idle(self) -> int:
        return self.by_nobody

    @field_validator("checked")
    def _check(self) -> int:
        return self.checked


class Whole(Frozen):
    rules: tuple[Rules, ...]


class Other:
    label: str
"""
USE = """
def first(whole: "Whole", other: Other, unknown):
    found = [rule.used for rule in whole.rules]
    one = whole.rules[0]
    return found, one.half, other.label, unknown.label
"""


@pytest.fixture
def package(tmp_path: Path) -> Path:
    (tmp_path / "models.py").write_text(CODE)
    (tmp_path / "use.py").write_text(USE)
    (tmp_path / "page.py").write_text("def show(rule: Rules):\n    return rule.only_printed\n")
    return tmp_path


def test_what_is_read_is_told_from_what_is_only_called_alike(package: Path) -> None:
    found = reads(package, without=[package / "page.py"])
    assert {name for kind, name in found if kind == "Rules"} == {"used", "half", "by_property"}
    assert ("Other", "label") in found


def test_the_own_page_counts_where_it_is_not_left_out(package: Path) -> None:
    assert ("Rules", "only_printed") in reads(package)
