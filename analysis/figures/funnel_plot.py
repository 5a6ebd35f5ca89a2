"""The contour-enhanced funnel plot (Peters et al. 2008, 10.1016/j.jclinepi.2007.11.010)."""

from __future__ import annotations

from matplotlib.figure import Figure

from analysis.figures import palette, style
from analysis.figures.canvas import Sheet
from analysis.figures.effect_marks import AXIS, BAND, GUIDE, POINT, draw_upright
from analysis.figures.effect_scale import Scale, Span, effect_scale
from analysis.figures.framing import (
    BELOW,
    LEFT,
    MARGIN,
    TOP,
    Frame,
    draw_notes,
    effect_axis,
    name_vertical,
    notes_height,
    number_scale,
)
from analysis.figures.marks import Look, Point, stroke
from analysis.formatting import counted, percent_level
from analysis.statistics.small_study_effects import Contour, FunnelContours
from analysis.statistics.trim_and_fill import TrimAndFill
from analysis.synthesis.question_result import Synthesis
from analysis.synthesis.study_effect import Measure

HEIGHT = 270.0
SHADES = (palette.PAPER, *palette.SHADES)  # from the middle outwards
TRIAL = Look(palette.TRIAL, palette.PAPER, 1.0)
FILLED = Look(palette.PAPER, palette.SUSPECT, 1.0)
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
    sheet = Sheet.blank(style.WIDTH, TOP + HEIGHT + BELOW + notes_height(notes))
    across = _scale(synthesis, contours, filled)
    up = number_scale(contours.largest_se * FOOT, 0.0)
    frame = Frame.placed(sheet, LEFT, style.WIDTH - MARGIN - LEFT, HEIGHT, across, up)
    effect_axis(frame.axis, synthesis.measure)
    name_vertical(frame, "Standard error")
    _draw_contours(frame, synthesis.measure, contours)
    _draw_trials(frame, synthesis, filled)
    draw_notes(sheet, notes)
    return sheet.figure


def _notes(contours: FunnelContours, filled: TrimAndFill | None) -> list[str]:
    p_values = [f"{contour.p:g}" for contour in _widening(contours)]
    share = percent_level(contours.pseudo_interval.level)
    notes = [
        f"In the middle: a trial there has p above {p_values[0]}; shades outwards: p below "
        f"{', '.join(p_values)}. Dashed: the pooled estimate and where {share} of trials should "
        "fall without heterogeneity."
    ]
    if filled and filled.missing:
        notes.append(f"Hollow: {counted(filled.missing, 'trial')} supposed by trim and fill.")
    return notes


def _widening(contours: FunnelContours) -> list[Contour]:
    return sorted(contours.contours, key=lambda contour: contour.p, reverse=True)


def _scale(synthesis: Synthesis, contours: FunnelContours, filled: TrimAndFill | None) -> Scale:
    """An axis with every trial, the pseudo-interval and no effect on it."""
    measure, pseudo = synthesis.measure, contours.pseudo_interval
    effects = [study.effect for study in synthesis.pooled_studies]
    effects += filled.filled_effects if filled else ()
    effects += [limit for limit in (pseudo.low, pseudo.high) if limit is not None]
    shown = [measure.shown(effect) for effect in effects]
    spans = [Span(value, value, value) for value in shown]
    return effect_scale(measure, spans, shown)


def _draw_contours(frame: Frame, measure: Measure, contours: FunnelContours) -> None:
    axis, sheet = frame.axis, frame.axis.sheet
    outside, width, height = SHADES[len(contours.contours)], axis.right - axis.left, HEIGHT
    sheet.rectangle(axis.left, axis.top, width, height, Look(outside), layer=BAND)
    widening = _widening(contours)
    for index in range(len(widening) - 1, -1, -1):
        limits = (widening[index].low, widening[index].high)
        triangle = _triangle(frame, measure, contours, contours.reference, limits)
        sheet.polygon(triangle, Look(SHADES[index]), layer=BAND, clip=frame.box)
    draw_upright(axis, measure.no_effect)
    dashed = stroke(palette.POOLED, 1.0, (4.0, 2.0))
    draw_upright(axis, measure.shown(contours.estimate), dashed, layer=GUIDE)
    pseudo = contours.pseudo_interval
    if pseudo.low is not None and pseudo.high is not None:
        limits = (pseudo.low, pseudo.high)
        left, tip, right = _triangle(frame, measure, contours, contours.estimate, limits)
        for foot in (left, right):
            sheet.line((foot[0], tip[0]), (foot[1], tip[1]), dashed, layer=AXIS)


def _triangle(
    frame: Frame,
    measure: Measure,
    contours: FunnelContours,
    apex: float,
    limits: tuple[float, float],
) -> tuple[Point, Point, Point]:
    """Left foot, apex and right foot on the sheet, the feet where the axis ends."""
    low, high = (measure.shown(apex + FOOT * (limit - apex)) for limit in limits)
    foot = contours.largest_se * FOOT
    return frame.place(low, foot), frame.place(measure.shown(apex), 0.0), frame.place(high, foot)


def _draw_trials(frame: Frame, synthesis: Synthesis, filled: TrimAndFill | None) -> None:
    shown = synthesis.measure.shown
    trials = [(s.label, s.effect, s.se, TRIAL) for s in synthesis.pooled_studies]
    if filled:
        supposed = zip(filled.filled_effects, filled.filled_variances, strict=True)
        trials += [("supposed by trim and fill", y, v**0.5, FILLED) for y, v in supposed]
    sheet, name = frame.axis.sheet, synthesis.measure.name
    for label, effect, se, look in trials:
        sheet.marker(*frame.place(shown(effect), se), "o", 5.5, look, layer=POINT)
        sheet.numbers.append({"Trial": label, name: shown(effect), "Standard error": se})
