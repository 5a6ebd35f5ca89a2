"""A forest strip the size of a word, for one row of the answer table.

Inline SVG in the text of the page: its colours are `currentColor`, so it follows the
theme, and its classes (`forest-strip-…`) let a style sheet say more.
"""

from __future__ import annotations

import html
import math
from collections.abc import Iterable, Iterator, Sequence

from analysis.figures.effect_scale import (
    Scale,
    Span,
    effect_scale,
    estimate_span,
    important_band,
    interval_span,
)
from analysis.figures.text import plain
from analysis.synthesis.question_result import Synthesis
from analysis.synthesis.study_effect import Measure

WIDTH = 150.0
HEIGHT = 18.0
MOST_TICKS = 5  # numbers under a strip the size of a word
IN_SD = (-0.5, 0.5)  # always on an axis of standardised differences, so that each looks as large
EDGE = 5.0  # room for the arrows
AXIS = 11.0  # and, below the strip, for the numbers of the axis


def strip_scale(measure: Measure, spans: Sequence[Span]) -> Scale:
    """The one axis of all strips of a measure."""
    always = IN_SD if measure.name == "SMD" else ()
    return effect_scale(measure, spans, always, most_ticks=MOST_TICKS)


def forest_strip(
    span: Span,
    scale: Scale,
    *,
    title: str,
    no_effect: float = 0.0,
    band: tuple[float, float] | None = None,
    prediction: Span | None = None,
    pooled: bool = True,
) -> str:
    """One estimate with its interval on a small axis, as an inline SVG element.

    All numbers as shown to the reader, on `scale`; what lies beyond it ends in an
    arrow. The numbers at the scale's ticks stand below. A pooled estimate is a diamond, that
    of a single trial a square; a span without an estimate gives the empty axis. `title` is
    read aloud and shown on hover; it is escaped here. Raises ValueError for a number that is
    not finite.
    """
    _require_finite(span, prediction or span, *(band or ()), no_effect)
    parts = [f"<title>{html.escape(plain(title))}</title>"]
    if band:
        parts.append(_bar("band", Span(band[0], None, band[1]), scale, HEIGHT, opacity=0.13))
    x = _x(no_effect, scale)
    parts.append(_line("no-effect", (x, 0.0), (x, HEIGHT), width=1.0))
    if prediction and span.estimate is not None:
        parts.append(_bar("prediction", prediction, scale, 7.0, opacity=0.32))
    if span.estimate is not None:
        parts.extend(_interval(span, scale))
        if scale.contains(span.estimate):
            parts.append(_estimate(_x(span.estimate, scale), diamond=pooled))
    parts.extend(_labels(scale))
    height = HEIGHT + (AXIS if scale.ticks else 0.0)
    return (
        f'<svg class="forest-strip" role="img" xmlns="http://www.w3.org/2000/svg" '
        f'width="{WIDTH:g}" height="{height:g}" viewBox="0 0 {WIDTH:g} {height:g}" '
        f'style="vertical-align:middle">'
        f"{''.join(parts)}</svg>"
    )


def synthesis_strip(synthesis: Synthesis, scale: Scale, *, title: str) -> str:
    """The strip of a question's primary estimate; the empty axis when nothing is pooled."""
    measure, pooled = synthesis.measure, synthesis.primary
    span = Span(None, None, None)
    prediction = None
    if pooled:
        span = estimate_span(measure, pooled)
        if synthesis.headline_prediction:
            prediction = interval_span(measure, synthesis.headline_prediction)
    return forest_strip(
        span,
        scale,
        title=title,
        no_effect=measure.no_effect,
        band=important_band(synthesis),
        prediction=prediction,
        pooled=pooled is not None and pooled.k > 1,
    )


def _labels(scale: Scale) -> Iterator[str]:
    for tick, label in zip(scale.ticks, scale.labels, strict=True):
        # At the ends a number leans inwards, so that none of it is cut.
        at = scale.share(tick)
        anchor = "start" if at < 0.05 else "end" if at > 0.95 else "middle"
        yield (
            f'<text class="forest-strip-tick" x="{_x(tick, scale):.2f}" '
            f'y="{HEIGHT + AXIS - 2.5:g}" text-anchor="{anchor}" font-size="10" '
            f'fill="currentColor">{label}</text>'
        )


def _require_finite(*values: Span | float) -> None:
    for value in values:
        numbers = (value.low, value.estimate, value.high) if isinstance(value, Span) else (value,)
        for number in numbers:
            if number is not None and not math.isfinite(number):
                raise ValueError(f"a strip needs finite numbers, not {number}")


def _x(value: float, scale: Scale) -> float:
    """Where a shown value stands, kept within the axis."""
    within = min(max(value, scale.low), scale.high)
    return EDGE + (WIDTH - 2 * EDGE) * scale.share(within)


def _ends(span: Span, scale: Scale) -> tuple[float, float]:
    low = scale.low if span.low is None else span.low
    high = scale.high if span.high is None else span.high
    return _x(low, scale), _x(high, scale)


def _interval(span: Span, scale: Scale) -> list[str]:
    left, right = _ends(span, scale)
    middle = HEIGHT / 2
    parts = [_line("interval", (left, middle), (right, middle), width=1.6)]
    if span.low is None or span.low < scale.low:
        parts.append(_arrow(EDGE, toward=-1.0))
    if span.high is None or span.high > scale.high:
        parts.append(_arrow(WIDTH - EDGE, toward=1.0))
    return parts


def _line(name: str, start: tuple[float, float], end: tuple[float, float], *, width: float) -> str:
    return (
        f'<line class="forest-strip-{name}" x1="{start[0]:.2f}" y1="{start[1]:.2f}" '
        f'x2="{end[0]:.2f}" y2="{end[1]:.2f}" stroke="currentColor" stroke-width="{width:g}"/>'
    )


def _bar(name: str, span: Span, scale: Scale, height: float, *, opacity: float) -> str:
    left, right = _ends(span, scale)
    return (
        f'<rect class="forest-strip-{name}" x="{left:.2f}" y="{(HEIGHT - height) / 2:.2f}" '
        f'width="{right - left:.2f}" height="{height:g}" '
        f'fill="currentColor" fill-opacity="{opacity:g}"/>'
    )


def _estimate(x: float, *, diamond: bool) -> str:
    steps = ((-5, 0), (0, -5), (5, 0), (0, 5)) if diamond else ((-4, -4), (4, -4), (4, 4), (-4, 4))
    return _polygon("estimate", ((x + dx, HEIGHT / 2 + dy) for dx, dy in steps))


def _arrow(x: float, *, toward: float) -> str:
    middle = HEIGHT / 2
    corners = ((x + 5 * toward, middle), (x, middle - 3.5), (x, middle + 3.5))
    return _polygon("arrow", corners)


def _polygon(name: str, corners: Iterable[tuple[float, float]]) -> str:
    points = " ".join(f"{x:.2f},{y:.2f}" for x, y in corners)
    return f'<polygon class="forest-strip-{name}" points="{points}" fill="currentColor"/>'
