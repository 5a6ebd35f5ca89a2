"""GOSH: the pooled effect and heterogeneity of every subset of the trials."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure
from matplotlib.path import Path
from numpy.typing import NDArray

from analysis.figures import palette, style
from analysis.figures.canvas import Sheet
from analysis.figures.effect_marks import BAND, draw_upright
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
from analysis.figures.marks import Look
from analysis.formatting import counted
from analysis.statistics.gosh import Gosh
from analysis.synthesis.question_result import Synthesis
from analysis.synthesis.study_effect import Measure

HEIGHT = 230.0
HEXAGONS = 36  # across a panel as wide as the figure
ROWS = 18  # of hexagons, from 0 to 100%
# Of a hexagon around its middle, in hexagons and rows; the outline ends where it began.
CORNERS = np.array([(3, -1), (3, 1), (0, 2), (-3, 1), (-3, -1), (0, -2), (3, -1)]) / 6


def gosh_plot(synthesis: Synthesis, subsets: Gosh, split: int | None = None) -> Figure:
    """Estimate against I² of every subset of two or more trials; colour says how many lie where.

    With `split`, the position of a trial in `synthesis.pooled_studies`, two panels show
    the subsets with and without it. ValueError when no subset has two trials.
    """
    several = subsets.k > 1
    if not several.any():
        raise ValueError(f"{synthesis.title}: one trial has no subsets to compare")
    panels = _panels(synthesis, subsets, several, split)
    notes = [_note(subsets, int(several.sum()))]
    scale = _scale(synthesis, subsets.estimate[several])
    sheet = Sheet.blank(style.WIDTH, TOP + HEIGHT + BELOW + notes_height(notes))
    width = (style.WIDTH - MARGIN) / len(panels) - LEFT
    for index, (name, members) in enumerate(panels):
        left = LEFT + index * (LEFT + width)
        up = number_scale(-3.0, 103.0)
        frame = Frame.placed(sheet, left, width, HEIGHT, scale, up)
        effect_axis(frame.axis, synthesis.measure)
        name_vertical(frame, name)
        along = _along_axis(synthesis.measure, subsets.estimate[members])
        _draw_density(frame, along, subsets.i2[members], len(panels), name)
        draw_upright(frame.axis, synthesis.measure.no_effect)
    draw_notes(sheet, notes)
    return sheet.figure


def _panels(
    synthesis: Synthesis, subsets: Gosh, several: NDArray[np.bool_], split: int | None
) -> list[tuple[str, NDArray[np.bool_]]]:
    if split is None:
        return [("I² (%)", several)]
    label = synthesis.pooled_studies[split].label
    inside = subsets.members[:, split]
    return [
        (f"I² (%), subsets with {label}", several & inside),
        (f"I² (%), subsets without {label}", several & ~inside),
    ]


def _note(subsets: Gosh, shown: int) -> str:
    every = "all" if subsets.exhaustive else "a random sample of"
    return (
        f"Each point of the cloud is one of {every} {counted(shown, 'subset')} of two or more "
        "trials; the stronger the colour, the more subsets."
    )


def _scale(synthesis: Synthesis, estimates: NDArray[np.float64]) -> Scale:
    measure = synthesis.measure
    ends = sorted((measure.shown(float(estimates.min())), measure.shown(float(estimates.max()))))
    return effect_scale(measure, [Span(ends[0], None, ends[1])], ends)


def _along_axis(measure: Measure, estimates: NDArray[np.float64]) -> NDArray[np.float64]:
    """Estimates turned as they are shown; ratios stay logarithms, evenly spread as on the axis."""
    return -estimates if measure.benefit_above else estimates


def _draw_density(
    frame: Frame,
    along: NDArray[np.float64],
    i2: NDArray[np.float64],
    panels: int,
    name: str,
) -> None:
    """A honeycomb: each hexagon has the stronger a colour, the more subsets are nearest to it."""
    if not len(along):
        return
    axis, across = frame.axis, HEXAGONS // panels
    ends = (axis.scale.low, axis.scale.high)
    low, high = np.log(ends) if axis.scale.ratio else ends
    origin = np.array((axis.left, frame.y(0.0)))
    step = ((axis.right, frame.y(100.0)) - origin) / (across, ROWS)
    place = np.array([(along - low) / (high - low) * across, i2 / 100 * ROWS])
    middles, counts = _honeycomb(place)
    colors = [palette.DENSITY[step] for step in _steps(counts)]
    outline, size = Path(CORNERS * step, closed=True), 2 * np.abs(CORNERS * step).max()
    for color, (x, y) in zip(colors, origin + middles * step, strict=True):
        axis.sheet.marker(x, y, outline, size, Look(color), layer=BAND)
    shown = low + middles[:, 0] / across * (high - low)
    effects, shares = np.exp(shown) if axis.scale.ratio else shown, middles[:, 1] / ROWS * 100
    axis.sheet.numbers.extend(
        {
            "Subsets": name.removeprefix("I² (%), "),
            "Estimate about": float(effect),
            "I² about (%)": float(i2),
            "How many": n,
        }
        for effect, i2, n in zip(effects, shares, counts.tolist(), strict=True)
    )


def _steps(counts: NDArray[np.intp]) -> NDArray[np.intp]:
    """Which colour each count has: steps of equal ratio from the smallest to the largest."""
    ratios = np.log(counts / counts.min())
    share = ratios / (ratios.max() or 1.0)
    return np.minimum(share * len(palette.DENSITY), len(palette.DENSITY) - 1).astype(int)


def _honeycomb(place: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
    """The middles (hexagons, 2) of the hexagons that have points, and how many points each has.

    `place` (2, points) counts hexagons across and rows up. The middles lie on whole numbers and
    halfway between them; rows are as high as hexagons are wide, divided by the root of three.
    """
    whole, half = np.rint(place), np.floor(place) + 0.5
    distance = [((place - middle) ** 2 * ((1,), (3,))).sum(axis=0) for middle in (whole, half)]
    middles = np.where(distance[0] < distance[1], whole, half)
    across, up = (2 * middles).astype(int)
    counts = np.bincount(across * (2 * ROWS + 1) + up)
    found = np.flatnonzero(counts)
    return np.column_stack(np.divmod(found, 2 * ROWS + 1)) / 2, counts[found]
