"""What a page says of itself to programs: the review and its data as schema.org, and a citation.

The terms are those of schema.org, as JSON-LD; the tags named `citation_…` are those that Google
Scholar and Zotero read. What nobody has stated is left out.
"""

from __future__ import annotations

import html
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

DOWNLOADS = "downloads/"  # in the site
DESCRIBED_BY = {
    "ro-crate-metadata.json": "application/ld+json",
    "datapackage.json": "application/json",
}

Node = dict[str, Any]

_TEXTS = ("title", "abstract", "licence", "version", "released", "contact")


@dataclass(frozen=True)
class Described:
    """The review as a whole; `released` is its day as YYYY-MM-DD, blank for a draft.

    `authors` are their names and ORCIDs, `contact` an e-mail or web address, `offers` what belongs
    to single pages: page → file below `downloads/` → its media type.
    """

    title: str
    abstract: str
    keywords: tuple[str, ...]
    licence: str
    version: str
    released: str
    authors: tuple[tuple[str, str], ...]
    contact: str
    offers: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]


def described(said: Mapping[str, Any] | None) -> Described | None:
    """From the values that the pages hand over; None where there are none."""
    if not said:
        return None
    return Described(
        **{name: said[name] for name in _TEXTS},
        keywords=tuple(said["keywords"]),
        authors=tuple((name, orcid) for name, orcid in said["authors"]),
        offers=tuple((page, tuple(files.items())) for page, files in said["offers"].items()),
    )


def machine_tags(
    review: Described, site_url: str | None, page: str, title: str, said: str
) -> Iterator[str]:
    """The elements of a page's head; `said` is its description, `title` blank on the front page.

    Addresses are the site's where `site_url` is known, else relative to the page.
    """
    base = site_url or "../" * page.count("/")
    yield from _citation(review, site_url, page, title)
    graph = {"@context": "https://schema.org", "@graph": [*_graph(review, base, page, title, said)]}
    # Text from data ends no element.
    data = json.dumps(graph, ensure_ascii=False, sort_keys=True).replace("<", "\\u003c")
    yield f'<script type="application/ld+json">{data}</script>'
    offered = dict(review.offers).get(page, ())
    for relation, files in (("alternate", offered), ("describedby", DESCRIBED_BY.items())):
        for path, kind in files:
            address = html.escape(f"{base}{DOWNLOADS}{quote(path)}")
            yield f'<link rel="{relation}" type="{kind}" href="{address}" />'


def _citation(review: Described, site_url: str | None, page: str, title: str) -> Iterator[str]:
    pairs = [("citation_title", title or review.title)]
    if title:
        pairs.append(("citation_inbook_title", review.title))
    pairs += [("citation_author", name) for name, _ in review.authors]
    if review.released:
        pairs.append(("citation_publication_date", review.released.replace("-", "/")))
    if site_url:
        address = f"{site_url}{quote(page)}.html" if title else site_url
        pairs.append(("citation_public_url", address))
    pairs.append(("citation_language", "en"))
    for name, content in pairs:
        yield f'<meta name="{name}" content="{html.escape(content)}" />'


def _graph(review: Described, base: str, page: str, title: str, said: str) -> Iterator[Node]:
    front = f"{base}index.html"
    article, data = {"@id": f"{front}#review"}, {"@id": f"{front}#data"}
    shared = {
        "inLanguage": "en",
        "isAccessibleForFree": True,
        "keywords": list(review.keywords),
        "license": review.licence,
        "version": review.version,
        "datePublished": review.released,
        "creativeWorkStatus": "Published" if review.released else "Draft",
        "author": [_person(name, orcid) for name, orcid in review.authors],
    }
    if title:
        yield _filled(
            {
                "@id": f"{base}{quote(page)}.html",
                "@type": "WebPage",
                "name": title,
                "description": said,
                "isPartOf": article,
            }
        )
    yield _filled(
        {
            **article,
            "@type": "ScholarlyArticle",
            "headline": review.title,
            "name": review.title,
            "abstract": review.abstract,
            "url": front,
            "image": f"{base}social-card.png",
            "isBasedOn": data,
            **shared,
        }
    )
    yield _filled(
        {
            **data,
            "@type": "Dataset",
            "name": f"Data and results: {review.title}",
            "description": review.abstract,
            "url": f"{base}living/downloads.html",
            "distribution": [
                _distribution(base, "everything.zip", "application/zip"),
                *(_distribution(base, path, kind) for path, kind in DESCRIBED_BY.items()),
            ],
            **shared,
        }
    )


def _person(name: str, orcid: str) -> Node:
    known = {"@id": f"https://orcid.org/{orcid}"} if orcid else {}
    return {**known, "@type": "Person", "name": name}


def _distribution(base: str, path: str, kind: str) -> Node:
    where = f"{base}{DOWNLOADS}{path}"
    return {"@type": "DataDownload", "contentUrl": where, "encodingFormat": kind, "name": path}


def _filled(node: Node) -> Node:
    return {name: value for name, value in node.items() if value not in ("", [])}
