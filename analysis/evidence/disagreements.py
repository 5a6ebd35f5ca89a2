"""How far apart two sources are that give the same result of the same trial."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

from analysis.evidence.rows import OutcomeRow
from analysis.protocol import Question


@dataclass(frozen=True)
class SourcedEffect:
    """What one row gives by itself, oriented; `pooled` says whether the analysis uses it."""

    row: OutcomeRow
    effect: float
    pooled: bool


@dataclass(frozen=True)
class SeveralSources:
    """The usable rows of one trial in one question that come from more than one source."""

    study_id: str
    question: Question
    effects: tuple[SourcedEffect, ...]

    @property
    def gap(self) -> float:
        """How far the sources are apart, on the analysis scale: the widest of all pairs.

        Between two sources it is the smallest difference between a number of one and a number
        of the other, because a source may give several contrasts that rightly differ.
        """
        sources = dict.fromkeys(sourced.row.source_id for sourced in self.effects)
        return max(self._between(one, other) for one, other in combinations(sources, 2))

    def _between(self, one: str, other: str) -> float:
        first, second = self._effects_of(one), self._effects_of(other)
        return min(abs(a - b) for a in first for b in second)

    def _effects_of(self, source: str) -> list[float]:
        return [sourced.effect for sourced in self.effects if sourced.row.source_id == source]
