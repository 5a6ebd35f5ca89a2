"""A risk-of-bias judgement as a mark: a letter, a shape and a tint that also differ in grey."""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from analysis.figures import palette
from analysis.figures.canvas import Sheet
from analysis.figures.marks import Look
from analysis.formatting import DASH
from analysis.synthesis.risk_of_bias import Judgement


@dataclass(frozen=True)
class Mark:
    """How a judgement or a state looks: `corners` of the outline (0: none), `turn` in degrees."""

    letter: str
    face: str
    ink: str
    corners: int
    turn: float = 0.0


MARKS: Mapping[Judgement, Mark] = MappingProxyType(
    {
        "low": Mark("L", palette.GOOD, palette.INK, corners=32),
        "some concerns": Mark("S", palette.DOUBTFUL, palette.INK, corners=4, turn=0.0),
        "unclear": Mark("U", palette.UNCLEAR, palette.INK, corners=4, turn=45.0),
        "high": Mark("H", palette.BAD, palette.PAPER, corners=8, turn=22.5),
        "not assessed": Mark(DASH, palette.PAPER, palette.MUTED, corners=0),
    }
)
JUDGEMENTS: tuple[Judgement, ...] = tuple(MARKS)


def draw_judgement(sheet: Sheet, x: float, y: float, judgement: Judgement, *, size: float) -> None:
    """The mark of a judgement centred on (x, y), about `size` points across."""
    draw_mark(sheet, x, y, MARKS[judgement], size=size)


def draw_mark(sheet: Sheet, x: float, y: float, mark: Mark, *, size: float) -> None:
    """Outline, tint and letter centred on (x, y), about `size` points across."""
    if mark.corners:
        across = size * (1.18 if mark.corners == 4 else 1.0)
        outline = (mark.corners, 0, mark.turn)
        sheet.marker(x, y, outline, across, Look(mark.face, palette.INK, 0.7))
    letter_size = (0.64 if mark.corners else 0.9) * size
    sheet.text(x, y, mark.letter, align="center", size=letter_size, color=mark.ink, bold=True)


def judgement_key(seen: Container[Judgement]) -> str:
    """`L low, S some concerns, …` for the judgements that are seen."""
    return ", ".join(f"{mark.letter} {each}" for each, mark in MARKS.items() if each in seen)
