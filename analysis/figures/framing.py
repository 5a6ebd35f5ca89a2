"""Axes with both scales named, for figures that are not tables: funnel, Baujat, GOSH."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.ticker import FuncFormatter, MaxNLocator

from analysis.figures import style
from analysis.figures.canvas import Sheet
from analysis.figures.effect_labels import favours
from analysis.figures.effect_marks import draw_axis
from analysis.figures.effect_scale import EffectScale
from analysis.figures.fitting import shorten, wrap
from analysis.figures.text import plain
from analysis.formatting import MINUS, sentence_case
from analysis.synthesis.study_effect import Measure

MARGIN = 14.0
LINE = 11.5
LEFT = 52.0  # room for the tick labels of the vertical axis
TOP = MARGIN + LINE + 8.0  # room for its name
BELOW = 52.0  # tick labels, sides and name of the horizontal axis


def notes_height(notes: Sequence[str]) -> float:
    """How much room notes need at the foot of a sheet."""
    return len(wrapped(notes)) * LINE + (8.0 if notes else 0.0) + MARGIN - 2.0


def wrapped(notes: Sequence[str]) -> tuple[str, ...]:
    width = style.WIDTH - 2 * MARGIN
    return tuple(line for note in notes for line in wrap(note, width, style.SMALL, lines=4))


def draw_notes(sheet: Sheet, notes: Sequence[str]) -> None:
    """Notes at the foot of a sheet that left `notes_height` for them."""
    top = sheet.height - notes_height(notes) + 8.0
    for index, line in enumerate(wrapped(notes)):
        y = top + (index + 0.5) * LINE
        sheet.text(MARGIN, y, line, size=style.SMALL, color=style.MUTED)


def name_vertical(sheet: Sheet, axes: Axes, name: str) -> None:
    """The name of the vertical axis, level, above it; numbers with true minus signs."""
    left, right, _, top = _edges(sheet, axes)
    start = left - LEFT + MARGIN
    fitting = shorten(plain(name), right - start, style.SMALL, bold=True)
    sheet.text(start, top - LINE, fitting, size=style.SMALL, bold=True)
    number_axis(axes.yaxis)
    axes.yaxis.set_visible(True)
    axes.spines["left"].set_visible(True)


def name_horizontal(sheet: Sheet, axes: Axes, name: str) -> None:
    """The name of a horizontal axis that is not one of effects."""
    left, right, bottom, _ = _edges(sheet, axes)
    y = bottom + BELOW - LINE - 12.0
    sheet.text((left + right) / 2, y, name, align="center", size=style.SMALL, bold=True)
    number_axis(axes.xaxis)


def effect_axis(sheet: Sheet, axes: Axes, scale: EffectScale, measure: Measure) -> None:
    """The horizontal axis as effects, with what lies towards each end and the measure's name."""
    draw_axis(axes, scale)
    left, right, bottom, _ = _edges(sheet, axes)
    sides = favours(measure)
    y = bottom + BELOW - 2 * LINE - 6.0
    sheet.text(left, y, f"← {sides[0]}", size=style.SMALL)
    sheet.text(right, y, f"{sides[1]} →", align="right", size=style.SMALL)
    name, middle = sentence_case(measure.label), (left + right) / 2
    sheet.text(middle, y + LINE + 3.0, name, align="center", size=style.SMALL, bold=True)


def number_axis(axis: Axis) -> None:
    """Few round ticks with true minus signs."""
    axis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10]))
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}".replace("-", MINUS)))


def _edges(sheet: Sheet, axes: Axes) -> tuple[float, float, float, float]:
    """Left, right, bottom and top of the axes on the sheet."""
    box = axes.get_position()
    return (
        box.x0 * sheet.width,
        box.x1 * sheet.width,
        (1 - box.y0) * sheet.height,
        (1 - box.y1) * sheet.height,
    )
