"""The data files as a Data Package: types, keys and rules of every column, for programs.

The formats: Data Package and Table Schema 1.0 (specs.frictionlessdata.io).
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from analysis.evidence.data_files import DATA_FILES, DataFile
from analysis.evidence.own_columns import files_of
from analysis.evidence.values import words_of
from analysis.files import days
from analysis.files.columns import FILLED, Column, Words, columns
from analysis.protocol import Protocol
from analysis.publishing.offered_file import Download
from analysis.publishing.review_description import ReviewDescription

# The rules of JSON Schema that Table Schema has too.
CONSTRAINTS = ("enum", "pattern", "minimum", "maximum")

Row = dict[str, str]


def data_package(
    files: Iterable[Download], review: ReviewDescription, protocol: Protocol
) -> dict[str, Any]:
    """The descriptor; paths are relative to the folder of the downloads, which are `files`."""
    content = {file.path: file for file in files}
    declared, words = files_of(protocol.study_columns), words_of(protocol)
    tables = {name: content[f"data/{name}.csv"] for name in sorted(DATA_FILES)}
    said = {
        "profile": "tabular-data-package",
        "name": re.sub(r"[^a-z0-9]+", "-", review.short_title.casefold()).strip("-"),
        "title": review.title,
        "description": review.abstract,
        "version": review.version,
        "created": review.released and f"{review.released.isoformat()}T00:00:00Z",
        "homepage": review.site_url,
        "keywords": list(review.keywords),
        "licenses": review.licence and [{"name": review.licence, "path": review.licence_address}],
        "contributors": [*_contributors(review)],
        "sources": [*_sources(_rows(tables["sources"]))],
        "resources": [_resource(declared[name], file, words) for name, file in tables.items()],
    }
    return {name: value for name, value in said.items() if value}


def _contributors(review: ReviewDescription) -> Iterator[Row]:
    for author in review.team.authors:
        orcid = {"path": f"https://orcid.org/{author.orcid}"} if author.orcid else {}
        organization = {"organization": author.affiliation} if author.affiliation else {}
        yield {"title": author.name, "role": "author"} | orcid | organization


def _sources(rows: Iterable[Row]) -> Iterator[Row]:
    for row in rows:
        yield {"title": row["citation"]} | ({"path": row["url"]} if row["url"] else {})


def _rows(file: Download) -> list[Row]:
    return [*csv.DictReader(io.StringIO(file.content.decode(), newline=""))]


def _resource(declared: DataFile, file: Download, words: Words) -> dict[str, Any]:
    return {
        "profile": "tabular-data-resource",
        "name": declared.name,
        "path": file.path,
        "description": declared.about,
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": len(file.content),
        "hash": f"sha256:{hashlib.sha256(file.content).hexdigest()}",
        "schema": _schema(declared, file, words),
    }


def _schema(declared: DataFile, file: Download, words: Words) -> dict[str, Any]:
    """The columns in the order of the file, and what names a row of it and of other files."""
    known = {column.name: column for column in columns(declared.row)}
    header = next(csv.reader(io.StringIO(file.content.decode(), newline="")))
    present = [known[name] for name in header]
    said: dict[str, Any] = {
        "fields": [_field(column, words) for column in present],
        "missingValues": [""],
    }
    key = [name for name in declared.key if name in header]
    if key and _tells_apart(key, _rows(file)):
        said["primaryKey"] = key
    foreign = [
        {"fields": column.name, "reference": {"resource": to.table, "fields": to.key}}
        for column in present
        # Where a person may stand too, a name need not be in the other file.
        if (to := column.refers_to) and not column.is_person
    ]
    return said | ({"foreignKeys": foreign} if foreign else {})


def _tells_apart(key: Sequence[str], rows: Sequence[Row]) -> bool:
    """Whether a key does so in what is published: two people may have the same initials."""
    return len({tuple(row[name] for name in key) for row in rows}) == len(rows)


def _field(column: Column, words: Words) -> dict[str, Any]:
    said: dict[str, Any] = {
        "name": column.name,
        "type": _type(column),
        "description": column.meaning,
    }
    if column.example:
        said["example"] = column.example
    constraints = dict(_constraints(column, words))
    return said | ({"constraints": constraints} if constraints else {})


def _type(column: Column) -> str:
    """A whole number may be written 30.0, so that it is a number to whoever reads strictly."""
    if column.is_number:
        return "number"
    is_day = any(getattr(rule, "expected", "") == days.EXPECTED for rule in column.rules)
    return "date" if is_day else "string"


def _constraints(column: Column, words: Words) -> Iterator[tuple[str, Any]]:
    if not column.may_be_blank:
        yield "required", True
    if column.unique:
        yield "unique", True
    if column.is_person or _type(column) == "date":  # published as initials; a type of its own
        return
    for rule in column.resolved(words):
        for name in CONSTRAINTS if rule is not FILLED else ():
            if name in rule.schema:
                value = rule.schema[name]
                yield name, [*filter(None, value)] if isinstance(value, list) else value
