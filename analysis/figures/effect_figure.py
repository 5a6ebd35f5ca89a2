"""Rows of effects from one synthesis, on the axis, band and guide that all of them share."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.figure import Figure

from analysis.figures.effect_labels import band_note, effect_header, favours
from analysis.figures.effect_scale import effect_scale, important_band
from analysis.figures.narrow_row_plot import draw_narrow_row_plot
from analysis.figures.row_plot import Column, Row, RowPlot, draw_row_plot, unfolded
from analysis.formatting import sentence_case
from analysis.synthesis.question_result import Synthesis


def effect_column(synthesis: Synthesis) -> Column:
    """The column that says each row's effect in numbers."""
    return Column(effect_header(synthesis), "right", side="right", of_marks=True)


def draw_effect_figure(
    synthesis: Synthesis,
    columns: Sequence[Column],
    rows: Sequence[Row],
    notes: Sequence[str],
    *,
    narrow: bool = False,
) -> Figure:
    """Draw the rows on the measure's axis; the dashed line is the primary estimate.

    `notes` stand below the plot; the one that explains the band is added here. `narrow` is
    the layout for a phone.
    """
    measure, primary = synthesis.measure, synthesis.primary
    band = important_band(synthesis)
    spans = [mark.span for row in unfolded(rows) for mark in row.marks]
    plot = RowPlot(
        columns=tuple(columns),
        rows=tuple(rows),
        scale=effect_scale(measure, spans, band or (), most_ticks=5 if narrow else 8),
        plot_header=sentence_case(measure.axis_label),
        no_effect=measure.no_effect,
        favours=favours(measure),
        band=band,
        guide=measure.shown(primary.estimate) if primary and primary.k > 1 else None,
        notes=(*notes, *((band_note(band),) if band else ())),
    )
    return (draw_narrow_row_plot if narrow else draw_row_plot)(plot).figure
