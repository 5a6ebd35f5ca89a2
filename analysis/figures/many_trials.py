"""Figures of more trials than a picture can have rows: what is told of them, and what is folded.

A row a trial is read up to some dozens; of 400 it would be a picture of ten thousand pixels.
Beyond that a figure keeps the rows that tell most, draws the trials as thin lines ordered by
their effect, or puts together those that are alike. The numbers beneath it are of all.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import TypeVar

from analysis.figures.row_plot import Row

MOST_ROWS, KEPT = 50, 30
CATERPILLAR = 330.0  # points, the height of all trials as thin lines
Item = TypeVar("Item")


def largest(values: Sequence[float], most: int = KEPT) -> list[int]:
    """The positions of the few largest values, in the order of the rows."""
    return sorted(sorted(range(len(values)), key=lambda at: -values[at])[:most])


def caterpillar(label: str, rows: Sequence[Row], height: float = CATERPILLAR) -> Row:
    """The rows as thin lines in one, ordered by their estimates; those set aside come last."""

    def place(row: Row) -> tuple[bool, float]:
        span = row.marks[0].span
        return row.tone == "muted", span.estimate if span.estimate is not None else 0.0

    return Row((label,), folded=tuple(sorted(rows, key=place)), height=height)


def alike(items: Iterable[Item], key: Callable[[Item], Hashable]) -> list[list[Item]]:
    """The items that have the same key, the largest groups first, else in the order they came."""
    groups: defaultdict[Hashable, list[Item]] = defaultdict(list)
    for item in items:
        groups[key(item)].append(item)
    return sorted(groups.values(), key=len, reverse=True)
