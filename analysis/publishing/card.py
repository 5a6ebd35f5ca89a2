"""The picture that a link to the site shows elsewhere, from the present results."""

from __future__ import annotations

import io
from collections.abc import Mapping

from matplotlib.figure import Figure

from analysis.execution.handover import Again
from analysis.figures.marks import all_of
from analysis.figures.social_card import DPI, Answer, social_card
from analysis.figures.style import render_pixels
from analysis.files.digests import digest
from analysis.formatting import sentence_case
from analysis.protocol import Protocol
from analysis.synthesis.question_result import Synthesis
from analysis.versions.edition import Edition
from analysis.versions.results import results_of

CARD = "social-card.png"  # in the site
COLOURS = 64


def card(
    protocol: Protocol, results: Mapping[str, Synthesis], edition: Edition, again: Again
) -> bytes:
    """The card as PNG: the first time point of the condition with the most answers.

    It is handed over again where it would show the same.
    """
    timepoint = protocol.timepoints[0]
    by_condition = {
        condition: [
            Answer(protocol.outcome(synthesis.question.outcome).label, synthesis)
            for synthesis in results_of(results, condition.id, timepoint.id)
        ]
        for condition in protocol.conditions
    }
    condition, answers = max(by_condition.items(), key=lambda item: _answered(item[1]))
    said = (*protocol.condition_told(condition.id), timepoint.label)
    heading = sentence_case(", ".join(said))
    version = f"A living systematic review. {edition.dated}"

    figure = social_card(protocol.title, version, heading, answers)
    return again.content(CARD, digest(all_of(figure)), lambda: _few_colours(figure))


def _few_colours(figure: Figure) -> bytes:
    """The picture on white, with as many colours as such a drawing has: a quarter of the bytes."""
    from PIL import Image

    size = tuple(round(side * DPI) for side in figure.get_size_inches())
    drawn = Image.frombytes("RGBA", size, render_pixels(figure, dpi=DPI))
    paper = Image.new("RGBA", drawn.size, "white")
    paper.alpha_composite(drawn)
    buffer = io.BytesIO()
    paper.convert("RGB").quantize(COLOURS).save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


def _answered(answers: list[Answer]) -> int:
    return sum(answer.synthesis.primary is not None for answer in answers)
