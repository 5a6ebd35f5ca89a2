"""A Sphinx extension: the page that searches the site, and the one for what is not there.

Sphinx's own search quotes pages only where it may fetch them, not from a folder, finds no word
that is written wrongly, and has each page indexed anew. Here a script searches what
`analysis.book.search_index` reads from the built pages. Loaded by `_config.yml`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from analysis.book.extensions.metadata import facts_of
from analysis.book.search_index import (
    INDEX,
    KnownSections,
    index_script,
    read_pages,
    synonyms_of,
)

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx_external_toc.api import SiteMap

SEARCH = "search"
NOT_FOUND = "404"
SECTIONS = "sections.json"  # beside what Sphinx remembers of the same pages
FIRST_PART, A_PART_LATER, LAST = 1.3, 0.05, 0.6

_ADDRESS = re.compile(r'(\s(?:href|src|action)=")(?![#/]|[a-z]+:)')


def setup(app: Sphinx) -> dict[str, Any]:
    """Have both pages written, and the index once all pages are."""
    app.connect("builder-inited", _without_sphinxs_own)
    app.connect("html-collect-pages", _pages)
    app.connect("build-finished", _finish)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _without_sphinxs_own(app: Sphinx) -> None:
    builder: Any = app.builder
    builder.search = False


def _pages(_app: Sphinx) -> Iterator[tuple[str, dict[str, Any], str]]:
    yield SEARCH, {"title": "Search"}, f"{SEARCH}.html"
    yield NOT_FOUND, {"title": "Page not found"}, f"{NOT_FOUND}.html"


def _finish(app: Sphinx, error: Exception | None) -> None:
    if error is not None or app.builder.name != "html":
        return
    site = Path(app.outdir)
    facts = facts_of(app)
    not_found = site / f"{NOT_FOUND}.html"
    text = not_found.read_text(encoding="utf-8")
    not_found.write_text(from_anywhere(text, facts.url), encoding="utf-8")
    known = KnownSections(Path(app.doctreedir) / SECTIONS)
    listed = weights(app.config.external_site_map, facts.not_pooled)
    pages = list(read_pages(site, listed, known.of))
    known.remember()
    glossaries = {document for kind, (document, _) in _objects(app) if kind == "term"}
    synonyms = [
        names
        for document in sorted(glossaries)
        for names in synonyms_of((site / f"{document}.html").read_text(encoding="utf-8"))
    ]
    (site / INDEX).write_text(index_script(pages, synonyms), encoding="utf-8")


def _objects(app: Sphinx) -> Iterator[tuple[str, tuple[str, str]]]:
    domain: Any = app.env.get_domain("std")
    return ((kind, place) for (kind, _), place in domain.objects.items())


def weights(contents: SiteMap, not_pooled: tuple[str, ...]) -> Mapping[str, float]:
    """Every document in the contents' order, and how far it comes before others in a search.

    The parts are in the order of what readers ask. Questions that no trial answers come last.
    """
    weighed = {contents.root.docname: FIRST_PART}
    for number, part in enumerate(contents.root.subtrees):
        weight = FIRST_PART if number == 0 else max(LAST, 1 - number * A_PART_LATER)
        weighed |= {name: weight for name in part.files()}
    return weighed | {name: LAST for name in not_pooled if name in weighed}


def from_anywhere(page: str, site_url: str | None) -> str:
    """The page with addresses that hold at whatever depth it is shown, from the site's root.

    Where that is, the site's own address says; without one the site has its host to itself.
    """
    root = urlsplit(site_url).path if site_url else "/"
    page = page.replace('data-content_root="./"', f'data-content_root="{root}"', 1)
    return _ADDRESS.sub(rf"\g<1>{root}", page)
