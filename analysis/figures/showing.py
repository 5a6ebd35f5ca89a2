"""A figure as it stands on a page: SVG within the text, and what is offered beneath it.

What is offered are files beside the page. The page that a notebook makes says which numbers
the figure shows; `analysis.book.extensions.figure_files` writes them and the SVG into the site, and
puts the links where this module left the place.
"""

from __future__ import annotations

import csv
import html
import io
import re
from base64 import b64encode
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import TypeVar

from matplotlib.figure import Figure

from analysis.figures.compact import compact
from analysis.figures.marks import Drawing
from analysis.figures.palette import themed
from analysis.figures.style import render_svg
from analysis.files.digests import digest
from analysis.files.tables import quoted
from analysis.formatting import MINUS

THOUSANDS = re.compile(r"\d{1,3}(,\d{3})+")
Numbers = Sequence[Mapping[str, object]]
Drawn = TypeVar("Drawn")


def show(figure: Figure, alt: str, name: str, narrow: Figure | None = None) -> None:
    """Display a figure in a notebook; `name`, in lower case with hyphens, is its own on the page.

    `alt` says in words what is to be seen; `narrow` is the same for a phone.
    """
    from IPython.display import display

    block = figure_block(figure, alt, name, narrow)
    display({"text/html": block, "text/plain": alt}, raw=True)


def show_both(draw: Callable[..., Figure], alt: str, name: str) -> None:
    """Display what `draw` makes, and what it makes of the same when it is `narrow`."""
    show(draw(), alt, name, draw(narrow=True))


def show_each(
    draw: Callable[..., Figure], groups: Iterable[Drawn], alt: Callable[[Drawn], str], name: str
) -> None:
    """Display a figure of each group, in both forms: `name`, and from the second on `name-2`."""
    for place, group in enumerate(groups, 1):
        show_both(partial(draw, group), alt(group), name if place == 1 else f"{name}-{place}")


def figure_block(figure: Figure, alt: str, name: str, narrow: Figure | None = None) -> str:
    """A figure as markup for a page, scrollable by keyboard, with the place of its files.

    Of a figure and its `narrow` form the style sheet shows the one that fits the screen.
    """
    drawn = inline_svg(figure, alt)
    if narrow is not None:
        drawn = drawn.replace("<svg ", '<svg class="wide-figure" ', 1)
        drawn += inline_svg(narrow, alt).replace("<svg ", '<svg class="narrow-figure" ', 1)
    numbers = b64encode(numbers_csv(numbers_of(figure)).encode()).decode()
    return (
        f'<div class="figure-block" id="figure-{name}">'
        f'<div class="figure-card" tabindex="0" role="group" aria-label="Figure">'
        f"{drawn}</div>"
        f'<p class="figure-offers" data-numbers="{numbers}"></p></div>'
    )


def inline_svg(figure: Figure, alt: str) -> str:
    """A figure as SVG within a page: named by `alt`, its ids its own, its colours the page's."""
    document = render_svg(figure)
    mark = digest(document)[:8]
    # Two figures on one page must not share ids: a clip path would be taken from the other.
    document = compact(document, f"f{mark}-", themed)
    named = html.escape(alt, quote=True)
    return document.replace("<svg ", f'<svg aria-label="{named}" ', 1)


def numbers_of(figure: Figure) -> Numbers:
    """The rows of numbers that the figure shows; ValueError where it has none."""
    numbers = [row for drawn in figure.findobj(Drawing) for row in drawn.numbers]
    if not numbers:
        raise ValueError("a figure that is shown needs the numbers that are offered beneath it")
    return numbers


def numbers_csv(numbers: Numbers) -> str:
    """The rows as CSV: a column for each name, in the order in which they come up.

    Numbers have full precision; what is not there is an empty cell, and no cell is a formula.
    """
    columns = list(dict.fromkeys(name for row in numbers for name in row))
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([_cell(row.get(name)) for name in columns] for row in numbers)
    return text.getvalue()


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return repr(round(float(value), 12))
    text = str(value)
    return text.replace(",", "") if THOUSANDS.fullmatch(text) else quoted(text.replace(MINUS, "-"))
