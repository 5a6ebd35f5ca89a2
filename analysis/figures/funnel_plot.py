"""The contour-enhanced funnel plot (Peters et al. 2008, 10.1016/j.jclinepi.2007.11.010)."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Polygon

from analysis.figures import style
from analysis.figures.canvas import Sheet
from analysis.figures.effect_scale import EffectScale, Span, effect_scale
from analysis.figures.framing import (
    BELOW,
    LEFT,
    MARGIN,
    TOP,
    draw_notes,
    effect_axis,
    name_vertical,
    notes_height,
)
from analysis.formatting import counted, percent_level
from analysis.statistics.small_study_effects import Contour, FunnelContours
from analysis.statistics.trim_and_fill import TrimAndFill
from analysis.synthesis.model import Synthesis
from analysis.synthesis.study_effect import Measure

HEIGHT = 270.0
SHADES = ("#ffffff", "#bfcad9", "#dae1ea", "#f1f4f8")  # from the middle outwards
FOOT = 1.06  # the axis ends a little below the least precise trial


def funnel_plot(synthesis: Synthesis) -> Figure:
    """Effects against standard errors, shaded by the p-value a trial there would have.

    The dashed lines enclose where trials should fall without heterogeneity; hollow are
    the trials that trim and fill supposes missing. Suspect trials are left out.
    ValueError, with the reason, where small-study effects are not examined.
    """
    small_study = synthesis.sensitivity.small_study
    if small_study is None:
        reason = synthesis.sensitivity.small_study_refused or "not examined"
        raise ValueError(f"{synthesis.title}: there is no funnel plot ({reason})")
    contours, filled = small_study.contours, small_study.trim_and_fill
    notes = _notes(contours, filled)
    with style.drawing():
        sheet = Sheet.blank(style.WIDTH, TOP + HEIGHT + BELOW + notes_height(notes))
        axes = sheet.axes(LEFT, TOP, style.WIDTH - LEFT - MARGIN, HEIGHT)
        axes.set_ylim(contours.largest_se * FOOT, 0.0)
        scale = _scale(synthesis, contours, filled)
        effect_axis(sheet, axes, scale, synthesis.measure)
        name_vertical(sheet, axes, "Standard error")
        _draw_contours(axes, scale, synthesis.measure, contours)
        _draw_trials(axes, synthesis, filled)
        draw_notes(sheet, notes)
        return sheet.figure


def _notes(contours: FunnelContours, filled: TrimAndFill | None) -> list[str]:
    p_values = [f"{contour.p:g}" for contour in _widening(contours)]
    share = percent_level(contours.pseudo_interval.level)
    notes = [
        f"White: a trial there has p above {p_values[0]}; shades outwards: p below "
        f"{', '.join(p_values)}. Dashed: the pooled estimate and where {share} of trials should "
        "fall without heterogeneity."
    ]
    if filled and filled.missing:
        notes.append(f"Hollow: {counted(filled.missing, 'trial')} supposed by trim and fill.")
    return notes


def _widening(contours: FunnelContours) -> list[Contour]:
    return sorted(contours.contours, key=lambda contour: contour.p, reverse=True)


def _scale(
    synthesis: Synthesis, contours: FunnelContours, filled: TrimAndFill | None
) -> EffectScale:
    """An axis with every trial, the pseudo-interval and no effect on it."""
    measure, pseudo = synthesis.measure, contours.pseudo_interval
    effects = [study.effect for study in synthesis.pooled_studies]
    effects += filled.filled_effects if filled else ()
    effects += [limit for limit in (pseudo.low, pseudo.high) if limit is not None]
    shown = [measure.shown(effect) for effect in effects]
    spans = [Span(value, value, value) for value in shown]
    return effect_scale(spans, (measure.no_effect, *shown), ratio=measure.ratio)


def _draw_contours(
    axes: Axes, scale: EffectScale, measure: Measure, contours: FunnelContours
) -> None:
    axes.set_facecolor(SHADES[len(contours.contours)])
    widening = _widening(contours)
    for index in range(len(widening) - 1, -1, -1):
        limits = (widening[index].low, widening[index].high)
        triangle = _triangle(measure, contours, contours.reference, limits)
        axes.add_patch(Polygon(triangle, facecolor=SHADES[index], edgecolor="none", zorder=0))
    axes.axvline(measure.no_effect, color=style.INK, lw=0.9, zorder=1)
    axes.axvline(
        measure.shown(contours.estimate), color=style.POOLED, lw=1.0, ls=(0, (4, 2)), zorder=1
    )
    pseudo = contours.pseudo_interval
    if pseudo.low is not None and pseudo.high is not None:
        left, top, right = _triangle(
            measure, contours, contours.estimate, (pseudo.low, pseudo.high)
        )
        for corner in (left, right):
            axes.plot(
                *zip(corner, top, strict=True), color=style.POOLED, lw=1.0, ls=(0, (4, 2)), zorder=1
            )


def _triangle(
    measure: Measure,
    contours: FunnelContours,
    apex: float,
    limits: tuple[float, float],
) -> tuple[tuple[float, float], tuple[float, float], tuple[float, float]]:
    """Left foot, apex and right foot, the feet where the axis ends."""
    low, high = (measure.shown(apex + FOOT * (limit - apex)) for limit in limits)
    foot = contours.largest_se * FOOT
    return (low, foot), (measure.shown(apex), 0.0), (high, foot)


def _draw_trials(axes: Axes, synthesis: Synthesis, filled: TrimAndFill | None) -> None:
    shown = synthesis.measure.shown
    for study in synthesis.pooled_studies:
        axes.plot(shown(study.effect), study.se, marker="o", ms=5.5, mfc=style.TRIAL, mec="white")
    if filled:
        for effect, variance in zip(filled.filled_effects, filled.filled_variances, strict=True):
            axes.plot(
                shown(effect), variance**0.5, marker="o", ms=5.5, mfc="white", mec=style.SUSPECT
            )
