"""The way of each question from any version to any later one, release by release.

What lies between a version and the next is told apart once, mostly by what the release froze.
So the comparisons of all pairs pool nothing again, and each says which version moved what.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations, pairwise
from pathlib import Path

from analysis.evidence.rows import Evidence
from analysis.evidence.worked_out import WorkedOutOnce
from analysis.execution.handover import Again
from analysis.files.digests import digest
from analysis.files.folder import plain_files
from analysis.files.problems import read_bytes
from analysis.versions.by_name import NOW, ReadVersion, read_version, side_by_side
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


@dataclass(frozen=True)
class Compared(WorkedOutOnce):
    """Versions in the order of time, each read and compared with others when that is asked for.

    `states` and `present` are what is said now and the evidence for it. What is said of two
    releases is handed over `again` as long as all it is made from, `frozen`, is the same.
    """

    data: Path
    names: tuple[str, ...]
    states: Callable[[], States]
    present: Callable[[], Evidence]
    frozen: str = ""
    again: Again = field(default_factory=Again)

    def pair(self, before: str, now: str) -> Pair:
        """Two of them side by side."""
        between = pairwise(self.names[self.names.index(before) : self.names.index(now) + 1])
        steps = [self.step(*step) for step in between]
        found = steps[0] if len(steps) == 1 else self._beside(before, now)
        return Pair(found, moves_along(steps))

    def content(self, name: str, now: str, make: Callable[[], bytes]) -> bytes:
        """What is made under this name of versions of which `now` is the latest."""
        return make() if now == NOW else self.again.content(name, self.frozen, make)

    def step(self, before: str, now: str) -> Comparison:
        """One version and the next, what moved each question told apart."""

        def told() -> bytes:
            beside = self._beside(before, now)
            return told_apart(self.data, beside, self.present).model_dump_json().encode()

        def step() -> Comparison:
            said = self.content(f"the step from {before} to {now}", now, told)
            return Comparison.model_validate_json(said)

        return self.once((before, now), step)

    def _beside(self, before: str, now: str) -> Comparison:
        return side_by_side(self._read(before), self._read(now))

    def _read(self, name: str) -> ReadVersion:
        return self.once(name, lambda: read_version(self.data, name, self.states))


def pairs(
    data: Path, names: Sequence[str], states: Callable[[], States], present: Callable[[], Evidence]
) -> tuple[Pair, ...]:
    """Each of the versions with each later one; the names are in the order of time."""
    compared = Compared(data, tuple(names), states, present)
    return tuple(compared.pair(before, now) for before, now in combinations(names, 2))


def state_of_releases(data: Path) -> str:
    """All in the data that a comparison of releases is made from: one hash."""
    today = [data / name for name in ("protocol.yml", "published.csv", "studies.csv")]
    paths = [*today, *(plain_files(data / "releases") if (data / "releases").is_dir() else ())]
    held = {
        str(path.relative_to(data)): digest(read_bytes(path)) for path in paths if path.exists()
    }
    return digest(repr(held))


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
