"""The PRISMA 2020 flow diagram for an updated review (Page et al. 2021, 10.1136/bmj.n71)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from types import MappingProxyType

from matplotlib.figure import Figure

from analysis.evidence.flow import Counts, Flow, Stream
from analysis.figures import palette, style
from analysis.figures.canvas import Sheet
from analysis.figures.fitting import stacked, wrap
from analysis.figures.marks import Look
from analysis.figures.text import plain
from analysis.formatting import count, sentence_case

MARGIN = 14.0
PADDING = 6.0
LINE = 11.0
BETWEEN = 16.0  # from one row of boxes to the next
PHASE = 15.0  # width of the bars that name the phases
SIZE = 8.5
DASHED = (3.7, 1.6)  # widths of the line
NO_BREAK = "\N{NO-BREAK SPACE}"
COUNTED = re.compile(
    rf"(?:•{NO_BREAK})?(?P<label>.*) \((?:n{NO_BREAK}={NO_BREAK}(?P<n>.*)|not{NO_BREAK}recorded)\)"
)


@dataclass(frozen=True)
class _Text:
    """What a box says, and in which column and row it stands."""

    column: str
    row: int
    paragraphs: tuple[str, ...]
    dashed: bool = False


@dataclass(frozen=True)
class _Box:
    """A box of wrapped lines; `row` counts from the top, `y` and `height` come later."""

    row: int
    x: float
    width: float
    lines: tuple[str, ...]
    dashed: bool = False

    @property
    def height(self) -> float:
        return len(self.lines) * LINE + 2 * PADDING

    @property
    def middle(self) -> float:
        return self.x + self.width / 2

    @property
    def right(self) -> float:
        return self.x + self.width


_Edges = Mapping[str, tuple[float, float]]

# Left edges and widths of the five columns of boxes, from the left margin. Where no database
# was searched, the reasons of the other methods get the room.
_SEARCHED: _Edges = MappingProxyType(
    {
        "previous": (39.0, 106.0),
        "databases": (163.0, 130.0),
        "databases side": (309.0, 118.0),
        "other": (445.0, 112.0),
        "other side": (571.0, 99.0),
    }
)
_NOT_SEARCHED: _Edges = MappingProxyType(
    {
        "previous": (39.0, 100.0),
        "databases": (153.0, 118.0),
        "databases side": (283.0, 76.0),
        "other": (375.0, 112.0),
        "other side": (503.0, 167.0),
    }
)


def prisma_flow(flow: Flow) -> Figure:
    """Draw the diagram: previous studies, databases and registers, other methods."""
    edges = _NOT_SEARCHED if flow.databases is None else _SEARCHED
    said = _texts(flow)
    boxes = {name: _placed(box, edges) for name, box in said.items()}
    tops, bottom = _rows(boxes.values())
    sheet = Sheet.blank(style.WIDTH, bottom + MARGIN)
    sheet.numbers.extend(row for name, box in said.items() for row in _numbers(name, box))
    _draw_headers(sheet, edges, flow)
    _draw_phases(sheet, tops, bottom)
    for box in boxes.values():
        _draw_box(sheet, box, tops[box.row])
    _draw_arrows(sheet, boxes, tops)
    return sheet.figure


def _texts(flow: Flow) -> dict[str, _Text]:
    boxes: dict[str, _Text] = {}
    if flow.previous_studies is not None:
        boxes["previous"] = _text(
            "previous",
            0,
            _counted("Studies included in the previous version", flow.previous_studies),
            _counted("Reports of these studies", flow.previous_reports),
        )
    boxes |= _stream_boxes("databases", flow.databases, screens=True)
    boxes |= _stream_boxes("other", flow.other, screens=False)
    boxes["new"] = _text(
        "databases",
        4,
        _counted("New studies included", flow.new_studies),
        _counted("Reports of new studies", flow.new_reports),
    )
    boxes["awaiting"] = _text(
        "databases side", 4, _counted("Studies awaiting classification", flow.awaiting_studies)
    )
    boxes["total"] = _text(
        "databases",
        5,
        _counted("Total studies included", flow.total_studies),
        _counted("Reports of all studies", flow.total_reports),
    )
    return boxes


def _numbers(name: str, box: _Text) -> Iterator[dict[str, object]]:
    """What a box counts, one row a count."""
    for paragraph in box.paragraphs:
        if found := COUNTED.fullmatch(paragraph):
            yield {"Box": sentence_case(name), "Counted": found["label"], "n": found["n"]}


def _stream_boxes(name: str, stream: Stream | None, *, screens: bool) -> dict[str, _Text]:
    if stream is None:
        return {f"{name} identified": _text(name, 0, "Not searched for this version", dashed=True)}
    side = f"{name} side"
    boxes = {
        f"{name} identified": _text(
            name, 0, "Records identified from:", *_listed(stream.identified)
        )
    }
    if screens:
        removed = _listed(stream.removed) or [_counted("All reasons", None)]
        boxes[f"{name} removed"] = _text(side, 0, "Removed before screening:", *removed)
        boxes[f"{name} screened"] = _text(
            name,
            1,
            _counted("Records screened", stream.screened),
            *_waiting("Records to screen", stream.to_screen),
        )
        boxes[f"{name} excluded"] = _text(side, 1, _counted("Records excluded", stream.excluded))
    boxes[f"{name} sought"] = _text(
        name,
        2,
        _counted("Reports sought for retrieval", stream.sought),
        *_waiting("Reports to retrieve", stream.to_retrieve),
    )
    boxes[f"{name} not retrieved"] = _text(
        side, 2, _counted("Reports not retrieved", stream.not_retrieved)
    )
    boxes[f"{name} assessed"] = _text(
        name,
        3,
        _counted("Reports assessed for eligibility", stream.assessed),
        *_waiting("Reports to assess", stream.to_assess),
    )
    reasons = _listed(stream.reports_excluded) or [_counted("All reasons", 0)]
    boxes[f"{name} reports excluded"] = _text(side, 3, "Reports excluded:", *reasons)
    return boxes


def _text(column: str, row: int, *paragraphs: str, dashed: bool = False) -> _Text:
    return _Text(column, row, paragraphs, dashed)


def _placed(text: _Text, edges: _Edges) -> _Box:
    x, width = edges[text.column]
    lines = (
        line
        for paragraph in text.paragraphs
        for line in wrap(plain(paragraph), width - 2 * PADDING, SIZE, lines=6)
    )
    return _Box(text.row, x, width, tuple(lines), text.dashed)


def _listed(counts: Counts) -> list[str]:
    return [f"•{NO_BREAK}{_counted(label, number)}" for label, number in counts]


def _waiting(label: str, number: int) -> list[str]:
    """What still waits for a person, where anything does."""
    return [_counted(label, number)] if number else []


def _counted(label: str, number: int | None) -> str:
    found = "not recorded" if number is None else f"n = {count(number)}"
    return f"{label} ({found.replace(' ', NO_BREAK)})"


def _rows(boxes: Iterable[_Box]) -> tuple[list[float], float]:
    """The top of each row of boxes, and the bottom of the last."""
    heights: dict[int, float] = {}
    for box in boxes:
        heights[box.row] = max(heights.get(box.row, 0.0), box.height)
    tops = []
    y = MARGIN + 2 * LINE + 2 * PADDING + 8.0
    for row in range(6):
        tops.append(y)
        y += heights[row] + BETWEEN if row in heights else 0.0
    return tops, y - BETWEEN


def _draw_headers(sheet: Sheet, edges: _Edges, flow: Flow) -> None:
    spans = (
        ("previous", "previous", "Previous studies"),
        ("databases", "databases side", "New studies from databases and registers"),
        ("other", "other side", "New studies from other methods"),
    )
    height = 2 * LINE + 2 * PADDING
    for first, last, heading in spans[flow.previous_studies is None :]:
        left = edges[first][0]
        width = sum(edges[last]) - left
        sheet.rectangle(left, MARGIN, width, height, Look(palette.BAND))
        lines = wrap(heading, width - 2 * PADDING, SIZE, bold=True)
        for y, line in stacked(MARGIN + height / 2, lines, LINE):
            sheet.text(left + width / 2, y, line, align="center", size=SIZE, bold=True)


def _draw_phases(sheet: Sheet, tops: list[float], bottom: float) -> None:
    phases = (
        ("Identification", tops[0], tops[1]),
        ("Screening", tops[1], tops[4]),
        ("Included", tops[4], bottom + BETWEEN),
    )
    for name, top, end in phases:
        height = end - BETWEEN - top
        sheet.rectangle(MARGIN, top, PHASE, height, Look(palette.BAND))
        sheet.upright_text(MARGIN + PHASE / 2, top + height / 2, name, size=SIZE, color=palette.INK)


def _draw_box(sheet: Sheet, box: _Box, y: float) -> None:
    look = Look(palette.PAPER, palette.MUTED, 0.8, DASHED if box.dashed else ())
    sheet.rectangle(box.x, y, box.width, box.height, look)
    for index, line in enumerate(box.lines):
        sheet.text(box.x + PADDING, y + PADDING + (index + 0.5) * LINE, line, size=SIZE)


def _draw_arrows(sheet: Sheet, boxes: dict[str, _Box], tops: list[float]) -> None:
    steps = ("identified", "screened", "sought", "assessed")
    for name in ("databases", "other"):
        chain = [boxes[f"{name} {s}"] for s in steps if f"{name} {s}" in boxes]
        for upper, lower in pairwise(chain):
            _down(sheet, upper, lower, tops)
        if len(chain) > 1:
            _to_included(sheet, chain[-1], boxes["new"], tops)
    asides = (
        ("identified", "removed"),
        ("screened", "excluded"),
        ("sought", "not retrieved"),
        ("assessed", "reports excluded"),
    )
    for name in ("databases", "other"):
        for step, aside in asides:
            if f"{name} {aside}" in boxes:
                _aside(sheet, boxes[f"{name} {step}"], boxes[f"{name} {aside}"], tops)
    _down(sheet, boxes["new"], boxes["total"], tops)
    if "previous" not in boxes:
        return
    previous, total = boxes["previous"], boxes["total"]
    y = tops[5] + total.height / 2
    sheet.arrow((previous.middle, previous.middle, total.x), (tops[0] + previous.height, y, y))


def _down(sheet: Sheet, upper: _Box, lower: _Box, tops: list[float]) -> None:
    x = upper.middle
    sheet.arrow((x, x), (tops[upper.row] + upper.height, tops[lower.row]))


def _aside(sheet: Sheet, box: _Box, aside: _Box, tops: list[float]) -> None:
    y = tops[box.row] + min(box.height, aside.height) / 2
    sheet.arrow((box.right, aside.x), (y, y))


def _to_included(sheet: Sheet, box: _Box, new: _Box, tops: list[float]) -> None:
    start = tops[box.row] + box.height
    if box.x == new.x:
        sheet.arrow((box.middle, box.middle), (start, tops[new.row]))
        return
    # Between the rows, then down into the box: the side column stays free.
    between = tops[new.row] - BETWEEN / 2
    x = new.right - 16.0
    sheet.arrow((box.middle, box.middle, x, x), (start, between, between, tops[new.row]))
