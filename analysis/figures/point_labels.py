"""Where the labels of points go so that none overlaps another label or point."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

Box = tuple[float, float, float, float]  # left, top, right, bottom


@dataclass(frozen=True)
class PlacedLabel:
    """A label of the point `index`, its text box starting at `x`, centred on `y`."""

    index: int
    x: float
    y: float


def place_labels(
    points: Sequence[tuple[float, float]],
    widths: Sequence[float],
    order: Iterable[int],
    *,
    height: float,
    within: Box,
    clear: float = 5.0,
) -> tuple[PlacedLabel, ...]:
    """Try each point's label right, left, above and below it, in `order`; drop what collides.

    All lengths in points, y down; `clear` is the distance kept from the points.
    """
    taken: list[Box] = [(x - 3, y - 3, x + 3, y + 3) for x, y in points]
    placed = []
    for index in order:
        (x, y), width = points[index], widths[index]
        places = (
            (x + clear, y),
            (x - clear - width, y),
            (x - width / 2, y - height / 2 - clear),
            (x - width / 2, y + height / 2 + clear),
        )
        for left, middle in places:
            box = (left, middle - height / 2, left + width, middle + height / 2)
            if _inside(box, within) and not any(_overlap(box, other) for other in taken):
                taken.append(box)
                placed.append(PlacedLabel(index, left, middle))
                break
    return tuple(placed)


def _inside(box: Box, within: Box) -> bool:
    return (
        box[0] >= within[0] and box[1] >= within[1] and box[2] <= within[2] and box[3] <= within[3]
    )


def _overlap(a: Box, b: Box) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
