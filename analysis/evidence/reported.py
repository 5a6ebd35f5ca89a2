"""An effect as one row reports it, and what had to be derived or assumed to have it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from analysis.evidence.rows import OutcomeRow
from analysis.measures import MeasureName

# Scores that are differences in time; their SDs are not those of scores.
CHANGES = frozenset({"change", "improvement"})
ARMS = ("intervention", "control")
# The level of a reported interval where the row says nothing.
USUAL_LEVEL = 0.95

VarianceFrom = Literal["arm data", "standard error", "interval", "test statistic", "arm sizes"]


@dataclass(frozen=True)
class Reported:
    """One row's effect, intervention against control, in the direction of its own numbers.

    `effect` and `variance` are on the log scale for a ratio. `how` says where they come
    from, `steps` what was derived on the way, `assumed` what was assumed, in words.
    """

    measure: MeasureName
    effect: float
    variance: float
    variance_from: VarianceFrom
    how: str
    steps: tuple[str, ...] = ()
    assumed: tuple[str, ...] = ()


class CannotGive(ValueError):
    """A row from which no effect follows: the message says why, `rule` of what kind that is."""

    rule = "not estimable"


class OtherMeasure(CannotGive):
    """A row that says nothing in the measure that is asked for."""

    rule = "another measure"


def known(row: OutcomeRow, *columns: str) -> list[float]:
    """The numbers in these columns; `CannotGive` names the first that is blank."""
    values = [getattr(row, column) for column in columns]
    if None in values:
        raise CannotGive(f"{row.row_id} has no {columns[values.index(None)]}")
    return values


def reported_level(row: OutcomeRow) -> float:
    """The level of the row's interval as a share; reports print 95% unless they say otherwise."""
    return USUAL_LEVEL if row.effect_level is None else row.effect_level / 100


def assumed_correlation(row: OutcomeRow) -> tuple[str, ...]:
    """The row's correlation as an assumption, unless the report itself gives it."""
    if row.correlation is None or row.correlation_from == "report":
        return ()
    return (f"a correlation of {row.correlation:g} between two measurements of one person",)


def sizes_of(row: OutcomeRow) -> tuple[tuple[float, float], tuple[str, ...]]:
    """Participants of both arms, halves of their total where only that is known.

    The second value names the assumption. `CannotGive` where the row has neither.
    """
    if row.n_intervention is not None and row.n_control is not None:
        return (row.n_intervention, row.n_control), ()
    if row.n_total is not None:
        return (row.n_total / 2, row.n_total / 2), ("equal arms",)
    raise CannotGive(f"{row.row_id} has no participants of each arm, nor of both together")
