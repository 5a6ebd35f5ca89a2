"""The certainty of a result as a reader sees it: symbol, word, and the five steps to it."""

from __future__ import annotations

from analysis.pages.html import Html, element, join, paragraph, table, text
from analysis.synthesis.certainty import Certainty
from analysis.synthesis.question_result import Synthesis


def mark(certainty: Certainty | None) -> Html:
    """`⊕⊕⊕⊖ Moderate (proposed)`; the symbol repeats the word and is not read aloud."""
    if certainty is None:
        return text("not rated")
    return join(
        (
            element("span", certainty.symbol, class_="nowrap", aria_hidden="true"),
            " ",
            element("span", certainty.rating.capitalize(), class_="nowrap"),
            element("small", f" ({certainty.standing})"),
        )
    )


def steps_table(synthesis: Synthesis) -> Html:
    """What each rule proposes with its numbers, and what a person decided."""
    certainty = synthesis.certainty
    if certainty is None:
        return paragraph("Nothing is pooled, so there is no certainty to rate.")
    rows = [
        {
            "Domain": step.domain.capitalize(),
            "Levels the rule takes off": str(step.levels) if step.judged else "cannot be judged",
            "Why": step.reason,
            "A person’s decision": step.decision_text,
        }
        for step in certainty.steps
    ]
    return table(rows, f"Certainty: {synthesis.title}")
