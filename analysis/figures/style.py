"""One look for every figure: its text, and how it becomes SVG or PNG.

A page holds its figures as inline SVG: their text can be selected, searched and read
aloud. Each is drawn on its own card with rounded corners, white in the light theme and
on paper, dark in the dark one (`palette`); marks that sit in the text (`strip`) follow
the page.

Text stays text (`svg.fonttype: none`). It is measured in DejaVu Sans, which ships with
matplotlib and is wider than the fonts a browser prefers from `FONT_STACK`: what does
not overlap here overlaps nowhere.
"""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from types import MappingProxyType

import matplotlib as mpl
from matplotlib.figure import Figure

WIDTH = 684.0  # points: 9.5 inches, the width of every figure that fills a page
POINTS_PER_INCH = 72.0

BODY = 9.5  # font sizes, points
SMALL = 8.5

FONT_STACK = (
    "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, "
    "'Liberation Sans', 'DejaVu Sans', sans-serif"
)

RC: Mapping[str, object] = MappingProxyType(
    {
        "font.family": ["DejaVu Sans"],
        "font.size": BODY,
        "text.parse_math": False,  # a "$" in a trial's name is a dollar sign
        "text.usetex": False,
        "text.hinting": "none",  # widths as measured, whatever the resolution
        "axes.unicode_minus": True,
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
        dict.update(mpl.rcParams, _settings())  # type: ignore[misc]
        # The browser has the glyphs that the measuring font lacks.
        warnings.filterwarnings("ignore", message=r"Glyph .* missing from font")
        yield


@cache
def _settings() -> Mapping[str, object]:
    """The style and matplotlib's own: validating them takes longer than some drawings."""
    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(RC)  # type: ignore[arg-type]
        return {name: value for name, value in dict.items(mpl.rcParams) if name != "backend"}


def render_svg(figure: Figure) -> str:
    """A figure as an SVG document, the same bytes on every run."""
    buffer = io.StringIO()
    metadata = {"Date": None, "Creator": None, "Format": None, "Type": None}
    with drawing():
        figure.savefig(buffer, format="svg", metadata=metadata)
    document = buffer.getvalue()
    document = document[document.index("<svg") :]
    # Said once, on the root, instead of on every text.
    document = re.sub(r"(style=\"[^\"]*?)font-family: 'DejaVu Sans'(; )?", r"\1", document)
    return document.replace("<svg ", f'<svg role="img" font-family="{FONT_STACK}" ', 1)


def render_pixels(figure: Figure, *, dpi: float) -> bytes:
    """A figure without a file around it: red, green, blue and opacity of each pixel, by rows."""
    buffer = io.BytesIO()
    with drawing():
        figure.savefig(buffer, format="rgba", dpi=dpi)
    return buffer.getvalue()
