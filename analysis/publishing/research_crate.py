"""The downloads as an RO-Crate: who made what under which licence, for archives and indexes.

The format: RO-Crate Metadata Specification 1.1, doi 10.5281/zenodo.4541002.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath
from types import MappingProxyType
from typing import Any
from urllib.parse import quote

from analysis.evidence.team import Author
from analysis.publishing.offered_file import Download
from analysis.publishing.review_description import LICENCES, ReviewDescription

CRATE = "ro-crate-metadata.json"  # the name that the format asks for
CONTEXT = "https://w3id.org/ro/crate/1.1/context"
PROFILE = "https://w3id.org/ro/crate/1.1"

MEDIA_TYPES: Mapping[str, str] = MappingProxyType(
    {
        ".bib": "application/x-bibtex",
        ".cff": "application/yaml",
        ".csv": "text/csv",
        ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        ".json": "application/json",
        ".md": "text/markdown",
        ".R": "text/x-r-source",
        ".ris": "application/x-research-info-systems",
        ".yml": "application/yaml",
    }
)

Entity = dict[str, Any]


def research_crate(files: Iterable[Download], review: ReviewDescription) -> dict[str, Any]:
    """The metadata of the folder that holds the `files`, and of each of them."""
    described = sorted(files, key=lambda file: file.path)
    licence = [_licence(review.licence)] if review.licence else []
    authors = [_person(author) for author in review.team.authors]
    root = {
        "@id": "./",
        "@type": "Dataset",
        "name": review.title,
        "description": review.abstract,
        "version": review.version,
        "datePublished": review.stated.isoformat(),
        "creativeWorkStatus": "Published" if review.released else "Draft",
        "keywords": list(review.keywords),
        "url": review.site_url,
        "license": [_named(entity) for entity in licence],
        "author": [_named(entity) for entity in authors],
        "funding": review.team.funding,
        "hasPart": [{"@id": _address(file)} for file in described],
    }
    descriptor = {
        "@id": CRATE,
        "@type": "CreativeWork",
        "about": _named(root),
        "conformsTo": {"@id": PROFILE},
    }
    said = [descriptor, _filled(root), *licence, *authors, *map(_file, described)]
    return {"@context": CONTEXT, "@graph": said}


def _named(entity: Entity) -> Entity:
    return {"@id": entity["@id"]}


def _filled(entity: Entity) -> Entity:
    """Without what nobody has stated."""
    return {name: value for name, value in entity.items() if value}


def _licence(identifier: str) -> Entity:
    return {"@id": LICENCES.format(identifier), "@type": "CreativeWork", "name": identifier}


def _person(author: Author) -> Entity:
    address = f"https://orcid.org/{author.orcid}" if author.orcid else f"#{quote(author.name)}"
    person = {"@id": address, "@type": "Person", "name": author.name}
    return _filled({**person, "affiliation": author.affiliation})


def _address(file: Download) -> str:
    return quote(file.path)


def _file(file: Download) -> Entity:
    return _filled(
        {
            "@id": _address(file),
            "@type": "File",
            "name": PurePosixPath(file.path).name,
            "description": file.about,
            "contentSize": str(len(file.content)),
            "encodingFormat": MEDIA_TYPES.get(PurePosixPath(file.path).suffix),
        }
    )
