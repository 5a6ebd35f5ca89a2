from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import TextToPath

from analysis.figures.fitting import ELLIPSIS, shorten, text_width, wrap

WORDS = st.lists(st.text("abcWMil", min_size=1, max_size=12), min_size=1, max_size=12)


def test_bold_is_wider() -> None:
    assert text_width("Berman 2009", 9.5, bold=True) > text_width("Berman 2009", 9.5)


@given(text=st.text("aAfijlTVWÄ (),.:−–’…", max_size=30), bold=st.booleans())
def test_words_measured_one_by_one_are_as_wide_as_together(text: str, bold: bool) -> None:
    font = FontProperties(family="DejaVu Sans", size=100, weight="bold" if bold else "normal")
    together, _, _ = TextToPath().get_text_width_height_descent(text, font, ismath=False)
    assert text_width(text, 100, bold=bold) == pytest.approx(together, abs=1e-9)


def test_a_text_that_fits_is_left_alone() -> None:
    assert shorten("Berman 2009", 200, 9.5) == "Berman 2009"
    assert wrap("Berman 2009", 200, 9.5) == ("Berman 2009",)


def test_the_longest_beginning_that_fits_is_kept() -> None:
    short = shorten("collaborative investigators", 80, 9.5)
    assert short.endswith(ELLIPSIS)
    kept = short.removesuffix(ELLIPSIS)
    assert "collaborative investigators".startswith(kept)
    assert text_width(short, 9.5) <= 80 < text_width(f"collab{kept[6:]}xx{ELLIPSIS}", 9.5)


@given(words=WORDS, width=st.floats(25, 200))
def test_wrapped_lines_fit_and_lose_no_word_unless_shortened(
    words: list[str], width: float
) -> None:
    lines = wrap(" ".join(words), width, 9.5, lines=4)
    assert len(lines) <= 4
    assert all(text_width(line, 9.5) <= width for line in lines)
    if not any(line.endswith(ELLIPSIS) for line in lines):
        assert " ".join(lines).split() == words


@pytest.mark.parametrize("text", ["", "   "])
def test_nothing_is_one_empty_line(text: str) -> None:
    assert wrap(text, 100, 9.5) == ("",)
