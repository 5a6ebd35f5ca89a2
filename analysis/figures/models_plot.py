"""The pooled effect under each model, as a dot plot."""

from __future__ import annotations

from matplotlib.figure import Figure

from analysis.figures.effect_figure import draw_effect_figure, effect_column
from analysis.figures.effect_labels import (
    estimate_text,
    interval_name,
    model_name,
)
from analysis.figures.effect_scale import estimate_span, interval_span
from analysis.figures.row_plot import Column, PlotMark, Row
from analysis.statistics.estimates import PooledEffect
from analysis.synthesis.question_result import Synthesis


def models_plot(synthesis: Synthesis, *, narrow: bool = False) -> Figure:
    """One row a model and interval: a dot with its confidence interval, prediction as a bar.

    First the models the protocol shows, then the other estimators of tau2. The primary
    analysis is bold and its estimate the dashed line. `narrow` is the layout for a
    phone. ValueError when there are none.
    """
    models = _models(synthesis)
    if not models:
        raise ValueError(f"{synthesis.title}: there are no models to compare")
    columns = (
        Column("Model"),
        Column("Interval", widest=130.0),
        effect_column(synthesis),
    )
    notes = ["Bold and dashed line: the primary analysis."]
    if any(pooled.prediction for pooled in models):
        notes.append("Bar: prediction interval.")
    rows = [_row(synthesis, pooled) for pooled in models]
    return draw_effect_figure(synthesis, columns, rows, [" ".join(notes)], narrow=narrow)


def _models(synthesis: Synthesis) -> list[PooledEffect]:
    shown = {pooled.way for pooled in synthesis.models}
    others = (p for p in synthesis.sensitivity.estimators if p.way not in shown)
    return [*synthesis.models, *others]


def _row(synthesis: Synthesis, pooled: PooledEffect) -> Row:
    measure, primary = synthesis.measure, synthesis.primary
    span = estimate_span(measure, pooled)
    marks = [PlotMark("dot", span)]
    if pooled.prediction:
        marks.insert(0, PlotMark("bar", interval_span(measure, pooled.prediction)))
    is_primary = primary is not None and pooled.way == primary.way
    return Row(
        cells=(
            model_name(pooled),
            interval_name(pooled.interval),
            estimate_text(span, ratio=measure.ratio),
        ),
        marks=tuple(marks),
        tone="strong" if is_primary else "plain",
    )
