"""Bibliographic records: the fields of each in one form, and the files that hold them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, fields
from pathlib import Path

from analysis.files.problems import MOST_PROBLEMS, EvidenceError, Problem, short
from analysis.files.slugs import is_slug
from analysis.files.tables import read_table, write_table
from analysis.searching.identifiers import registration_in

PREPRINT_SERVER = re.compile(
    r"\b(?:medrxiv|biorxiv|psyarxiv|preprints?|research square|ssrn|osf)\b", re.IGNORECASE
)
# Some eighty thousand records with their abstracts; a larger export is split.
LARGEST_EXPORT = 200_000_000
DASHES = re.compile(r"\s*[-‐‑–—−]+\s*")
# Control characters, and letters that hide text or turn its direction: they would
# command the terminal or reorder what a screener reads.
HIDDEN = dict.fromkeys((*range(0x20), *range(0x7F, 0xA0)), " ")
HIDDEN |= dict.fromkeys(map(ord, "\u200b\u200e\u200f\u2028\u2029\u2060\ufeff"), " ")
HIDDEN |= dict.fromkeys((*range(0x202A, 0x202F), *range(0x2066, 0x206A)), " ")


@dataclass(frozen=True, slots=True)
class Record:
    """One record of one source, as text on one line each; what the source left out is "".

    `kind` is article, conference, preprint, registry, correction, thesis or book.
    """

    record_id: str
    accession: str
    title: str
    authors: str
    year: str
    journal: str
    volume: str
    issue: str
    pages: str
    doi: str
    pmid: str
    registration: str
    kind: str
    url: str
    abstract: str


COLUMNS = tuple(field.name for field in fields(Record))


@dataclass(frozen=True, slots=True)
class Raw:
    """What a reader found: texts not yet on one line; `line` is 0 where the format has none."""

    line: int
    title: str = ""
    authors: tuple[str, ...] = ()
    year: str = ""
    journal: str = ""
    volume: str = ""
    issue: str = ""
    pages: str = ""
    doi: str = ""
    pmid: str = ""
    registration: str = ""
    kind: str = "article"
    url: str = ""
    abstract: str = ""
    accession: str = ""


@dataclass(frozen=True)
class Remark:
    """What a person should know of one record of an export; `kept` says whether it was."""

    line: int
    message: str
    kept: bool


def clean(text: str) -> str:
    """Text on one line: composed letters, single spaces, no control or direction marks.

    Markup and formulas stay as they are: they are data, and whoever shows them escapes them.
    """
    return " ".join(unicodedata.normalize("NFC", text.translate(HIDDEN)).split())


def as_record(raw: Raw) -> Record:
    """The fields of a record in one form, without its identity."""
    registration = raw.registration or registration_in(f"{raw.accession} {raw.abstract}")
    return Record(
        record_id="",
        accession=clean(raw.accession),
        title=clean(raw.title),
        authors="; ".join(filter(None, (clean(author) for author in raw.authors))),
        year=raw.year,
        journal=clean(raw.journal),
        volume=clean(raw.volume),
        issue=clean(raw.issue),
        pages=DASHES.sub("-", clean(raw.pages)),
        doi=raw.doi,
        pmid=raw.pmid,
        registration=clean(registration),
        kind=_kind(raw),
        url=clean(raw.url),
        abstract=clean(raw.abstract),
    )


def _kind(raw: Raw) -> str:
    on_server = PREPRINT_SERVER.search(f"{raw.journal} {raw.url}")
    return "preprint" if raw.kind == "article" and on_server else raw.kind


def as_row(record: Record) -> dict[str, str]:
    return {name: getattr(record, name) for name in COLUMNS}


def write_records(path: Path, records: Iterable[Record]) -> None:
    """One record a line, ordered by identity, so that a diff shows what a search added."""
    ordered = sorted(records, key=lambda record: record.record_id)
    write_table(path, COLUMNS, (as_row(record) for record in ordered))


def read_records(path: Path) -> tuple[Record, ...]:
    """The records of one export; EvidenceError where the file was damaged since."""
    rows = read_table(path, COLUMNS)
    first: dict[str, int] = {}
    problems = []
    for row in rows:
        record_id = row["record_id"]
        if not is_slug(record_id):
            message = f"{short(record_id)} is not the identity of a record"
            problems.append(Problem(path, row.line, "record_id", message))
        elif (line := first.setdefault(record_id, row.line)) != row.line:
            message = f"{short(record_id)} stands on line {line} too"
            problems.append(Problem(path, row.line, "record_id", message))
    if problems:
        raise EvidenceError(problems[:MOST_PROBLEMS])
    return tuple(Record(**row.cells) for row in rows)
