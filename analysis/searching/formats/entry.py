"""One record as it stands in an export: its tags or columns, each with what stands there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Entry:
    """The line a record begins on, and the values of each tag or column in file order."""

    line: int
    values: Mapping[str, list[str]]

    def all(self, tag: str) -> list[str]:
        return self.values.get(tag, [])


class Gathered:
    """The lines of one record while it is read: a tag's value may run over many lines."""

    __slots__ = ("_parts", "line", "lines", "tags")

    def __init__(self, line: int) -> None:
        self.line = line
        self.lines = 0
        self.tags: dict[str, list[list[str]]] = {}
        self._parts: list[str] = []

    def begin(self, tag: str, text: str) -> None:
        self._parts = [text]
        self.tags.setdefault(tag, []).append(self._parts)
        self.lines += 1

    def go_on(self, text: str) -> None:
        self._parts.append(text)
        self.lines += 1

    def entry(self) -> Entry:
        return Entry(self.line, dict(self._values()))

    def _values(self) -> Iterator[tuple[str, list[str]]]:
        for tag, values in self.tags.items():
            yield tag, [text for parts in values if (text := " ".join(parts).strip())]
