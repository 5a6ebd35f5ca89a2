"""Orders of reading made, with the words of many records counted once.

To learn from 50,000 records takes seconds: `ordering_process.py` makes the same orders beside the
process that shows pages.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Protocol

from analysis.screening.ranking import Features, Ranking, make_features, rank
from analysis.screening.ranking_files import ranking_text
from analysis.screening.stopping import StoppingAid, stopping_aid

Examples = tuple[tuple[str, bool], ...]
Words = tuple[int, str]
A_PART = 500  # texts that are handed over at once


@dataclass(frozen=True)
class Asked:
    """Whose order of what waits; `words` names the reading of the records, and the stage."""

    who: str
    stage: str
    waiting: tuple[str, ...]
    labels: Mapping[str, bool]
    seed: int
    advises: bool
    words: Words


@dataclass(frozen=True)
class Ordered:
    """An order, the file that keeps it, and the aid for stopping where it was asked for."""

    ranking: Ranking
    text: str
    aid: StoppingAid | None


class Orders(Protocol):
    """What makes orders: the words are counted once, and kept until others are needed."""

    def covers(self, asked: Asked) -> bool:
        """Whether the words of every record are known."""

    def add(self, words: Words, texts: Mapping[str, str]) -> None:
        """Title and abstract of some records, by identity."""

    def count(self, words: Words, examples: Examples) -> None:
        """Count the words of all that was added."""

    def made(self, asked: Asked) -> Ordered:
        """The order."""


class OrdersHere:
    """Orders made in this process."""

    def __init__(self) -> None:
        self._features: dict[Words, Features | None] = {}
        self._texts: dict[str, str] = {}

    def covers(self, asked: Asked) -> bool:
        known = self._features.get(asked.words)
        return known is not None and known.covers((*asked.waiting, *asked.labels))

    def add(self, words: Words, texts: Mapping[str, str]) -> None:
        self._texts |= texts

    def count(self, words: Words, examples: Examples) -> None:
        # Of an earlier reading the records may have said something else.
        self._features = {each: f for each, f in self._features.items() if each[0] == words[0]}
        self._features[words] = make_features(self._texts, examples)
        self._texts = {}

    def made(self, asked: Asked) -> Ordered:
        features = self._features.get(asked.words)
        ranking = rank(asked.waiting, asked.labels, features, asked.seed)
        read = tuple(asked.labels.values())
        aid = stopping_aid(read, len(asked.waiting)) if asked.advises else None
        return Ordered(ranking, ranking_text(asked.who, asked.stage, ranking), aid)


def in_parts(texts: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """The texts a few at a time: to hand over all at once would hold up every thread."""
    items = iter(texts.items())
    while part := dict(islice(items, A_PART)):
        yield part
