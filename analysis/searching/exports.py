"""An export file: which format it is in, its records, and what of it is not read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from functools import partial
from pathlib import Path
from types import MappingProxyType

from analysis.files.digests import digest
from analysis.files.encoding import decode
from analysis.files.problems import MOST_PROBLEMS, EvidenceError, Problem, read_bytes
from analysis.files.tables import LONGEST_CELL
from analysis.files.workbook import ZIP, workbook_rows
from analysis.searching.fields import as_raw
from analysis.searching.formats import tagged
from analysis.searching.formats.bibliography import read_bibtex
from analysis.searching.formats.delimited import delimited_rows
from analysis.searching.formats.dialects import (
    BIBTEX,
    COCHRANE,
    MEDLINE,
    OVID,
    OVID_LABELS,
    REFER,
    RIS,
    WOS,
    Dialect,
)
from analysis.searching.formats.entry import Entry
from analysis.searching.formats.json_records import read_json_records
from analysis.searching.formats.markup import read_xml
from analysis.searching.formats.ris import read_ris
from analysis.searching.formats.tabular import Renamed, is_bibliography, table_entries
from analysis.searching.records import LARGEST_EXPORT, Raw, Remark

# How each is recognised in the first lines of a text; the first that fits is the format.
BEGINNINGS = (
    ("ris", r"^TY {0,3}-"),
    ("nbib", r"^(?:PMID- |OWN {0,2}- {1,2}ERIC)"),
    ("ovid", r"^<\d+\.? ?>\s*\n(?:\S.*\n)?[A-Z]{2} {0,2}- "),
    ("ovid-labels", r"^(?:<\d+\.? ?>|\d+\.)\s*\n[A-Z][A-Za-z ]+\n {2,}\S"),
    ("ciw", r"^(?:FN .*\nVR .*\n)?PT [A-Z]\n(?:[A-Z][A-Z0-9] |   )"),
    ("cochrane", r"^Record #\d+ of \d+\s*\n(?:ID|AN|AU|TI): "),
    ("enw", r"^%0 \S"),
    ("bib", r"^\s*@[A-Za-z]+\s*\{"),
    ("json", r"\A\s*(?:\{\s*\"|\[\s*\{)"),
)
SUFFIXES = {
    "ris": "ris", "nbib": "nbib", "ovid": "ovd", "ovid-labels": "txt", "ciw": "ciw",
    "cochrane": "txt", "enw": "enw", "bib": "bib", "json": "json", "csv": "csv",
    "xml": "xml", "xlsx": "xlsx",
}  # fmt: skip
GRAMMARS = {
    "nbib": (MEDLINE, tagged.PUBMED),
    "ovid": (OVID, tagged.OVID),
    "ovid-labels": (OVID_LABELS, tagged.OVID_LABELLED),
    "ciw": (WOS, tagged.WEB_OF_SCIENCE),
    "cochrane": (COCHRANE, tagged.COCHRANE_LIBRARY),
    "enw": (REFER, tagged.ENDNOTE_TAGS),
}
XML = re.compile(
    rb"^(?:\s*(?:\xef\xbb\xbf)*\s*<[?!A-Za-z]|"
    rb"\xff\xfe<\0[?!A-Za-z]\0|\xfe\xff\0<\0[?!A-Za-z])"
)
# What is not read, by how it begins, and which export to ask for instead.
REFUSED_BYTES = (
    (b"\xd0\xcf\x11\xe0", "an Excel workbook of before 2007 (.xls): save it as .xlsx or CSV"),
    (b"%PDF", "a PDF: export the records as RIS"),
    (b"{\\rtf", "a Word text (.rtf): export the records as RIS"),
    (b"\x1f\x8b", "a gzip archive: unpack it and import what is in it"),
)
REFUSED_TEXTS = (
    (r"\A\s*(?:__+|=+)\s*\n.*(?:\n.*){0,9}\bProQuest\b", "ProQuest's plain text: export RIS"),
    (r"^(?:Document \d+ of \d+)\s*$", "ProQuest's plain text: export RIS"),
    (r"\A\s*1[.:] .+\. (?:19|20)\d{2}.*\n(?:.*\n){1,40}?PMID: \d+",
     "PubMed's abstracts as text: save the records in the format PubMed"),
    (r"\A\d{4,9}(?:\n\d{4,9}){2,}$",
     "a list of numbers: save the records, in PubMed in the format PubMed"),
    (r"\AScopus\s*\n+EXPORT DATE", "Scopus's plain text: export CSV or RIS"),
    (r"^RECORD \d+\s*\n+TITLE\s*\n", "Embase.com's plain text: export RIS"),
    (r"^RT (?:Journal|Book|Conference|Generic|Thesis)", "RefWorks's tagged text: export RIS"),
)  # fmt: skip
RECORDS = "the records, under a header with Title and Authors, Year or DOI"
# Where more than half of so many say nothing, the rest is not read.
MANY_POOR = 1_000
TEXTS = tuple(field.name for field in fields(Raw) if field.type == "str")


@dataclass(frozen=True)
class Export:
    """One export as received: the digest of its bytes, its format and what it holds.

    `read` is the number of its records, `records` those that are kept, `remarks` name the
    others and the poor ones; `unread` are tags or columns that no field is made of.
    """

    path: Path
    sha256: str
    format: str
    dialect: str
    read: int
    records: list[Raw]
    remarks: tuple[Remark, ...]
    unread: tuple[str, ...]


def read_export(path: Path, renamed: Renamed = MappingProxyType({})) -> Export:
    """Read an export whole; EvidenceError names every damaged record and its line.

    The content decides the format, not the name: Ovid calls its RIS `.cgi`, PubMed `.txt`.
    A file with nothing in it is the export of a search that found nothing. Of a table the columns
    that are `renamed` count by their other name.
    """
    raw = read_bytes(path, LARGEST_EXPORT)
    received = digest(raw)
    problems: list[Problem] = []
    format, dialect, entries = _entries(raw, path, problems, renamed)
    del raw  # a large export fits in memory only once
    found, remarks, unread = _records(entries, dialect, path, problems)
    if problems:
        raise EvidenceError(problems)
    kept = [raw for raw in found if raw is not None]
    return Export(path, received, format, dialect.name, len(found), kept, remarks, unread)


def _entries(
    raw: bytes, path: Path, problems: list[Problem], renamed: Renamed
) -> tuple[str, Dialect, Iterator[Entry]]:
    for mark, what in REFUSED_BYTES:
        if raw.startswith(mark):
            raise EvidenceError.at(path, what, 1)
    if raw.startswith(ZIP):
        rows = workbook_rows(raw, path, partial(is_bibliography, renamed=renamed), RECORDS)
        return "xlsx", *table_entries(rows, path, problems, renamed)
    if XML.match(raw):
        return "xml", *read_xml(raw, path)
    text = decode(raw, path).rstrip()
    if not text:
        return "csv", Dialect("nothing", {}), iter(())
    format = _text_format(text, path)
    if format in GRAMMARS:
        dialect, grammar = GRAMMARS[format]
        return format, dialect, tagged.read_tagged(text, path, grammar, problems)
    if format == "ris":
        return format, RIS, read_ris(text, path, problems)
    if format == "bib":
        return format, BIBTEX, read_bibtex(text, path, problems)
    if format == "json":
        return format, *read_json_records(text, path)
    return format, *table_entries(delimited_rows(text, path, problems), path, problems, renamed)


def _text_format(text: str, path: Path) -> str:
    beginning = text[:20_000].lstrip("\n")
    for format, pattern in BEGINNINGS:
        if re.search(pattern, beginning, re.MULTILINE):
            return format
    for pattern, what in REFUSED_TEXTS:
        if re.search(pattern, beginning, re.MULTILINE):
            raise EvidenceError.at(path, what, 1)
    return "csv"


def _records(
    entries: Iterable[Entry], dialect: Dialect, path: Path, problems: list[Problem]
) -> tuple[list[Raw | None], tuple[Remark, ...], tuple[str, ...]]:
    """Each record, None where nothing in it is read; what to say of them; what is not read."""
    found: list[Raw | None] = []
    remarks: list[Remark] = []
    tags: dict[str, None] = {}
    poor = 0
    for number, entry in enumerate(entries, start=1):
        raw = as_raw(entry, dialect)
        tags |= dict.fromkeys(entry.values)
        problems += _too_long(path, raw)
        if len(problems) >= MOST_PROBLEMS:
            break
        said, kept = _poverty(raw)
        if said:
            remarks.append(Remark(raw.line, f"record {number} {said}", kept))
            poor += not (raw.title or raw.abstract)
        found.append(raw if kept else None)
        if poor >= MANY_POOR and poor * 2 > len(found):
            break
    if (poor > 1 and poor * 2 > len(found)) or (found and not any(found)):
        message = f"{poor} of {len(found)} records have neither title nor abstract: is it damaged?"
        problems.append(Problem(path, None, None, message))
    unread = (tag for tag in tags if tag not in dialect.read)
    return found, tuple(remarks), tuple(unread)


def _poverty(raw: Raw) -> tuple[str, bool]:
    """What is wrong with a record that says little, and whether it is kept all the same."""
    if raw.title:
        return "", True
    if any(getattr(raw, name) for name in TEXTS if name != "kind") or raw.authors:
        return "has no title: it is kept", True
    return "has nothing that could be kept: it is left out", False


def _too_long(path: Path, record: Raw) -> Iterator[Problem]:
    """What could not be read again from the records that an import keeps."""
    texts = {name: getattr(record, name) for name in TEXTS} | {"authors": "; ".join(record.authors)}
    for name, text in texts.items():
        if (length := len(text)) > LONGEST_CELL:
            message = f"{length} characters, over {LONGEST_CELL}: is the file damaged?"
            yield Problem(path, record.line or None, name, message)
