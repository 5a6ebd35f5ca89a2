"""Beside each row and figure a reader can report an error in it."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from bs4 import BeautifulSoup

from analysis.book.extensions.reporting import Place, with_links
from analysis.pages.html import table

ROWS = [{"Trial": "Smith & Jones 2013", "n": "30"}, {"Trial": '"><script>', "n": "28"}]
FIGURE = (
    '<div class="figure-block" id="figure-forest"><p class="figure-offers" '
    'data-figure="pain-forest">This figure: <a href="#figure-forest">Link</a></p></div>'
)
PAGE = f"<section>{table(ROWS, 'Pooled trials')}{FIGURE}</section>"
MAIL = Place("someone@example.org", "effects/pain", "2026.11")


def links(place: Place) -> list[tuple[str, str]]:
    """Where each link leads, and what it is called."""
    page = BeautifulSoup(with_links(PAGE, place), "html.parser")
    found = page.select("a.report-error")
    assert all(link.find_parent(["th", "p"]) for link in found)
    return [(str(link["href"]), str(link["aria-label"])) for link in found]


def test_every_row_and_figure_has_a_link_that_names_it() -> None:
    assert [name for _, name in links(MAIL)] == [
        "Report an error in Smith & Jones 2013 (Pooled trials)",
        'Report an error in "><script> (Pooled trials)',
        "Report an error: the figure pain-forest",
    ]


def test_a_mail_says_what_is_meant() -> None:
    parts = urlsplit(links(MAIL)[0][0])
    assert (parts.scheme, parts.path) == ("mailto", "someone@example.org")
    said = parse_qs(parts.query)
    assert said["subject"] == ["Error: Smith & Jones 2013 (Pooled trials)"]
    assert "Page: effects/pain\nVersion: 2026.11" in said["body"][0]


@pytest.mark.parametrize("contact", ["https://example.org/new", "https://example.org/new?kind=e#f"])
def test_a_web_address_keeps_what_it_says(contact: str) -> None:
    parts = urlsplit(links(Place(contact, "effects/pain", "2026.11"))[2][0])
    assert (parts.netloc, parts.path) == ("example.org", "/new")
    said = parse_qs(parts.query)
    assert said["title"] == ["Error: the figure pain-forest"]
    assert ("kind" in said, bool(parts.fragment)) == ("kind" in contact, "#" in contact)


def test_nothing_else_of_the_page_changes() -> None:
    page = BeautifulSoup(with_links(PAGE, MAIL), "html.parser")
    for link in page.select("a.report-error"):
        link.decompose()
    before = BeautifulSoup(PAGE, "html.parser")
    assert page.get_text().split() == before.get_text().split()
