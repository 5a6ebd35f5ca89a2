"""The same rows for a narrow screen: what a row says stands above what it shows.

A plot between columns of text would be wider than a phone, which shows it up to before the
line of no effect. Here the axis has the whole width; columns but the label, the effect and the
judgement are left to the table that stands below every such figure.
"""

from __future__ import annotations

from dataclasses import dataclass

from analysis.figures import palette, style
from analysis.figures.canvas import Sheet
from analysis.figures.effect_marks import (
    BAND,
    GUIDE,
    NO_EFFECT,
    NO_EFFECT_LINE,
    Axis,
    draw_axis,
    draw_band,
)
from analysis.figures.fitting import text_width, wrap
from analysis.figures.judgements import draw_judgement
from analysis.figures.marks import Look, stroke
from analysis.figures.row_plot import DASHED_GUIDE, LINE, Row, RowPlot, draw_marks, row_numbers
from analysis.figures.text import plain

WIDTH = 256.0  # points: a little less than a phone of 390 pixels has for its text
MARGIN = 9.0
GAP = 6.0
STRIP = 13.0  # height of what a row shows
AIR = 7.0  # below it
AXIS = 16.0  # tick labels
JUDGEMENT = 11.0
EQUALS = "\N{NO-BREAK SPACE}=\N{NO-BREAK SPACE}"


@dataclass(frozen=True)
class _Line:
    """A row with its label in lines, and how high all of it is."""

    row: Row
    label: tuple[str, ...]
    effect: str
    height: float

    @property
    def said(self) -> float:
        """Height of the text."""
        return len(self.label) * LINE + 2.0


def draw_narrow_row_plot(plot: RowPlot) -> Sheet:
    """Draw the rows one below the other, as wide as a phone."""
    width = WIDTH - 2 * MARGIN
    lines = [_line(plot, row) for row in plot.rows]
    notes = [line for note in plot.notes for line in _note(note, width)]
    header = wrap(plot.plot_header, width, style.SMALL, bold=True)
    sides = _sides(plot)
    top = MARGIN + len(header) * LINE + 6.0
    bottom = top + 3.0 + sum(line.height for line in lines)
    height = bottom + AXIS + len(sides) * LINE + 8.0 + len(notes) * LINE + MARGIN
    sheet = Sheet.blank(WIDTH, height)
    axis = Axis(sheet, plot.scale, MARGIN + 4.0, WIDTH - MARGIN - 4.0, top, bottom)
    for index, text in enumerate(header):
        sheet.text(MARGIN, MARGIN + (index + 0.5) * LINE, text, size=style.SMALL, bold=True)
    sheet.line((MARGIN, WIDTH - MARGIN), (top, top), stroke(palette.INK))
    if plot.band:
        draw_band(axis, plot.band)
    draw_axis(axis)
    y = top + 3.0
    for line in lines:
        _draw_line(plot, axis, line, y)
        y += line.height
    y = bottom + AXIS + LINE / 2
    for left, right in sides:
        sheet.text(MARGIN, y, left, size=style.SMALL)
        sheet.text(WIDTH - MARGIN, y, right, align="right", size=style.SMALL)
        y += LINE
    for text in notes:
        sheet.text(MARGIN, y + 8.0, text, size=style.SMALL, color=palette.MUTED)
        y += LINE
    sheet.numbers.extend(row_numbers(plot))
    return sheet


def _note(note: str, width: float) -> tuple[str, ...]:
    """The lines of a note; a number stays with what it is of."""
    return wrap(note.replace(" = ", EQUALS), width, style.SMALL, lines=8)


def _line(plot: RowPlot, row: Row) -> _Line:
    said = [index for index, column in enumerate(plot.columns) if column.of_marks]
    effect = row.cells[said[0]] if said and said[0] < len(row.cells) else ""
    bold = row.tone in ("strong", "heading")
    room = WIDTH - 2 * MARGIN - (JUDGEMENT + GAP if row.judgement else 0.0)
    if effect:
        room -= text_width(effect, style.BODY, bold=bold) + GAP
    named = [index for index, column in enumerate(plot.columns) if not index or column.widest]
    name = ", ".join(row.cells[index] for index in named if index < len(row.cells))
    label = wrap(plain(name), room, style.BODY, bold=bold, lines=5)
    shown = max(STRIP, row.height) + AIR if row.marks or row.folded else 3.0
    return _Line(row, label, effect, len(label) * LINE + 2.0 + shown + _air(row))


def _air(row: Row) -> float:
    """Air above a row that begins something else."""
    return 6.0 if row.rule_above or row.tone == "heading" else 0.0


def _sides(plot: RowPlot) -> list[tuple[str, str]]:
    """What lies to the left and right of no effect, below each other where both are long."""
    if not plot.favours:
        return []
    left, right = f"← {plot.favours[0]}", f"{plot.favours[1]} →"
    both = text_width(left, style.SMALL) + text_width(right, style.SMALL) + GAP
    return [(left, right)] if both <= WIDTH - 2 * MARGIN else [(left, ""), ("", right)]


def _draw_line(plot: RowPlot, axis: Axis, line: _Line, y: float) -> None:
    sheet, row = axis.sheet, line.row
    if row.rule_above:
        sheet.line((MARGIN, WIDTH - MARGIN), (y + 2.0, y + 2.0), layer=BAND)
    y += _air(row)
    x, bold = MARGIN, row.tone in ("strong", "heading")
    color = palette.MUTED if row.tone == "muted" else palette.INK
    if row.judgement:
        draw_judgement(sheet, x + JUDGEMENT / 2, y + LINE / 2, row.judgement, size=JUDGEMENT)
        x += JUDGEMENT + GAP
    for index, text in enumerate(line.label):
        sheet.text(x, y + (index + 0.5) * LINE, text, color=color, bold=bold)
    middle = y + LINE / 2
    sheet.text(WIDTH - MARGIN, middle, line.effect, align="right", color=color, bold=bold)
    if row.marks or row.folded:
        strip, height = y + line.said, max(STRIP, row.height)
        _draw_uprights(plot, axis, strip, height)
        draw_marks(axis, row, strip + height / 2)


def _draw_uprights(plot: RowPlot, axis: Axis, top: float, height: float) -> None:
    """No effect and the pooled estimate, as far as no text stands there."""
    uprights: list[tuple[float | None, Look, float]] = [
        (plot.guide, DASHED_GUIDE, GUIDE),
        (plot.no_effect, NO_EFFECT_LINE, NO_EFFECT),
    ]
    for value, look, layer in uprights:
        if value is not None and plot.scale.contains(value):
            x = axis.x(value)
            axis.sheet.line((x, x), (top, top + height), look, layer=layer)
