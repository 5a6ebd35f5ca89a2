"""Cumulative meta-analysis: the pooled effect as the trials were published."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.figure import Figure

from analysis.figures.effect_figure import draw_effect_figure, effect_column
from analysis.figures.effect_labels import estimate_text
from analysis.figures.effect_scale import estimate_span
from analysis.figures.many_trials import MOST_ROWS
from analysis.figures.row_plot import Column, PlotMark, Row, Shape
from analysis.statistics.cumulative import CumulativeStep
from analysis.synthesis.question_result import Synthesis


def cumulative_plot(synthesis: Synthesis, *, narrow: bool = False) -> Figure:
    """One row a trial added, in the order of publication; the last row holds all of them.

    Where they are many, one row a year. `narrow` is the layout for a phone. ValueError
    where the synthesis has no cumulative analysis: fewer than two pooled trials.
    """
    steps = synthesis.sensitivity.cumulative
    if not steps:
        raise ValueError(f"{synthesis.title}: there are no trials to add up")
    studies, by_year = synthesis.pooled_studies, len(steps) > MOST_ROWS
    columns = (
        Column("Up to the year" if by_year else "Trial added"),
        Column("Trials", "right"),
        effect_column(synthesis),
    )
    shown = [
        (str(studies[step.added].year) if by_year else studies[step.added].label, step)
        for step in (_by_year(synthesis, steps) if by_year else steps)
    ]
    rows = [_row(synthesis, label, step, last=step is steps[-1]) for label, step in shown]
    return draw_effect_figure(synthesis, columns, rows, (), narrow=narrow)


def _by_year(synthesis: Synthesis, steps: Sequence[CumulativeStep]) -> list[CumulativeStep]:
    """The last step of each year, or of every few years where there are many, and the last."""
    pooled = synthesis.pooled_studies
    of_year = {pooled[step.added].year: step for step in steps}
    shown = list(of_year.values())
    every = -(-len(shown) // MOST_ROWS)
    return shown[::-every][::-1]


def _row(synthesis: Synthesis, label: str, step: CumulativeStep, *, last: bool) -> Row:
    measure = synthesis.measure
    span = estimate_span(measure, step.pooled)
    shape: Shape = "square" if step.pooled.k == 1 else "diamond" if last else "dot"
    return Row(
        cells=(
            label,
            str(step.pooled.k),
            estimate_text(span, ratio=measure.ratio),
        ),
        marks=(PlotMark(shape, span, area=0.5),),
        tone="strong" if last else "plain",
    )
