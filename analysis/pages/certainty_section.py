"""The certainty of a result as a reader sees it: symbol, word, and the five steps to it."""

from __future__ import annotations

from analysis.formatting import MINUS, counted, day
from analysis.pages.html import Html, element, join, paragraph, table, text
from analysis.synthesis.certainty import LEVELS, Certainty, Step
from analysis.synthesis.question_result import Synthesis

FILLED, EMPTY = "⊕", "⊖"


def mark(certainty: Certainty | None) -> Html:
    """`⊕⊕⊕⊖ Moderate (proposed)`; the symbol repeats the word and is not read aloud."""
    if certainty is None:
        return text("not rated")
    missing = LEVELS.index(certainty.level)
    symbol = FILLED * (len(LEVELS) - missing) + EMPTY * missing
    return join(
        (
            element("span", symbol, class_="nowrap", aria_hidden="true"),
            " ",
            element("span", certainty.rating.capitalize(), class_="nowrap"),
            element("small", f" ({certainty.standing})"),
        )
    )


def outcome_of(step: Step) -> str:
    """What a domain does to the certainty, in a few words: `imprecision −1`."""
    if step.levels_off:
        return f"{step.domain} {MINUS}{step.levels_off}"
    if step.decision is None and not step.judged:
        return f"{step.domain} not judged"
    return f"{step.domain} none"


def decision_text(step: Step) -> str:
    """What a person decided, why, who and when; that nobody has, otherwise."""
    made = step.decision
    if made is None:
        return "none yet"
    levels = counted(made.levels, "level")
    return f"{levels} off: {made.reason} ({made.decided_by}, {day(made.date)})"


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
            "A person’s decision": decision_text(step),
        }
        for step in certainty.steps
    ]
    return table(rows, f"Certainty: {synthesis.title}")
