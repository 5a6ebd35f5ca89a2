"""Every figure looks as it did when somebody last looked at it."""

from __future__ import annotations

from pathlib import Path

import pytest
from matplotlib import get_data_path
from matplotlib.font_manager import FontProperties, findfont
from matplotlib.lines import Line2D

import analysis.figures
from analysis.figures import palette
from tests.figures.gallery import PICTURES
from tests.figures.looking import BASELINES, assert_looks_like, boxes, collisions, outside, picture

LARGEST = 760_000  # bytes of all pictures together
FIGURES = {
    path.stem
    for path in Path(analysis.figures.__path__[0]).glob("*.py")
    if "-> Figure:" in path.read_text(encoding="utf-8")
}
# What other figures are drawn with, and the strip, which is no matplotlib figure.
PARTS = {"canvas", "effect_figure"}


@pytest.mark.parametrize("name", PICTURES)
def test_a_figure_looks_as_approved(name: str, tmp_path: Path) -> None:
    assert_looks_like(PICTURES[name](), name, tmp_path)


@pytest.mark.parametrize("name", PICTURES)
def test_nothing_on_a_figure_overlaps_or_is_cut(name: str) -> None:
    figure = PICTURES[name]()
    assert boxes(figure)
    assert collisions(figure) == []
    assert outside(figure) == []


def test_every_figure_has_a_picture() -> None:
    source = Path(__file__).with_name("gallery.py").read_text(encoding="utf-8")
    missing = [name for name in FIGURES - PARTS if f"from analysis.figures.{name} " not in source]
    assert missing == []
    assert {path.stem for path in BASELINES.glob("*.png")} == set(PICTURES)


def test_the_pictures_are_small() -> None:
    assert sum(path.stat().st_size for path in BASELINES.glob("*.png")) < LARGEST


def test_a_change_that_can_be_seen_is_noticed(tmp_path: Path) -> None:
    figure = PICTURES["forest-of-one"]()
    figure.add_artist(Line2D((0.5, 0.5), (0.0, 1.0), color=palette.SUSPECT, linewidth=1.0))
    with pytest.raises(AssertionError):
        assert_looks_like(figure, "forest-of-one", tmp_path)


@pytest.mark.parametrize("weight", ["normal", "bold"])
def test_the_font_is_the_one_that_comes_with_matplotlib(weight: str) -> None:
    """A font of this machine would measure, break and draw text differently on another."""
    found = findfont(FontProperties(family="DejaVu Sans", weight=weight), fallback_to_default=False)
    assert Path(found).resolve().is_relative_to(Path(get_data_path()).resolve())


def test_a_picture_is_the_same_when_drawn_again() -> None:
    assert picture(PICTURES["funnel"]()) == picture(PICTURES["funnel"]())
