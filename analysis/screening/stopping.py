"""How far screening has come: an aid for the people who decide, never a decision.

The test asks: were the recall still below the target, how surprising would the last
records be, had they been drawn at random from those unread? (Callaghan & Müller-Hansen
2020, 10.1186/s13643-020-01521-4). A ranking draws better than at random, so the answer
errs towards reading on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

TARGET = 0.95
LEVEL = 0.95
PIECE = 50


@dataclass(frozen=True)
class StoppingAid:
    """`p_value` of a recall below the target; `recall_at_least` holds at the level."""

    read: int
    unread: int
    relevant: int
    irrelevant_in_a_row: int
    p_value: float
    recall_at_least: float
    target: float
    level: float

    @property
    def in_words(self) -> str:
        """What it says to the person who reads; blank where it can say nothing yet."""
        if not (self.relevant and self.unread):
            return ""
        return (
            f"Irrelevant in a row: {self.irrelevant_in_a_row}. Relevant found, at "
            f"{100 * self.level:.0f}% confidence: at least {100 * self.recall_at_least:.0f}%. "
            "An aid for your decision to stop; nothing unread is excluded."
        )


def stopping_aid(
    relevant: Sequence[bool], unread: int, target: float = TARGET, level: float = LEVEL
) -> StoppingAid:
    """`relevant` in the order of reading; `unread` records are left.

    Raises ValueError for a target or level that is not between 0 and 1.
    """
    if not (0 < target < 1 and 0 < level < 1):
        raise ValueError("the target and the level are shares between 0 and 1")
    in_a_row = next((n for n, yes in enumerate(reversed(relevant)) if yes), len(relevant))
    return StoppingAid(
        read=len(relevant),
        unread=unread,
        relevant=sum(relevant),
        irrelevant_in_a_row=in_a_row,
        p_value=p_recall_below(target, relevant, unread),
        recall_at_least=_recall_at_least(relevant, unread, level),
        target=target,
        level=level,
    )


def p_recall_below(target: float, relevant: Sequence[bool], unread: int) -> float:
    """The smallest hypergeometric probability over all last stretches of reading.

    For the last i records with k relevant: P(X ≤ k), X drawn from the i + unread records
    of which ⌊seen / target + 1 − seen before⌋ are relevant, as many as a missed target
    takes at the least.
    """
    import numpy as np
    from scipy.stats import hypergeom

    seen = int(sum(relevant))
    if not seen:
        return 1.0
    if not unread:
        return 0.0
    backwards = np.array(relevant, dtype=bool)[::-1]
    # With the same k, more records in the stretch make P smaller: the longest of each k will do.
    size = np.append(np.flatnonzero(backwards[1:]), len(backwards) - 1) + 1
    found = np.cumsum(backwards)[size - 1]
    missed_target = np.floor(seen / target + 1 - (seen - found))
    # More than there are records: the target cannot have been missed by so many.
    if (missed_target > size + unread).any():
        return 0.0
    # In pieces: where a thread asks, others come in between.
    pieces = (
        np.array_split(values, len(size) // PIECE + 1) for values in (found, size, missed_target)
    )
    p_values = (
        hypergeom.cdf(k, i + unread, missed, i) for k, i, missed in zip(*pieces, strict=True)
    )
    return float(min(values.min() for values in p_values))


def _recall_at_least(relevant: Sequence[bool], unread: int, level: float) -> float:
    """The largest recall, in whole per cent, that the test holds reached; 0 where it holds none."""
    if not unread and any(relevant):
        return 1.0
    low, high = 0, 100  # the p-value grows with the target
    while high - low > 1:
        middle = (low + high) // 2
        reached = p_recall_below(middle / 100, relevant, unread) < 1 - level
        low, high = (middle, high) if reached else (low, middle)
    return low / 100
