"""What the reference values answer to; shared by the script that makes them and the tests."""

from __future__ import annotations

import random
from dataclasses import dataclass

from tests.searching.corpus import articles

JUDGED = 40
SEED = 20131113


@dataclass(frozen=True)
class Stopping:
    """Decisions in the order of reading, among so many records, and the target recall."""

    relevant: tuple[bool, ...]
    records: int
    target: float


def ranking_input() -> tuple[dict[str, str], dict[str, bool]]:
    """Title and abstract of 120 records by identity; the first 40 are judged."""
    found = articles(120, seed=5)
    texts = {f"r{n:03d}": f"{a.title} {a.abstract}" for n, a in enumerate(found)}
    relevant = ("internet", "online", "web-based")
    labels = {
        name: any(word in texts[name].lower() for word in relevant) for name in list(texts)[:JUDGED]
    }
    return texts, labels


def _read(seed: int, early: int, late: int, irrelevant: int) -> tuple[bool, ...]:
    rng = random.Random(seed)
    start = [True] * early + [False] * (irrelevant // 4)
    rng.shuffle(start)
    end = [True] * late + [False] * (irrelevant - irrelevant // 4)
    rng.shuffle(end)
    return tuple(start + end)


STOPPING = (
    Stopping(_read(1, 20, 0, 400), 1000, 0.95),
    Stopping(_read(1, 20, 0, 400), 430, 0.95),
    Stopping(_read(2, 12, 3, 200), 900, 0.9),
    Stopping(_read(3, 40, 1, 1500), 2000, 0.95),
    Stopping(_read(4, 5, 0, 30), 2000, 0.5),
)
