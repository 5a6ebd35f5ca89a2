"""What stands in Markdown from data is read back as it was, and is nothing but text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from analysis.execution.markdown import escape_markdown, escape_values


@given(
    text=st.text(st.characters(exclude_categories=["Cc", "Cs", "Cn"]), min_size=1),
    before=st.sampled_from(["", "before "]),
)
def test_markdown_shows_any_text_as_it_stands(text: str, before: str) -> None:
    words = " ".join(text.split())
    tokens = MarkdownIt().parse(before + escape_markdown(text))
    assert [token.type for token in tokens] in (["paragraph_open", "inline", "paragraph_close"], [])
    children = [child for token in tokens for child in token.children or ()]
    assert {child.type for child in children} <= {"text", "text_special"}
    assert "".join(child.content for child in children) == (before + words).strip()


@pytest.mark.parametrize("text", ["1. item", "- item", "# heading", "    code", "%comment", "***"])
def test_nothing_begins_a_block(text: str) -> None:
    (opening, *_) = MarkdownIt().parse(escape_markdown(text))
    assert opening.type == "paragraph_open"


def test_values_are_escaped_however_deep_and_numbers_stay() -> None:
    values = {"a": ["{include}", {"b": "*x*", "c": 0.2, "d": None, "e": True}]}
    assert escape_values(values) == {
        "a": ["\\{include\\}", {"b": "\\*x\\*", "c": 0.2, "d": None, "e": True}]
    }
