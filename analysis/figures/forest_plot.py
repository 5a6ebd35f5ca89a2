"""The forest plot of one cell."""

from __future__ import annotations

from collections.abc import Iterator

from matplotlib.figure import Figure

from analysis.figures.effect_figure import draw_effect_figure, effect_column
from analysis.figures.effect_labels import (
    estimate_text,
    interval_name,
    model_name,
)
from analysis.figures.effect_scale import Span, estimate_span, interval_span, shown_span
from analysis.figures.judgements import judgement_key
from analysis.figures.many_trials import CATERPILLAR, MOST_ROWS, caterpillar
from analysis.figures.row_plot import Column, PlotMark, Row
from analysis.formatting import DASH, count, counted, listed, number, p_value, percent
from analysis.statistics.estimates import Heterogeneity, PooledEffect
from analysis.synthesis.comparisons import Comparison, TrialSet
from analysis.synthesis.estimate_text import interval_text
from analysis.synthesis.interval_rule import conclusion_interval
from analysis.synthesis.question_result import Synthesis
from analysis.synthesis.study_effect import StudyEffect

GROUPS = (
    ("inactive", "Inactive comparator", TrialSet.INACTIVE),
    ("active", "Active comparator", TrialSet.ACTIVE),
)
SMALLEST_GROUP = 2  # pooled trials in each group before the plot is split


def forest_plot(synthesis: Synthesis, *, narrow: bool = False) -> Figure:
    """Every trial of a cell by year, the pooled effect and its prediction interval.

    Suspect trials are hollow and not pooled. With two or more pooled trials against
    each kind of comparator the trials stand in two groups, each with its diamond
    where the synthesis has that comparison. The band is the smallest important
    difference on either side of no effect, read on the analysis scale. One trial
    has no diamond, nor have trials of which each is suspect; `narrow` is the layout for a
    phone. More trials than can be read one by one are thin lines ordered by their effect.
    ValueError without trials.
    """
    if not synthesis.studies:
        raise ValueError(
            f"{synthesis.title}: no trial has a usable number, so there is no forest plot to draw"
        )
    return draw_effect_figure(
        synthesis,
        _columns(synthesis),
        list(_rows(synthesis)),
        list(_notes(synthesis)),
        narrow=narrow,
    )


def _folds(synthesis: Synthesis) -> bool:
    return len(synthesis.studies) > MOST_ROWS


def _drawn_pooled(synthesis: Synthesis) -> PooledEffect | None:
    return synthesis.primary if synthesis.primary and synthesis.primary.k > 1 else None


def _columns(synthesis: Synthesis) -> tuple[Column, ...]:
    measure = synthesis.measure
    events = [Column(f"Events\n{side}", "right") for side in measure.sides]
    return (
        Column("Trial"),
        Column("n", "right"),
        *(events if synthesis.counts_events else ()),
        effect_column(synthesis),
        Column("Weight", "right", side="right"),
        Column("Risk\nof bias", "center", side="right"),
    )


def _rows(synthesis: Synthesis) -> Iterator[Row]:
    groups = _groups(synthesis)
    heaviest = max((s.weight for s in synthesis.studies if s.weight), default=None)
    for heading, studies, comparison in groups:
        if heading:
            yield Row((heading,), tone="heading")
        ordered = sorted(studies, key=lambda s: (s.year, s.label, s.study_id))
        trials = [_study_row(synthesis, study, heaviest) for study in ordered]
        if _folds(synthesis):
            height = CATERPILLAR * len(trials) / len(synthesis.studies)
            yield caterpillar(
                f"{counted(len(trials), 'trial')}, one thin line each, ordered by effect",
                trials,
                height,
            )
        else:
            yield from trials
        if comparison and comparison.pooled and comparison.pooled.k > 1:
            yield _subtotal_row(synthesis, comparison, comparison.pooled)
    pooled = _drawn_pooled(synthesis)
    if pooled:
        yield from _total_rows(synthesis, pooled)


def _groups(
    synthesis: Synthesis,
) -> list[tuple[str | None, list[StudyEffect], Comparison | None]]:
    """The trials by kind of comparator when both kinds have enough, otherwise all together."""
    comparisons = {comparison.name: comparison for comparison in synthesis.comparisons}
    groups = [
        (
            heading,
            [s for s in synthesis.studies if s.comparator_kind == kind],
            comparisons.get(name),
        )
        for kind, heading, name in GROUPS
    ]
    if all(sum(not s.suspect for s in studies) >= SMALLEST_GROUP for _, studies, _ in groups):
        return [(heading, studies, comparison) for heading, studies, comparison in groups]
    return [(None, list(synthesis.studies), None)]


