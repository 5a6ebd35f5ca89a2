"""What stands on a sheet, as plain data in points, and how matplotlib draws all of it at once.

An artist of its own for each text and line, in axes with axes' ticks, takes ten times as long
to make and to draw. Here one artist hands everything to the renderer, what looks alike together.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from matplotlib.artist import Artist
from matplotlib.backend_bases import GraphicsContextBase
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.colors import to_rgba, to_rgba_array
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.markers import MarkerStyle
from matplotlib.path import Path
from matplotlib.text import Text as Anchor
from matplotlib.transforms import Affine2D, Bbox

from analysis.figures.fitting import FONT

Align = Literal["left", "center", "right"]
Point = tuple[float, float]
Box = tuple[float, float, float, float]  # left, top, right, bottom
Outline = Path | tuple[int, int, float]  # around (0, 0), or (corners, 0, turn)
Kind = str | int | Outline  # the first two: a marker of matplotlib

Join = Literal["miter", "round", "bevel"]

SHARES = {"left": 0.0, "center": 0.5, "right": 1.0}  # of a text's width, left of its place


@dataclass(frozen=True, slots=True)
class Look:
    """How a mark is filled and outlined; `dashes` in widths of the line, on and off in turn."""

    face: str | None = None
    edge: str | None = None
    width: float = 0.0
    dashes: tuple[float, ...] = ()


def stroke(color: str, width: float = 0.8, dashes: tuple[float, ...] = ()) -> Look:
    """How a line looks."""
    return Look(None, color, width, dashes)


@dataclass(frozen=True, slots=True)
class Shape:
    """A line or an area; what lies outside `clip` is not drawn."""

    path: Path
    look: Look
    layer: float
    clip: Box | None = None

    @property
    def alike(self) -> Hashable:
        """What may be drawn as one path: no outline must hide under its neighbour's face."""
        whole = self.look.face is not None and self.look.edge is not None
        return (self.look, self.clip, id(self) if whole else None)


@dataclass(frozen=True, slots=True)
class Marker:
    """A mark `size` points across, its middle on (x, y)."""

    x: float
    y: float
    kind: Kind
    size: float
    look: Look
    layer: float

    @property
    def alike(self) -> Hashable:
        """Outlines may differ in what fills them."""
        look = self.look
        named = isinstance(self.kind, str | int)
        return (self.kind, self.size, look if named else (look.edge, look.width))


@dataclass(frozen=True, slots=True)
class Text:
    """One line of text whose baseline stands on `y`, or reads upwards along `x`."""

    x: float
    y: float
    text: str
    align: Align
    size: float
    color: str
    bold: bool
    upright: bool
    layer: float

    @property
    def alike(self) -> Hashable:
        """All texts are one group: they are read in the order in which they came."""
        return None


Mark = Shape | Marker | Text
Numbers = Mapping[str, object]  # a row of what a figure shows: name → number or text


class Drawing(Artist):
    """All marks of a sheet of that height, the lowest layer first, and the numbers they show."""

    def __init__(self, height: float, marks: Sequence[Mark], numbers: Sequence[Numbers]) -> None:
        super().__init__()
        self.height = height
        self.marks = marks
        self.numbers = numbers

    def draw(self, renderer: Any) -> None:
        """Draw what is alike in a layer together: it must not matter which of two lies above."""
        groups: dict[Hashable, list[Any]] = {}
        for mark in sorted(self.marks, key=lambda mark: mark.layer):
            groups.setdefault((mark.layer, type(mark), mark.alike), []).append(mark)
        canvas = getattr(self.get_figure(root=True), "canvas", None)
        pen = _Pen(renderer, self.height, anchors=isinstance(canvas, FigureCanvasSVG))
        for alike in groups.values():
            match alike[0]:
                case Shape():
                    pen.draw_shapes(alike)
                case Marker():
                    pen.draw_markers(alike)
                case Text():
                    pen.draw_texts(alike)


def all_of(figure: Figure) -> str:
    """All that the picture of a figure is made from: the size and the marks of its drawing."""
    (drawing,) = figure.artists
    assert isinstance(drawing, Drawing)
    # An outline is printed with fewer digits than it has.
    shapes = [mark for mark in drawing.marks if isinstance(mark, Shape)]
    outlines = [np.asarray(shape.path.vertices).tolist() for shape in shapes]
    return repr((figure.get_size_inches().tolist(), drawing.height, drawing.marks, outlines))


