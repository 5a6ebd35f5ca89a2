"""Read a YAML file, strictly: what stands there is what is meant, and each value has its line."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError
from yaml.composer import Composer

from analysis.files.problems import EvidenceError, Problem, read_bytes, short

# Many times the length and the depth of any protocol; YAML is slow to parse beyond.
LARGEST_YAML = 32_000
DEEPEST_YAML = 20

INTEGER = ("tag:yaml.org,2002:int", re.compile(r"[-+]?(0|[1-9][0-9]*)$"))
FLOAT = (
    "tag:yaml.org,2002:float",
    re.compile(r"[-+]?(0|[1-9][0-9]*)\.[0-9]+([eE][-+][0-9]+)?$"),
)
BOOLEAN = ("tag:yaml.org,2002:bool", re.compile(r"(true|false)$"))
NULL = ("tag:yaml.org,2002:null", re.compile(r"(null|~|)$"))

Object = TypeVar("Object", bound=BaseModel)


def read_model(path: Path, kind: type[Object], known: Mapping[str, Any] | None = None) -> Object:
    """Read a YAML file as an object of that kind; EvidenceError lists every problem.

    Validated as JSON is, strictly: text is no number, a truth value is none either, and a
    number is no date. `known` is what the validators of the kind may ask for.
    """
    return model_of(path, read_bytes(path, LARGEST_YAML), kind, known)


def model_of(
    path: Path, content: bytes, kind: type[Object], known: Mapping[str, Any] | None = None
) -> Object:
    """What the content of a file says, as `read_model` reads it."""
    raw, lines = parse_yaml(path, content)
    try:
        return kind.model_validate_json(json.dumps(raw), strict=True, context=known)
    except ValidationError as error:
        raise EvidenceError(
            Problem(
                path,
                _line(lines, tuple(item["loc"])),
                ".".join(str(part)[:60] for part in item["loc"]) or None,
                item["msg"].removeprefix("Value error, "),
            )
            for item in error.errors()
        ) from None


class PlainLoader(Composer, yaml.CSafeLoader):
    """YAML in which only `true`, `false`, `null` and decimal numbers are not text.

    Without it `no` is false, `010` is eight and `1:30` is ninety. Aliases, tags and deep
    nesting are refused as soon as they are met: libyaml parses, ten times as fast as Python,
    and PyYAML composes, so that each event passes by here.
    """

    def __init__(self, text: str, path: Path) -> None:
        yaml.CSafeLoader.__init__(self, text)
        Composer.__init__(self)
        self.path, self.depth = path, 0
        # What a plain word may be besides text, by its first character.
        self.yaml_implicit_resolvers = {
            **{first: [INTEGER, FLOAT] for first in "-+0123456789"},
            **{first: [BOOLEAN] for first in "tf"},
            **{first: [NULL] for first in ("n", "~", "")},
        }

    def get_event(self) -> Any:
        """What the parser hands on; EvidenceError for what is not used here."""
        event: Any = super().get_event()
        self.depth += isinstance(event, yaml.CollectionStartEvent)
        self.depth -= isinstance(event, yaml.CollectionEndEvent)
        message = None
        if isinstance(event, yaml.AliasEvent):
            message = "YAML aliases (*name) are not used here: repeat what they stand for"
        elif isinstance(event, yaml.ScalarEvent | yaml.CollectionStartEvent) and event.tag:
            message = f"YAML tags ({short(event.tag)}) are not used here"
        elif self.depth > DEEPEST_YAML:
            message = f"nested more than {DEEPEST_YAML} deep"
        if message:
            line = event.start_mark.line + 1 if event.start_mark else None
            raise EvidenceError.at(self.path, message, line)
        return event


def parse_yaml(path: Path, raw: bytes) -> tuple[Any, dict[tuple[str | int, ...], int]]:
    """Parse a file's YAML safely; returns the value and the line of every path within it.

    Aliases, tags and deep nesting are refused: nothing here needs them, and they are
    how a small file becomes a huge one, or text another type.
    """
    try:
        text = raw.decode("utf-8-sig")
        loader = PlainLoader(text, path)
        node = loader.get_single_node()
        if node is None:
            raise EvidenceError.at(path, "the file is empty", 1)
        lines: dict[tuple[str | int, ...], int] = {}
        _collect_lines(path, node, (), lines)
        return loader.construct_document(node), lines
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        message = f"byte 0x{raw[error.start]:02x} is not UTF-8: save the file as UTF-8"
        raise EvidenceError.at(path, message, line) from None
    except (yaml.YAMLError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        what = getattr(error, "problem", None) or str(error).splitlines()[0]
        place = mark.line + 1 if mark else None
        if mark and text[mark.index : mark.index + 1] == "\t":
            what = "a tab stands here: indent with spaces"
        raise EvidenceError.at(path, f"not valid YAML: {what}", place) from None


def _collect_lines(
    path: Path,
    node: yaml.Node | None,
    at: tuple[str | int, ...],
    lines: dict[tuple[str | int, ...], int],
) -> None:
    if node is None:
        return
    lines[at] = node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        seen = set()
        for key, value in node.value:
            line = key.start_mark.line + 1
            if not isinstance(key, yaml.ScalarNode):
                message = "a key is a plain word here, not a list or a mapping"
                raise EvidenceError.at(path, message, line)
            if key.value in seen:
                raise EvidenceError.at(path, "this key stands twice", line, key.value[:60])
            seen.add(key.value)
            _collect_lines(path, value, (*at, key.value), lines)
            lines[(*at, key.value)] = line
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            _collect_lines(path, value, (*at, index), lines)


def _line(lines: dict[tuple[str | int, ...], int], location: tuple[str | int, ...]) -> int | None:
    # A missing key has no line of its own: its parent's says where it should stand.
    while location not in lines and location:
        location = location[:-1]
    return lines.get(location)


def yaml_text(said: Mapping[str, Any]) -> str:
    """A file that says this, its fields in their order."""
    return yaml.safe_dump(said, sort_keys=False, allow_unicode=True, width=100)
