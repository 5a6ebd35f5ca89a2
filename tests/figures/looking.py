"""What a test can see of a figure: its texts, where they stand, and what is drawn."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any, TypeVar
from xml.etree import ElementTree

import numpy as np
import pytest
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.testing.compare import compare_images
from matplotlib.transforms import Bbox
from PIL import Image

from analysis.figures import style
from analysis.figures.marks import Drawing, Marker, Shape, Text

Kind = TypeVar("Kind", Marker, Shape, Text)
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


class _Noting(RendererAgg):
    """A renderer that notes each text it draws and the box that this takes, in points."""

    def __init__(self, figure: Figure) -> None:
        width, height = figure.get_size_inches() * style.POINTS_PER_INCH
        super().__init__(width, height, style.POINTS_PER_INCH)
        self.noted: list[tuple[str, Bbox]] = []

    def draw_text(
        self, gc: Any, x: float, y: float, s: str, prop: Any, angle: float, *rest: Any, **more: Any
    ) -> None:
        width, height, descent = self.get_text_width_height_descent(s, prop, ismath=False)
        ascent = height - descent
        if angle == 90:
            sides = (x - ascent, y - width, x + descent, y)
        else:
            sides = (x, y - ascent, x + width, y + descent)
        self.noted.append((s, Bbox.from_extents(*sides)))
        super().draw_text(gc, x, y, s, prop, angle, *rest, **more)


def boxes(figure: Figure) -> list[tuple[str, Bbox]]:
    """Each text with the box that it takes, in points, y down."""
    with style.drawing():
        renderer = _Noting(figure)
        figure.draw(renderer)
    return [(text, box) for text, box in renderer.noted if text.strip()]


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


def marks(figure: Figure, kind: type[Kind]) -> list[Kind]:
    """All marks of that kind on the figure, in drawing order."""
    [drawing] = figure.findobj(Drawing)
    ordered = sorted(drawing.marks, key=lambda mark: mark.layer)
    return [mark for mark in ordered if isinstance(mark, kind)]


def markers(figure: Figure, kind: str) -> list[Marker]:
    return [marker for marker in marks(figure, Marker) if marker.kind == kind]


def arrows(figure: Figure) -> list[Marker]:
    """The arrow heads that stand for what lies beyond the axis."""
    return [marker for marker in marks(figure, Marker) if marker.kind in ("<", ">")]


def areas(figure: Figure, *faces: str) -> list[Shape]:
    """What is filled with one of these colours."""
    return [shape for shape in marks(figure, Shape) if shape.look.face in faces]


def luminance(color: str) -> float:
    """Relative luminance of sRGB (WCAG 2), 0 black to 1 white."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(color)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(first: str, second: str) -> float:
    light, dark = sorted((luminance(first), luminance(second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def image(figure: Figure, dpi: float) -> Image.Image:
    buffer = io.BytesIO()
    with style.drawing():
        figure.savefig(buffer, format="png", dpi=dpi, pil_kwargs={"compress_level": 1})
    return Image.open(buffer)


def picture(figure: Figure) -> bytes:
    """The figure on white paper, small, as PNG."""
    drawn = image(figure, BASELINE_DPI)
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
