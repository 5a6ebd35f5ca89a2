"""A white card to draw on, in points from its top left corner."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from matplotlib.figure import Figure
from matplotlib.patches import BoxStyle
from matplotlib.path import Path

from analysis.figures import palette, style
from analysis.figures.marks import (
    Align,
    Box,
    Drawing,
    Kind,
    Look,
    Mark,
    Marker,
    Numbers,
    Point,
    Shape,
    Text,
    stroke,
)
from analysis.figures.text import plain

# Half the height of a capital letter, as a share of the font size: text placed
# this far below a line's middle looks centred on it, whatever letters it has.
HALF_CAPITAL = 0.36

RULE = stroke(palette.RULE)
CARD, RULES, AREAS, TEXTS = -10.0, -1.0, 2.0, 10.0  # layers: the higher covers the lower


@dataclass(frozen=True)
class Sheet:
    """A figure of fixed size whose coordinates are points, x to the right and y down.

    `numbers` are the rows that a reader may have of what it shows.
    """

    width: float
    height: float
    marks: list[Mark] = field(default_factory=list)
    numbers: list[Numbers] = field(default_factory=list)

    @classmethod
    def blank(cls, width: float, height: float) -> Sheet:
        """A new sheet; `width` and `height` in points."""
        sheet = cls(width, height)
        card = BoxStyle.Round(pad=0.0, rounding_size=6.0)(0.5, 0.5, width - 1, height - 1, 1.0)
        sheet.area(card, Look(palette.PAPER, palette.RULE, 0.8), layer=CARD)
        return sheet

    @property
    def figure(self) -> Figure:
        """The sheet as a figure of matplotlib; of its settings none matters here."""
        inches = (self.width / style.POINTS_PER_INCH, self.height / style.POINTS_PER_INCH)
        figure = Figure(figsize=inches, dpi=style.POINTS_PER_INCH, frameon=False)
        figure.set_layout_engine("none")
        figure.add_artist(Drawing(self.height, tuple(self.marks), tuple(self.numbers)))
        return figure

    def text(
        self,
        x: float,
        y: float,
        text: str,
        *,
        align: Align = "left",
        size: float = style.BODY,
        color: str = palette.INK,
        bold: bool = False,
    ) -> None:
        """One line of text, its capitals centred on `y`."""
        y += HALF_CAPITAL * size
        self.marks.append(Text(x, y, plain(text), align, size, color, bold, False, TEXTS))

    def upright_text(self, x: float, y: float, text: str, *, size: float, color: str) -> None:
        """One line of bold text that reads upwards, centred on (x, y)."""
        x += HALF_CAPITAL * size
        self.marks.append(Text(x, y, plain(text), "center", size, color, True, True, TEXTS))

    def line(
        self,
        x: tuple[float, ...],
        y: tuple[float, ...],
        look: Look = RULE,
        *,
        layer: float = RULES,
    ) -> None:
        """A line through the points."""
        self.area(Path(list(zip(x, y, strict=True))), look, layer=layer)

    def arrow(self, x: tuple[float, ...], y: tuple[float, ...]) -> None:
        """A line through the points that ends in a head; its last piece is level or upright."""
        across, down = (_sign(x[-1] - x[-2]), _sign(y[-1] - y[-2]))
        tip, base = (x[-1], y[-1]), (x[-1] - 5 * across, y[-1] - 5 * down)
        self.line((*x[:-1], base[0]), (*y[:-1], base[1]), stroke(palette.MUTED, 1.0))
        sides = ((base[0] + 3 * s * down, base[1] + 3 * s * across) for s in (1, -1))
        self.polygon((tip, *sides), Look(palette.MUTED))

    def rectangle(
        self,
        x: float,
        y: float,
        width: float,
        height: float,
        look: Look,
        *,
        layer: float = AREAS,
    ) -> None:
        """An area, its upper left corner at (x, y)."""
        right, bottom = x + width, y + height
        self.polygon(((x, y), (right, y), (right, bottom), (x, bottom)), look, layer=layer)

    def polygon(
        self,
        corners: Sequence[Point],
        look: Look,
        *,
        layer: float = AREAS,
        clip: Box | None = None,
    ) -> None:
        """An area between corners."""
        self.area(Path((*corners, corners[0]), closed=True), look, layer=layer, clip=clip)

    def area(
        self, outline: Path, look: Look, *, layer: float = AREAS, clip: Box | None = None
    ) -> None:
        """An outline and what it encloses; what lies outside `clip` is not drawn."""
        self.marks.append(Shape(outline, look, layer, clip))

    def marker(
        self, x: float, y: float, kind: Kind, size: float, look: Look, *, layer: float = AREAS
    ) -> None:
        """A mark `size` points across, its middle on (x, y)."""
        self.marks.append(Marker(x, y, kind, size, look, layer))


def _sign(value: float) -> int:
    return (value > 0) - (value < 0)
