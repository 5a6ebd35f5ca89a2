"""How far each question's answer moves: its models, its sets of trials, each trial left out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

from matplotlib.figure import Figure

from analysis.figures.effect_labels import band_note, effect_header, estimate_text, favours
from analysis.figures.effect_scale import (
    Span,
    effect_scale,
    estimate_span,
    important_band,
    on_one_axis,
)
from analysis.figures.many_trials import MOST_ROWS
from analysis.figures.narrow_row_plot import draw_narrow_row_plot
from analysis.figures.row_plot import Column, PlotMark, Row, RowPlot, Shape, draw_row_plot
from analysis.formatting import limits, number, sentence_case
from analysis.synthesis.question_result import Synthesis
from analysis.synthesis.sensitivity_overview import Family, Sensitivity, Spread

SHAPES: Mapping[Family, Shape] = MappingProxyType(
    {"models": "ring", "sets of trials": "lozenge", "leave one out": "tick"}
)
LABELS: Mapping[Family, str] = MappingProxyType(
    {
        "models": "other models",
        "sets of trials": "other sets of trials",
        "leave one out": "without one trial",
    }
)


def sensitivity_plot(
    questions: Sequence[Sensitivity], labels: Mapping[str, str], *, narrow: bool = False
) -> Figure:
    """Below each question's estimate and interval a line of marks for each kind of variant.

    `labels` turns the slugs of conditions into headings; `narrow` is the layout for a phone.
    ValueError without questions, or where they do not share an axis.
    """
    if not questions:
        raise ValueError("a sensitivity plot needs at least one question")
    if len(on_one_axis(questions, lambda asked: asked.synthesis.measure)) > 1:
        raise ValueError("other measures have an axis of their own: a figure for each")
    first = questions[0].synthesis
    measure = first.measure
    band = important_band(first)
    points = [_shown(first, v.estimate) for question in questions for v in question.variants]
    spans = [_primary_span(question) for question in questions]
    plot = RowPlot(
        columns=(
            Column("Question"),
            Column(effect_header(first).replace(" [", "\n["), "right", "right", of_marks=True),
        ),
        rows=tuple(_rows(questions, labels)),
        scale=effect_scale(measure, spans, (*points, *(band or ()))),
        plot_header="Dot and line: primary analysis. Hollow marks: each variant’s estimate",
        no_effect=measure.no_effect,
        favours=favours(measure),
        band=band,
        notes=(
            "Circles: other models. Diamonds: other sets of trials. Ticks: one trial left out. "
            "The number of variants stands in brackets; numbers on the right of a variant line "
            "are its lowest and highest estimate.",
            *((band_note(band),) if band else ()),
        ),
    )
    sheet = (draw_narrow_row_plot if narrow else draw_row_plot)(plot)
    sheet.numbers[:] = _numbers(questions)
    return sheet.figure


def _numbers(questions: Sequence[Sensitivity]) -> Iterator[dict[str, object]]:
    """The primary estimate of each question, and below it what every variant gives."""
    for question in questions:
        title, span = question.synthesis.title, _primary_span(question)
        yield {
            "Question": title,
            "Analysis": "primary",
            "Estimate": span.estimate,
            "Lower limit": span.low,
            "Upper limit": span.high,
        }
        for spread in question.spreads:
            for variant in spread.variants:
                yield {
                    "Question": title,
                    "Analysis": LABELS[spread.family],
                    "Variant": variant.name,
                    "Estimate": _shown(question.synthesis, variant.estimate),
                }


def _rows(questions: Sequence[Sensitivity], labels: Mapping[str, str]) -> Iterator[Row]:
    condition = None
    for question in questions:
        synthesis = question.synthesis
        if synthesis.question.condition != condition:
            condition = synthesis.question.condition
            heading = labels.get(condition, condition)
            yield Row((sentence_case(heading),), tone="heading")
        span = _primary_span(question)
        title = synthesis.title_in_condition
        yield Row(
            cells=(title, estimate_text(span, ratio=synthesis.measure.ratio)),
            marks=(PlotMark("dot", span),),
            tone="strong",
            rule_above=True,
        )
        yield from (_spread_row(synthesis, spread) for spread in question.spreads)


def _spread_row(synthesis: Synthesis, spread: Spread) -> Row:
    shown = [_shown(synthesis, variant.estimate) for variant in spread.variants]
    marks = tuple(
        PlotMark(SHAPES[spread.family], Span(value, value, value))
        for value in sorted(
            {round(value, 2) for value in shown} if len(shown) > MOST_ROWS else shown
        )
    )
    label = f"{LABELS[spread.family]} ({len(shown)})"
    ratio = synthesis.measure.ratio
    said = number(shown[0]) if len(shown) == 1 else limits(min(shown), max(shown), ratio=ratio)
    return Row((label, said), marks, tone="muted")


def _primary_span(question: Sensitivity) -> Span:
    return estimate_span(question.synthesis.measure, question.primary)


def _shown(synthesis: Synthesis, estimate: float) -> float:
    return synthesis.measure.shown(estimate)
