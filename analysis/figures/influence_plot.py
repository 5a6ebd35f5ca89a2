"""Influence diagnostics: one row a trial, one small axis a measure of influence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.figure import Figure
from matplotlib.markers import TICKDOWN

from analysis.figures import palette, style
from analysis.figures.canvas import Sheet
from analysis.figures.effect_marks import AXIS, AXIS_LINE, GUIDE, POINT, Axis, draw_upright
from analysis.figures.effect_scale import Scale
from analysis.figures.fitting import text_width, wrap
from analysis.figures.many_trials import MOST_ROWS, largest
from analysis.figures.marks import Align, Look, stroke
from analysis.figures.text import plain
from analysis.formatting import number
from analysis.statistics.influence import Influence
from analysis.synthesis.question_result import Synthesis

MARGIN = 14.0
GAP = 12.0
LINE = 11.0
ROW = 16.5
WIDEST_LABEL = 150.0


@dataclass(frozen=True)
class _Panel:
    """A diagnostic: the name of its field, what a reader calls it, where nothing happens."""

    field: str
    heading: str
    neutral: float | None


PANELS = (
    _Panel("rstudent", "Studentised residual", 0.0),
    _Panel("dffits", "DFFITS", 0.0),
    _Panel("cook_d", "Cook's distance", 0.0),
    _Panel("cov_r", "Covariance ratio", 1.0),
    _Panel("tau2_del", "τ² without it", None),
    _Panel("qe_del", "Q without it", None),
    _Panel("hat", "Leverage", None),
    _Panel("dfbs", "DFBETAS", 0.0),
)


def influence_plot(synthesis: Synthesis) -> Figure:
    """All diagnostics of each pooled trial; an influential one is bold, with diamonds.

    Of many the trials with the largest Cook's distance.

    ValueError where the synthesis has no influence diagnostics.
    Source: Viechtbauer & Cheung 2010, 10.1002/jrsm.11.
    """
    studies, rows = synthesis.pooled_studies, synthesis.sensitivity.influence
    if not rows:
        raise ValueError(f"{synthesis.title}: there are no influence diagnostics to draw")
    ordered = sorted(rows, key=lambda row: (studies[row.study].year, studies[row.study].label))
    everyone = [_numbers(row, studies[row.study].label) for row in ordered]
    notes = [influential_note(rows)]
    if len(ordered) > MOST_ROWS:
        ordered = [ordered[at] for at in largest([row.cook_d for row in ordered])]
        notes.append(f"Shown: the {len(ordered)} of {len(rows)} with the largest Cook’s distance.")
    labels = [plain(studies[row.study].label) for row in ordered]
    widest = max(text_width(label, style.BODY, bold=True) for label in labels)
    left = MARGIN + min(widest, WIDEST_LABEL) + GAP
    width = (style.WIDTH - MARGIN - left + GAP) / len(PANELS) - GAP
    headings = [wrap(p.heading, width + GAP - 3.0, 7.5, bold=True, lines=3) for p in PANELS]
    top = MARGIN + max(len(heading) for heading in headings) * LINE + 6.0
    bottom = top + len(ordered) * ROW
    sheet = Sheet.blank(style.WIDTH, bottom + 26.0 + LINE + MARGIN)
    sheet.numbers.extend(everyone)
    _draw_labels(sheet, ordered, labels, left, top)
    for index, (panel, heading) in enumerate(zip(PANELS, headings, strict=True)):
        x = left + index * (width + GAP)
        _draw_heading(sheet, heading, x + width / 2, top)
        _draw_panel(sheet, panel, ordered, x, width, top)
    y = bottom + 26.0 + LINE / 2
    sheet.text(MARGIN, y, " ".join(notes), size=style.SMALL, color=palette.MUTED)
    return sheet.figure


def _numbers(row: Influence, label: str) -> dict[str, object]:
    diagnostics = {panel.heading: getattr(row, panel.field) for panel in PANELS}
    return {"Trial": label, **diagnostics, "Influential": "yes" if row.influential else "no"}


def influential_note(rows: Sequence[Influence]) -> str:
    """How influential trials are marked, or that there is none."""
    rule = "influential by the rule of Viechtbauer and Cheung"
    return f"Diamond: {rule}." if any(row.influential for row in rows) else f"No trial is {rule}."


def _draw_labels(
    sheet: Sheet, rows: Sequence[Influence], labels: Sequence[str], left: float, top: float
) -> None:
    for index, (row, label) in enumerate(zip(rows, labels, strict=True)):
        y = top + (index + 0.5) * ROW
        text = wrap(label, left - GAP - MARGIN, style.BODY, bold=row.influential, lines=1)[0]
        sheet.text(MARGIN, y, text, bold=row.influential)
        sheet.line((left, style.WIDTH - MARGIN), (y, y), stroke(palette.BAND))


def _draw_heading(sheet: Sheet, heading: Sequence[str], x: float, top: float) -> None:
    for line, height in zip(heading, range(len(heading) - 1, -1, -1), strict=True):
        y = top - 6.0 - LINE / 2 - height * LINE
        sheet.text(x, y, line, align="center", size=7.5, bold=True)


def _draw_panel(
    sheet: Sheet, panel: _Panel, rows: Sequence[Influence], left: float, width: float, top: float
) -> None:
    values = [getattr(row, panel.field) for row in rows]
    anchors = values if panel.neutral is None else [*values, panel.neutral]
    ends = sorted({min(anchors), max(anchors)})
    margin = 0.12 * (ends[-1] - ends[0]) or 0.5
    scale = Scale(ends[0] - margin, ends[-1] + margin, tuple(ends))
    axis = Axis(sheet, scale, left, left + width, top, top + len(rows) * ROW)
    if panel.neutral is not None:
        draw_upright(axis, panel.neutral, stroke(palette.MUTED), layer=GUIDE)
    for index, (row, value) in enumerate(zip(rows, values, strict=True)):
        kind, face = ("D", palette.SUSPECT) if row.influential else ("o", palette.TRIAL)
        x, y = axis.x(value), top + (index + 0.5) * ROW
        sheet.marker(x, y, kind, 5.0, Look(face, palette.PAPER, 0.5), layer=POINT)
    _draw_ends(axis)


def _draw_ends(axis: Axis) -> None:
    """The axis of a panel: the smallest and the largest number, turned away from each other."""
    y = axis.bottom
    axis.sheet.line((axis.left, axis.right), (y, y), AXIS_LINE, layer=AXIS)
    ends = axis.scale.ticks
    aligns: tuple[Align, ...] = ("left", "right") if len(ends) == 2 else ("center",)
    for end, align in zip(ends, aligns, strict=True):
        x = axis.x(end)
        axis.sheet.marker(x, y, TICKDOWN, 3.0, AXIS_LINE, layer=AXIS)
        axis.sheet.text(x, y + 7.8, number(end, 0 if abs(end) >= 100 else 2), align=align, size=7.0)
