"""A Sphinx extension: beside each row and figure a link by which a reader reports an error in it.

It leads to the contact of `team.yml`, an e-mail or web address, and says which row or figure of
which page and version is meant. Nothing is shown where no contact is stated. Loaded by
`_config.yml`; a figure has its line of links from `figure_files`.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode, urlsplit

from analysis.book.extensions.metadata import address, facts_of
from analysis.book.markup_text import text_of

if TYPE_CHECKING:
    from sphinx.application import Sphinx

_TABLE = re.compile(r"<table>.*?</table>", re.DOTALL)
_CAPTION = re.compile(r"<caption>(.*?)</caption>", re.DOTALL)
_ROW = re.compile(r'(<th scope="row"[^>]*>)(.*?)</th>', re.DOTALL)
_FIGURE = re.compile(r'(<p class="figure-offers" data-figure="([^"]*)">.*?)</p>', re.DOTALL)


@dataclass(frozen=True)
class Place:
    """What a report has to say to be found again: whom it reaches, which page and version."""

    contact: str
    page: str
    version: str

    def link(self, what: str, label: str = "") -> str:
        """The link for a row or a figure, by its name; without a `label` it shows a flag."""
        subject = f"Error: {what}"
        body = f"{what}\nPage: {self.page}\nVersion: {self.version}\n\nWhat is wrong:\n"
        named = html.escape(f"Report an error: {what}" if label else f"Report an error in {what}")
        where = html.escape(self._address(subject, body))
        hint = "" if label else ' title="Report an error"'
        return f'<a class="report-error" href="{where}" aria-label="{named}"{hint}>{label}</a>'

    def _address(self, subject: str, body: str) -> str:
        if not self.contact.startswith("https://"):
            said = urlencode({"subject": subject, "body": body}, quote_via=quote)
            return f"mailto:{quote(self.contact, safe='@')}?{said}"
        # Names that trackers of errors know; other pages take no notice.
        said = urlencode({"title": subject, "body": body}, quote_via=quote)
        parts = urlsplit(self.contact)
        return parts._replace(query="&".join(filter(None, (parts.query, said)))).geturl()


def setup(app: Sphinx) -> dict[str, Any]:
    """Have every page that Sphinx writes carry the links, after its figures have theirs."""
    app.connect("html-page-context", _offer, priority=600)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _offer(
    app: Sphinx, page: str, _template: str, context: dict[str, Any], _doctree: object
) -> None:
    site = facts_of(app)
    if "body" in context and site.review and site.review.contact:
        where = address(site.url, page) if site.url else page
        place = Place(site.review.contact, where, site.review.version)
        context["body"] = with_links(context["body"], place)


def with_links(body: str, place: Place) -> str:
    """A page's HTML with a link in the head of each row and in the line below each figure."""
    rows = _TABLE.sub(lambda found: _in_rows(found[0], place), body)
    return _FIGURE.sub(
        lambda found: f"{found[1]} {_of_figure(found[2], place)}</p>",
        rows,
    )


def _in_rows(table: str, place: Place) -> str:
    caption = _CAPTION.search(table)
    where = f" ({text_of(caption[1])})" if caption else ""
    return _ROW.sub(
        lambda row: f"{row[1]}{row[2]}{place.link(f'{text_of(row[2])}{where}')}</th>", table
    )


def _of_figure(name: str, place: Place) -> str:
    return place.link(f"the figure {html.unescape(name)}", "Report an error")
