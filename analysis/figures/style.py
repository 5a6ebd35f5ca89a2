"""One look for every figure: palette, text, and how a figure becomes SVG.

A page holds its figures as inline SVG: their text can be selected, searched and read
aloud, and a narrow screen scrolls a figure instead of shrinking it. Each is drawn on
its own white card with rounded corners, so that it reads the same in the light theme,
in the dark one and on paper; marks that sit in the text (`strip`) follow the page.

Text stays text (`svg.fonttype: none`). It is measured in DejaVu Sans, which ships with
matplotlib and is wider than the fonts a browser prefers from `FONT_STACK`: what does
not overlap here overlaps nowhere.
"""

from __future__ import annotations

import html
import io
import re
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType

import matplotlib as mpl
from matplotlib.figure import Figure

from analysis.figures.compact import compact
from analysis.files.digests import digest

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
PREDICTION = "#f4cd83"
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
        "text.hinting": "none",  # widths as measured, whatever the resolution
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
    # Said once, on the root, instead of on every text.
    document = re.sub(r"(style=\"[^\"]*?)font-family: 'DejaVu Sans'(; )?", r"\1", document)
    return document.replace("<svg ", f'<svg role="img" font-family="{FONT_STACK}" ', 1)


def render_png(figure: Figure, *, dpi: float = 144) -> bytes:
    """A figure as PNG, for comparison and for looking at."""
    buffer = io.BytesIO()
    with drawing():
        figure.savefig(buffer, format="png", dpi=dpi, metadata={"Software": None})
    return buffer.getvalue()


def inline_svg(figure: Figure, alt: str) -> str:
    """A figure as markup for a page: named by `alt`, its ids its own, scrollable by keyboard."""
    document = render_svg(figure)
    mark = digest(document)[:8]
    # Two figures on one page must not share ids: a clip path would be taken from the other.
    document = compact(document, f"f{mark}-")
    named = html.escape(alt, quote=True)
    document = document.replace("<svg ", f'<svg aria-label="{named}" ', 1)
    return (
        f'<div class="figure-card" tabindex="0" role="group" aria-label="Figure">{document}</div>'
    )


def show(figure: Figure, alt: str) -> None:
    """Display a figure in a notebook as inline SVG with its alternative text."""
    from IPython.display import display

    display({"text/html": inline_svg(figure, alt), "text/plain": alt}, raw=True)
