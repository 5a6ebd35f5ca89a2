"""Every link leads somewhere, and every page is built as a page should be."""

from __future__ import annotations

import posixpath
import re
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from urllib.parse import unquote, urlsplit

import pytest
from bs4 import BeautifulSoup

from tests.site.conftest import Built
from tests.site.reading import Documents, article

ELSEWHERE = {"https", "http", "mailto"}
CARRIES_ADDRESS = ("href", "src", "action", "data", "poster", "xlink:href", "srcset")


def addresses(documents: Documents) -> Iterator[tuple[str, str]]:
    """Every address of every page, with the page it stands on."""
    for page, document in documents.items():
        for element in document.find_all(True):
            for attribute in CARRIES_ADDRESS:
                if (address := element.get(attribute)) is not None:
                    yield page, str(address)


def ids(document: BeautifulSoup) -> list[str]:
    return [str(element["id"]) for element in document.find_all(id=True)]


def test_every_internal_link_and_anchor_resolves(
    built: Built, documents: Documents, capsys: pytest.CaptureFixture[str]
) -> None:
    anchors = {page: set(ids(document)) for page, document in documents.items()}
    dead, checked, elsewhere = [], 0, 0
    for page, address in addresses(documents):
        parts = urlsplit(address)
        if parts.scheme or parts.netloc:
            elsewhere += 1
            continue
        checked += 1
        target = page
        if parts.path:
            target = posixpath.normpath(
                posixpath.join(posixpath.dirname(page), unquote(parts.path))
            )
        anchor = unquote(parts.fragment)
        found = not target.startswith("..") and (built.site / target).is_file()
        if not found or (anchor and anchor not in anchors.get(target, ())):
            dead.append(f"{page}: {address}")
    with capsys.disabled():
        print(f"\n{checked} internal links checked, {elsewhere} lead elsewhere", end=" ")
    assert dead == []
    assert checked > len(documents) ** 2  # each page's navigation alone leads to every page


def test_no_link_leaves_the_web(documents: Documents) -> None:
    strange = [
        (page, address)
        for page, address in addresses(documents)
        if (scheme := urlsplit(address).scheme) not in ELSEWHERE
        and (scheme or address.startswith("//"))
    ]
    assert strange == []


def test_an_address_elsewhere_is_whole(documents: Documents) -> None:
    broken = [
        (page, address)
        for page, address in addresses(documents)
        if address.startswith("http")
        and (not re.fullmatch(r"https?://[\w.-]+\.[a-z]{2,}(?:/\S*)?", address) or " " in address)
    ]
    assert broken == []


def test_an_id_stands_once_on_its_page(documents: Documents) -> None:
    twice = {
        page: [name for name, times in Counter(ids(document)).items() if times > 1]
        for page, document in documents.items()
    }
    assert {page: names for page, names in twice.items() if names} == {}


def test_references_between_elements_resolve(documents: Documents) -> None:
    lost = [
        (page, name)
        for page, document in documents.items()
        for element in document.find_all(True)
        for attribute in ("aria-labelledby", "aria-describedby", "aria-controls", "for", "headers")
        for name in " ".join(
            element.get_attribute_list(attribute) if element.get(attribute) else []
        ).split()
        if name not in set(ids(document))
    ]
    assert lost == []


def test_every_page_has_a_language_one_title_and_one_first_heading(documents: Documents) -> None:
    for page, document in documents.items():
        assert document.html is not None and document.html.get("lang") == "en", page
        assert len(document.find_all("title")) - len(document.select("svg title")) == 1, page
        assert [h.get_text(strip=True) != "" for h in document.find_all("h1")] == [True], page


def test_titles_tell_pages_apart(documents: Documents) -> None:
    titles = Counter(str(document.title.string).strip() for document in documents.values())
    assert [title for title, times in titles.items() if times > 1 or not title] == []


def test_headings_go_down_one_level_at_a_time(documents: Documents) -> None:
    for page, document in documents.items():
        levels = [int(h.name[1]) for h in article(document).find_all(re.compile(r"^h[1-6]$"))]
        steps = [(a, b) for a, b in pairwise(levels) if b > a + 1]
        assert steps == [], page
        assert levels[0] == 1, page


def test_a_link_says_where_it_leads(documents: Documents) -> None:
    silent = [
        (page, str(a)[:120])
        for page, document in documents.items()
        for a in document.find_all("a", href=True)
        if not (a.get_text(strip=True) or a.get("aria-label") or a.select("[alt], [aria-label]"))
    ]
    assert silent == []


def test_every_page_can_be_reached_from_the_front_page(built: Built, documents: Documents) -> None:
    reached, waiting = set(), ["index.html"]
    while waiting:
        page = waiting.pop()
        if page in reached or page not in documents:
            continue
        reached.add(page)
        for link in documents[page].find_all("a", href=True):
            path = unquote(urlsplit(str(link["href"])).path)
            if path and not urlsplit(str(link["href"])).scheme:
                waiting.append(posixpath.normpath(posixpath.join(posixpath.dirname(page), path)))
    pages = {page.relative_to(built.site).as_posix() for page in built.pages}
    assert pages <= reached
