"""A table with a plot in the middle: one row a line, marks on a common effect axis.

The forest plot, the models, leave-one-out, the cumulative analysis and the overview
are all this. Lengths are points, y runs down. Everything is placed from measured
text, so that nothing overlaps whatever the names are.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import accumulate
from types import MappingProxyType
from typing import Literal

from analysis.figures import palette, style
from analysis.figures.canvas import Align, Sheet
from analysis.figures.effect_marks import (
    BAND,
    GUIDE,
    INTERVAL,
    POINT,
    Axis,
    draw_axis,
    draw_band,
    draw_bar,
    draw_diamond,
    draw_dot,
    draw_interval,
    draw_point,
    draw_square,
    draw_upright,
)
from analysis.figures.effect_scale import Scale, Span
from analysis.figures.fitting import stacked, text_width, wrap
from analysis.figures.judgements import draw_judgement
from analysis.figures.marks import stroke
from analysis.figures.text import plain
from analysis.synthesis.risk_of_bias import Judgement

MARGIN = 14.0
GAP = 12.0
LINE = 11.5  # from one line of a wrapped label to the next
ROW = 16.5
HEADING = 20.0
AXIS = 18.0  # tick labels
NARROWEST_PLOT = 190.0
WIDEST_LABEL = 200.0
LARGEST_SQUARE = 10.0
SMALLEST_SQUARE = 3.0
JUDGEMENT_SIZE = 12.0
FOLDED_EDGE, FOLDED_GAP = 4.0, 8.0
DASHED_GUIDE = stroke(palette.POOLED, 0.8, (2.0, 2.0))

Shape = Literal[
    "square", "hollow square", "dot", "diamond", "pale diamond", "bar", "ring", "lozenge", "tick"
]
POINTS: Mapping[Shape, str] = MappingProxyType({"ring": "o", "lozenge": "D", "tick": "|"})
Tone = Literal["plain", "strong", "muted", "heading"]


@dataclass(frozen=True)
class Column:
    """A column of the table; `header` may have several lines.

    Cells of a column with a `widest` (points) are wrapped to it; the labels always are.
    Those of a column `of_marks` say in words what the marks show.
    """

    header: str
    align: Align = "left"
    side: Literal["left", "right"] = "left"
    widest: float | None = None
    of_marks: bool = False


@dataclass(frozen=True)
class PlotMark:
    """What a row has on the axis; `area` of a square relative to the largest, 0 to 1."""

    shape: Shape
    span: Span
    area: float = 1.0


@dataclass(frozen=True)
class Row:
    """One line: a cell per column (a heading has only the first), perhaps marks."""

    cells: tuple[str, ...]
    marks: tuple[PlotMark, ...] = ()
    tone: Tone = "plain"
    judgement: Judgement | None = None  # drawn in the last column
    rule_above: bool = False
    folded: tuple[Row, ...] = ()  # drawn as thin lines within `height` points, their cells not
    height: float = 0.0


@dataclass(frozen=True)
class RowPlot:
    """All that is drawn: the first column holds the labels and gives way when space is short."""

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    scale: Scale
    plot_header: str
    no_effect: float | None
    favours: tuple[str, str] | None = None  # left and right of no effect
    band: tuple[float, float] | None = None
    guide: float | None = None  # a dashed line down the plot: the pooled estimate
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Layout:
    sheet: Sheet
    axis: Axis
    anchors: tuple[float, ...]  # x of each column's text
    cells: tuple[tuple[tuple[str, ...], ...], ...]  # lines of each cell of each row
    plot_header: tuple[str, ...]
    notes: tuple[str, ...]
    centres: tuple[float, ...]  # y of each row


def draw_row_plot(plot: RowPlot) -> Sheet:
    """Draw it; the height follows from the rows."""
    layout = _lay_out(plot)
    _draw_headers(plot, layout)
    _draw_background(plot, layout)
    for index, row in enumerate(plot.rows):
        _draw_cells(plot, layout, row, index)
        draw_marks(layout.axis, row, layout.centres[index])
    _draw_axis_labels(plot, layout)
    layout.sheet.numbers.extend(row_numbers(plot))
    return layout.sheet


def unfolded(rows: Iterable[Row]) -> Iterator[Row]:
    """The rows with those that are folded within them."""
    for row in rows:
        yield row
        yield from row.folded


def row_numbers(plot: RowPlot) -> Iterator[dict[str, object]]:
    """Each mark's estimate and limits beside the cells of its row, below its heading."""
    heading = ""
    names = [" ".join(column.header.split()) for column in plot.columns]
    further = [(i, name) for i, name in enumerate(names) if i and not plot.columns[i].of_marks]
    grouped = any(row.tone == "heading" for row in plot.rows)
    for row in unfolded(plot.rows):
        if row.tone == "heading":
            heading = row.cells[0]
        for mark in row.marks:
            span = mark.span
            yield {
                **({"Group": heading} if grouped else {}),
                names[0]: row.cells[0],
                "Mark": mark.shape,
                "Estimate": span.estimate,
                "Lower limit": span.low,
                "Upper limit": span.high,
                **{name: row.cells[index] for index, name in further if index < len(row.cells)},
                **({names[-1]: row.judgement} if row.judgement else {}),
            }


