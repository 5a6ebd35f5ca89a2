"""What a test can see of a figure: its texts, where they stand, and what is drawn."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.testing.compare import compare_images
from matplotlib.text import Text
from matplotlib.transforms import Bbox
from PIL import Image

from analysis.figures import style
from analysis.figures.effect_marks import CLIPPED

BASELINES = Path(__file__).parent / "baseline"
SVG = "{http://www.w3.org/2000/svg}"
BASELINE_DPI = 54  # the pictures stay small
# Root mean square of the differences, 0 to 255. The same matplotlib gives 0; the pooled
# diamond moved by two points gives 1.4, squares a third smaller 3.5.
IMAGE_TOLERANCE = 1.0
TOUCHING = 0.5  # points by which boxes may graze


def texts(document: str) -> list[str]:
    """The texts of an SVG document, in drawing order; raises if it is not well formed."""
    root = ElementTree.fromstring(document)
    return ["".join(element.itertext()) for element in root.iter(f"{SVG}text")]


def boxes(figure: Figure) -> list[tuple[str, Bbox]]:
    """Each visible text with the box that the Agg renderer gives it, in points."""
    with style.drawing():
        renderer = FigureCanvasAgg(figure).get_renderer()
        figure.draw(renderer)
        beyond = _labels_beyond_the_axes(figure)
        return [
            (text.get_text(), text.get_window_extent(renderer))
            for text in figure.findobj(Text)
            if text.get_visible() and text.get_text().strip() and text not in beyond
        ]


def _labels_beyond_the_axes(figure: Figure) -> set[Text]:
    """Labels of ticks outside the view, which exist and are not drawn."""
    beyond = set()
    for axes in figure.axes:
        for axis in (axes.xaxis, axes.yaxis):
            low, high = sorted(axis.get_view_interval())
            ticks = axis.get_major_ticks()
            beyond |= {tick.label1 for tick in ticks if not low <= tick.get_loc() <= high}
    return beyond


def collisions(figure: Figure) -> list[tuple[str, str]]:
    """Pairs of texts whose boxes overlap by more than a graze."""
    found = boxes(figure)
    x0, y0, x1, y1 = np.array([box.extents for _, box in found]).T
    across = np.minimum.outer(x1, x1) - np.maximum.outer(x0, x0)
    down = np.minimum.outer(y1, y1) - np.maximum.outer(y0, y0)
    overlapping = np.triu((across > TOUCHING) & (down > TOUCHING), k=1)
    return [(found[i][0], found[j][0]) for i, j in np.argwhere(overlapping)]


def outside(figure: Figure) -> list[str]:
    """Texts that leave the figure."""
    width, height = figure.get_size_inches() * style.POINTS_PER_INCH
    return [
        text
        for text, box in boxes(figure)
        if box.x0 < 0 or box.y0 < 0 or box.x1 > width or box.y1 > height
    ]


def arrows(figure: Figure) -> list[Line2D]:
    """The arrow heads that stand for what lies beyond the axis."""
    return [line for line in figure.findobj(Line2D) if line.get_label() == CLIPPED]


def markers(figure: Figure, marker: str) -> Iterator[Line2D]:
    return (line for line in figure.findobj(Line2D) if line.get_marker() == marker)


def picture(figure: Figure) -> bytes:
    """The figure on white paper, small, as PNG."""
    drawn = Image.open(io.BytesIO(style.render_png(figure, dpi=BASELINE_DPI)))
    paper = Image.new("RGBA", drawn.size, "white")
    paper.alpha_composite(drawn.convert("RGBA"))
    buffer = io.BytesIO()
    paper.convert("RGB").save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


def assert_looks_like(figure: Figure, name: str, folder: Path) -> None:
    """Compare with `baseline/NAME.png`.

    A missing baseline fails and leaves the picture in `folder`: look at it, and move
    it to the baselines if it is right.
    """
    drawn = folder / f"{name}.png"
    drawn.write_bytes(picture(figure))
    expected = BASELINES / f"{name}.png"
    if not expected.exists():
        pytest.fail(f"{expected} is missing; the figure as drawn now is {drawn}")
    difference = compare_images(str(expected), str(drawn), tol=IMAGE_TOLERANCE)
    assert difference is None, difference