class _Pen:
    """A renderer, and its pixels where the sheet has points.

    `anchors`: it writes which point of a level text stands where, and leaves it to the browser,
    whose font is another, to measure the text.
    """

    def __init__(self, renderer: Any, height: float, *, anchors: bool) -> None:
        self.renderer = renderer
        self.anchors = anchors
        self.scale = renderer.points_to_pixels(1.0)
        self.place = Affine2D().scale(self.scale, -self.scale).translate(0.0, height * self.scale)

    def draw_shapes(self, shapes: Sequence[Shape]) -> None:
        look, clip = shapes[0].look, shapes[0].clip
        path = Path.make_compound_path(*(shape.path for shape in shapes))
        context = self._context(look, "round" if look.face is None else "miter")
        if clip:
            left, top, right, bottom = clip
            corners = self.place.transform([(left, bottom), (right, top)])
            context.set_clip_rectangle(Bbox(corners))
        self.renderer.draw_path(context, path, self.place, _rgba(look.face))

    def draw_markers(self, markers: Sequence[Marker]) -> None:
        kind, size, look = markers[0].kind, markers[0].size * self.scale, markers[0].look
        style = MarkerStyle(kind)
        shape, sized = style.get_path(), style.get_transform() + Affine2D().scale(size)
        context = self._context(look, style.get_joinstyle())
        places = [(marker.x, marker.y) for marker in markers]
        if isinstance(kind, str | int):
            threshold, face = style.get_snap_threshold(), _rgba(look.face)
            context.set_snap(None if threshold is None else size >= threshold)
            self.renderer.draw_markers(context, shape, sized, Path(places), self.place, face)
            return
        # What has neighbours that must fit, or a letter upon it, is not moved to a whole pixel.
        self.renderer.draw_path_collection(
            context,
            sized.frozen(),
            [shape],
            np.empty((0, 3, 3)),
            np.array(places),
            self.place,
            to_rgba_array([marker.look.face or "none" for marker in markers]),
            to_rgba_array(look.edge or []),
            [look.width],
            [(0.0, None)],
            [True],
            [None],
            "screen",
        )

    def draw_texts(self, texts: Sequence[Text]) -> None:
        anchor = Anchor(rotation_mode="anchor")
        _, canvas_height = self.renderer.get_canvas_width_height()  # of whole pixels
        places = self.place.transform([(text.x, text.y) for text in texts]).tolist()
        fonts = {(text.size, text.bold): _font(text) for text in texts}
        colors = {text.color for text in texts}
        contexts = {color: self._context(stroke(color), "round") for color in colors}
        for text, (x, y) in zip(texts, places, strict=True):
            angle, font, before = 90.0 if text.upright else 0.0, fonts[text.size, text.bold], 0.0
            anchor.set_position((x, y))
            anchor.set_horizontalalignment(text.align)
            anchor.set_rotation(angle)
            if SHARES[text.align] and (text.upright or not self.anchors):
                measured = self.renderer.get_text_width_height_descent(text.text, font, False)
                before = SHARES[text.align] * measured[0]
            x, y = (x, y - before) if text.upright else (x - before, y)
            y = canvas_height - y  # places of texts count from the top
            context = contexts[text.color]
            self.renderer.draw_text(context, x, y, text.text, font, angle, mtext=anchor)

    def _context(self, look: Look, join: Join) -> GraphicsContextBase:
        context: GraphicsContextBase = self.renderer.new_gc()
        width = look.width if look.edge else 0.0  # in points, unlike all else
        context.set_foreground(look.edge or "none")
        context.set_linewidth(width)
        context.set_dashes(0.0, [length * width for length in look.dashes] or None)
        context.set_joinstyle(join)
        context.set_capstyle("butt")
        return context


def _font(text: Text) -> FontProperties:
    return FontProperties(
        family=FONT,
        style="normal",
        variant="normal",
        weight="bold" if text.bold else "normal",
        stretch="normal",
        size=text.size,
    )


def _rgba(color: str | None) -> tuple[float, float, float, float] | None:
    return None if color is None else to_rgba(color)
