"""Everything that stands in the site beside its pages: where it stands → its bytes."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from analysis.evidence.load import load
from analysis.living.release import releases
from analysis.living.results import read_results
from analysis.publishing.addresses import FEED, SITEMAP, atom_feed, sitemap
from analysis.publishing.card import CARD, card
from analysis.publishing.downloads import FOLDER, downloads


def site_files(root: Path, documents: Iterable[str]) -> dict[str, bytes]:
    """Downloads and card; feed and site map where the protocol knows the site's address.

    `root` is the project, `documents` are the pages of the book. Raises `EvidenceError`
    for data or results that cannot be read.
    """
    evidence = load(root / "data")
    protocol = evidence.protocol
    results = read_results(root / "results", protocol)
    files = {f"{FOLDER}/{file.path}": file.content for file in downloads(root, results)}
    files[CARD] = card(protocol, results)
    if protocol.site_url:
        files[FEED] = atom_feed(protocol, protocol.site_url, releases(root / "data"))
        files[SITEMAP] = sitemap(protocol.site_url, documents, protocol.version.date)
    return files
