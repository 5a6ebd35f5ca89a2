"""The Baujat plot: which trials make the results differ, and which move the result."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.figures import style
from analysis.figures.canvas import Sheet
from analysis.figures.fitting import text_width
from analysis.figures.framing import (
    BELOW,
    LEFT,
    LINE,
    MARGIN,
    TOP,
    draw_notes,
    name_horizontal,
    name_vertical,
    notes_height,
)
from analysis.figures.influence_plot import influential_note
from analysis.figures.point_labels import place_labels
from analysis.statistics.influence import Influence
from analysis.synthesis.model import Synthesis

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
    with style.drawing():
        sheet = Sheet.blank(style.WIDTH, TOP + HEIGHT + BELOW + notes_height(notes))
        axes = sheet.axes(LEFT, TOP, style.WIDTH - LEFT - MARGIN, HEIGHT)
        axes.set_xlim(0.0, ROOM * max(row.baujat_x for row in rows) or 1.0)
        axes.set_ylim(0.0, ROOM * max(row.baujat_y for row in rows) or 1.0)
        name_horizontal(sheet, axes, "Contribution to heterogeneity (squared Pearson residual)")
        name_vertical(sheet, axes, "Influence on the pooled effect")
        for row in rows:
            marker, face = ("D", style.SUSPECT) if row.influential else ("o", style.TRIAL)
            x, y = row.baujat_x, row.baujat_y
            axes.plot(x, y, marker=marker, ms=5.5, mfc=face, mec="white", clip_on=False)
        _draw_labels(sheet, axes, [studies[row.study].label for row in rows], rows)
        draw_notes(sheet, notes)
        return sheet.figure


def _draw_labels(
    sheet: Sheet, axes: Axes, labels: Sequence[str], rows: Sequence[Influence]
) -> None:
    points = [
        (float(x), sheet.height - float(y))
        for x, y in (axes.transData.transform((row.baujat_x, row.baujat_y)) for row in rows)
    ]
    origin = (LEFT, TOP + HEIGHT)
    farthest_first = sorted(
        range(len(points)),
        key=lambda i: (points[i][0] - origin[0]) ** 2 + (points[i][1] - origin[1]) ** 2,
        reverse=True,
    )
    placed = place_labels(
        points,
        [text_width(label, style.SMALL) for label in labels],
        farthest_first,
        height=LINE,
        within=(LEFT + 2.0, TOP - LINE, style.WIDTH - MARGIN, TOP + HEIGHT - 2.0),
    )
    for label in placed:
        sheet.text(label.x, label.y, labels[label.index], size=style.SMALL)
