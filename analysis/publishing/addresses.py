"""What needs the site's own address: the feed of releases and the map of its pages.

Nobody but the people who publish the site knows its address, so the protocol holds it
(`site_url`), and without it neither file is made.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from urllib.parse import quote
from xml.etree import ElementTree as Xml

from analysis.figures.text import plain
from analysis.formatting import sentence_case
from analysis.protocol import Protocol
from analysis.versions.releases import Release

FEED = "feed.xml"
SITEMAP = "sitemap.xml"
ATOM = "http://www.w3.org/2005/Atom"
SITEMAPS = "http://www.sitemaps.org/schemas/sitemap/0.9"


def page_address(site_url: str, document: str) -> str:
    """The address of a page or a file of the site; `site_url` ends with a slash."""
    return f"{site_url}{quote(document)}"


def atom_feed(protocol: Protocol, site_url: str, releases: Sequence[Release]) -> bytes:
    """Atom (RFC 4287): one entry a release, the latest first.

    The identifiers are addresses with the release's name, which never change.
    """
    latest_first = sorted(releases, key=lambda release: release.date, reverse=True)
    feed = Xml.Element("feed", {"xmlns": ATOM, "xml:lang": "en"})
    _text(feed, "title", f"{protocol.short_title}: versions")
    _text(feed, "id", page_address(site_url, FEED))
    _text(feed, "updated", _moment(max((r.date for r in releases), default=protocol.version.date)))
    _author(feed)
    Xml.SubElement(feed, "link", {"rel": "self", "href": page_address(site_url, FEED)})
    Xml.SubElement(feed, "link", {"rel": "alternate", "href": site_url})
    for release in latest_first:
        _entry(feed, site_url, release)
    return _document(feed)


def _entry(feed: Xml.Element, site_url: str, release: Release) -> None:
    page = page_address(site_url, "living/whats-new.html")
    entry = Xml.SubElement(feed, "entry")
    _text(entry, "title", f"Version {release.name}")
    _text(entry, "id", f"{page}#{quote(release.name)}")
    _text(entry, "updated", _moment(release.date))
    Xml.SubElement(entry, "link", {"rel": "alternate", "href": page})
    _text(entry, "summary", _summary(release))


def _summary(release: Release) -> str:
    kind = release.kind or "the version that all others are compared with"
    after = f" Compared with version {release.follows}." if release.follows else ""
    return f"{sentence_case(kind)}.{after}"


def sitemap(site_url: str, documents: Iterable[str], changed: dt.date) -> bytes:
    """sitemap.xml (sitemaps.org, 0.9): every page, with the day of the version."""
    root = Xml.Element("urlset", {"xmlns": SITEMAPS})
    for document in documents:
        page = Xml.SubElement(root, "url")
        address = site_url if document == "index" else page_address(site_url, f"{document}.html")
        _text(page, "loc", address)
        _text(page, "lastmod", changed.isoformat())
    return _document(root)


def _author(feed: Xml.Element) -> None:
    author = Xml.SubElement(feed, "author")
    _text(author, "name", "The review team")


def _text(parent: Xml.Element, name: str, text: str) -> None:
    Xml.SubElement(parent, name).text = plain(text)


def _moment(day: dt.date) -> str:
    return f"{day.isoformat()}T00:00:00Z"


def _document(root: Xml.Element) -> bytes:
    Xml.indent(root)
    text = Xml.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="utf-8"?>\n{text}\n'.encode()
