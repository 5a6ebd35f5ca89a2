"""What is drawn along an axis of effects: ticks, intervals, squares, diamonds, bars, arrows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.markers import TICKDOWN

from analysis.figures import palette, style
from analysis.figures.canvas import HALF_CAPITAL, Sheet
from analysis.figures.effect_scale import Scale, Span
from analysis.figures.marks import Look, stroke

# Layers, the higher over the lower.
BAND, GUIDE, AXIS, NO_EFFECT, BAR, INTERVAL, ARROW, POINT, DIAMOND = range(9)

TICK = 3.5
AXIS_LINE = stroke(palette.INK)
NO_EFFECT_LINE = stroke(palette.INK, 0.9)
ASCENT = 0.76 * style.SMALL  # of the labels of ticks
DASHED = (3.0, 1.6)


@dataclass(frozen=True)
class Axis:
    """A level axis along the foot of an area of a sheet, whose sides are in points."""

    sheet: Sheet
    scale: Scale
    left: float
    right: float
    top: float
    bottom: float

    def x(self, value: float) -> float:
        """Where a shown value stands."""
        return self.left + self.scale.share(value) * (self.right - self.left)

    def ends(self, span: Span) -> tuple[float, float]:
        """Where the part of a span that is on the axis begins and ends."""
        low = self.scale.low if span.low is None else max(span.low, self.scale.low)
        high = self.scale.high if span.high is None else min(span.high, self.scale.high)
        return self.x(low), self.x(high)


def draw_axis(axis: Axis) -> None:
    """The line of the axis with its ticks and their labels below."""
    draw_labelled_axis(axis, axis.scale.labels)


def draw_labelled_axis(axis: Axis, labels: Sequence[str], *, gap: float = 2.5) -> None:
    """The same with labels of its own, one a tick, that many points below it."""
    sheet, y = axis.sheet, axis.bottom
    # As long as the ticks at its ends are wide.
    sheet.line((axis.left - 0.4, axis.right + 0.4), (y, y), AXIS_LINE, layer=AXIS)
    for tick, label in zip(axis.scale.ticks, labels, strict=True):
        x = axis.x(tick)
        sheet.marker(x, y, TICKDOWN, TICK, AXIS_LINE, layer=AXIS)
        sheet.text(
            x,
            y + TICK + gap + ASCENT - HALF_CAPITAL * style.SMALL,
            label,
            align="center",
            size=style.SMALL,
        )


def draw_band(axis: Axis, band: tuple[float, float]) -> None:
    """The effects too small to matter, shaded."""
    left, right = axis.ends(Span(band[0], None, band[1]))
    height = axis.bottom - axis.top
    axis.sheet.rectangle(left, axis.top, right - left, height, Look(palette.BAND), layer=BAND)


def draw_upright(
    axis: Axis,
    value: float,
    look: Look = NO_EFFECT_LINE,
    *,
    layer: float = NO_EFFECT,
) -> None:
    """A line through the whole area at a shown value, by itself the one of no effect."""
    x = axis.x(value)
    axis.sheet.line((x, x), (axis.bottom, axis.top), look, layer=layer)


def draw_interval(
    axis: Axis,
    span: Span,
    y: float,
    *,
    color: str = palette.TRIAL,
    width: float = 1.1,
    dashed: bool = False,
) -> None:
    """The line of an interval; an arrow at each end that lies beyond the axis or nowhere."""
    left, right = axis.ends(span)
    if left < right:
        look = stroke(color, width, DASHED if dashed else ())
        axis.sheet.line((left, right), (y, y), look, layer=INTERVAL)
    draw_arrows(axis, span, y, color=color)


def draw_arrows(axis: Axis, span: Span, y: float, *, color: str) -> None:
    """An arrow head at each edge of the axis that the span runs over."""
    if span.low is None or span.low < axis.scale.low:
        axis.sheet.marker(axis.left, y, "<", 5.0, Look(color), layer=ARROW)
    if span.high is None or span.high > axis.scale.high:
        axis.sheet.marker(axis.right, y, ">", 5.0, Look(color), layer=ARROW)


def draw_square(
    axis: Axis, estimate: float, y: float, *, side: float, hollow: bool = False
) -> None:
    """A square of `side` points; nothing where the estimate is beyond the axis."""
    if axis.scale.contains(estimate):
        look = Look(palette.PAPER, palette.SUSPECT, 1.2) if hollow else Look(palette.TRIAL)
        axis.sheet.marker(axis.x(estimate), y, "s", side, look, layer=POINT)


def draw_dot(axis: Axis, span: Span, y: float, *, side: float) -> None:
    """A round dot for a pooled estimate; nothing where it is beyond the axis."""
    if span.estimate is not None and axis.scale.contains(span.estimate):
        axis.sheet.marker(axis.x(span.estimate), y, "o", side, Look(palette.POOLED), layer=POINT)


def draw_point(axis: Axis, estimate: float, y: float, *, marker: str) -> None:
    """A small hollow mark for one estimate among many; an arrow where it is beyond the axis."""
    if axis.scale.contains(estimate):
        look = Look(palette.PAPER, palette.POOLED, 1.0)
        axis.sheet.marker(axis.x(estimate), y, marker, 5.5, look, layer=POINT)
    draw_arrows(axis, Span(estimate, estimate, estimate), y, color=palette.POOLED)


def draw_diamond(
    axis: Axis, span: Span, y: float, *, half_height: float, pale: bool = False
) -> None:
    """A diamond from limit to limit, cut at the edges of the axis."""
    if span.estimate is None:
        raise ValueError("a diamond needs an estimate")
    scale = axis.scale
    low = axis.x(scale.low if span.low is None else span.low)
    high = axis.x(scale.high if span.high is None else span.high)
    middle, cut = axis.x(span.estimate), low < axis.left or high > axis.right
    axis.sheet.polygon(
        ((low, y), (middle, y - half_height), (high, y), (middle, y + half_height)),
        Look(palette.POOLED_PALE if pale else palette.POOLED, palette.POOLED, 0.9),
        layer=DIAMOND,
        clip=(axis.left, y - 2 * half_height, axis.right, y + 2 * half_height) if cut else None,
    )
    draw_arrows(axis, span, y, color=palette.POOLED)


def draw_bar(axis: Axis, span: Span, y: float, *, half_height: float) -> None:
    """A prediction interval: a flat bar with a dark edge."""
    left, right = axis.ends(span)
    look = Look(palette.PREDICTION, palette.INK, 0.6)
    axis.sheet.rectangle(left, y - half_height, right - left, 2 * half_height, look, layer=BAR)
    draw_arrows(axis, span, y, color=palette.INK)