def _lay_out(plot: RowPlot) -> _Layout:
    widths = _column_widths(plot)
    lefts, plot_left, plot_right = _place_columns(plot.columns, widths)
    cells = tuple(_wrapped_cells(plot, row, widths, plot_left - GAP - MARGIN) for row in plot.rows)
    plot_header = wrap(plot.plot_header, plot_right - plot_left, style.SMALL, bold=True)
    header_lines = max(len(plot_header), *(c.header.count("\n") + 1 for c in plot.columns))
    rows_top = MARGIN + header_lines * LINE + 8.0
    heights = [_row_height(row, lines) for row, lines in zip(plot.rows, cells, strict=True)]
    rows_bottom = rows_top + sum(heights) + 4.0
    notes = _wrapped_notes(plot)
    height = rows_bottom + AXIS + (LINE + 6.0 if plot.favours else 0.0)
    height += (len(notes) * LINE + 8.0 if notes else 0.0) + MARGIN - 2.0
    sheet = Sheet.blank(style.WIDTH, height)
    axis = Axis(sheet, plot.scale, plot_left, plot_right, rows_top, rows_bottom)
    draw_axis(axis)
    anchors = tuple(
        {"left": left, "right": left + width, "center": left + width / 2}[column.align]
        for left, width, column in zip(lefts, widths, plot.columns, strict=True)
    )
    tops = accumulate(heights, initial=rows_top)
    centres = tuple(
        top + (height - _extra(row)) / 2 + _extra(row)
        for row, height, top in zip(plot.rows, heights, tops, strict=False)
    )
    return _Layout(
        sheet=sheet,
        axis=axis,
        anchors=anchors,
        cells=cells,
        plot_header=plot_header,
        notes=notes,
        centres=centres,
    )


def _column_widths(plot: RowPlot) -> list[float]:
    """Natural widths, except that the labels leave the plot its least width."""
    widths = []
    for index, column in enumerate(plot.columns):
        texts = [
            text_width(row.cells[index], style.BODY, bold=row.tone == "strong")
            for row in plot.rows
            if row.tone != "heading" and index < len(row.cells)
        ]
        headers = [text_width(line, style.SMALL, bold=True) for line in column.header.split("\n")]
        natural = max(texts + headers)
        widths.append(natural if column.widest is None else min(natural, column.widest))
    others = sum(widths[1:]) + GAP * len(plot.columns)
    room = style.WIDTH - 2 * MARGIN - others - NARROWEST_PLOT
    widths[0] = min(widths[0], max(room, 60.0), WIDEST_LABEL)
    return widths


def _place_columns(
    columns: tuple[Column, ...], widths: list[float]
) -> tuple[list[float], float, float]:
    """Left edge of each column, and both edges of the plot between them."""
    lefts = []
    x = MARGIN
    for column, width in zip(columns, widths, strict=True):
        if column.side == "left":
            lefts.append(x)
            x += width + GAP
    right_columns = [w for c, w in zip(columns, widths, strict=True) if c.side == "right"]
    plot_right = style.WIDTH - MARGIN - sum(right_columns) - GAP * len(right_columns)
    right = plot_right + GAP
    for width in right_columns:
        lefts.append(right)
        right += width + GAP
    return lefts, x, plot_right


def _wrapped_cells(
    plot: RowPlot, row: Row, widths: list[float], whole: float
) -> tuple[tuple[str, ...], ...]:
    """The lines of each cell; a heading may use all columns left of the plot."""
    bold = row.tone in ("strong", "heading")
    if row.tone == "heading":
        return (wrap(plain(row.cells[0]), whole, style.BODY, bold=bold),)
    return tuple(
        wrap(plain(cell), width, style.BODY, bold=bold, lines=3 if column.widest else 2)
        if column.widest or column is plot.columns[0]
        else (cell,)
        for cell, column, width in zip(row.cells, plot.columns, widths, strict=False)
    )


def _wrapped_notes(plot: RowPlot) -> tuple[str, ...]:
    width = style.WIDTH - 2 * MARGIN
    return tuple(line for note in plot.notes for line in wrap(note, width, style.SMALL, lines=4))


def _extra(row: Row) -> float:
    """Air above a row."""
    return 6.0 if row.rule_above else (HEADING - ROW if row.tone == "heading" else 0.0)


def _row_height(row: Row, cells: tuple[tuple[str, ...], ...]) -> float:
    return max(ROW + (max(len(lines) for lines in cells) - 1) * LINE, row.height) + _extra(row)


