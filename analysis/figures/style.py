"""One look for every figure: palette, text, and how a figure becomes SVG.

A page shows an SVG as an `<img>`, which the page's own style sheet cannot reach:
neither the theme switch nor `currentColor` gets in, and `prefers-color-scheme`
inside the file follows the operating system, not the switch. So every figure is
drawn on its own white card with rounded corners and reads the same in the light
theme, in the dark one and on paper. Marks that sit in the text (`strip`) are
inline SVG and do follow the page.

Text stays text (`svg.fonttype: none`), so it can be searched and read aloud. It is
measured in DejaVu Sans, which ships with matplotlib and is wider than the fonts a
browser prefers from `FONT_STACK`: what does not overlap here overlaps nowhere.
"""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType

import matplotlib as mpl
from matplotlib.figure import Figure

WIDTH = 684.0  # points: 9.5 inches, the width of every figure that fills a page
POINTS_PER_INCH = 72.0

BODY = 9.5  # font sizes, points
SMALL = 8.5

INK = "#1b2430"
MUTED = "#566273"
RULE = "#c5ccd6"
BAND = "#e9edf3"
PAPER = "#ffffff"
TRIAL = "#3a4757"
POOLED = "#0b5fa5"
POOLED_PALE = "#9cc3e6"
PREDICTION = "#eba83a"
SUSPECT = "#b5400f"

FONT_STACK = (
    "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, "
    "'Liberation Sans', 'DejaVu Sans', sans-serif"
)

RC: Mapping[str, object] = MappingProxyType(
    {
        "font.family": ["DejaVu Sans"],
        "font.size": BODY,
        "text.color": INK,
        "text.parse_math": False,  # a "$" in a trial's name is a dollar sign
        "text.usetex": False,
        "axes.unicode_minus": True,
        "axes.edgecolor": INK,
        "axes.linewidth": 0.8,
        "axes.labelcolor": INK,
        "axes.facecolor": "none",
        "axes.spines.top": False,
        "axes.spines.right": False,
        "xtick.color": INK,
        "ytick.color": INK,
        "xtick.labelsize": SMALL,
        "ytick.labelsize": SMALL,
        "lines.solid_capstyle": "butt",
        "path.simplify": True,
        "svg.fonttype": "none",
        "svg.hashsalt": "living-review",
        "savefig.facecolor": "none",
        "savefig.bbox": None,
    }
)


@contextmanager
def drawing() -> Iterator[None]:
    """The style, for the length of a `with` block; the caller's settings come back after it."""
    with mpl.rc_context(), warnings.catch_warnings():
        mpl.rcdefaults()
        mpl.rcParams.update(RC)  # type: ignore[arg-type]
        # The browser has the glyphs that the measuring font lacks.
        warnings.filterwarnings("ignore", message=r"Glyph .* missing from font")
        yield


def render_svg(figure: Figure, *, title: str | None = None) -> str:
    """A figure as an SVG document, the same bytes on every run.

    `title` becomes the document's `<title>`, which a screen reader announces.
    """
    buffer = io.StringIO()
    metadata = {"Date": None, "Creator": None, "Format": None, "Type": None}
    with drawing():
        figure.savefig(
            buffer, format="svg", metadata=metadata | ({"Title": title} if title else {})
        )
    document = buffer.getvalue()
    document = document[document.index("<svg") :]
    document = re.sub(r"font-family: 'DejaVu Sans'", f"font-family: {FONT_STACK}", document)
    return document.replace("<svg ", '<svg role="img" ', 1)


def render_png(figure: Figure, *, dpi: float = 144) -> bytes:
    """A figure as PNG, for comparison and for looking at."""
    buffer = io.BytesIO()
    with drawing():
        figure.savefig(buffer, format="png", dpi=dpi, metadata={"Software": None})
    return buffer.getvalue()


def show(figure: Figure, alt: str) -> None:
    """Display a figure in a notebook as SVG, with its alternative text.

    The text stands in the image's output metadata as `alt`; the execution of the
    book moves it to the cell, where myst-nb looks for it.
    """
    from IPython.display import display

    data = {"image/svg+xml": render_svg(figure, title=alt), "text/plain": alt}
    display(data, raw=True, metadata={"image/svg+xml": {"alt": alt}})
