"""Another value in a YAML file that people write: comments, order and all else stay as they are."""

from __future__ import annotations

import datetime as dt
import sys
import textwrap
from collections.abc import Mapping, Sequence
from pathlib import Path

import yaml

from analysis.files.problems import EvidenceError, Problem
from analysis.files.yaml_files import parse_yaml

WIDTH = 100  # characters of the longest line
SHORT = 60  # a longer text is folded over several lines, as people write it

Values = Mapping[str, str | dt.date]


def with_values(path: Path, text: str, key: str, values: Values) -> str:
    """The text of a file in which the mapping `key` has these values; those it lacks come last.

    EvidenceError where the file has no such mapping, or not as a block of lines of its own.
    """
    before, lines = parse_yaml(path, text.encode())
    block = _block(text, key) if isinstance(before, dict) else None
    if block is None:
        problem = Problem(path, lines.get((key,)), key, "write it as a block, one line a value")
        raise EvidenceError([problem])
    placed = {name.value: value for name, value in block.value}
    indent = block.start_mark.column
    edits = []
    for name, value in values.items():
        said = _written(value, indent)
        if node := placed.get(name):
            start, end = node.start_mark.index, node.end_mark.index
            # The end of folded text lies behind the blank lines that part it from what follows.
            edits.append((start, start + len(text[start:end].rstrip()), said))
        else:
            last = _line_end(text, len(text[: block.value[-1][1].end_mark.index].rstrip()))
            edits.append((last, last, f"\n{' ' * indent}{name}: {said}"))
    after = _edited(text, edits)
    expected = {**before, key: {**before[key], **{k: str(v) for k, v in values.items()}}}
    if parse_yaml(path, after.encode())[0] != expected:
        message = "cannot be changed without changing what stands beside it: edit it by hand"
        raise EvidenceError.at(path, message, lines[key,], key)
    return after


def _block(text: str, key: str) -> yaml.MappingNode | None:
    """The mapping of that name, where it is written as a block."""
    root = yaml.compose(text, Loader=yaml.CSafeLoader)
    assert isinstance(root, yaml.MappingNode)
    found = {name.value: node for name, node in root.value}.get(key)
    written = isinstance(found, yaml.MappingNode) and not found.flow_style
    return found if written else None


def _line_end(text: str, at: int) -> int:
    end = text.find("\n", at)
    return len(text) if end < 0 else end


def _written(value: str | dt.date, indent: int) -> str:
    if isinstance(value, dt.date):
        return value.isoformat()
    if len(value) <= SHORT or not value.isprintable() or value != " ".join(value.split()):
        one_line = yaml.safe_dump(value, default_style='"', allow_unicode=True, width=sys.maxsize)
        return one_line.removesuffix("\n")
    inner = " " * (indent + 2)
    lines = textwrap.wrap(value, WIDTH - len(inner), break_long_words=False, break_on_hyphens=False)
    return ">-\n" + "\n".join(inner + line for line in lines)


def _edited(text: str, edits: Sequence[tuple[int, int, str]]) -> str:
    # From the end, so that places before an edit stay where they are; of values that come
    # last, each is put behind those that were before it.
    for start, end, said in sorted(reversed(edits), key=lambda edit: edit[0], reverse=True):
        text = text[:start] + said + text[end:]
    return text
