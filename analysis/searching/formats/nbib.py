"""PubMed's own format (.nbib), read by the library of that name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from analysis.files.encoding import MOST_LINES, lines_of
from analysis.files.problems import MOST_PROBLEMS, EvidenceError, Problem
from analysis.searching.records import Raw

LINE = re.compile(r"([A-Z]{2,4}) *- |( {6})")
# Only these are handed on: the library stops at a date or an identifier it does not know.
WANTED = frozenset(
    [
        "PMID",
        "TI",
        "BTI",
        "AB",
        "FAU",
        "AU",
        "CN",
        "DP",
        "JT",
        "TA",
        "VI",
        "IP",
        "PG",
        "AID",
        "PT",
        "SI",
    ]
)
IDENTIFIER = re.compile(r".+ \[[A-Za-z-]+\]$")
CONFERENCE = "Congress"


def read_nbib(text: str, path: Path) -> list[Raw]:
    """Every record of a PubMed export; EvidenceError names damaged records by number and line."""
    import nbib

    found: list[Raw] = []
    problems: list[Problem] = []
    for number, (line, block) in enumerate(_blocks(text), start=1):
        if len(problems) == MOST_PROBLEMS:
            break
        fault = _fault(block)
        if fault:
            offset, message = fault
            problems.append(Problem(path, line + offset, None, f"record {number} {message}"))
            continue
        try:
            (entry,) = nbib.read("\n".join(_wanted(block)) + "\n\n")
        except Exception as error:  # the library raises whatever its date and number parsers do
            message = f"record {number} cannot be read: {error}"
            problems.append(Problem(path, line, None, message))
            continue
        found.append(_raw(entry, block, line))
    if not found and not problems:
        problems.append(Problem(path, 1, None, "no PubMed record (none begins with `PMID- `)"))
    if problems:
        raise EvidenceError(problems)
    return found


def _blocks(text: str) -> Iterator[tuple[int, list[str]]]:
    """The lines of each record and the line it begins on; blank lines stand between."""
    block: list[str] = []
    start = 1
    for number, line in enumerate(lines_of(text), start=1):
        line = line.rstrip("\n")
        if line.strip() and len(block) < MOST_LINES:
            start = start if block else number
            block.append(line)
        elif block:
            yield start, block
            block = []
    if block:
        yield start, block


def _fault(block: list[str]) -> tuple[int, str] | None:
    if not block[0].startswith("PMID- "):
        return 0, "does not begin with `PMID- `"
    if len(block) == MOST_LINES:
        return 0, f"has {MOST_LINES} lines or more, which no record has"
    for offset, line in enumerate(block):
        if not LINE.match(line):
            return offset, "has a line that is neither a field nor the continuation of one"
        if offset and line.startswith("PMID- "):
            return offset, "runs into the next: no blank line stands before it"
    # PubMed ends every record with its source line: without it the export was cut short.
    if not any(line.startswith("SO  - ") for line in block):
        return 0, "has no source line (`SO  - `): the file is cut short"
    return None


def _wanted(block: list[str]) -> Iterator[str]:
    keep = False
    for line in block:
        if not line.startswith("      "):
            tag = line[:4].rstrip()
            keep = tag in WANTED and (tag != "AID" or IDENTIFIER.match(line) is not None)
        if keep:
            yield line


def _raw(entry: dict[str, Any], block: list[str], line: int) -> Raw:
    authors = entry.get("authors", ())
    names = [author.get("author") or author.get("author_abbreviated", "") for author in authors]
    corporate = entry.get("corporate_author")
    return Raw(
        line=line,
        title=entry.get("title") or _field(block, "BTI"),
        authors=tuple(names or ([corporate] if corporate else ())),
        year=entry.get("publication_date", ""),
        journal=entry.get("journal") or entry.get("journal_abbreviated", ""),
        volume=entry.get("journal_volume", ""),
        issue=entry.get("journal_issue", ""),
        pages=entry.get("pages", ""),
        doi=entry.get("doi", ""),
        pmid=str(entry.get("pubmed_id", "")),
        registration=entry.get("secondary_source", ""),
        kind="conference" if CONFERENCE in entry.get("publication_types", ()) else "article",
        abstract=entry.get("abstract", ""),
        accession=str(entry.get("pubmed_id", "")),
    )


def _field(block: list[str], tag: str) -> str:
    lines: list[str] = []
    for line in block:
        if lines and line.startswith("      "):
            lines.append(line.strip())
        elif lines:
            break
        elif line[:4].rstrip() == tag:
            lines.append(line[6:].strip())
    return " ".join(lines)
