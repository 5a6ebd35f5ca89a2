"""The card that a link to the review shows elsewhere: title, version, the main answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.figure import Figure

from analysis.figures import palette, style
from analysis.figures.canvas import Sheet
from analysis.figures.effect_labels import favours
from analysis.figures.effect_marks import (
    Axis,
    draw_axis,
    draw_band,
    draw_dot,
    draw_interval,
    draw_upright,
)
from analysis.figures.effect_scale import (
    Scale,
    effect_scale,
    estimate_span,
    important_band,
    on_one_axis,
)
from analysis.figures.fitting import shorten, wrap
from analysis.figures.marks import stroke
from analysis.figures.text import plain
from analysis.formatting import sentence_case
from analysis.synthesis.question_result import Synthesis

WIDTH, HEIGHT = 600.0, 315.0  # points; 1.91 : 1, as the networks show it
DPI = 144.0  # 1200 by 630 pixels
EDGE = 32.0
TITLE = 21.0
LARGE = 12.5
MOST_ANSWERS = 6  # that still can be read


@dataclass(frozen=True)
class Answer:
    """One line of the card: a label and the question whose estimate is drawn."""

    label: str
    synthesis: Synthesis


def social_card(title: str, version: str, heading: str, answers: Sequence[Answer]) -> Figure:
    """A card of 1200 by 630 pixels at `DPI`: title, version, a heading, a line an answer.

    Those without an estimate, those that are not on the axis of most, and those after the
    first six are left out.
    """
    answered = [answer for answer in answers if answer.synthesis.primary]
    shown = next(iter(on_one_axis(answered, lambda answer: answer.synthesis.measure)), [])
    shown = shown[:MOST_ANSWERS]
    sheet = Sheet.blank(WIDTH, HEIGHT)
    y = _draw_lines(sheet, title, EDGE + 6.0, size=TITLE, bold=True)
    y = _draw_lines(sheet, version, y, size=LARGE)
    if shown:
        y = _draw_lines(sheet, heading, y + 8.0, size=LARGE, bold=True)
        _draw_answers(sheet, shown, top=y)
    return sheet.figure


def _draw_lines(sheet: Sheet, text: str, y: float, *, size: float, bold: bool = False) -> float:
    """Draw text from that height on, in three lines at most; where the next may begin."""
    for line in wrap(plain(text), WIDTH - 2 * EDGE, size, bold=bold, lines=3):
        sheet.text(EDGE, y, line, size=size, bold=bold)
        y += 1.35 * size
    return y


def _draw_answers(sheet: Sheet, shown: Sequence[Answer], *, top: float) -> None:
    scale = _scale([answer.synthesis for answer in shown])
    first = shown[0].synthesis
    left, right, bottom = EDGE + 150.0, WIDTH - EDGE, HEIGHT - EDGE - 18.0
    axis = Axis(sheet, scale, left, right, top, bottom)
    draw_axis(axis)
    if band := important_band(first):
        draw_band(axis, band)
    draw_upright(axis, first.measure.no_effect, stroke(palette.INK, 1.2))
    step = (bottom - top) / len(shown)
    for index, answer in enumerate(shown):
        y = top + (index + 0.5) * step
        label = shorten(plain(sentence_case(answer.label)), left - EDGE - 8.0, LARGE)
        sheet.text(EDGE, y, label, size=LARGE)
        _draw_answer(axis, answer.synthesis, y)
    sides = favours(first.measure)
    sheet.text(EDGE, HEIGHT - EDGE + 6.0, first.measure.short_name, size=style.BODY)
    sheet.text(left, HEIGHT - EDGE + 6.0, f"← {sides[0]}", size=style.BODY)
    sheet.text(right, HEIGHT - EDGE + 6.0, f"{sides[1]} →", align="right", size=style.BODY)


def _draw_answer(axis: Axis, synthesis: Synthesis, y: float) -> None:
    if synthesis.primary is None:
        return
    span = estimate_span(synthesis.measure, synthesis.primary)
    draw_interval(axis, span, y, color=palette.POOLED, width=3.0)
    draw_dot(axis, span, y, side=10.0)


def _scale(syntheses: Sequence[Synthesis]) -> Scale:
    spans = [estimate_span(s.measure, s.primary) for s in syntheses if s.primary]
    bands = [limit for s in syntheses for limit in important_band(s) or ()]
    return effect_scale(syntheses[0].measure, spans, bands, most_ticks=6)
