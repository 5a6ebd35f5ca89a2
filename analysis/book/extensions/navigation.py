"""A Sphinx extension: the parts and pages of the book, for the list beside every page.

The theme resolves the whole table of contents anew for each page and parses what comes of
it, a quarter of the time of a build. This book's contents are one list of parts, each one
list of pages: `_templates/sbt-sidebar-nav.html` writes it down, each part a fold that opens
without a script. Which questions no trial answers is known from results only: their pages
stand in a part of their own, while the order of the pages stays the protocol's. Loaded by
`_config.yml`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from analysis.book.extensions.metadata import facts_of

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx_external_toc.api import SiteMap

NOT_POOLED = "No pooled result"


@dataclass(frozen=True)
class NavigationPart:
    """One part of the book: its caption, and each page's document and title."""

    caption: str
    pages: tuple[tuple[str, str], ...]

    def has(self, document: str) -> bool:
        """Whether that page is one of the part's."""
        return any(document == name for name, _ in self.pages)


def setup(app: Sphinx) -> dict[str, Any]:
    """Let every page's template name the parts."""
    app.connect("html-page-context", _offer)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _offer(
    app: Sphinx, _page: str, _template: str, context: dict[str, Any], _doctree: object
) -> None:
    titles = {name: title.astext() for name, title in app.env.titles.items()}
    apart = facts_of(app).not_pooled
    context["navigation"] = navigation(app.config.external_site_map, titles, frozenset(apart))


def navigation(
    contents: SiteMap, titles: Mapping[str, str], apart: Set[str] = frozenset()
) -> tuple[NavigationPart, ...]:
    """The parts of a table of contents; a page goes by its title there, else by its own.

    Those `apart` stand by their own titles in one more part, after the last that had one.
    """
    return tuple(_parts(contents, titles, apart))


def _parts(
    contents: SiteMap, titles: Mapping[str, str], apart: Set[str]
) -> Iterator[NavigationPart]:
    gathered: list[tuple[str, str]] = []
    waiting = len(apart & set(contents))
    for part in contents.root.subtrees:
        names = list(part.files())
        if kept := [name for name in names if name not in apart]:
            pages = tuple((name, contents[name].title or titles[name]) for name in kept)
            yield NavigationPart(part.caption or "", pages)
        gathered += [(name, titles[name]) for name in names if name in apart]
        if waiting and len(gathered) == waiting:
            yield NavigationPart(NOT_POOLED, tuple(gathered))
            waiting = 0
