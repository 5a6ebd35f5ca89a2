"""What is drawn along an axis of effects: ticks, intervals, squares, diamonds, bars, arrows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Polygon, Rectangle
from matplotlib.ticker import FixedLocator, NullLocator

from analysis.figures import style
from analysis.figures.effect_scale import EffectScale, Span
from analysis.formatting import number

CLIPPED = "clipped"  # the label of an arrow that stands for what lies beyond the axis


def draw_axis(axes: Axes, scale: EffectScale) -> None:
    """Set limits and ticks; leaves a single horizontal line with tick labels."""
    if scale.ratio:
        axes.set_xscale("log")
    axes.set_xlim(scale.low, scale.high)
    decimals = 0 if scale.ratio else _decimals(scale.ticks)
    labels = [f"{tick:g}" if scale.ratio else number(tick, decimals) for tick in scale.ticks]
    axes.xaxis.set_major_locator(FixedLocator(scale.ticks))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.set_xticklabels(labels)
    axes.tick_params(axis="x", length=3.5, width=0.8, pad=2.5)
    axes.yaxis.set_visible(False)
    axes.spines["left"].set_visible(False)


def _decimals(ticks: Sequence[float]) -> int:
    for decimals in range(4):
        if all(abs(tick - round(tick, decimals)) < 1e-9 for tick in ticks):
            return decimals
    return 4


def draw_line(axes: Axes, x: Sequence[float], y: Sequence[float], **properties: Any) -> None:
    """A line; the limits stay as set, while `Axes.plot` would look for new ones each time."""
    axes.add_artist(Line2D(x, y, **properties))


def draw_marker(axes: Axes, x: float, y: float, **properties: Any) -> None:
    """A marker at one point; the limits stay."""
    draw_line(axes, (x,), (y,), linestyle="none", **properties)


def draw_interval(
    axes: Axes,
    scale: EffectScale,
    span: Span,
    y: float,
    *,
    color: str = style.TRIAL,
    width: float = 1.1,
    dashed: bool = False,
) -> None:
    """The line of an interval; an arrow at each end that lies beyond the axis or nowhere."""
    low = scale.low if span.low is None else max(span.low, scale.low)
    high = scale.high if span.high is None else min(span.high, scale.high)
    if low < high:
        draw_line(
            axes,
            (low, high),
            (y, y),
            color=color,
            lw=width,
            ls=(0, (3, 1.6)) if dashed else "-",
            zorder=3,
        )
    draw_arrows(axes, scale, span, y, color=color)


def draw_arrows(axes: Axes, scale: EffectScale, span: Span, y: float, *, color: str) -> None:
    """An arrow head at each edge of the axis that the span runs over."""
    beyond_low = span.low is None or span.low < scale.low
    beyond_high = span.high is None or span.high > scale.high
    for beyond, edge, marker in ((beyond_low, scale.low, "<"), (beyond_high, scale.high, ">")):
        if beyond:
            draw_marker(
                axes,
                edge,
                y,
                marker=marker,
                ms=5,
                mew=0,
                color=color,
                label=CLIPPED,
                clip_on=False,
                zorder=4,
            )


def draw_square(
    axes: Axes, scale: EffectScale, estimate: float, y: float, *, side: float, hollow: bool = False
) -> None:
    """A square of `side` points; nothing where the estimate is beyond the axis."""
    if scale.contains(estimate):
        draw_marker(
            axes,
            estimate,
            y,
            marker="s",
            ms=side,
            mfc=style.PAPER if hollow else style.TRIAL,
            mec=style.SUSPECT if hollow else style.TRIAL,
            mew=1.2 if hollow else 0,
            zorder=5,
        )


def draw_dot(axes: Axes, scale: EffectScale, span: Span, y: float, *, side: float) -> None:
    """A round dot for a pooled estimate; nothing where it is beyond the axis."""
    if span.estimate is not None and scale.contains(span.estimate):
        draw_marker(
            axes, span.estimate, y, marker="o", ms=side, color=style.POOLED, mew=0, zorder=5
        )


def draw_point(axes: Axes, scale: EffectScale, estimate: float, y: float, *, marker: str) -> None:
    """A small hollow mark for one estimate among many; an arrow where it is beyond the axis."""
    if scale.contains(estimate):
        draw_marker(
            axes,
            estimate,
            y,
            marker=marker,
            ms=5.5,
            mfc=style.PAPER,
            mec=style.POOLED,
            mew=1.0,
            zorder=5,
        )
    draw_arrows(axes, scale, Span(estimate, estimate, estimate), y, color=style.POOLED)


def draw_diamond(
    axes: Axes, scale: EffectScale, span: Span, y: float, *, half_height: float, pale: bool = False
) -> None:
    """A diamond from limit to limit, cut at the edges of the axis."""
    if span.estimate is None:
        raise ValueError("a diamond needs an estimate")
    low = scale.low if span.low is None else span.low
    high = scale.high if span.high is None else span.high
    corners = (
        (low, y),
        (span.estimate, y - half_height),
        (high, y),
        (span.estimate, y + half_height),
    )
    face, edge = (style.POOLED_PALE, style.POOLED) if pale else (style.POOLED, style.POOLED)
    axes.add_patch(
        Polygon(corners, closed=True, facecolor=face, edgecolor=edge, linewidth=0.9, zorder=6)
    )
    draw_arrows(axes, scale, span, y, color=style.POOLED)


def draw_bar(axes: Axes, scale: EffectScale, span: Span, y: float, *, half_height: float) -> None:
    """A prediction interval: a flat bar with a dark edge."""
    low = scale.low if span.low is None else max(span.low, scale.low)
    high = scale.high if span.high is None else min(span.high, scale.high)
    axes.add_patch(
        Rectangle(
            (low, y - half_height),
            high - low,
            2 * half_height,
            facecolor=style.PREDICTION,
            edgecolor=style.INK,
            linewidth=0.6,
            zorder=2.6,
        )
    )
    draw_arrows(axes, scale, span, y, color=style.INK)
