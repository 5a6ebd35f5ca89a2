"""An area with both its scales named, for figures that are not tables: funnel, Baujat, GOSH."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.markers import TICKLEFT
from matplotlib.ticker import MaxNLocator

from analysis.figures import palette, style
from analysis.figures.canvas import HALF_CAPITAL, Sheet
from analysis.figures.effect_labels import favours
from analysis.figures.effect_marks import (
    ASCENT,
    AXIS,
    AXIS_LINE,
    TICK,
    Axis,
    draw_axis,
    draw_labelled_axis,
)
from analysis.figures.effect_scale import Scale
from analysis.figures.fitting import shorten, wrap
from analysis.figures.marks import Box
from analysis.figures.text import plain
from analysis.formatting import MINUS, sentence_case
from analysis.synthesis.study_effect import Measure

MARGIN = 14.0
LINE = 11.5
LEFT = 52.0  # room for the tick labels of the vertical axis
TOP = MARGIN + LINE + 8.0  # room for its name
BELOW = 52.0  # tick labels, sides and name of the horizontal axis


@dataclass(frozen=True)
class Frame:
    """An area of a sheet with a scale along its foot and one along its left, from the foot up."""

    axis: Axis
    up: Scale

    @classmethod
    def placed(
        cls, sheet: Sheet, left: float, width: float, height: float, across: Scale, up: Scale
    ) -> Frame:
        """Below the name of the vertical scale."""
        return cls(Axis(sheet, across, left, left + width, TOP, TOP + height), up)

    @property
    def box(self) -> Box:
        axis = self.axis
        return (axis.left, axis.top, axis.right, axis.bottom)

    def y(self, value: float) -> float:
        return self.axis.bottom - self.up.share(value) * (self.axis.bottom - self.axis.top)

    def place(self, x: float, y: float) -> tuple[float, float]:
        """Where the two numbers meet on the sheet."""
        return self.axis.x(x), self.y(y)


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
        sheet.text(MARGIN, y, line, size=style.SMALL, color=palette.MUTED)


def number_scale(low: float, high: float) -> Scale:
    """A scale with few round ticks; it may begin at the larger number."""
    ticks = MaxNLocator(5, steps=[1, 2, 5, 10]).tick_values(low, high)
    within = sorted((low, high))
    shown = tuple(float(tick) for tick in ticks if within[0] <= tick <= within[1])
    return Scale(low, high, shown)


def name_vertical(frame: Frame, name: str) -> None:
    """The scale along the left, its name level above it."""
    axis, sheet, left = frame.axis, frame.axis.sheet, frame.axis.left
    start = left - LEFT + MARGIN
    fitting = shorten(plain(name), axis.right - start, style.SMALL, bold=True)
    sheet.text(start, axis.top - LINE, fitting, size=style.SMALL, bold=True)
    sheet.line((left, left), (axis.top - 0.4, axis.bottom + 0.4), AXIS_LINE, layer=AXIS)
    for tick in frame.up.ticks:
        y = frame.y(tick)
        sheet.marker(left, y, TICKLEFT, TICK, AXIS_LINE, layer=AXIS)
        middle = y + ASCENT / 2 - HALF_CAPITAL * style.SMALL
        sheet.text(left - 2 * TICK, middle, _said(tick), align="right", size=style.SMALL)


def name_horizontal(axis: Axis, name: str) -> None:
    """The scale along the foot and its name, where it is not one of effects."""
    draw_labelled_axis(axis, [_said(tick) for tick in axis.scale.ticks], gap=TICK)
    middle, y = (axis.left + axis.right) / 2, axis.bottom + BELOW - LINE - 12.0
    axis.sheet.text(middle, y, name, align="center", size=style.SMALL, bold=True)


def effect_axis(axis: Axis, measure: Measure) -> None:
    """The scale along the foot as effects, what lies towards each end and the measure's name."""
    draw_axis(axis)
    sheet, left, right, sides = axis.sheet, axis.left, axis.right, favours(measure)
    y = axis.bottom + BELOW - 2 * LINE - 6.0
    sheet.text(left, y, f"← {sides[0]}", size=style.SMALL)
    sheet.text(right, y, f"{sides[1]} →", align="right", size=style.SMALL)
    name, middle = sentence_case(measure.axis_label), (left + right) / 2
    sheet.text(middle, y + LINE + 3.0, name, align="center", size=style.SMALL, bold=True)


def _said(value: float) -> str:
    """A round number with a true minus sign."""
    return f"{value:g}".replace("-", MINUS)
