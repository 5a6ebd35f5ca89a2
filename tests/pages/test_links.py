"""Links to the glossary: the id is Sphinx's, only the first use is linked, text stays text."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from analysis.pages.links import term, term_anchor, with_terms

GLOSSARY = Path(__file__).resolve().parents[2] / "chapters" / "about" / "glossary.md"


def glossary_terms() -> list[str]:
    """The terms of the hand-written glossary: lines of its directive without an indent."""
    text = GLOSSARY.read_text(encoding="utf-8").partition(":sorted:\n")[2].partition("```")[0]
    return [line for line in text.splitlines() if line and not line.startswith(" ")]


def test_every_term_gets_the_id_that_sphinx_gives_it() -> None:
    from sphinx.util.nodes import _make_id

    terms = glossary_terms()
    assert len(terms) > 40
    for name in terms:
        assert term_anchor(name) == f"term-{_make_id(name)}"


@pytest.mark.parametrize(
    ("name", "anchor"),
    [("SMD", "term-SMD"), ("I²", "term-I2"), ("tau²", "term-tau2"), ("RoB 2", "term-RoB-2"),
     ("Egger's test", "term-Egger-s-test"), ("prediction interval", "term-prediction-interval")],
)  # fmt: skip
def test_anchors_as_they_stand_in_the_built_glossary(name: str, anchor: str) -> None:
    assert term_anchor(name) == anchor


def test_a_term_may_be_named_otherwise_and_linked_from_the_front_page() -> None:
    found = term("SMD", "standardised <difference>", up="")
    assert 'href="about/glossary.html#term-SMD"' in found
    assert "standardised &lt;difference&gt;" in found


def test_only_the_first_use_is_linked_and_the_rest_escaped() -> None:
    found = with_terms("I² < 1: I² and tau² differ from I²s.", "I²", "tau²")
    assert found.count("<a ") == 2
    assert found.index("term-I2") < found.index("term-tau2")
    assert "&lt; 1" in found
    assert re.sub(r"<[^>]+>", "", found) == "I² &lt; 1: I² and tau² differ from I²s."


def test_the_longer_term_wins_and_absent_terms_change_nothing() -> None:
    found = with_terms(
        "The prediction interval is wide.", "interval", "prediction interval", "RoB 2"
    )
    assert found.count("<a ") == 1
    assert ">prediction interval</a>" in found
    assert with_terms("Nothing here.") == "Nothing here."
