"""All questions in one figure: outcomes as rows, time points side by side, conditions below."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from matplotlib.figure import Figure

from analysis.figures import palette, style
from analysis.figures.canvas import Sheet
from analysis.figures.effect_labels import (
    band_note,
    effect_header,
    estimate_text,
    favours,
)
from analysis.figures.effect_marks import (
    Axis,
    draw_axis,
    draw_band,
    draw_bar,
    draw_dot,
    draw_interval,
    draw_square,
    draw_upright,
)
from analysis.figures.effect_scale import (
    Scale,
    Span,
    effect_scale,
    important_band,
    interval_span,
)
from analysis.figures.fitting import text_width, wrap
from analysis.figures.marks import stroke
from analysis.figures.narrow_row_plot import draw_narrow_row_plot
from analysis.figures.row_plot import Column, PlotMark, Row, RowPlot, Shape
from analysis.formatting import DASH, counted, sentence_case
from analysis.statistics.estimates import PooledEffect
from analysis.synthesis.question_result import Synthesis

MARGIN = 14.0
GAP = 15.0
LINE = 10.5
ROW = 20.0
HEADING = 24.0
AXIS = 36.0  # tick labels and what each side favours
COUNT = 16.0
WIDEST_LABEL = 82.0
MOST_TICKS = 5


@dataclass(frozen=True)
class _Grid:
    """The questions by place, and where the columns stand."""

    questions: Mapping[tuple[str, str, str], Synthesis]
    conditions: tuple[str, ...]
    outcomes: tuple[str, ...]
    timepoints: tuple[str, ...]
    labels: Mapping[str, str]
    scale: Scale
    label_width: float
    numbers_width: float

    @property
    def facet_width(self) -> float:
        facets = style.WIDTH - 2 * MARGIN - self.label_width
        return facets / len(self.timepoints) - GAP

    @property
    def block_height(self) -> float:
        return HEADING + LINE + len(self.outcomes) * ROW + AXIS

    def left(self, timepoint: int) -> float:
        return MARGIN + self.label_width + GAP + timepoint * (self.facet_width + GAP)

    def label(self, slug: str) -> str:
        return sentence_case(self.labels.get(slug, slug))


def overview_plot(
    syntheses: Sequence[Synthesis], labels: Mapping[str, str], *, narrow: bool = False
) -> Figure:
    """Estimate, interval, prediction interval and k of every question, in the order given.

    `labels` turns the slugs of conditions, outcomes and time points into words; one
    that it lacks is shown as it is. Differences share one axis; a question that pools a
    ratio has its numbers in words, for its axis is another. `narrow` is the layout for a
    phone, time points below each other. ValueError without questions.
    """
    if not syntheses:
        raise ValueError("an overview needs at least one question")
    grid = _grid(syntheses, labels)
    if narrow:
        return _narrow(grid, syntheses)
    notes = _notes(syntheses)
    height = MARGIN + len(grid.conditions) * grid.block_height + 8.0
    sheet = Sheet.blank(style.WIDTH, height + len(notes) * LINE + MARGIN - 4.0)
    for index, condition in enumerate(grid.conditions):
        _draw_block(sheet, grid, condition, MARGIN + index * grid.block_height)
    for index, note in enumerate(notes):
        sheet.text(
            MARGIN, height + (index + 0.5) * LINE, note, size=style.SMALL, color=palette.MUTED
        )
    return sheet.figure


def _narrow(grid: _Grid, syntheses: Sequence[Synthesis]) -> Figure:
    """The same for a phone: a heading for each condition and time point, a row a question."""
    measures = [s.measure for s in syntheses if s.measure.comparable]
    plot = RowPlot(
        columns=(Column("Question"), Column("", "right", side="right", of_marks=True)),
        rows=tuple(_narrow_rows(grid)),
        scale=grid.scale,
        plot_header=sentence_case(measures[0].axis_label) if measures else "",
        no_effect=0.0,
        favours=favours(measures[0]) if measures else None,
        band=_common_band(syntheses),
        notes=_said(syntheses),
    )
    return draw_narrow_row_plot(plot).figure


def _narrow_rows(grid: _Grid) -> Iterator[Row]:
    for condition in grid.conditions:
        for timepoint in grid.timepoints:
            words = grid.labels.get(timepoint, timepoint)
            yield Row((f"{grid.label(condition)}, {words}",), tone="heading")
            for outcome in grid.outcomes:
                if synthesis := grid.questions.get((condition, outcome, timepoint)):
                    yield _narrow_row(synthesis, grid.label(outcome))


def _narrow_row(synthesis: Synthesis, label: str) -> Row:
    pooled = synthesis.primary
    label = f"{label}, {counted(synthesis.k, 'trial')}"
    if pooled is None:
        return Row((label, DASH), tone="muted")
    marks = []
    if synthesis.measure.comparable:
        if prediction := _prediction(synthesis, pooled):
            marks.append(PlotMark("bar", prediction))
        shape: Shape = "dot" if pooled.k > 1 else "square"
        marks.append(PlotMark(shape, _span(synthesis, pooled), area=0.4))
    return Row((label, _numbers(synthesis, pooled)), tuple(marks))


def _common_band(syntheses: Sequence[Synthesis]) -> tuple[float, float] | None:
    """The smallest important difference where all have the same."""
    bands = {band for s in syntheses if s.measure.comparable and (band := important_band(s))}
    return bands.pop() if len(bands) == 1 else None


def _grid(syntheses: Sequence[Synthesis], labels: Mapping[str, str]) -> _Grid:
    questions = {
        (s.question.condition, s.question.outcome, s.question.timepoint): s for s in syntheses
    }
    conditions, outcomes, timepoints = (_unique(slugs) for slugs in zip(*questions, strict=True))
    widest = max(
        text_width(sentence_case(labels.get(outcome, outcome)), style.SMALL) for outcome in outcomes
    )
    numbers = [_numbers(s, s.primary) for s in syntheses if s.primary]
    return _Grid(
        questions=questions,
        conditions=conditions,
        outcomes=outcomes,
        timepoints=timepoints,
        labels=labels,
        scale=_common_scale(syntheses),
        label_width=min(widest, WIDEST_LABEL),
        numbers_width=max((text_width(text, style.SMALL) for text in numbers), default=60.0),
    )


def _unique(slugs: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(slugs))


def _common_scale(syntheses: Sequence[Synthesis]) -> Scale:
    differences = [s for s in syntheses if s.measure.comparable]
    spans = [
        span
        for s in differences
        if s.primary
        for span in (_span(s, s.primary), _prediction(s, s.primary))
        if span
    ]
    bands = [value for s in differences for value in important_band(s) or ()]
    return effect_scale(spans, (0.0, *bands), ratio=False, most_ticks=MOST_TICKS)


def _numbers(synthesis: Synthesis, pooled: PooledEffect) -> str:
    text = estimate_text(_span(synthesis, pooled), ratio=synthesis.measure.ratio)
    measure = synthesis.measure
    return text if measure.comparable else f"{measure.name} {text} {measure.unit}".rstrip()


def _row(synthesis: Synthesis, pooled: PooledEffect | None) -> dict[str, object]:
    nothing = Span(None, None, None)
    span = _span(synthesis, pooled) if pooled else nothing
    prediction = (_prediction(synthesis, pooled) if pooled else None) or nothing
    return {
        "Question": synthesis.title,
        "Trials": synthesis.k,
        "Measure": synthesis.measure.name,
        "Estimate": span.estimate,
        "Lower limit": span.low,
        "Upper limit": span.high,
        "Lower limit of prediction": prediction.low,
        "Upper limit of prediction": prediction.high,
    }


def _span(synthesis: Synthesis, pooled: PooledEffect) -> Span:
    return interval_span(synthesis.measure, pooled.estimate, pooled.interval)


def _prediction(synthesis: Synthesis, pooled: PooledEffect) -> Span | None:
    if pooled.prediction is None:
        return None
    return interval_span(synthesis.measure, None, pooled.prediction)


def _notes(syntheses: Sequence[Synthesis]) -> tuple[str, ...]:
    width = style.WIDTH - 2 * MARGIN
    return tuple(
        line for note in _said(syntheses) for line in wrap(note, width, style.SMALL, lines=3)
    )


def _said(syntheses: Sequence[Synthesis]) -> tuple[str, ...]:
    band = _common_band(syntheses)
    others = [s.measure for s in syntheses if s.primary and not s.measure.comparable]
    named = "Ratios" if all(measure.ratio for measure in others) else "Other measures than SMDs"
    return (
        "Dot (square for a single trial) and line: estimate and confidence interval. "
        "Bar: prediction interval. k: trials.",
        *([band_note(band)] if band else ()),
        *([f"{named} have an axis of their own: numbers only."] if others else ()),
    )


def _draw_block(sheet: Sheet, grid: _Grid, condition: str, top: float) -> None:
    """One condition: its heading, the outcomes, a facet for each time point."""
    sheet.text(MARGIN, top + LINE / 2, grid.label(condition), bold=True)
    rows_top = top + HEADING + LINE
    sheet.line((MARGIN, style.WIDTH - MARGIN), (rows_top - 4.0,) * 2, stroke(palette.INK))
    for index, outcome in enumerate(grid.outcomes):
        y = rows_top + (index + 0.5) * ROW
        lines = wrap(grid.label(outcome), grid.label_width, style.SMALL)
        for line, text in enumerate(lines):
            at = y + (line - (len(lines) - 1) / 2) * LINE
            sheet.text(MARGIN, at, text, size=style.SMALL)
    for index, timepoint in enumerate(grid.timepoints):
        _draw_facet(sheet, grid, (condition, timepoint), grid.left(index), rows_top)


def _draw_facet(sheet: Sheet, grid: _Grid, place: tuple[str, str], left: float, top: float) -> None:
    condition, timepoint = place
    plot_right = left + grid.facet_width - grid.numbers_width - COUNT - GAP
    right = left + grid.facet_width
    header = top - 4.0 - LINE / 2 - 3.0
    sheet.text(left, header, grid.label(timepoint), size=style.SMALL, bold=True)
    sheet.text(plot_right + COUNT, header, "k", align="right", size=style.SMALL, bold=True)
    questions = [grid.questions.get((condition, outcome, timepoint)) for outcome in grid.outcomes]
    named = next((effect_header(s) for s in questions if s and s.measure.comparable), "")
    sheet.text(right, header, named, align="right", size=style.SMALL, bold=True)
    bottom = top + len(questions) * ROW
    axis = Axis(sheet, grid.scale, left, plot_right, top, bottom)
    draw_axis(axis)
    if band := _common_band([s for s in questions if s]):
        draw_band(axis, band)
    draw_upright(axis, 0.0)
    for index, synthesis in enumerate(questions):
        if synthesis:
            _draw_question(axis, synthesis, right, top + (index + 0.5) * ROW)
    _draw_sides(axis, questions, bottom + AXIS - 12.0)


def _draw_question(axis: Axis, synthesis: Synthesis, right: float, y: float) -> None:
    sheet = axis.sheet
    sheet.text(axis.right + COUNT, y, str(synthesis.k), align="right", size=style.SMALL)
    pooled = synthesis.primary
    sheet.numbers.append(_row(synthesis, pooled))
    if pooled is None:
        sheet.text(right, y, DASH, align="right", size=style.SMALL, color=palette.MUTED)
        return
    sheet.text(right, y, _numbers(synthesis, pooled), align="right", size=style.SMALL)
    if not synthesis.measure.comparable:
        return
    span = _span(synthesis, pooled)
    prediction = _prediction(synthesis, pooled)
    if prediction:
        draw_bar(axis, prediction, y, half_height=3.2)
    draw_interval(axis, span, y, color=palette.POOLED, width=1.6)
    if pooled.k > 1:
        draw_dot(axis, span, y, side=6.5)
    else:
        draw_square(axis, pooled.estimate, y, side=6.0)


def _draw_sides(axis: Axis, questions: Sequence[Synthesis | None], y: float) -> None:
    measure = next((s.measure for s in questions if s and s.measure.comparable), None)
    if measure is None:
        return
    x = axis.x(0.0)
    left, right = favours(measure)
    axis.sheet.text(x - 6.0, y, f"← {left}", align="right", size=7.5)
    axis.sheet.text(x + 6.0, y, f"{right} →", size=7.5)
