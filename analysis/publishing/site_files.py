"""Everything that stands in the site beside its pages: where it stands → its bytes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from analysis.execution.handover import Again
from analysis.protocol import Protocol
from analysis.publishing.addresses import FEED, SITEMAP, atom_feed, sitemap
from analysis.publishing.card import CARD, card
from analysis.publishing.downloads import FOLDER
from analysis.publishing.offered_file import Download
from analysis.synthesis.question_result import Synthesis
from analysis.versions.edition import Edition
from analysis.versions.releases import Release


def site_files(
    offered: Iterable[Download],
    protocol: Protocol,
    results: Mapping[str, Synthesis],
    releases: Iterable[Release],
    documents: Iterable[str],
    edition: Edition,
    again: Again,
) -> dict[str, bytes]:
    """Downloads and card; feed and site map where the protocol knows the site's address.

    `documents` are the pages of the book, `again` is what was handed over before.
    """
    files = {f"{FOLDER}/{file.path}": file.content for file in offered}
    files[CARD] = card(protocol, results, edition, again)
    if protocol.site_url:
        files[FEED] = atom_feed(protocol, protocol.site_url, tuple(releases))
        files[SITEMAP] = sitemap(protocol.site_url, documents, protocol.version.date)
    return files
