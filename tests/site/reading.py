"""The built site's HTML, parsed: what a page says, and what of it was computed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from bs4 import BeautifulSoup, Tag

Documents = Mapping[str, BeautifulSoup]
SPOKEN = ("aria-label", "alt", "title", "placeholder")


def parsed(site: Path, pages: Sequence[Path]) -> Documents:
    """Pages by their path in the site."""
    return {
        page.relative_to(site).as_posix(): BeautifulSoup(page.read_text("utf-8"), "html.parser")
        for page in pages
    }


def article(document: BeautifulSoup) -> Tag:
    """The page itself, without the navigation around it."""
    found = document.select_one("article.bd-article, .bd-search-container")
    assert found is not None, "the page has no article"
    return found


def outputs(document: BeautifulSoup) -> list[Tag]:
    """What the cells of an executed page show: everything on it that was computed."""
    return article(document).select(".cell_output")


def said(part: Tag) -> Iterator[str]:
    """Every piece of text of a part, with the names that figures and controls have."""
    yield from part.stripped_strings
    for element in part.find_all(True):
        for attribute in SPOKEN:
            if spoken := element.get(attribute):
                yield str(spoken)
