"""The way of each question from any version to any later one, release by release.

What lies between a version and the next is told apart once, mostly by what the release froze.
So the comparisons of all pairs pool nothing again, and each says which version moved what.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise
from pathlib import Path

from analysis.evidence.rows import Evidence
from analysis.versions.by_name import NOW, read_version, side_by_side
from analysis.versions.compare import Change, Comparison, VersionKind, kind_brought
from analysis.versions.releases import States, releases
from analysis.versions.state import PooledState, same_result
from analysis.versions.steps import CAUSES, Cause
from analysis.versions.told_apart import told_apart


@dataclass(frozen=True)
class Move:
    """What a version moved, and by what; `cause` is None where that cannot be told apart."""

    version: str
    cause: Cause | None
    before: PooledState
    now: PooledState


Moves = Mapping[str, tuple[Move, ...]]


@dataclass(frozen=True)
class Pair:
    """Two versions side by side, and what moved each question on the way between them."""

    found: Comparison
    moves: Moves

    def of(self, change: Change) -> tuple[Move, ...]:
        return self.moves.get(change.state.question.key, ())

    @property
    def moved_by(self) -> Mapping[Cause, int]:
        """How many questions each cause moved."""
        causes = [{move.cause for move in moves} for moves in self.moves.values()]
        return {cause: sum(cause in found for found in causes) for cause in CAUSES}

    @property
    def kind(self) -> VersionKind:
        """What the later version brought against the earlier one."""
        causes = {cause for cause, questions in self.moved_by.items() if questions}
        return kind_brought(causes, self.found.changes)


def pairs(
    data: Path, names: Sequence[str], states: Callable[[], States], present: Callable[[], Evidence]
) -> tuple[Pair, ...]:
    """Each of the versions with each later one; the names are in the order of time.

    `states` and `present` are what is said now and the evidence for it.
    """
    read = {name: read_version(data, name, states) for name in names}
    steps = [told_apart(data, side_by_side(read[a], read[b]), present) for a, b in pairwise(names)]
    return tuple(
        Pair(
            next((step for step in steps if (step.before, step.now) == (before, now)), None)
            or side_by_side(read[before], read[now]),
            moves_along(steps[names.index(before) : names.index(now)]),
        )
        for before, now in combinations(names, 2)
    )


def versions_to_compare(data: Path, *, draft: bool) -> tuple[str, ...]:
    """The names of all versions in the order of time, the draft last where there is one."""
    return (*(release.name for release in releases(data)), *((NOW,) if draft else ()))


def moves_along(steps: Sequence[Comparison]) -> Moves:
    """What moved each question in the comparisons of versions that follow each other."""
    found: dict[str, list[Move]] = {}
    for step in steps:
        for change in step.changes:
            found.setdefault(change.state.question.key, []).extend(_moves(step, change))
    return {key: tuple(moves) for key, moves in found.items() if moves}


def _moves(step: Comparison, change: Change) -> Iterator[Move]:
    before, now = change.before, change.now
    if before is None or now is None or same_result(before, now):
        return
    if told := step.moved(change):
        yield from (Move(step.now, cause, old, new) for cause, old, new in told)
    else:
        yield Move(step.now, None, before, now)
