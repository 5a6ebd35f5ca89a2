"""Leave-one-out: the pooled effect without each trial in turn."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.figure import Figure

from analysis.figures.effect_figure import draw_effect_figure, effect_column
from analysis.figures.effect_labels import estimate_text
from analysis.figures.effect_scale import estimate_span
from analysis.figures.many_trials import MOST_ROWS, caterpillar, largest
from analysis.figures.row_plot import Column, PlotMark, Row
from analysis.formatting import percent
from analysis.statistics.estimates import PooledEffect
from analysis.statistics.leave_one_out import LeftOut
from analysis.synthesis.question_result import Synthesis
from analysis.synthesis.study_effect import Measure

OTHERS = 90.0  # points, the height of those that are folded


def leave_one_out_plot(synthesis: Synthesis, *, narrow: bool = False) -> Figure:
    """One row a trial left out, by year, and the pooled effect of all below.

    Of many the rows that move the effect most, the others as thin lines.

    `narrow` is the layout for a phone. ValueError where the synthesis has no leave-one-out:
    fewer than two pooled trials.
    """
    studies, primary = synthesis.pooled_studies, synthesis.primary
    left_out = synthesis.sensitivity.leave_one_out
    if primary is None or not left_out:
        raise ValueError(f"{synthesis.title}: there is no trial to leave out")
    ordered = sorted(
        left_out, key=lambda fit: (studies[fit.omitted].year, studies[fit.omitted].label)
    )
    columns = (
        Column("Without"),
        effect_column(synthesis),
        Column("I²", "right", side="right"),
    )
    rows = [_row(studies[fit.omitted].label, fit, synthesis.measure) for fit in ordered]
    if len(rows) > MOST_ROWS:
        moves = [abs(fit.estimate - primary.estimate) for fit in ordered]
        rows = _folded(rows, largest(moves))
    rows.append(_all_row(primary, synthesis.measure))
    return draw_effect_figure(synthesis, columns, rows, (), narrow=narrow)


def _folded(rows: Sequence[Row], telling: Sequence[int]) -> list[Row]:
    """The rows that tell most, and all others as thin lines below them."""
    others = [row for at, row in enumerate(rows) if at not in telling]
    label = f"{len(others)} others, which move it less"
    return [*(rows[at] for at in telling), caterpillar(label, others, OTHERS)]


def _row(label: str, fit: LeftOut, measure: Measure) -> Row:
    span = estimate_span(measure, fit)
    cells = (label, estimate_text(span, ratio=measure.ratio), percent(fit.i2))
    return Row(cells, (PlotMark("dot", span),))


def _all_row(primary: PooledEffect, measure: Measure) -> Row:
    span = estimate_span(measure, primary)
    i2 = percent(primary.heterogeneity.i2) if primary.heterogeneity else ""
    return Row(
        cells=(f"None: all {primary.k} trials", estimate_text(span, ratio=measure.ratio), i2),
        marks=(PlotMark("diamond", span),),
        tone="strong",
        rule_above=True,
    )
