"""An export file: which format it is in, and its records."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from analysis.problems import EvidenceError, Problem
from analysis.searching.formats.delimited import read_csv_export
from analysis.searching.formats.endnote import read_endnote
from analysis.searching.formats.nbib import read_nbib
from analysis.searching.formats.ris import read_ris
from analysis.searching.formats.text import decode
from analysis.searching.records import Raw

TEXT_READERS: dict[str, Callable[[str, Path], list[Raw]]] = {
    "ris": read_ris,
    "nbib": read_nbib,
    "csv": read_csv_export,
}
FORMATS = (*TEXT_READERS, "endnote-xml")
SUFFIXES = {".ris": "ris", ".nbib": "nbib", ".csv": "csv", ".xml": "endnote-xml"}
XML = re.compile(rb"^\s*(?:\xef\xbb\xbf)?\s*<")
FIRST_TAG = re.compile(r"^(TY|PMID) ? ?-", re.MULTILINE)
LARGEST_EXPORT = 500_000_000


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
    raw = _bytes(path)
    digest = sha256(raw).hexdigest()
    if XML.match(raw):
        return Export(path, digest, "endnote-xml", read_endnote(raw, path))
    text = decode(raw, path)
    del raw  # a large export fits in memory only once
    format = _text_format(text, path)
    return Export(path, digest, format, TEXT_READERS[format](text, path))


def _bytes(path: Path) -> bytes:
    try:
        size = path.stat().st_size
        if size > LARGEST_EXPORT:
            message = f"{size} bytes: split the export, {LARGEST_EXPORT} is the most"
            raise EvidenceError([Problem(path, None, None, message)])
        raw = path.read_bytes()
    except OSError as error:
        message = f"cannot be read: {error.strerror}"
        raise EvidenceError([Problem(path, None, None, message)]) from None
    if not raw.strip():
        raise EvidenceError([Problem(path, 1, None, "the file is empty")])
    return raw


def _text_format(text: str, path: Path) -> str:
    tag = FIRST_TAG.search(text[:20_000])
    if tag:
        return "ris" if tag.group(1) == "TY" else "nbib"
    named = SUFFIXES.get(path.suffix.lower(), "csv")
    return "csv" if named == "endnote-xml" else named
