"""A white card to draw on, in points from its top left corner."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import FancyBboxPatch, Polygon, Rectangle
from matplotlib.transforms import Affine2D, Transform

from analysis.figures import style
from analysis.figures.text import plain

Align = Literal["left", "center", "right"]

# Half the height of a capital letter, as a share of the font size: text placed
# this far below a line's middle looks centred on it, whatever letters it has.
HALF_CAPITAL = 0.36


@dataclass(frozen=True)
class Sheet:
    """A figure of fixed size whose coordinates are points, x to the right and y down."""

    figure: Figure
    width: float
    height: float

    @classmethod
    def blank(cls, width: float, height: float) -> Sheet:
        """A new sheet; `width` and `height` in points."""
        figure = Figure(
            figsize=(width / style.POINTS_PER_INCH, height / style.POINTS_PER_INCH),
            dpi=style.POINTS_PER_INCH,
        )
        figure.patch.set_visible(False)
        sheet = cls(figure, width, height)
        card = FancyBboxPatch(
            (0.5, 0.5),
            width - 1,
            height - 1,
            boxstyle="round,pad=0,rounding_size=6",
            facecolor=style.PAPER,
            edgecolor=style.RULE,
            linewidth=0.8,
            transform=sheet.transform,
            zorder=-10,
        )
        figure.add_artist(card)
        return sheet

    @property
    def transform(self) -> Transform:
        inch = 1 / style.POINTS_PER_INCH
        flipped = Affine2D().scale(inch, -inch).translate(0, self.height * inch)
        return flipped + self.figure.dpi_scale_trans

    def text(
        self,
        x: float,
        y: float,
        text: str,
        *,
        align: Align = "left",
        size: float = style.BODY,
        color: str = style.INK,
        bold: bool = False,
        italic: bool = False,
    ) -> None:
        """One line of text, its capitals centred on `y`."""
        self.figure.text(
            x,
            y + HALF_CAPITAL * size,
            plain(text),
            transform=self.transform,
            ha=align,
            va="baseline",
            fontsize=size,
            color=color,
            fontweight="bold" if bold else "normal",
            fontstyle="italic" if italic else "normal",
        )

    def upright_text(self, x: float, y: float, text: str, *, size: float, color: str) -> None:
        """One line of bold text that reads upwards, centred on (x, y)."""
        self.figure.text(
            x + HALF_CAPITAL * size,
            y,
            plain(text),
            transform=self.transform,
            rotation=90,
            rotation_mode="anchor",
            ha="center",
            va="baseline",
            fontsize=size,
            color=color,
            fontweight="bold",
        )

    def line(
        self,
        x: tuple[float, ...],
        y: tuple[float, ...],
        *,
        color: str = style.RULE,
        width: float = 0.8,
    ) -> None:
        self.figure.add_artist(
            Line2D(x, y, color=color, linewidth=width, transform=self.transform, zorder=-1)
        )

    def arrow(self, x: tuple[float, ...], y: tuple[float, ...]) -> None:
        """A line through the points that ends in a head; its last piece is level or upright."""
        across, down = (_sign(x[-1] - x[-2]), _sign(y[-1] - y[-2]))
        tip, base = (x[-1], y[-1]), (x[-1] - 5 * across, y[-1] - 5 * down)
        self.line((*x[:-1], base[0]), (*y[:-1], base[1]), color=style.MUTED, width=1.0)
        sides = ((base[0] + 3 * s * down, base[1] + 3 * s * across) for s in (1, -1))
        self.polygon((tip, *sides), face=style.MUTED, edge=style.MUTED, line_width=0.0)

    def rectangle(
        self,
        x: float,
        y: float,
        width: float,
        height: float,
        *,
        face: str,
        edge: str = "none",
        line_width: float = 0.8,
        dashed: bool = False,
    ) -> None:
        patch = Rectangle(
            (x, y),
            width,
            height,
            facecolor=face,
            edgecolor=edge,
            linewidth=line_width,
            linestyle="--" if dashed else "-",
            transform=self.transform,
        )
        self.figure.add_artist(patch)

    def polygon(
        self, corners: tuple[tuple[float, float], ...], *, face: str, edge: str, line_width: float
    ) -> None:
        patch = Polygon(
            corners,
            closed=True,
            facecolor=face,
            edgecolor=edge,
            linewidth=line_width,
            transform=self.transform,
            zorder=2,
        )
        self.figure.add_artist(patch)

    def axes(self, x: float, y: float, width: float, height: float) -> Axes:
        """Axes whose upper left corner is at (x, y)."""
        bottom = self.height - y - height
        return self.figure.add_axes(
            (x / self.width, bottom / self.height, width / self.width, height / self.height)
        )


def _sign(value: float) -> int:
    return (value > 0) - (value < 0)
