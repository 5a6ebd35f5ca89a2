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
    estimate_span,
    important_band,
    interval_span,
    on_one_axis,
)
from analysis.figures.fitting import stacked, text_width, wrap
from analysis.figures.marks import stroke
from analysis.figures.narrow_row_plot import draw_narrow_row_plot
from analysis.figures.row_plot import Column, PlotMark, Row, RowPlot, Shape
from analysis.formatting import DASH, counted, sentence_case
from analysis.statistics.estimates import PooledEffect
from analysis.synthesis.question_result import Synthesis
from analysis.synthesis.study_effect import Measure

MARGIN = 14.0
GAP = 15.0
LINE = 10.5
ROW = 20.0
HEADING = 24.0
AXIS = 36.0  # tick labels and what each side favours
COUNT = 16.0
WIDEST_LABEL = 82.0
MOST_TICKS = 5
SIDES = 7.5  # size of what each side favours


@dataclass(frozen=True)
class _Grid:
    """The questions by place, and where the columns stand."""

    questions: Mapping[tuple[str, str, str], Synthesis]
    conditions: tuple[str, ...]
    timepoints: tuple[str, ...]
    labels: Mapping[str, str]
    scale: Scale
    label_width: float
    numbers_width: float

    def outcomes(self, condition: str) -> tuple[str, ...]:
        """Those that are asked about there, in the order of the questions."""
        return _unique(outcome for where, outcome, _ in self.questions if where == condition)

    def block_height(self, condition: str) -> float:
        return HEADING + LINE + len(self.outcomes(condition)) * ROW + AXIS

    @property
    def facet_width(self) -> float:
        facets = style.WIDTH - 2 * MARGIN - self.label_width
        return facets / len(self.timepoints) - GAP

    @property
    def measure(self) -> Measure:
        return next(iter(self.questions.values())).measure

    def left(self, timepoint: int) -> float:
        return MARGIN + self.label_width + GAP + timepoint * (self.facet_width + GAP)

    def label(self, slug: str) -> str:
        return sentence_case(self.labels.get(slug, slug))


def overview_plot(
    syntheses: Sequence[Synthesis], labels: Mapping[str, str], *, narrow: bool = False
) -> Figure:
    """Estimate, interval, prediction interval and k of every question, in the order given.

    `labels` turns the slugs of conditions, outcomes and time points into words; one
    that it lacks is shown as it is. `narrow` is the layout for a phone, time points below
    each other. ValueError without questions, or where they do not share an axis.
    """
    if not syntheses:
        raise ValueError("an overview needs at least one question")
    if len(on_one_axis(syntheses, lambda asked: asked.measure)) > 1:
        raise ValueError("other measures have an axis of their own: an overview for each")
    grid = _grid(syntheses, labels)
    if narrow:
        return _narrow(grid, syntheses)
    notes = _notes(syntheses)
    height = MARGIN + sum(map(grid.block_height, grid.conditions)) + 8.0
    sheet = Sheet.blank(style.WIDTH, height + len(notes) * LINE + MARGIN - 4.0)
    top = MARGIN
    for condition in grid.conditions:
        _draw_block(sheet, grid, condition, top)
        top += grid.block_height(condition)
    for index, note in enumerate(notes):
        sheet.text(
            MARGIN, height + (index + 0.5) * LINE, note, size=style.SMALL, color=palette.MUTED
        )
    return sheet.figure


def _narrow(grid: _Grid, syntheses: Sequence[Synthesis]) -> Figure:
    """The same for a phone: a heading for each condition and time point, a row a question."""
    plot = RowPlot(
        columns=(Column("Question"), Column("", "right", side="right", of_marks=True)),
        rows=tuple(_narrow_rows(grid)),
        scale=grid.scale,
        plot_header=sentence_case(grid.measure.axis_label),
        no_effect=grid.measure.no_effect,
        favours=favours(grid.measure),
        band=_common_band(syntheses),
        notes=_said(syntheses),
    )
    return draw_narrow_row_plot(plot).figure


def _narrow_rows(grid: _Grid) -> Iterator[Row]:
    for condition in grid.conditions:
        for timepoint in grid.timepoints:
            words = grid.labels.get(timepoint, timepoint)
            yield Row((f"{grid.label(condition)}, {words}",), tone="heading")
            for outcome in grid.outcomes(condition):
                if synthesis := grid.questions.get((condition, outcome, timepoint)):
                    yield _narrow_row(synthesis, grid.label(outcome))


def _narrow_row(synthesis: Synthesis, label: str) -> Row:
    pooled = synthesis.primary
    label = f"{label}, {counted(synthesis.k, 'trial')}"
    if pooled is None:
        return Row((label, DASH), tone="muted")
    marks = []
    if prediction := _prediction(synthesis, pooled):
        marks.append(PlotMark("bar", prediction))
    shape: Shape = "dot" if pooled.k > 1 else "square"
    marks.append(PlotMark(shape, _span(synthesis, pooled), area=0.4))
    return Row((label, _numbers(synthesis, pooled)), tuple(marks))


