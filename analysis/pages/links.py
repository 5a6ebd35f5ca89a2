"""Links within the book: to a question's page."""

from __future__ import annotations

from analysis.pages.html import Html, link
from analysis.synthesis.model import Synthesis

UP = "../"


def question(synthesis: Synthesis, label: str | None = None) -> Html:
    """A question's title (or another label) as a link to its page."""
    return link(label or synthesis.title, f"{UP}effects/{synthesis.question.slug}.html")
