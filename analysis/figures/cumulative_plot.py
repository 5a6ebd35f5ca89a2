"""Cumulative meta-analysis: the pooled effect as the trials were published."""

from __future__ import annotations

from matplotlib.figure import Figure

from analysis.figures.effect_figure import draw_effect_figure, effect_column
from analysis.figures.effect_labels import estimate_text
from analysis.figures.effect_scale import interval_span
from analysis.figures.row_plot import Column, PlotMark, Row, Shape
from analysis.statistics.cumulative import CumulativeStep
from analysis.synthesis.question_result import Synthesis


def cumulative_plot(synthesis: Synthesis) -> Figure:
    """One row a trial added, in the order of publication; the last row holds all of them.

    ValueError where the synthesis has no cumulative analysis: fewer than two pooled trials.
    """
    steps = synthesis.sensitivity.cumulative
    if not steps:
        raise ValueError(f"{synthesis.title}: there are no trials to add up")
    columns = (
        Column("Trial added"),
        Column("Trials", "right"),
        effect_column(synthesis),
    )
    rows = [_row(synthesis, step, last=step is steps[-1]) for step in steps]
    return draw_effect_figure(synthesis, columns, rows, ())


def _row(synthesis: Synthesis, step: CumulativeStep, *, last: bool) -> Row:
    measure = synthesis.measure
    span = interval_span(measure, step.pooled.estimate, step.pooled.interval)
    shape: Shape = "square" if step.pooled.k == 1 else "diamond" if last else "dot"
    return Row(
        cells=(
            synthesis.pooled_studies[step.added].label,
            str(step.pooled.k),
            estimate_text(span, ratio=measure.ratio),
        ),
        marks=(PlotMark(shape, span, area=0.5),),
        tone="strong" if last else "plain",
    )