def _study_row(synthesis: Synthesis, study: StudyEffect, heaviest: float | None) -> Row:
    measure = synthesis.measure
    span = shown_span(measure, study.effect, study.ci_low, study.ci_high)
    events = (
        _events(study.events_intervention, study.n_intervention),
        _events(study.events_control, study.n_control),
    )
    pooled = not study.suspect
    area = study.weight / heaviest if study.weight and heaviest else 1.0
    return Row(
        cells=(
            study.label,
            count(study.n_total),
            *(events if synthesis.counts_events else ()),
            estimate_text(span, ratio=measure.ratio),
            percent(study.weight) if pooled and study.weight is not None else "not pooled",
        ),
        marks=(PlotMark("square" if pooled else "hollow square", span, area if pooled else 0.4),),
        tone="plain" if pooled else "muted",
        judgement=study.risk_of_bias.overall if study.risk_of_bias.is_asked else None,
    )


def _events(events: int | None, n: int | None) -> str:
    return DASH if events is None else f"{count(events)}/{count(n)}"


def _subtotal_row(synthesis: Synthesis, comparison: Comparison, pooled: PooledEffect) -> Row:
    span = estimate_span(synthesis.measure, pooled)
    return Row(
        cells=_total_cells(
            synthesis, f"Subtotal, {counted(pooled.k, 'trial')}", comparison.n_total, span
        ),
        marks=(PlotMark("pale diamond", span),),
        tone="strong",
    )


def _total_rows(synthesis: Synthesis, pooled: PooledEffect) -> Iterator[Row]:
    measure = synthesis.measure
    span = estimate_span(measure, pooled)
    yield Row(
        cells=_total_cells(
            synthesis, f"All {counted(pooled.k, 'trial')}", synthesis.n_total, span, percent(100)
        ),
        marks=(PlotMark("diamond", span),),
        tone="strong",
        rule_above=True,
    )
    if pooled.prediction:
        predicted = interval_span(measure, pooled.prediction)
        yield Row(
            cells=_total_cells(synthesis, "Prediction interval", None, predicted),
            marks=(PlotMark("bar", predicted),),
        )


def _total_cells(
    synthesis: Synthesis, label: str, n: int | None, span: Span, weight: str = ""
) -> tuple[str, ...]:
    return (
        label,
        "" if n is None else count(n),
        *(("", "") if synthesis.counts_events else ()),
        estimate_text(span, ratio=synthesis.measure.ratio),
        weight,
    )


def _notes(synthesis: Synthesis) -> Iterator[str]:
    pooled = _drawn_pooled(synthesis)
    if pooled:
        yield _model_note(pooled)
    if read := conclusion_interval(synthesis.bayesian):
        shown = interval_text(synthesis.measure, read)
        yield f"With {synthesis.k} trials conclusions read the Bayesian interval, {shown}."
    if synthesis.n_unknown:
        yield f"Not in the sum: participants of {counted(synthesis.n_unknown, 'trial')}, not known."
    suspect = sum(bool(study.suspect) for study in synthesis.studies)
    if _folds(synthesis):
        if suspect:
            yield f"Below a gap, and not pooled: {counted(suspect, 'suspect result')}."
        return
    if suspect:
        yield (
            "Hollow square, dashed line: a suspect result (see data integrity), "
            "shown and not pooled."
        )
    seen = {s.risk_of_bias.overall for s in synthesis.studies if s.risk_of_bias.is_asked}
    if not seen:
        return
    yield f"Risk of bias, overall: {judgement_key(seen)}."
    if open_ := [study.label for study in synthesis.studies if study.risk_of_bias.undecided]:
        yield f"Not assessed because assessors differ: {listed(open_)}."


def _model_note(pooled: PooledEffect) -> str:
    text = f"{model_name(pooled)}; {interval_name(pooled.interval)} interval"
    if pooled.interval.df is not None:
        text += f", {pooled.interval.df:g} df"
    if pooled.heterogeneity is None:
        return f"{text}."
    return f"{text}. {_heterogeneity_note(pooled.heterogeneity)}"


def _heterogeneity_note(heterogeneity: Heterogeneity) -> str:
    i2 = percent(heterogeneity.i2)
    if heterogeneity.i2_interval:
        low, high = heterogeneity.i2_interval.low, heterogeneity.i2_interval.high
        i2 += f" [{percent(low or 0.0)} to {percent(100.0 if high is None else high)}]"
    q = f"Q = {number(heterogeneity.q)} on {heterogeneity.df} df"
    p = "" if heterogeneity.p is None else f", {p_value(heterogeneity.p)}"
    return f"τ² = {number(heterogeneity.tau2, 3)}, I² = {i2}, {q}{p}."
