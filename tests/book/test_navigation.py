"""The list of pages beside every page: all of them, by the titles the contents give, in order."""

from __future__ import annotations

from sphinx_external_toc.parsing import parse_toc_data

from analysis.book.extensions.navigation import NavigationPart, navigation


def test_parts_and_pages_in_the_order_of_the_contents() -> None:
    contents = parse_toc_data(
        {
            "format": "jb-book",
            "root": "index",
            "parts": [
                {"caption": "About", "chapters": [{"file": "b"}, {"file": "a", "title": "Short"}]},
                {"caption": "Results", "chapters": [{"file": "c"}]},
            ],
        }
    )
    titles = {"index": "Front", "a": "A long title", "b": "Second", "c": "Third"}
    assert navigation(contents, titles) == (
        NavigationPart("About", (("b", "Second"), ("a", "Short"))),
        NavigationPart("Results", (("c", "Third"),)),
    )
