"""Colours of figures: known to both themes, and told apart from what they stand on."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from analysis.figures import palette
from analysis.figures.marks import Marker, Shape, Text
from analysis.figures.palette import NAMED
from tests.figures.gallery import PICTURES
from tests.figures.looking import contrast, marks

STYLES = Path(__file__).parents[2] / "chapters" / "_static" / "review.css"
TEXTS = (palette.INK, palette.MUTED)
GROUNDS = (palette.PAPER, palette.BAND)
TINTS = (palette.GOOD, palette.DOUBTFUL, palette.UNCLEAR, palette.ASIDE, palette.POOLED_PALE)
MARKS = (
    palette.INK,
    palette.TRIAL,
    palette.POOLED,
    palette.SUSPECT,
    palette.MUTED,
    palette.BAD,
    *palette.DENSITY,
)


def light(color: str) -> str:
    return color


def dark(color: str) -> str:
    return NAMED[color][1]


@pytest.mark.parametrize("theme", [light, dark])
def test_texts_and_marks_are_told_from_their_ground(theme: Callable[[str], str]) -> None:
    read = [(text, ground) for text in TEXTS for ground in GROUNDS]
    read += [(palette.INK, tint) for tint in TINTS] + [(palette.PAPER, palette.BAD)]
    seen = [(mark, palette.PAPER) for mark in MARKS]
    seen += [(palette.TRIAL, ground) for ground in (*palette.SHADES, palette.BAND)]
    seen += [(mark, palette.PREDICTION) for mark in (palette.POOLED, palette.INK)]
    weak = {pair: contrast(*map(theme, pair)) for pair in read}
    assert {pair: found for pair, found in weak.items() if found < 4.5} == {}
    weak = {pair: contrast(*map(theme, pair)) for pair in seen}
    assert {pair: found for pair, found in weak.items() if found < 3.0} == {}


def test_the_style_sheet_has_the_dark_colours() -> None:
    said = re.findall(r"--figure-([\w-]+): (#[0-9a-f]{6});", STYLES.read_text("utf-8"))
    assert dict(said) == dict(NAMED.values())
    assert len(said) == len(NAMED)


@pytest.mark.parametrize("name", PICTURES)
def test_a_figure_has_no_colour_but_these(name: str) -> None:
    figure = PICTURES[name]()
    looks = [mark.look for kind in (Shape, Marker) for mark in marks(figure, kind)]
    used = {color for look in looks for color in (look.face, look.edge) if color}
    assert used | {text.color for text in marks(figure, Text)} <= set(NAMED)


def test_a_colour_keeps_its_value_where_its_name_is_not_known() -> None:
    assert palette.themed("fill: #1b2430; stroke: #ffffff") == (
        "fill: var(--figure-ink,#1b2430); stroke: var(--figure-paper,#ffffff)"
    )
    with pytest.raises(ValueError, match="#123456 is no colour of the palette"):
        palette.themed("fill: #123456")
