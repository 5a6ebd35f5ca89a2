"""Links within the book: to a question's page, and to the glossary."""

from __future__ import annotations

import re
import unicodedata

from analysis.pages.html import Html, element, join, link
from analysis.synthesis.model import Synthesis

UP = "../"
GLOSSARY = "about/glossary.html"


def question(synthesis: Synthesis, label: str | None = None) -> Html:
    """A cell's title (or another label) as a link to its page."""
    return link(label or synthesis.title, f"{UP}effects/{synthesis.cell.slug}.html")


def term(name: str, label: str | None = None, *, up: str = UP) -> Html:
    """A term of the glossary as a link to its explanation, in the words of `label` if given.

    `up` leads from the page to the root of the book; the front page is there already.
    """
    anchor = term_anchor(name)
    return element("a", label or name, href=f"{up}{GLOSSARY}#{anchor}", class_="term")


def term_anchor(name: str) -> str:
    """The id that Sphinx gives a term: `I²` → `term-I2`, `Egger's test` → `term-Egger-s-test`."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return f"term-{re.sub(r'[^A-Za-z0-9._]+', '-', plain).strip('-')}"


def with_terms(sentence: str, *names: str, up: str = UP) -> Html:
    """A sentence in which the first use of each of these terms links to the glossary.

    Longer terms win over shorter ones within them; a term that does not occur is no error.
    """
    longest_first = sorted(names, key=len, reverse=True)
    pattern = re.compile("|".join(rf"(?<!\w){re.escape(name)}(?!\w)" for name in longest_first))
    parts: list[object] = []
    linked: set[str] = set()
    end = 0
    for found in pattern.finditer(sentence) if names else ():
        if found[0] not in linked:
            linked.add(found[0])
            parts += [sentence[end : found.start()], term(found[0], up=up)]
            end = found.end()
    return join(part for part in (*parts, sentence[end:]) if part != "")
