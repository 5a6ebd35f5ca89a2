"""The Baujat plot: which trials make the results differ, and which move the result."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.figure import Figure

from analysis.figures import palette, style
from analysis.figures.canvas import Sheet
from analysis.figures.effect_marks import POINT
from analysis.figures.fitting import text_width
from analysis.figures.framing import (
    BELOW,
    LEFT,
    LINE,
    MARGIN,
    TOP,
    Frame,
    draw_notes,
    name_horizontal,
    name_vertical,
    notes_height,
    number_scale,
)
from analysis.figures.influence_plot import influential_note
from analysis.figures.many_trials import KEPT
from analysis.figures.marks import Look, Point
from analysis.figures.point_labels import place_labels
from analysis.synthesis.question_result import Synthesis

HEIGHT = 250.0
ROOM = 1.12  # the axes reach a little beyond the last trial


def baujat_plot(synthesis: Synthesis) -> Figure:
    """Contribution to heterogeneity against influence on the result, a point a trial.

    Labels that would overlap are left out, those farthest from the origin last.
    ValueError where the synthesis has no influence diagnostics.
    Source: Baujat et al. 2002, 10.1002/sim.1221.
    """
    studies, rows = synthesis.pooled_studies, synthesis.sensitivity.influence
    if not rows:
        raise ValueError(f"{synthesis.title}: there are no influence diagnostics to draw")
    notes = [influential_note(rows)]
    sheet = Sheet.blank(style.WIDTH, TOP + HEIGHT + BELOW + notes_height(notes))
    across = number_scale(0.0, ROOM * max(row.baujat_x for row in rows) or 1.0)
    up = number_scale(0.0, ROOM * max(row.baujat_y for row in rows) or 1.0)
    frame = Frame.placed(sheet, LEFT, style.WIDTH - MARGIN - LEFT, HEIGHT, across, up)
    name_horizontal(frame.axis, "Contribution to heterogeneity (squared Pearson residual)")
    name_vertical(frame, "Influence on the pooled effect")
    points = [frame.place(row.baujat_x, row.baujat_y) for row in rows]
    for (x, y), row in zip(points, rows, strict=True):
        kind, face = ("D", palette.SUSPECT) if row.influential else ("o", palette.TRIAL)
        sheet.marker(x, y, kind, 5.5, Look(face, palette.PAPER, 1.0), layer=POINT)
        sheet.numbers.append(
            {
                "Trial": studies[row.study].label,
                "Contribution to heterogeneity": row.baujat_x,
                "Influence on the pooled effect": row.baujat_y,
                "Influential": "yes" if row.influential else "no",
            }
        )
    _draw_labels(sheet, points, [studies[row.study].label for row in rows])
    draw_notes(sheet, notes)
    return sheet.figure


def _draw_labels(sheet: Sheet, points: Sequence[Point], labels: Sequence[str]) -> None:
    origin = (LEFT, TOP + HEIGHT)
    farthest_first = sorted(
        range(len(points)),
        key=lambda i: (points[i][0] - origin[0]) ** 2 + (points[i][1] - origin[1]) ** 2,
        reverse=True,
    )[:KEPT]
    placed = place_labels(
        points,
        [text_width(label, style.SMALL) for label in labels],
        farthest_first,
        height=LINE,
        within=(LEFT + 2.0, TOP - LINE, style.WIDTH - MARGIN, TOP + HEIGHT - 2.0),
    )
    for label in placed:
        sheet.text(label.x, label.y, labels[label.index], size=style.SMALL)
