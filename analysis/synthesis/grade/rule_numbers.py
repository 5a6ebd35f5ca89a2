"""Numbers in a rule's sentence: never printed as the threshold that they miss or pass."""

from __future__ import annotations

from analysis.formatting import decimals_beside, limits, number, p_value
from analysis.statistics.estimates import Interval
from analysis.synthesis.study_effect import Measure


def share(per_cent: float, *thresholds: float) -> str:
    """`62.5%`, with as many decimals as tell it from the thresholds."""
    return f"{number(per_cent, decimals_beside(per_cent, thresholds, 1))}%"


def threshold_text(per_cent: float) -> str:
    """`50%`, as the protocol has it."""
    return f"{per_cent:g}%"


def interval_shown(measure: Measure, interval: Interval, *thresholds: float) -> str:
    """The interval as a reader sees it, next to the thresholds it is compared with."""
    shown = measure.shown_limits(interval.low, interval.high)
    compared = [measure.shown(threshold) for threshold in thresholds]
    low, high = (
        None if limit is None else number(limit, decimals_beside(limit, compared))
        for limit in shown
    )
    unbounded = limits(None, None, ratio=measure.ratio).split(" to ")
    return f"{low or unbounded[0]} to {high or unbounded[1]}"


def p_beside(p: float, threshold: float) -> str:
    """`p = 0.86`, with as many decimals as tell it from the threshold."""
    shown = p_value(p)
    near = shown.startswith("p = ") and float(shown.removeprefix("p = ")) == threshold != p
    return f"p = {number(p, decimals_beside(p, (threshold,), 3))}" if near else shown
