"""Labels that fit: measured, wrapped or shortened to a width in points."""

from __future__ import annotations

import re
import warnings
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from functools import lru_cache

from matplotlib.font_manager import FontProperties
from matplotlib.textpath import TextToPath

ELLIPSIS = "\N{HORIZONTAL ELLIPSIS}"


FONT = "DejaVu Sans"
_MEASURED_AT = 100.0  # points
_DIGIT = re.compile(r"[0-9]")


def text_width(text: str, size: float, *, bold: bool = False) -> float:
    """Width in points, in the font that the figures are measured with.

    Nothing joins words across a space, so that of lines that are broken each word is measured
    once; and all digits are equally wide, so that one measurement does for all numbers of a form.
    """
    words = _DIGIT.sub("0", text).split(" ")
    width = sum(_width(word, bold) for word in words) + (len(words) - 1) * _width(" ", bold)
    return width * (size / _MEASURED_AT)


@lru_cache(maxsize=1 << 14)
def _width(text: str, bold: bool) -> float:
    weight = "bold" if bold else "normal"
    font = FontProperties(family=FONT, size=_MEASURED_AT, weight=weight)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=r"Glyph .* missing from font")
        width, _, _ = TextToPath().get_text_width_height_descent(text, font, ismath=False)
    return float(width)


def shorten(text: str, width: float, size: float, *, bold: bool = False) -> str:
    """The text, or as much of its beginning as fits `width` points with an ellipsis."""
    if text_width(text, size, bold=bold) <= width:
        return text
    kept = bisect_right(
        range(len(text)),
        width,
        key=lambda n: text_width(text[:n].rstrip() + ELLIPSIS, size, bold=bold),
    )
    return text[: max(kept - 1, 0)].rstrip() + ELLIPSIS


def wrap(
    text: str, width: float, size: float, *, bold: bool = False, lines: int = 2
) -> tuple[str, ...]:
    """Break at spaces into at most `lines` lines of `width` points; the last may be shortened."""
    words = [word for word in text.split(" ") if word]
    broken: list[str] = []
    while words and len(broken) < lines - 1:
        taken = _words_that_fit(words, width, size, bold)
        broken.append(shorten(" ".join(words[:taken]), width, size, bold=bold))
        words = words[taken:]
    if words:
        broken.append(shorten(" ".join(words), width, size, bold=bold))
    return tuple(broken) or ("",)


def _words_that_fit(words: Sequence[str], width: float, size: float, bold: bool) -> int:
    def width_of(taken: int) -> float:
        return text_width(" ".join(words[:taken]), size, bold=bold)

    if width_of(len(words)) <= width:
        return len(words)
    return 1 + bisect_right(range(2, len(words)), width, key=width_of)


def stacked(middle: float, lines: Sequence[str], step: float) -> Iterator[tuple[float, str]]:
    """Each line with its place, `step` from one to the next, the middle of all on `middle`."""
    for index, line in enumerate(lines):
        yield middle + (index - (len(lines) - 1) / 2) * step, line
