"""An export file: which format it is in, and its records."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from pathlib import Path

from analysis.files.digests import digest
from analysis.files.encoding import decode
from analysis.files.problems import EvidenceError, Problem, read_bytes
from analysis.files.tables import LONGEST_CELL
from analysis.searching.formats.delimited import read_csv_export
from analysis.searching.formats.endnote import read_endnote
from analysis.searching.formats.nbib import read_nbib
from analysis.searching.formats.ris import read_ris
from analysis.searching.records import Raw

TEXT_READERS: dict[str, Callable[[str, Path], list[Raw]]] = {
    "ris": read_ris,
    "nbib": read_nbib,
    "csv": read_csv_export,
}
FORMATS = (*TEXT_READERS, "endnote-xml")
SUFFIXES = {".ris": "ris", ".nbib": "nbib", ".csv": "csv", ".xml": "endnote-xml"}
XML = re.compile(rb"^(?:\s*(?:\xef\xbb\xbf)?\s*<|\xff\xfe<\0|\xfe\xff\0<)")
FIRST_TAG = re.compile(r"^(TY|PMID) ? ?-", re.MULTILINE)
# Some eighty thousand records with their abstracts; a larger export is split.
LARGEST_EXPORT = 200_000_000
TEXTS = tuple(field.name for field in fields(Raw) if field.type == "str")


@dataclass(frozen=True)
class Export:
    """One export as received: the digest of its bytes, its format and what it holds."""

    path: Path
    sha256: str
    format: str
    records: list[Raw]


def read_export(path: Path) -> Export:
    """Read an export whole; EvidenceError names every damaged record and its line.

    The content decides the format, not the name: Ovid calls its RIS `.cgi`, PubMed `.txt`.
    """
    raw = read_bytes(path, LARGEST_EXPORT)
    if not raw.strip():
        raise EvidenceError([Problem(path, 1, None, "the file is empty")])
    received = digest(raw)
    if XML.match(raw):
        format, records = "endnote-xml", read_endnote(raw, path)
    else:
        text = decode(raw, path)
        del raw  # a large export fits in memory only once
        format = _text_format(text, path)
        records = TEXT_READERS[format](text, path)
    if problems := [problem for record in records for problem in _too_long(path, record)]:
        raise EvidenceError(problems)
    return Export(path, received, format, records)


def _too_long(path: Path, record: Raw) -> Iterator[Problem]:
    """What could not be read again from the records that an import keeps."""
    texts = {name: getattr(record, name) for name in TEXTS} | {"authors": "; ".join(record.authors)}
    for name, text in texts.items():
        if (length := len(text)) > LONGEST_CELL:
            message = f"{length} characters, over {LONGEST_CELL}: is the file damaged?"
            yield Problem(path, record.line, name, message)


def _text_format(text: str, path: Path) -> str:
    tag = FIRST_TAG.search(text[:20_000])
    if tag:
        return "ris" if tag.group(1) == "TY" else "nbib"
    named = SUFFIXES.get(path.suffix.lower(), "csv")
    return "csv" if named == "endnote-xml" else named
