"""A Sphinx extension: what a page says of itself, to its reader and to search engines.

Loaded by `_config.yml`. Every page begins with the status of the review (the front page
says it itself, and at length), and an executed page ends with the code that made it.
Addresses are given only where the site's own is known (`site_url` of the protocol); the
picture's is relative otherwise.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from analysis.book.linked_data import Described, described, machine_tags
from analysis.book.markup_text import text_of
from analysis.execution.plan import Project
from analysis.execution.staleness import Made, code_version, read_record

if TYPE_CHECKING:
    from sphinx.application import Sphinx

FRONT = "index"
CARD = "social-card.png"
FEED = "feed.xml"
LONGEST_DESCRIPTION = 200
CODE_LENGTH = 16  # hexadecimal digits that are shown

_PARAGRAPH = re.compile(r"<p\b[^>]*>(.*?)</p>", re.DOTALL)


@dataclass(frozen=True)
class Status:
    """How fresh the review is: its version, its last and its next search."""

    version: str
    search: str
    overdue: bool
    draft: bool = False


@dataclass(frozen=True)
class Computed:
    """How a page was executed: the hash of the code that made it, and the seconds it took."""

    code: str
    seconds: float


@dataclass(frozen=True)
class SiteFacts:
    """What all pages share: the site's name, its status and, if it is known, its address.

    `not_pooled` are the documents of questions that no trial answers: the menu has them apart.
    """

    name: str
    url: str | None
    status: Status | None = None
    not_pooled: tuple[str, ...] = ()
    review: Described | None = None


def setup(app: Sphinx) -> dict[str, Any]:
    """Have every page that Sphinx writes carry its metadata."""
    # A page may be shown ahead, and what was executed since is on record by then.
    app.connect("write-started", lambda *_: _record.cache_clear())
    app.connect("html-page-context", _describe)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _describe(
    app: Sphinx, page: str, _template: str, context: dict[str, Any], _doctree: object
) -> None:
    site = facts_of(app)
    tags = metatags(site, page, context.get("title", ""), context.get("body", ""))
    context["review_status"] = None if page == FRONT else site.status
    context["computed"] = computed(_record(Path(app.srcdir).parent), page)
    context["metatags"] = "\n".join([context.get("metatags", ""), *tags])


@lru_cache(maxsize=1)
def _record(root: Path) -> Mapping[str, Made]:
    return read_record(Project(root))


def computed(record: Mapping[str, Made], page: str) -> Computed | None:
    """How that document was executed; None for one that a person wrote."""
    notebook = f"chapters/{page}.ipynb"
    for made in record.values():
        if notebook in made.outputs:
            return Computed(code_version(made)[:CODE_LENGTH], round(made.seconds, 1))
    return None


def facts_of(app: Sphinx) -> SiteFacts:
    """What the build says of the site; nothing where another program builds it."""
    return getattr(app.env, "site_facts", SiteFacts("", None))


def site_facts(values: Mapping[str, Any]) -> SiteFacts:
    """From the values that the prose may name: the protocol's title and address, the status."""
    protocol, status = values.get("protocol", {}), values.get("status")
    return SiteFacts(
        protocol.get("title", ""),
        protocol.get("site_url"),
        Status(**status) if status and "version" in status else None,
        tuple(values.get("menu", {}).get("not_pooled", ())),
        described(values.get("described")),
    )


def metatags(site: SiteFacts, page: str, title: str, body: str) -> Iterator[str]:
    """The elements of one page's head; `title` and `body` are its HTML."""
    said = description(body)
    up = "../" * page.count("/")
    properties = {
        "og:type": "website" if page == FRONT else "article",
        "og:site_name": site.name,
        "og:title": text_of(title) or site.name,
        "og:description": said,
        "og:url": address(site.url, page) if site.url else "",
        "og:image": f"{site.url or up}{CARD}",
        "og:image:width": "1200",
        "og:image:height": "630",
        "og:image:alt": f"{site.name}: the main answers as estimates with their intervals",
    }
    if said:
        yield f'<meta name="description" content="{html.escape(said)}" />'
    for name, content in properties.items():
        if content:
            yield f'<meta property="{name}" content="{html.escape(content)}" />'
    yield '<meta name="twitter:card" content="summary_large_image" />'
    if site.review:
        own = "" if page == FRONT else text_of(title)
        yield from machine_tags(site.review, site.url, page, own, said)
    if site.url:
        yield f'<link rel="canonical" href="{html.escape(address(site.url, page))}" />'
        yield (
            '<link rel="alternate" type="application/atom+xml" title="Versions" '
            f'href="{html.escape(site.url + FEED)}" />'
        )


def address(site_url: str, page: str) -> str:
    """The address of a page; that of the front page is the site's."""
    return site_url if page == FRONT else f"{site_url}{quote(page)}.html"


def description(body: str) -> str:
    """The first paragraph with text, cut at a word."""
    for found in _PARAGRAPH.finditer(body):
        if said := text_of(found[1]):
            if len(said) <= LONGEST_DESCRIPTION:
                return said
            return said[: LONGEST_DESCRIPTION - 1].rsplit(" ", 1)[0] + "…"
    return ""