def _common_band(syntheses: Sequence[Synthesis]) -> tuple[float, float] | None:
    """The smallest important difference where all have the same."""
    bands = {band for s in syntheses if (band := important_band(s))}
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
        timepoints=timepoints,
        labels=labels,
        scale=_common_scale(syntheses),
        label_width=min(widest, WIDEST_LABEL),
        numbers_width=max((text_width(text, style.SMALL) for text in numbers), default=60.0),
    )


def _unique(slugs: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(slugs))


def _common_scale(syntheses: Sequence[Synthesis]) -> Scale:
    spans = [
        span
        for s in syntheses
        if s.primary
        for span in (_span(s, s.primary), _prediction(s, s.primary))
        if span
    ]
    bands = [value for s in syntheses for value in important_band(s) or ()]
    return effect_scale(syntheses[0].measure, spans, bands, most_ticks=MOST_TICKS)


def _numbers(synthesis: Synthesis, pooled: PooledEffect) -> str:
    return estimate_text(_span(synthesis, pooled), ratio=synthesis.measure.ratio)


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
    return estimate_span(synthesis.measure, pooled)


def _prediction(synthesis: Synthesis, pooled: PooledEffect) -> Span | None:
    if pooled.prediction is None:
        return None
    return interval_span(synthesis.measure, pooled.prediction)


def _notes(syntheses: Sequence[Synthesis]) -> tuple[str, ...]:
    width = style.WIDTH - 2 * MARGIN
    return tuple(
        line for note in _said(syntheses) for line in wrap(note, width, style.SMALL, lines=3)
    )


def _said(syntheses: Sequence[Synthesis]) -> tuple[str, ...]:
    band = _common_band(syntheses)
    return (
        "Dot (square for a single trial) and line: estimate and confidence interval. "
        "Bar: prediction interval. k: trials.",
        *([band_note(band)] if band else ()),
    )


def _draw_block(sheet: Sheet, grid: _Grid, condition: str, top: float) -> None:
    """One condition: its heading, the outcomes, a facet for each time point."""
    sheet.text(MARGIN, top + LINE / 2, grid.label(condition), bold=True)
    rows_top = top + HEADING + LINE
    sheet.line((MARGIN, style.WIDTH - MARGIN), (rows_top - 4.0,) * 2, stroke(palette.INK))
    for index, outcome in enumerate(grid.outcomes(condition)):
        y = rows_top + (index + 0.5) * ROW
        lines = wrap(grid.label(outcome), grid.label_width, style.SMALL)
        for at, text in stacked(y, lines, LINE):
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
    outcomes = grid.outcomes(condition)
    questions = [grid.questions.get((condition, outcome, timepoint)) for outcome in outcomes]
    named = next((effect_header(s) for s in questions if s), "")
    sheet.text(right, header, named, align="right", size=style.SMALL, bold=True)
    bottom = top + len(questions) * ROW
    axis = Axis(sheet, grid.scale, left, plot_right, top, bottom)
    draw_axis(axis)
    if band := _common_band([s for s in questions if s]):
        draw_band(axis, band)
    draw_upright(axis, grid.measure.no_effect)
    for index, synthesis in enumerate(questions):
        if synthesis:
            _draw_question(axis, synthesis, right, top + (index + 0.5) * ROW)
    _draw_sides(axis, grid.measure, bottom + AXIS - 12.0)


def _draw_question(axis: Axis, synthesis: Synthesis, right: float, y: float) -> None:
    sheet = axis.sheet
    sheet.text(axis.right + COUNT, y, str(synthesis.k), align="right", size=style.SMALL)
    pooled = synthesis.primary
    sheet.numbers.append(_row(synthesis, pooled))
    if pooled is None:
        sheet.text(right, y, DASH, align="right", size=style.SMALL, color=palette.MUTED)
        return
    sheet.text(right, y, _numbers(synthesis, pooled), align="right", size=style.SMALL)
    span = _span(synthesis, pooled)
    prediction = _prediction(synthesis, pooled)
    if prediction:
        draw_bar(axis, prediction, y, half_height=3.2)
    draw_interval(axis, span, y, color=palette.POOLED, width=1.6)
    if pooled.k > 1:
        draw_dot(axis, span, y, side=6.5)
    else:
        draw_square(axis, synthesis.measure.shown(pooled.estimate), y, side=6.0)


def _draw_sides(axis: Axis, measure: Measure, y: float) -> None:
    left, right = f"← {favours(measure)[0]}", f"{favours(measure)[1]} →"
    # Where no effect is at the left end of the axis, the words begin at the edge of the sheet.
    x = max(axis.x(measure.no_effect), MARGIN + text_width(left, SIDES) + 6.0)
    axis.sheet.text(x - 6.0, y, left, align="right", size=SIDES)
    axis.sheet.text(x + 6.0, y, right, size=SIDES)
