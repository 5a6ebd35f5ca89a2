"""The list of pages beside every page: all of them, by the titles the contents give, in order."""

from __future__ import annotations

from sphinx_external_toc.parsing import parse_toc_data

from analysis.book.extensions.navigation import NOT_POOLED, NavigationPart, navigation

CONTENTS = parse_toc_data(
    {
        "format": "jb-book",
        "root": "index",
        "parts": [
            {"caption": "About", "chapters": [{"file": "b"}, {"file": "a", "title": "Short"}]},
            {"caption": "Pain", "chapters": [{"file": "c", "title": "Now"}]},
            {"caption": "Sleep", "chapters": [{"file": "d"}, {"file": "e", "title": "Later"}]},
            {"caption": "Methods", "chapters": [{"file": "f"}]},
        ],
    }
)
TITLES = {name: f"All of {name}" for name in ("index", "a", "b", "c", "d", "e", "f")}


def test_parts_and_pages_in_the_order_of_the_contents() -> None:
    assert navigation(CONTENTS, TITLES) == (
        NavigationPart("About", (("b", "All of b"), ("a", "Short"))),
        NavigationPart("Pain", (("c", "Now"),)),
        NavigationPart("Sleep", (("d", "All of d"), ("e", "Later"))),
        NavigationPart("Methods", (("f", "All of f"),)),
    )


def test_what_stands_apart_is_one_list_under_its_own_titles() -> None:
    """A part of which nothing is left is none."""
    parts = navigation(CONTENTS, TITLES, {"c", "e", "a page that there is no more"})
    assert parts[1:] == (
        NavigationPart("Sleep", (("d", "All of d"),)),
        NavigationPart(NOT_POOLED, (("c", "All of c"), ("e", "All of e"))),
        NavigationPart("Methods", (("f", "All of f"),)),
    )
    assert [part.caption for part in parts if part.has("e")] == [NOT_POOLED]
