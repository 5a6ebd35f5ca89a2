"""The comparison of two versions as tables in the terminal."""

from __future__ import annotations

from collections.abc import Sequence

from rich.markup import escape
from rich.table import Table

from analysis.formatting import DASH, limits, listed, number, percent
from analysis.living.compare import Change, Correction
from analysis.living.state import CellState
from analysis.statistics.results import PooledEffect


def changes_table(changes: Sequence[Change], before: str, now: str) -> Table:
    """One row a cell that has an estimate in either version."""
    table = Table(title=f"{before} → {now}", title_justify="left")
    for name in ("question", "k", before, now, "I²", "conclusion", "new trials"):
        table.add_column(name)
    for change in changes:
        old, new = change.estimates
        if old is None and new is None:
            continue
        table.add_row(
            escape(change.state.title),
            f"{change.before.k if change.before else 0} → {change.state.k}",
            _said(change.state, old),
            f"{change.arrow} {_said(change.state, new)}",
            f"{_i2(old)} → {_i2(new)}",
            escape(listed(change.rules) or "unchanged"),
            escape(", ".join(change.new_trials) or DASH),
        )
    return table


def corrections_table(corrections: Sequence[Correction]) -> Table:
    """One row a corrected value."""
    table = Table(title="Corrections", title_justify="left")
    for name in ("file", "row", "column", "before", "now"):
        table.add_column(name)
    for item in corrections:
        values = (item.file, item.row, item.column, item.before, item.now)
        table.add_row(*(escape(value) for value in values))
    return table


def _said(state: CellState, pooled: PooledEffect | None) -> str:
    if pooled is None:
        return DASH
    measure, interval = state.measure, pooled.interval
    shown = limits(*measure.shown_limits(interval.low, interval.high), ratio=measure.ratio)
    return f"{number(measure.shown(pooled.estimate))} ({shown})"


def _i2(pooled: PooledEffect | None) -> str:
    return percent(pooled.heterogeneity.i2) if pooled and pooled.heterogeneity else DASH
