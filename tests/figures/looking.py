"""What a test can see of a figure: its texts, where they stand, and what is drawn."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from xml.etree import ElementTree

import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.testing.compare import compare_images
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from analysis.figures import style
from analysis.figures.effect_marks import CLIPPED

BASELINES = Path(__file__).parent / "baseline"
SVG = "{http://www.w3.org/2000/svg}"
BASELINE_DPI = 54  # the pictures stay small
# Root mean square of the grey-level differences, 0 to 255: antialiasing differs between
# builds of FreeType by less than this; a mark that moves by two points is above it.
IMAGE_TOLERANCE = 4.0
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
        return [
            (text.get_text(), text.get_window_extent(renderer))
            for text in figure.findobj(Text)
            if text.get_visible() and text.get_text().strip()
        ]


def collisions(figure: Figure) -> list[tuple[str, str]]:
    """Pairs of texts whose boxes overlap by more than a graze."""
    return [
        (first, second)
        for (first, a), (second, b) in combinations(boxes(figure), 2)
        if min(a.x1, b.x1) - max(a.x0, b.x0) > TOUCHING
        and min(a.y1, b.y1) - max(a.y0, b.y0) > TOUCHING
    ]


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


def assert_looks_like(figure: Figure, name: str, folder: Path) -> None:
    """Compare with `baseline/NAME.png`.

    A missing baseline fails and leaves the picture in `folder`: look at it, and move
    it to the baselines if it is right.
    """
    drawn = folder / f"{name}.png"
    drawn.write_bytes(style.render_png(figure, dpi=BASELINE_DPI))
    expected = BASELINES / f"{name}.png"
    if not expected.exists():
        pytest.fail(f"{expected} is missing; the figure as drawn now is {drawn}")
    difference = compare_images(str(expected), str(drawn), tol=IMAGE_TOLERANCE)
    assert difference is None, difference
