"""Markup as a line of text."""

from __future__ import annotations

import pytest

from analysis.book.markup_text import text_of


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("  one <em>two</em>\n three", "one two three"),
        ("PHQ<sub>9</sub> &amp; τ<sup>2</sup>", "PHQ9 & τ2"),
        ("first<br/>second<p>third</p>fourth", "first second third fourth"),
        ('Trials<a class="headerlink" href="#x" title="Link">#</a>', "Trials"),
        ("&lt;b&gt; is <code>bold</code>", "<b> is bold"),
        ("<path d='M0'/><preview>x</preview>", "x"),
    ],
)
def test_what_a_reader_reads(markup: str, text: str) -> None:
    assert text_of(markup) == text
