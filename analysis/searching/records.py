"""Bibliographic records: one stable identity each, however often it is exported."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, fields
from pathlib import Path

from analysis.files.problems import MOST_PROBLEMS, EvidenceError, Problem, short
from analysis.files.tables import read_table, write_table
from analysis.searching.decision_schemas import SLUG

DOI = re.compile(r"10\.\d{4,9}/[^\s\"<>]+", re.IGNORECASE)
YEAR = re.compile(r"\b(?:19|20)\d{2}\b")
REGISTRATION = re.compile(
    r"\b(?:NCT\d{8}|ISRCTN\d{8}|ACTRN\d{14}p?|DRKS\d{8}|ChiCTR[A-Z0-9-]{6,20}|jRCTs?\d{9,10}|"
    r"NTR\d{2,5}|NL-OMON\d{3,6}|UMIN\d{9}|IRCT\d{8,20}N?\d*|CTRI/\d{4}/\d{2,3}/\d{6}|"
    r"EUCTR\d{4}-\d{6}-\d{2}(?:-[A-Z]{2})?)\b"
)
KINDS = ("article", "conference", "preprint", "registry", "thesis", "book", "other")
PREPRINT_SERVER = re.compile(
    r"\b(?:medrxiv|biorxiv|psyarxiv|preprints?|research square|ssrn|osf)\b", re.IGNORECASE
)
# Control characters, and letters that hide text or turn its direction: they would
# command the terminal or reorder what a screener reads.
HIDDEN = dict.fromkeys((*range(0x20), *range(0x7F, 0xA0)), " ")
HIDDEN |= dict.fromkeys(map(ord, "\u200b\u200e\u200f\u2028\u2029\u2060\ufeff"), " ")
HIDDEN |= dict.fromkeys((*range(0x202A, 0x202F), *range(0x2066, 0x206A)), " ")
LONGEST_SLUG = 40


@dataclass(frozen=True, slots=True)
class Record:
    """One record of one source, as text on one line each; what the source left out is ""."""

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
    """What a parser read: text as it stands in the export, and the line it begins on."""

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


def clean(text: str) -> str:
    """Text on one line: composed letters, single spaces, no control or direction marks.

    Markup and formulas stay as they are: they are data, and whoever shows them escapes them.
    """
    return " ".join(unicodedata.normalize("NFC", text.translate(HIDDEN)).split())


def normal_doi(text: str) -> str:
    """The DOI in it, in small letters and without its address; "" where there is none."""
    found = DOI.search(text)
    return found.group().lower().rstrip(".,;)]}") if found else ""


def make_records(raws: Iterable[Raw], source: str) -> list[Record]:
    """Records with their identities, in the order of the export; repeats are left out."""
    found: dict[str, Record] = {}
    for raw in raws:
        record = _record(raw, source)
        known = found.get(record.record_id)
        if known is not None and known != record:
            # One accession number, two contents: both are kept, told apart by their content.
            digest = _digest(*(getattr(record, name) for name in COLUMNS[1:]))
            record = _renamed(record, f"{record.record_id}-{digest[:6]}")
        found.setdefault(record.record_id, record)
    return list(found.values())


def _record(raw: Raw, source: str) -> Record:
    accession = clean(raw.accession)
    title = clean(raw.title)
    year = YEAR.search(raw.year)
    doi = normal_doi(raw.doi)
    authors = "; ".join(filter(None, (clean(author) for author in raw.authors)))
    registration = REGISTRATION.search(f"{raw.registration} {raw.accession} {raw.abstract}")
    return Record(
        record_id=_identity(source, accession, doi, title, authors, (year and year.group()) or ""),
        accession=accession,
        title=title,
        authors=authors,
        year=year.group() if year else "",
        journal=clean(raw.journal),
        volume=clean(raw.volume),
        issue=clean(raw.issue),
        pages=clean(raw.pages).replace("–", "-"),
        doi=doi,
        pmid=raw.pmid if raw.pmid.isascii() and raw.pmid.isdigit() and len(raw.pmid) <= 9 else "",
        registration=registration.group() if registration else "",
        kind=_kind(raw),
        url=clean(raw.url) if raw.url.startswith(("http://", "https://")) else "",
        abstract=clean(raw.abstract),
    )


def _identity(source: str, accession: str, doi: str, title: str, authors: str, year: str) -> str:
    """The source and its own number; where it gives none, a digest of what names the record.

    Only small letters, digits and hyphens: an identity can stand in a file name or an
    address whatever the export says.
    """
    slug = re.sub(r"[^a-z0-9]+", "-", accession.lower()).strip("-")
    # A number that loses signs or is very long could meet another: its digest cannot.
    plain = re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9 ._/:-]*", accession) is not None
    if slug and plain and len(slug) <= LONGEST_SLUG:
        return f"{source}-{slug}"
    if accession:
        return f"{source}-{_digest(accession)}"
    return f"{source}-{_digest(doi, title.casefold(), authors.casefold(), year)}"


def _digest(*parts: str) -> str:
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:12]


def _renamed(record: Record, record_id: str) -> Record:
    values = {name: getattr(record, name) for name in COLUMNS}
    return Record(**(values | {"record_id": record_id}))


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
        if not re.fullmatch(SLUG, record_id):
            message = f"{short(record_id)} is not the identity of a record"
            problems.append(Problem(path, row.line, "record_id", message))
        elif (line := first.setdefault(record_id, row.line)) != row.line:
            message = f"{short(record_id)} stands on line {line} too"
            problems.append(Problem(path, row.line, "record_id", message))
    if problems:
        raise EvidenceError(problems[:MOST_PROBLEMS])
    return tuple(Record(**row.cells) for row in rows)
