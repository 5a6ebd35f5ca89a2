"""A Sphinx extension: the parts and pages of the book, for the list beside every page.

The theme resolves the whole table of contents anew for each page and parses what comes of
it, a quarter of the time of a build. This book's contents are one list of parts, each one
list of pages: `_templates/sbt-sidebar-nav.html` writes it down. Loaded by `_config.yml`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx_external_toc.api import SiteMap


@dataclass(frozen=True)
class NavigationPart:
    """One part of the book: its caption, and each page's document and title."""

    caption: str
    pages: tuple[tuple[str, str], ...]


def setup(app: Sphinx) -> dict[str, Any]:
    """Let every page's template name the parts."""
    app.connect("html-page-context", _offer)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _offer(
    app: Sphinx, _page: str, _template: str, context: dict[str, Any], _doctree: object
) -> None:
    titles = {name: title.astext() for name, title in app.env.titles.items()}
    context["navigation"] = navigation(app.config.external_site_map, titles)


def navigation(contents: SiteMap, titles: Mapping[str, str]) -> tuple[NavigationPart, ...]:
    """The parts of a table of contents; a page goes by its title there, else by its own."""
    return tuple(
        NavigationPart(
            part.caption or "",
            tuple((name, contents[name].title or titles[name]) for name in part.files()),
        )
        for part in contents.root.subtrees
    )
