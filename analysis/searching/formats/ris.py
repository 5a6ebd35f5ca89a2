"""RIS, in the flavours of Ovid, EBSCO, EndNote and the Cochrane Library, read by rispy."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from analysis.files.encoding import MOST_LINES, lines_of
from analysis.files.problems import MOST_PROBLEMS, EvidenceError, Problem
from analysis.searching.records import Raw, normal_doi

TAG = re.compile(r"([A-Z][A-Z0-9])  ?- ?(?=\S|$)")
KINDS = {
    "CONF": "conference",
    "CPAPER": "conference",
    "ABST": "conference",
    "THES": "thesis",
    "BOOK": "book",
    "CHAP": "book",
    "EDBOOK": "book",
}
TITLES = ("title", "primary_title")
AUTHORS = ("authors", "first_authors")
YEARS = ("year", "publication_year", "date")
JOURNALS = (
    "journal_name",
    "alternate_title3",
    "secondary_title",
    "alternate_title2",
    "alternate_title1",
)
ABSTRACTS = ("abstract", "notes_abstract")
# The Cochrane Library, EBSCO and EndNote give the database's number in AN, Ovid in ID.
ACCESSIONS = ("accession_number", "id")
# A reference manager numbers its records in ID, from 1 in each library; a database's is longer.
ISSUED = re.compile(r"(?=.*\d)[A-Za-z0-9.:-]{6,}")
DOIS = ("doi", "urls", "type_of_work", "file_attachments1", "notes", "custom7")

Entry = Mapping[str, Any]


def read_ris(text: str, path: Path) -> list[Raw]:
    """Every record of a RIS export; EvidenceError names damaged records by number and line."""
    import rispy
    from rispy.parser import ParseError

    parser = rispy.RisParser()
    found: list[Raw] = []
    problems: list[Problem] = []
    for number, (line, block, fault) in enumerate(_blocks(text), start=1):
        if len(problems) == MOST_PROBLEMS:
            break
        if fault:
            problems.append(Problem(path, line, None, f"record {number} {fault}"))
            continue
        try:
            entries = parser.parse("\n".join(block))
        except (ParseError, KeyError, TypeError) as error:
            said = str(error).splitlines()[0]
            problems.append(Problem(path, line, None, f"record {number} cannot be read: {said}"))
            continue
        raw = _raw(entries[0], line)
        if not (raw.title or raw.abstract or raw.authors):
            message = f"record {number} has no title, no author and no abstract"
            problems.append(Problem(path, line, None, message))
        found.append(raw)
    if not found and not problems:
        problems.append(Problem(path, 1, None, "no RIS record (none begins with `TY  - `)"))
    if problems:
        raise EvidenceError(problems)
    return found


def _blocks(text: str) -> Iterator[tuple[int, list[str], str]]:
    """The lines of each record, the line it begins on, and what is wrong with its frame."""
    block: list[str] = []
    start = 0
    for number, line in enumerate(lines_of(text), start=1):
        line = line.rstrip("\n")
        if not block and not line.strip():
            continue
        tag = TAG.match(line.lstrip("\ufeff"))
        name = tag.group(1) if tag else None
        if name == "TY":
            if block:
                yield start, block, f"has no end (`ER  -`) before the next begins on line {number}"
            block, start = [_canonical(line, tag)], number
        elif block and name == "ER":
            yield start, [*block, "ER  - "], ""
            block = []
        elif len(block) > MOST_LINES:
            yield start, block, f"has over {MOST_LINES} lines and no end (`ER  -`)"
            block = []
        elif block:
            block.append(_canonical(line, tag))
        elif name and (name != "ER" or not start):
            # A second end after a record is harmless; an end before any is a record cut off.
            yield number, [], f"begins with {name} and not with `TY  - `"
    if block:
        yield start, block, "has no end (`ER  -`): the file is cut short"


def _canonical(line: str, tag: re.Match[str] | None) -> str:
    # Some interfaces write one space before the hyphen, or none after it.
    return line if tag is None else f"{tag.group(1)}  - {line[tag.end() :]}"


def _raw(entry: Entry, line: int) -> Raw:
    doi = next(filter(None, (normal_doi(_joined(entry.get(name))) for name in DOIS)), "")
    urls = entry.get("urls") or [""]
    return Raw(
        line=line,
        title=_first(entry, TITLES),
        authors=tuple(_listed(entry, AUTHORS)),
        year=_first(entry, YEARS),
        journal=_first(entry, JOURNALS),
        volume=_first(entry, ("volume",)),
        issue=_first(entry, ("number",)),
        pages=_pages(entry),
        doi=doi,
        pmid=_pmid(entry),
        registration=_joined(entry.get("notes")) + " " + _joined(entry.get("custom3")),
        kind=KINDS.get(str(entry.get("type_of_reference", "")).strip(), "article"),
        url=urls[0],
        abstract=_first(entry, ABSTRACTS),
        accession=_accession(entry),
    )


def _accession(entry: Entry) -> str:
    """The number that the database gave, which it names; never that of somebody's library."""
    given, own = (_first(entry, (name,)) for name in ACCESSIONS)
    return given or (own if entry.get("name_of_database") and ISSUED.fullmatch(own) else "")


def _first(entry: Entry, names: tuple[str, ...]) -> str:
    return next(filter(None, (_joined(entry.get(name)).strip() for name in names)), "")


def _joined(value: object) -> str:
    if isinstance(value, list):
        return " ".join(map(str, value))
    return "" if value is None else str(value)


def _listed(entry: Entry, names: tuple[str, ...]) -> list[str]:
    return next(filter(None, (entry.get(name) for name in names)), [])


def _pages(entry: Entry) -> str:
    first, last = _first(entry, ("start_page",)), _first(entry, ("end_page",))
    return f"{first}-{last}" if first and last and "-" not in first else first or last


def _pmid(entry: Entry) -> str:
    """The PubMed number, where a MEDLINE interface gives it and says so."""
    database = _first(entry, ("name_of_database",)).casefold()
    if "medline" in database or "pubmed" in database:
        number = _accession(entry)
        return number if number.isdigit() else ""
    noted = re.search(r"\bPMID:? ?(\d{1,9})\b", _joined(entry.get("notes")), re.IGNORECASE)
    return noted.group(1) if noted else ""
