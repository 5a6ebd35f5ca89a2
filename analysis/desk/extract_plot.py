"""The forest plot of a question as a picture: the policy lets no page have styles of its own."""

from __future__ import annotations

import re
from base64 import b64encode
from dataclasses import dataclass

from matplotlib.figure import Figure

from analysis.figures.forest_plot import forest_plot
from analysis.figures.palette import NAMED
from analysis.figures.showing import inline_svg
from analysis.synthesis.question_result import Synthesis

_NAMED_COLOUR = re.compile(r"var\(--figure-([a-z0-9-]+),(#[0-9a-f]{6})\)")


@dataclass(frozen=True)
class Picture:
    """A figure for a wide and a narrow screen, light and dark, each as an address of its own."""

    alt: str
    wide: str
    wide_dark: str
    narrow: str
    narrow_dark: str


def forest_picture(synthesis: Synthesis) -> Picture:
    """The forest plot of a question; ValueError without trials."""
    alt = synthesis.sentences.forest_alt
    wide, narrow = forest_plot(synthesis), forest_plot(synthesis, narrow=True)
    return Picture(alt, *_addresses(wide, alt), *_addresses(narrow, alt))


def _addresses(figure: Figure, alt: str) -> tuple[str, str]:
    drawn = inline_svg(figure, alt)
    dark = {name: colour for name, colour in NAMED.values()}
    light = _NAMED_COLOUR.sub(lambda found: found[2], drawn)
    return _address(light), _address(_NAMED_COLOUR.sub(lambda found: dark[found[1]], drawn))


def _address(svg: str) -> str:
    return f"data:image/svg+xml;base64,{b64encode(svg.encode()).decode()}"
