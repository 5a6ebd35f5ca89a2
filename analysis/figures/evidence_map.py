"""What became of each outcome in each trial: a mark where a row and a column meet.

Narrow enough for a phone as long as the outcomes are few.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from matplotlib.figure import Figure

from analysis.evidence.trial_states import State
from analysis.figures import palette, style
from analysis.figures.canvas import Sheet
from analysis.figures.fitting import stacked, text_width, wrap
from analysis.figures.judgements import Mark, draw_mark
from analysis.figures.many_trials import MOST_ROWS, alike
from analysis.figures.marks import Look
from analysis.figures.text import plain
from analysis.formatting import DASH, counted

MARGIN = 8.0
LABEL = 84.0  # width of the column of trials
COLUMN = 28.0
ROW = 17.0
LINE = 11.0
MARK = 12.5
LONGEST_HEADING = 74.0

MARKS: Mapping[State, Mark] = MappingProxyType(
    {
        State.POOLED: Mark("P", palette.POOLED_PALE, palette.INK, corners=32),
        State.SENSITIVITY: Mark("S", palette.DOUBTFUL, palette.INK, corners=4),
        State.LEFT_OUT: Mark("R", palette.ASIDE, palette.INK, corners=4, turn=45.0),
        State.NO_NUMBERS: Mark("M", palette.BAD, palette.PAPER, corners=8, turn=22.5),
        State.NOT_MEASURED: Mark(DASH, palette.PAPER, palette.INK, corners=0),
        State.NOT_KNOWN: Mark("?", palette.PAPER, palette.MUTED, corners=0),
    }
)


@dataclass(frozen=True)
class MapRow:
    """A trial, and its state in each column."""

    label: str
    states: tuple[State, ...]


def evidence_map(title: str, columns: Sequence[str], rows: Sequence[MapRow]) -> Figure:
    """One row a trial, one column an outcome, a mark a state; the key below.

    Many trials are put together where their states are the same, the most frequent first.

    ValueError where a row has not a state for each column.
    """
    everyone, key = rows, [state for state in State if any(state in row.states for row in rows)]
    if len(rows) > MOST_ROWS:
        groups = alike(rows, lambda row: row.states)[:MOST_ROWS]
        rows = [MapRow(counted(len(group), "trial"), group[0].states) for group in groups]
    labels = [wrap(plain(row.label), LABEL, style.BODY) for row in rows]
    heights = [ROW + (len(label) - 1) * LINE for label in labels]
    headings = [wrap(plain(name), LONGEST_HEADING, style.SMALL, bold=True) for name in columns]
    widest = [text_width(line, style.SMALL, bold=True) for lines in headings for line in lines]
    top = MARGIN + max(widest, default=0.0) + 8.0
    left = MARGIN + LABEL + 4.0
    bottom = top + sum(heights)
    sheet = Sheet.blank(
        left + COLUMN * len(columns) + MARGIN, bottom + 12.0 + ROW * len(key) + MARGIN
    )
    _draw_headings(sheet, title, headings, left, top)
    sheet.numbers.extend(
        {"Trial": row.label, **dict(zip(columns, row.states, strict=True))} for row in everyone
    )
    y = top
    for place, (row, label, height) in enumerate(zip(rows, labels, heights, strict=True)):
        if place % 2 == 0:
            sheet.rectangle(
                MARGIN, y, sheet.width - 2 * MARGIN, height, Look(palette.BAND), layer=-5.0
            )
        _draw_row(sheet, row, label, columns, left, y + height / 2)
        y += height
    for place, state in enumerate(key):
        line = bottom + 12.0 + (place + 0.5) * ROW
        draw_mark(sheet, MARGIN + MARK / 2, line, MARKS[state], size=MARK)
        sheet.text(MARGIN + MARK + 6.0, line, state, size=style.SMALL)
    return sheet.figure


def _draw_headings(
    sheet: Sheet, title: str, headings: Sequence[tuple[str, ...]], left: float, top: float
) -> None:
    """The columns' names, which read upwards and end above their column."""
    for line, text in enumerate(wrap(plain(title), LABEL, style.SMALL, bold=True, lines=3)):
        sheet.text(MARGIN, MARGIN + (line + 0.5) * LINE, text, size=style.SMALL, bold=True)
    for place, lines in enumerate(headings):
        middle = left + (place + 0.5) * COLUMN
        for x, text in stacked(middle, lines, LINE):
            y = top - 6.0 - text_width(text, style.SMALL, bold=True) / 2
            sheet.upright_text(x, y, text, size=style.SMALL, color=palette.INK)


def _draw_row(
    sheet: Sheet, row: MapRow, label: Sequence[str], columns: Sequence[str], left: float, y: float
) -> None:
    for at, text in stacked(y, label, LINE):
        sheet.text(MARGIN + 2.0, at, text)
    for place, (_, state) in enumerate(zip(columns, row.states, strict=True)):
        draw_mark(sheet, left + (place + 0.5) * COLUMN, y, MARKS[state], size=MARK)
