"""A result as a reader sees it: the estimate, its interval, τ² and I², an en dash for none."""

from __future__ import annotations

from typing import Protocol

from analysis.formatting import DASH, decimals_beside, limits, number, percent
from analysis.statistics.estimates import Interval, PooledEffect
from analysis.synthesis.study_effect import Measure


class Estimated(Protocol):
    """Whatever has an estimate and its interval, on the analysis scale."""

    @property
    def estimate(self) -> float: ...

    @property
    def interval(self) -> Interval: ...


def effect_text(measure: Measure, effect: float) -> str:
    """`−0.36`, or a ratio as a ratio, with as many decimals as show its side."""
    shown = measure.shown(effect)
    return number(shown, decimals_beside(shown, [measure.no_effect]))


def interval_text(measure: Measure, interval: Interval | None) -> str:
    """`−0.49 to −0.23`."""
    return DASH if interval is None else range_text(measure, interval.low, interval.high)


def range_text(measure: Measure, low: float | None, high: float | None) -> str:
    """The same of two limits on the analysis scale."""
    return limits(*measure.shown_limits(low, high), ratio=measure.ratio)


def estimate_text(measure: Measure, found: Estimated | None) -> str:
    """`−0.36 (−0.49 to −0.23)`."""
    if found is None:
        return DASH
    return f"{effect_text(measure, found.estimate)} ({interval_text(measure, found.interval)})"


def named_estimate(measure: Measure, found: Estimated | None) -> str:
    """`SMD −0.36 (−0.49 to −0.23)`."""
    return DASH if found is None else f"{measure.short_name} {estimate_text(measure, found)}"


def estimate_in_sentence(measure: Measure, found: Estimated) -> str:
    """`risk ratio 0.62 (0.49 to 0.78)`."""
    return f"{measure.name_in_sentence} {estimate_text(measure, found)}"


def estimate_cells(measure: Measure, found: Estimated | None, interval: str) -> dict[str, str]:
    """The two cells of a table's row: under the measure's name, and under `interval`."""
    return {
        measure.short_name: effect_text(measure, found.estimate) if found else DASH,
        interval: interval_text(measure, found.interval if found else None),
    }


def tau2_text(pooled: PooledEffect | None) -> str:
    """τ² with three decimals."""
    return number(pooled.heterogeneity.tau2, 3) if pooled and pooled.heterogeneity else DASH


def i2_text(pooled: PooledEffect | None) -> str:
    """I² in per cent."""
    return percent(pooled.heterogeneity.i2) if pooled and pooled.heterogeneity else DASH