def _draw_headers(plot: RowPlot, layout: _Layout) -> None:
    bottom = layout.axis.top - 8.0 - LINE / 2
    columns = [(c.header, c.align, x) for c, x in zip(plot.columns, layout.anchors, strict=True)]
    middle = (layout.axis.left + layout.axis.right) / 2
    columns.append(("\n".join(layout.plot_header), "center", middle))
    for text, align, x in columns:
        lines = text.split("\n")
        for line, height in zip(lines, range(len(lines) - 1, -1, -1), strict=True):
            y = bottom - height * LINE
            layout.sheet.text(x, y, line, align=align, size=style.SMALL, bold=True)
    y = layout.axis.top - 3.0
    layout.sheet.line((MARGIN, style.WIDTH - MARGIN), (y, y), stroke(palette.INK))


def _draw_background(plot: RowPlot, layout: _Layout) -> None:
    if plot.band:
        draw_band(layout.axis, plot.band)
    if plot.guide is not None and plot.scale.contains(plot.guide):
        draw_upright(layout.axis, plot.guide, DASHED_GUIDE, layer=GUIDE)
    if plot.no_effect is not None:
        draw_upright(layout.axis, plot.no_effect)


def _draw_cells(plot: RowPlot, layout: _Layout, row: Row, index: int) -> None:
    sheet, y, cells = layout.sheet, layout.centres[index], layout.cells[index]
    bold = row.tone in ("strong", "heading")
    color = palette.MUTED if row.tone == "muted" else palette.INK
    for lines, column, x in zip(cells, plot.columns, layout.anchors, strict=False):
        for at, text in stacked(y, lines, LINE):
            if text:
                sheet.text(x, at, text, align=column.align, color=color, bold=bold)
    if row.judgement:
        draw_judgement(sheet, layout.anchors[-1], y, row.judgement, size=JUDGEMENT_SIZE)
    if row.rule_above:
        top = y - (_row_height(row, cells) + _extra(row)) / 2 + 2.0
        sheet.line((MARGIN, style.WIDTH - MARGIN), (top, top), layer=BAND)


def draw_marks(axis: Axis, row: Row, y: float) -> None:
    """What a row has on the axis, at that height."""
    if row.folded:
        _draw_folded(axis, row, y - row.height / 2)
    for mark in row.marks:
        match mark.shape:
            case "diamond" | "pale diamond":
                draw_diamond(axis, mark.span, y, half_height=5.0, pale=mark.shape != "diamond")
            case "bar":
                draw_bar(axis, mark.span, y, half_height=2.2 if len(row.marks) == 1 else 3.2)
            case "dot":
                draw_interval(axis, mark.span, y, color=palette.POOLED, width=1.6)
                draw_dot(axis, mark.span, y, side=6.5)
            case "square" | "hollow square":
                _draw_trial(axis, mark, y)
            case "ring" | "lozenge" | "tick" if mark.span.estimate is not None:
                draw_point(axis, mark.span.estimate, y, marker=POINTS[mark.shape])


def _draw_folded(axis: Axis, row: Row, top: float) -> None:
    """Thin lines with a point each, those that are set aside below a gap and in their colour."""
    aside = sum(inner.tone == "muted" for inner in row.folded)
    gap = FOLDED_GAP if 0 < aside < len(row.folded) else 0.0
    step = (row.height - gap - 2 * FOLDED_EDGE) / len(row.folded)
    for index, inner in enumerate(row.folded):
        muted = inner.tone == "muted"
        y = top + FOLDED_EDGE + (index + 0.5) * step + (gap if muted else 0.0)
        color, span = palette.SUSPECT if muted else palette.TRIAL, inner.marks[0].span
        left, right = axis.ends(span)
        thin = stroke(color, min(0.9, max(0.3, 0.45 * step)))
        axis.sheet.line((left, right), (y, y), thin, layer=INTERVAL)
        if span.estimate is not None and axis.scale.contains(span.estimate):
            x, point = axis.x(span.estimate), stroke(palette.POOLED, 2.2)
            axis.sheet.line((x - 1.1, x + 1.1), (y, y), point, layer=POINT)


def _draw_trial(axis: Axis, mark: PlotMark, y: float) -> None:
    hollow = mark.shape == "hollow square"
    color = palette.SUSPECT if hollow else palette.TRIAL
    draw_interval(axis, mark.span, y, color=color, dashed=hollow)
    if mark.span.estimate is not None:
        side = max(LARGEST_SQUARE * mark.area**0.5, SMALLEST_SQUARE)
        draw_square(axis, mark.span.estimate, y, side=side, hollow=hollow)


def _draw_axis_labels(plot: RowPlot, layout: _Layout) -> None:
    sheet = layout.sheet
    y = layout.axis.bottom + AXIS + LINE / 2 + 1.0
    if plot.favours and plot.no_effect is not None:
        x = layout.axis.x(plot.no_effect)
        left, right = plot.favours
        sheet.text(x - 8.0, y, f"← {left}", align="right", size=style.SMALL)
        sheet.text(x + 8.0, y, f"{right} →", size=style.SMALL)
        y += LINE + 6.0
    y += 4.0
    for line in layout.notes:
        sheet.text(MARGIN, y, line, size=style.SMALL, color=palette.MUTED)
        y += LINE
