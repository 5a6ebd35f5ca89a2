"""GOSH: the pooled effect and heterogeneity of every subset of the trials."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, LogNorm
from matplotlib.figure import Figure
from numpy.typing import NDArray

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
from analysis.formatting import counted
from analysis.statistics.gosh import Gosh
from analysis.synthesis.model import Synthesis

HEIGHT = 230.0
HEXAGONS = 36  # across a panel as wide as the figure


def gosh_plot(synthesis: Synthesis, subsets: Gosh, split: int | None = None) -> Figure:
    """Estimate against I² of every subset of two or more trials, darker where more lie.

    With `split`, the position of a trial in `synthesis.pooled_studies`, two panels show
    the subsets with and without it. ValueError when no subset has two trials.
    """
    several = subsets.k > 1
    if not several.any():
        raise ValueError(f"{synthesis.title}: one trial has no subsets to compare")
    panels = _panels(synthesis, subsets, several, split)
    notes = [_note(subsets, int(several.sum()))]
    shown = np.array([synthesis.measure.shown(float(x)) for x in subsets.estimate])
    scale = _scale(synthesis, shown[several])
    with style.drawing():
        sheet = Sheet.blank(style.WIDTH, TOP + HEIGHT + BELOW + notes_height(notes))
        width = (style.WIDTH - MARGIN) / len(panels) - LEFT
        for index, (name, members) in enumerate(panels):
            axes = sheet.axes(LEFT + index * (LEFT + width), TOP, width, HEIGHT)
            axes.set_ylim(-3.0, 103.0)
            effect_axis(sheet, axes, scale, synthesis.measure)
            name_vertical(sheet, axes, name)
            _draw_density(axes, shown[members], subsets.i2[members], scale, len(panels))
            axes.axvline(synthesis.measure.no_effect, color=style.INK, lw=0.9, zorder=3)
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
        "trials; darker: more subsets."
    )


def _scale(synthesis: Synthesis, shown: NDArray[np.float64]) -> EffectScale:
    ends = (float(shown.min()), float(shown.max()))
    spans = [Span(ends[0], None, ends[1])]
    return effect_scale(spans, (synthesis.measure.no_effect, *ends), ratio=synthesis.measure.ratio)


def _draw_density(
    axes: Axes,
    estimates: NDArray[np.float64],
    i2: NDArray[np.float64],
    scale: EffectScale,
    panels: int,
) -> None:
    if not len(estimates):
        return
    shades = LinearSegmentedColormap.from_list("subsets", ["#cfe0f0", style.POOLED, "#06263f"])
    axes.hexbin(
        estimates,
        i2,
        gridsize=(HEXAGONS // panels, 18),
        xscale="log" if scale.ratio else "linear",
        extent=_extent(scale),
        cmap=shades,
        norm=LogNorm(),
        mincnt=1,
        linewidths=0.0,
        zorder=2,
    )


def _extent(scale: EffectScale) -> tuple[float, float, float, float]:
    low, high = (np.log10(x) if scale.ratio else x for x in (scale.low, scale.high))
    return float(low), float(high), 0.0, 100.0
