"""Numbers in a rule's sentence: never printed as the threshold that they miss or pass."""

from __future__ import annotations

from collections.abc import Iterable

from analysis.formatting import limits, number, p_value
from analysis.statistics.estimates import Interval
from analysis.synthesis.study_effect import Measure

MOST_DECIMALS = 6


def share(per_cent: float, *thresholds: float) -> str:
    """`62.5%`, with as many decimals as tell it from the thresholds."""
    return f"{number(per_cent, _decimals(per_cent, thresholds, 1))}%"


def threshold_text(per_cent: float) -> str:
    """`50%`, as the protocol has it."""
    return f"{per_cent:g}%"


def interval_shown(measure: Measure, interval: Interval, *thresholds: float) -> str:
    """The interval as a reader sees it, next to the thresholds it is compared with."""
    shown = measure.shown_limits(interval.low, interval.high)
    compared = [measure.shown(threshold) for threshold in thresholds]
    low, high = (
        None if limit is None else number(limit, _decimals(limit, compared, 2)) for limit in shown
    )
    unbounded = limits(None, None, ratio=measure.ratio).split(" to ")
    return f"{low or unbounded[0]} to {high or unbounded[1]}"


def p_beside(p: float, threshold: float) -> str:
    """`p = 0.86`, with as many decimals as tell it from the threshold."""
    shown = p_value(p)
    near = shown.startswith("p = ") and float(shown.removeprefix("p = ")) == threshold != p
    return f"p = {number(p, _decimals(p, (threshold,), 3))}" if near else shown


def _decimals(value: float, thresholds: Iterable[float], decimals: int) -> int:
    """As many decimals as keep a value from printing as a threshold that it is not."""
    near = [other for other in thresholds if other != value]
    while decimals < MOST_DECIMALS and any(
        round(value, decimals) == round(other, decimals) for other in near
    ):
        decimals += 1
    return decimals
