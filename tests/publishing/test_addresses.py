"""The feed and the site map: valid, complete, and of no address that nobody gave."""

from __future__ import annotations

import datetime as dt
from xml.etree import ElementTree as Xml

import pytest
from pydantic import ValidationError

from analysis.evidence.rows import Evidence
from analysis.protocol import Protocol
from analysis.publishing.addresses import ATOM, SITEMAPS, atom_feed, sitemap
from analysis.versions.releases import Release, releases

SITE = "https://example.org/review/"


def read(content: bytes) -> Xml.Element:
    return Xml.fromstring(content.decode())


def test_each_release_is_an_entry_the_latest_first(evidence: Evidence) -> None:
    found = releases(evidence.folder)
    feed = read(atom_feed(evidence.protocol, SITE, found))
    titles = [entry.findtext(f"{{{ATOM}}}title") for entry in feed.iter(f"{{{ATOM}}}entry")]
    assert titles == [f"Version {release.name}" for release in reversed(found)]
    assert len(titles) >= 2


def test_the_feed_has_what_atom_requires(evidence: Evidence) -> None:
    feed = read(atom_feed(evidence.protocol, SITE, releases(evidence.folder)))
    for element in (feed, *feed.iter(f"{{{ATOM}}}entry")):
        for name in ("id", "title", "updated"):
            assert element.findtext(f"{{{ATOM}}}{name}"), name
    ids = [element.text for element in feed.iter(f"{{{ATOM}}}id")]
    assert len(ids) == len(set(ids))
    updated = [element.text or "" for element in feed.iter(f"{{{ATOM}}}updated")]
    assert all(dt.datetime.fromisoformat(moment) for moment in updated)
    assert updated[0] == max(updated)
    hosts = [link.get("href", "") for link in feed.iter(f"{{{ATOM}}}link")]
    assert all(address.startswith(SITE) for address in hosts)


def test_what_a_release_says_of_itself_is_escaped(evidence: Evidence) -> None:
    release = Release(
        name="2026.12", date=dt.date(2026, 12, 1), follows="<b>&\x00", kind="no new evidence",
        data={}, versions={},
    )  # fmt: skip
    feed = read(atom_feed(evidence.protocol, SITE, [release]))
    assert "<b>&" in (feed.findtext(f".//{{{ATOM}}}summary") or "")


def test_every_page_is_in_the_site_map_and_the_front_page_is_the_site() -> None:
    found = read(sitemap(SITE, ["index", "results/search"], dt.date(2026, 11, 23)))
    addresses = [element.text for element in found.iter(f"{{{SITEMAPS}}}loc")]
    assert addresses == [SITE, f"{SITE}results/search.html"]
    assert {e.text for e in found.iter(f"{{{SITEMAPS}}}lastmod")} == {"2026-11-23"}


@pytest.mark.parametrize("address", ["example.org/", "https://example.org", "javascript:x/", ""])
def test_the_protocol_takes_no_address_that_cannot_be_added_to(
    evidence: Evidence, address: str
) -> None:
    raw = evidence.protocol.model_dump(mode="json") | {"site_url": address}
    with pytest.raises(ValidationError, match="site_url"):
        Protocol.model_validate(raw)
    assert Protocol.model_validate(raw | {"site_url": SITE}).site_url == SITE
    assert Protocol.model_validate(raw | {"site_url": None}).site_url is None
