"""Where two sources give the same result of the same trial: do they give the same number?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

from analysis.evidence.effects import trial_effect
from analysis.evidence.load import Evidence
from analysis.evidence.records import OutcomeRow
from analysis.evidence.selection import select
from analysis.protocol import Cell

# Two sources that round one number to two decimals can differ by this much.
ROUNDING = 0.01


@dataclass(frozen=True)
class SourcedEffect:
    """What one row gives by itself, oriented; `pooled` says whether the cell's analysis uses it."""

    row: OutcomeRow
    effect: float
    pooled: bool


@dataclass(frozen=True)
class SeveralSources:
    """The usable rows of one trial in one cell that come from more than one source."""

    study_id: str
    cell: Cell
    effects: tuple[SourcedEffect, ...]

    @property
    def gap(self) -> float:
        """How far the sources are apart, on the analysis scale: the widest of all pairs.

        Between two sources it is the smallest difference between a number of one and a number
        of the other, because a source may give several contrasts that rightly differ.
        """
        sources = dict.fromkeys(sourced.row.source_id for sourced in self.effects)
        return max(self._between(one, other) for one, other in combinations(sources, 2))

    @property
    def disagree(self) -> bool:
        """Whether the difference is more than rounding."""
        return self.gap > ROUNDING

    def _between(self, one: str, other: str) -> float:
        first, second = self._effects_of(one), self._effects_of(other)
        return min(abs(a - b) for a in first for b in second)

    def _effects_of(self, source: str) -> list[float]:
        return [sourced.effect for sourced in self.effects if sourced.row.source_id == source]


def several_sources(evidence: Evidence) -> tuple[SeveralSources, ...]:
    """Every trial and cell for which more than one source gives a usable number."""
    return tuple(found for cell in evidence.protocol.cells for found in _of_cell(evidence, cell))


def _of_cell(evidence: Evidence, cell: Cell) -> Iterator[SeveralSources]:
    by_trial: dict[str, list[SourcedEffect]] = {}
    for row, pooled in _usable_rows(evidence, cell):
        measure = evidence.protocol.measure_name(cell)
        try:
            effect = trial_effect(evidence.protocol, measure, [row]).effect
        except ValueError:
            continue  # a row from which no number follows agrees and disagrees with nothing
        by_trial.setdefault(row.study_id, []).append(SourcedEffect(row, effect, pooled))
    for study_id, effects in by_trial.items():
        if len({sourced.row.source_id for sourced in effects}) > 1:
            yield SeveralSources(study_id, cell, tuple(effects))


def _usable_rows(evidence: Evidence, cell: Cell) -> Iterator[tuple[OutcomeRow, bool]]:
    """The rows chosen for a cell, and those that gave way to them only by preference."""
    selection = select(evidence, cell)
    for rows in selection.chosen:
        yield from ((row, True) for row in rows)
    by_id = {row.row_id: row for row in evidence.outcomes}
    for aside in selection.set_aside:
        if aside.rule == "another row preferred":
            yield by_id[aside.row_id], False
