"""A hundred people as a picture: who has the event either way, who in one group only, who not.

Inline SVG in the text of the page, drawn in `currentColor`: it follows the theme. The three
kinds of people differ in form (filled, filled on a ground, outlined), not in colour alone.
"""

from __future__ import annotations

import html
from collections.abc import Iterable

from analysis.figures.text import plain

PEOPLE = 100
COLUMNS = 20
STEP = 14
# From the top of the head: the head, then the shoulders with the body beneath.
PERSON = "a2.1 2.1 0 1 0 .01 0zm-3 10.4v-2.6a3 3 0 0 1 6 0v2.6z"
KINDS = ("either", "one-only", "neither")


def pictograph(without: int, with_it: int, *, title: str) -> str:
    """100 people: `without` of them have the event in one group, `with_it` in the other.

    `title` is read aloud in place of the picture; it is escaped here. Raises ValueError for a
    number of people below 0 or above 100.
    """
    if not (0 <= without <= PEOPLE and 0 <= with_it <= PEOPLE):
        raise ValueError(f"of {PEOPLE} people {without} and {with_it} cannot have the event")
    either, most = sorted((without, with_it))
    drawn = (
        _people(KINDS[0], range(either)),
        _ground(range(either, most)),
        _people(KINDS[1], range(either, most)),
        _people(KINDS[2], range(most, PEOPLE)),
    )
    width, height = COLUMNS * STEP, PEOPLE // COLUMNS * STEP
    return (
        f'<svg class="pictograph" role="img" xmlns="http://www.w3.org/2000/svg" '
        f'width="{width}" height="{height}" viewBox="0 0 {width} {height}">'
        f"<title>{html.escape(plain(title))}</title>{''.join(drawn)}</svg>"
    )


def sample(kind: str) -> str:
    """One person of a kind, for the legend beside the picture; not read aloud."""
    ground = _ground([0]) if kind == KINDS[1] else ""
    return (
        f'<svg class="pictograph" aria-hidden="true" xmlns="http://www.w3.org/2000/svg" '
        f'width="{STEP}" height="{STEP}" viewBox="0 0 {STEP} {STEP}">'
        f"{ground}{_people(kind, [0])}</svg>"
    )


def _people(kind: str, places: Iterable[int]) -> str:
    path = "".join(f"M{x + STEP // 2} {y + 1}{PERSON}" for x, y in map(_place, places))
    return f'<path class="pictograph-{kind}" d="{path}"/>' if path else ""


def _ground(places: Iterable[int]) -> str:
    path = "".join(f"M{x} {y}h{STEP}v{STEP}h-{STEP}z" for x, y in map(_place, places))
    return f'<path class="pictograph-ground" d="{path}"/>' if path else ""


def _place(number: int) -> tuple[int, int]:
    row, column = divmod(number, COLUMNS)
    return column * STEP, row * STEP
