"""The horizontal axis of effects: which numbers are on it, and where its ticks are."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Protocol, TypeVar

from analysis.formatting import number
from analysis.statistics.estimates import Interval
from analysis.synthesis.estimate_text import Estimated
from analysis.synthesis.study_effect import Measure

TYPICAL_WIDTHS = 5.0  # estimates farther than this many typical intervals from the middle: arrows


@dataclass(frozen=True)
class Span:
    """An estimate and its limits as shown; a limit that does not exist is `None`."""

    low: float | None
    estimate: float | None
    high: float | None


@dataclass(frozen=True)
class Scale:
    """Limits and ticks of an axis, in the numbers a reader sees; logarithmic for ratios."""

    low: float
    high: float
    ticks: tuple[float, ...]
    ratio: bool = False

    def contains(self, value: float) -> bool:
        return self.low <= value <= self.high

    @property
    def labels(self) -> tuple[str, ...]:
        """What stands at each tick: all with as many decimals as one of them needs."""
        if self.ratio:
            return tuple(f"{tick:g}" for tick in self.ticks)
        decimals = next(
            (n for n in range(4) if all(abs(t - round(t, n)) < 1e-9 for t in self.ticks)), 4
        )
        return tuple(number(tick, decimals) for tick in self.ticks)

    def share(self, value: float) -> float:
        """How far along the axis a value stands: 0 at its beginning, 1 at its end."""
        low, high, at = (math.log(v) if self.ratio else v for v in (self.low, self.high, value))
        return (at - low) / (high - low)


def shown_span(
    measure: Measure, estimate: float | None, low: float | None, high: float | None
) -> Span:
    """An effect on the analysis scale as the span a reader sees, the smaller limit first."""
    first, last = measure.shown_limits(low, high)
    if measure.ratio and first == 0.0:
        first = None  # too small for a float: no place on a logarithmic axis
    return Span(first, None if estimate is None else measure.shown(estimate), last)


def estimate_span(measure: Measure, found: Estimated) -> Span:
    """The same of a result."""
    return shown_span(measure, found.estimate, found.interval.low, found.interval.high)


def interval_span(measure: Measure, interval: Interval) -> Span:
    """The same of an interval without an estimate, such as that of prediction."""
    return shown_span(measure, None, interval.low, interval.high)


class AskedFor(Protocol):
    """A question with its measure, and the smallest difference that matters where one is set."""

    @property
    def measure(self) -> Measure: ...

    @property
    def smallest_important_difference(self) -> float | None: ...


Drawn = TypeVar("Drawn")


def on_one_axis(
    drawn: Iterable[Drawn], measure_of: Callable[[Drawn], Measure]
) -> list[list[Drawn]]:
    """Questions by the axis that their effects are drawn on, that of most questions first."""
    groups: dict[object, list[Drawn]] = {}
    for each in drawn:
        groups.setdefault(measure_of(each).axis, []).append(each)
    return sorted(groups.values(), key=len, reverse=True)


def important_band(asked: AskedFor) -> tuple[float, float] | None:
    """The smallest important difference on either side of no effect, as shown."""
    difference = asked.smallest_important_difference
    if difference is None:
        return None
    return asked.measure.shown_interval(-difference, difference)


def effect_scale(
    measure: Measure, spans: Sequence[Span], always: Iterable[float] = (), *, most_ticks: int = 8
) -> Scale:
    """An axis on which every estimate can be read, and as much of the intervals as helps.

    No effect is on it, and so are the shown values of `always` (the smallest important
    difference). One very wide interval, or one estimate far from all others, does
    not squeeze the rest: it is cut, and drawn with an arrow.
    """
    to_axis: Callable[[float], float] = math.log if measure.ratio else float
    estimates = [to_axis(s.estimate) for s in spans if s.estimate is not None]
    limits = [to_axis(x) for s in spans for x in (s.low, s.high) if x is not None]
    widths = [
        to_axis(s.high) - to_axis(s.low) for s in spans if s.low is not None and s.high is not None
    ]
    typical = (median(widths) if widths else 0.0) or 1.0
    middle = median(estimates) if estimates else 0.0
    near = [x for x in estimates if abs(x - middle) <= TYPICAL_WIDTHS * typical]
    core = [*near, *(to_axis(value) for value in (measure.no_effect, *always))]
    reach = max(max(core) - min(core), typical)
    low = max(min([*limits, *core]), min(core) - reach)
    high = min(max([*limits, *core]), max(core) + reach)
    margin = 0.03 * (high - low) or 0.5
    low, high = low - margin, high + margin
    if measure.ratio:
        return Scale(math.exp(low), math.exp(high), _ratio_ticks(low, high, most_ticks), ratio=True)
    return Scale(low, high, _difference_ticks(low, high, most_ticks))


def _difference_ticks(low: float, high: float, most: int) -> tuple[float, ...]:
    rough = (high - low) / (most - 1)
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(m * power for m in (1, 2, 5, 10) if m * power >= rough)
    first, last = math.ceil(low / step), math.floor(high / step)
    return tuple(round(i * step, 10) for i in range(first, last + 1))


def _ratio_ticks(low: float, high: float, most: int) -> tuple[float, ...]:
    """The finest of the usual sets of round ratios that gives at most `most` ticks."""
    families = (
        (1, 1.1, 1.2, 1.3, 1.5, 1.7, 2, 2.5, 3, 3.5, 4, 5, 6, 7, 8, 9),
        (1, 1.25, 1.5, 2, 2.5, 3, 4, 5, 6, 7, 8, 9),
        (1, 1.5, 2, 3, 5, 7),
        (1, 2, 5),
        (1, 3),
        (1,),
    )
    for family in families:
        ticks = _decade_ticks(low, high, family)
        if len(ticks) <= most:
            return ticks
    decades = _decade_ticks(low, high, (1,))
    return decades[:: math.ceil(len(decades) / most)]


def _decade_ticks(low: float, high: float, family: Sequence[float]) -> tuple[float, ...]:
    decades = range(math.floor(low / math.log(10)), math.ceil(high / math.log(10)) + 1)
    values = (m * 10.0**decade for decade in decades for m in family)
    return tuple(float(f"{v:.6g}") for v in values if low <= math.log(v) <= high)
