"""Find trial effects that look like errors of extraction, each finding with its arithmetic.

A trial with an unresolved finding is kept out of the primary analysis, drawn
hollow, and the estimate with it included stands beside.
"""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from analysis.formatting import number
from analysis.protocol import Cell, IntegrityRules


@dataclass(frozen=True)
class CellEffect:
    """An oriented SMD of one trial in one cell: what the checks compare."""

    study_id: str
    cell: Cell
    effect: float


def suspects(
    effects: Sequence[CellEffect], rules: IntegrityRules
) -> Mapping[tuple[str, str], tuple[str, ...]]:
    """Findings by (study, cell key): an SMD implausibly large beside what it is compared with.

    A standard error taken for a standard deviation inflates an SMD by the square root
    of the arm size; the sign of it is an effect beyond `large_smd` that is also more than
    `outlier_multiple` times the largest effect of the same trial at its other time points
    or, where it has none, the median of the other trials in its cell.
    """
    found: dict[tuple[str, str], tuple[str, ...]] = {}
    for effect in effects:
        if abs(effect.effect) <= rules.large_smd:
            continue
        yardstick, against = _yardstick(effect, effects)
        if yardstick is not None and abs(effect.effect) > rules.outlier_multiple * yardstick:
            found[(effect.study_id, effect.cell.key)] = (
                f"SMD {number(effect.effect)}, but {against} {number(yardstick)}: "
                "standard errors may have been read as standard deviations",
            )
    return found


def _yardstick(effect: CellEffect, effects: Sequence[CellEffect]) -> tuple[float | None, str]:
    own = [
        abs(other.effect)
        for other in effects
        if other.study_id == effect.study_id and other.cell.timepoint != effect.cell.timepoint
    ]
    if own:
        return max(own), "the largest effect of this trial at its other time point is"
    others = [
        abs(other.effect)
        for other in effects
        if other.study_id != effect.study_id and other.cell == effect.cell
    ]
    if len(others) < 2:
        return None, ""
    return statistics.median(others), "the median effect of the other trials is"
