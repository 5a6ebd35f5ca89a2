"""Everything that stands in the site beside its pages: where it stands → its bytes."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from analysis.living.releases import releases
from analysis.living.results import read_results
from analysis.protocol import load_protocol
from analysis.publishing.addresses import FEED, SITEMAP, atom_feed, sitemap
from analysis.publishing.card import CARD, card
from analysis.publishing.downloads import FOLDER, downloads


def site_files(root: Path, documents: Iterable[str]) -> dict[str, bytes]:
    """Downloads and card; feed and site map where the protocol knows the site's address.

    `root` is the project, `documents` are the pages of the book. Raises `EvidenceError`
    for a protocol, releases or results that cannot be read.
    """
    protocol = load_protocol(root / "data" / "protocol.yml")
    results = read_results(root / "results", protocol)
    files = {f"{FOLDER}/{file.path}": file.content for file in downloads(root, results)}
    files[CARD] = card(protocol, results)
    if protocol.site_url:
        files[FEED] = atom_feed(protocol, protocol.site_url, releases(root / "data"))
        files[SITEMAP] = sitemap(protocol.site_url, documents, protocol.version.date)
    return files
