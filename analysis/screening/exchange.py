"""Records out to the tools that teams screen with, and their decisions back in, by our identity.

The identity of a record travels where each tool leaves it alone: in the notes (Rayyan), as the
accession number (Covidence), in a column of its own (ASReview LAB).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from analysis.files.encoding import decode
from analysis.files.problems import (
    MOST_PROBLEMS,
    EvidenceError,
    Problem,
    ReviewError,
    read_bytes,
    shown,
)
from analysis.files.spreadsheets import WORKBOOK, SheetColumn, write_spreadsheet
from analysis.files.tables import Row, one_line
from analysis.files.writing import write_atomically
from analysis.protocol_lists import ExclusionCriteria
from analysis.searching.formats.delimited import delimited_rows
from analysis.searching.formats.entry import Entry
from analysis.searching.formats.ris import read_ris
from analysis.searching.library import Library
from analysis.searching.records import LARGEST_EXPORT, Record

Tool = Literal["rayyan", "covidence", "asreview"]
TOOLS: tuple[Tool, ...] = get_args(Tool)
RIS = ".ris"

# How a note names the record, for a person to leave alone and this module to find again.
NOTE = "review-record:"
IDENTITY = re.compile(rf"{NOTE}\s*([a-z0-9]+(?:-[a-z0-9]+)*)")
COLUMN = "review_record_id"
# Where a tool may have put the identity back besides: columns and tags, in small letters.
IDENTITIES = (COLUMN, "accession number", "accession_number", "an")

TYPES = {"conference": "CONF", "book": "BOOK", "thesis": "THES", "registry": "DBASE"}
TAGS = (
    ("TI", "title"), ("PY", "year"), ("JO", "journal"), ("VL", "volume"), ("IS", "issue"),
    ("SP", "pages"), ("AB", "abstract"), ("DO", "doi"), ("UR", "url"),
)  # fmt: skip
# The columns that Rayyan, Covidence and ASReview LAB know by these names.
TABLE = (
    "key", "title", "authors", "year", "journal", "volume", "issue", "pages", "abstract", "doi",
    "url", "accession_number", COLUMN, "notes",
)  # fmt: skip

RAYYAN = re.compile(r"RAYYAN-INCLUSION:\s*\{(.*?)\}")
RAYYAN_SAYS = re.compile(r"\"+([^\"]+?)\"+\s*=>\s*\"+(Included|Excluded|Maybe)\"+")
RAYYAN_REASONS = re.compile(r"RAYYAN-EXCLUSION-REASONS:\s*([^|]+)")
COVIDENCE_REASON = re.compile(r"Exclusion reason:\s*([^;]+)")
RAYYAN_WORDS = {"Included": "include", "Excluded": "exclude", "Maybe": "unsure"}
LABELS = ("asreview_label", "included", "label_included", "label")
ASREVIEW_NOTES = {"ASReview_relevant": "include", "ASReview_irrelevant": "exclude"}


@dataclass(frozen=True)
class Told:
    """What the person says of a tool's file that it does not: whose decisions, which decision."""

    tool: Tool
    reviewer: str = ""
    decided: str = ""


def write_exchange(path: Path, library: Library, order: Sequence[str]) -> int:
    """Write the records for a tool, `.ris`, `.csv` or `.xlsx` by the name; their number.

    A file that is there is not overwritten: it may hold decisions.
    """
    if path.exists():
        raise ReviewError(f"{shown(path)} is there already: read it in, or give another name")
    records = [library.readable(name) for name in order]
    if path.suffix.lower() == RIS:
        write_atomically(path, "".join(map(_as_ris, records)).encode())
    else:
        write_spreadsheet(path, [SheetColumn(name) for name in TABLE], map(_as_row, records))
    return len(records)


def _as_ris(record: Record) -> str:
    lines = [("TY", TYPES.get(record.kind, "JOUR"))]
    lines += [("AU", author.strip()) for author in record.authors.split(";") if author.strip()]
    lines += [(tag, value) for tag, name in TAGS if (value := getattr(record, name))]
    lines += [("AN", record.record_id), ("N1", f"{NOTE} {record.record_id}"), ("ER", "")]
    return "".join(f"{tag}  - {value}\n" for tag, value in lines) + "\n"


def _as_row(record: Record) -> dict[str, str]:
    kept = {name: getattr(record, name) for name in TABLE if hasattr(record, name)}
    named = dict.fromkeys(("key", "accession_number", COLUMN), record.record_id)
    return kept | named | {"notes": f"{NOTE} {record.record_id}"}


def rows_of_tool(
    path: Path, told: Told, library: Library, criteria: ExclusionCriteria
) -> tuple[list[Row], tuple[str, ...]]:
    """A tool's file as rows of a sheet, and in words the records that are none of ours.

    Of the tool's reasons the first that names a criterion of the protocol is the criterion.
    EvidenceError names file and line of what cannot be read, or says what to tell besides.
    """
    problems: list[Problem] = []
    read = _READERS[told.tool]
    rows, strangers = [], []
    for entry in _entries(path, problems):
        record_id = _identity(entry, library)
        if record_id is None:
            strangers.append(f"line {entry.line}: {_title(entry)}")
            continue
        try:
            decision, reasons = read(entry, told)
        except ReviewError as error:
            problems.append(Problem(path, entry.line, None, str(error)))
            continue
        criterion = next(filter(None, map(criteria.called, reasons)), "")
        cells = {"record_id": record_id, "decision": decision, "study_id": "",
                 "criterion": criterion, "note": "; ".join(reasons)}  # fmt: skip
        rows.append(Row(entry.line, cells if decision else dict.fromkeys(cells, "")))
    if problems:
        raise EvidenceError(problems[:MOST_PROBLEMS])
    return rows, tuple(strangers)


def _entries(path: Path, problems: list[Problem]) -> Iterator[Entry]:
    """Each record of a tool's file, its columns or tags in small letters."""
    if path.suffix.lower() == WORKBOOK:
        raise ReviewError(f"{shown(path)}: export the tool's decisions as CSV or RIS")
    text = decode(read_bytes(path, LARGEST_EXPORT), path)
    if re.search(r"^TY {1,2}- ", text, re.MULTILINE):
        for entry in read_ris(text, path, problems):
            yield Entry(entry.line, {tag.lower(): found for tag, found in entry.values.items()})
        return
    header: list[str] = []
    for line, cells in delimited_rows(text, path, problems):
        if not header:
            header = [cell.strip().lower() for cell in cells]
        elif any(cell.strip() for cell in cells):
            values = zip(header, cells, strict=False)
            yield Entry(line, {name: [cell] for name, cell in values if cell.strip()})


def _identity(entry: Entry, library: Library) -> str | None:
    found = [value.strip() for name in IDENTITIES for value in entry.all(name)]
    found += [name for value in _texts(entry) for name in IDENTITY.findall(value)]
    return next((name for name in found if name in library.records), None)


def _texts(entry: Entry) -> Iterator[str]:
    return (value for values in entry.values.values() for value in values)


def _title(entry: Entry) -> str:
    titles = [*entry.all("title"), *entry.all("ti"), *entry.all("t1"), "without title"]
    return one_line(titles[0])[:80]


def _rayyan(entry: Entry, told: Told) -> tuple[str, tuple[str, ...]]:
    text = " ".join(_texts(entry))
    said = dict(RAYYAN_SAYS.findall(" ".join(RAYYAN.findall(text))))
    if not said:
        return "", ()
    if not told.reviewer and len(said) > 1:
        names = ", ".join(sorted(said))
        raise ReviewError(f"decisions of {names}: say whose with --reviewer")
    who = told.reviewer or next(iter(said))
    reasons = ",".join(RAYYAN_REASONS.findall(text)).split(",")
    word = RAYYAN_WORDS.get(said.get(who, ""), "")
    return word, _tidy(reasons) if word == "exclude" else ()


def _covidence(entry: Entry, told: Told) -> tuple[str, tuple[str, ...]]:
    if not told.decided:
        raise ReviewError(
            "Covidence exports a list for each decision: say which with --decided include, "
            "exclude or unsure"
        )
    reasons = COVIDENCE_REASON.findall(" ".join(_texts(entry)))
    return told.decided, _tidy(reasons) if told.decided == "exclude" else ()


def _asreview(entry: Entry, told: Told) -> tuple[str, tuple[str, ...]]:
    label = next((value.strip() for name in LABELS for value in entry.all(name)), "")
    word = {"1": "include", "1.0": "include", "0": "exclude", "0.0": "exclude"}.get(label, "")
    if not label:
        notes = [note for value in entry.all("n1") for note in ASREVIEW_NOTES if note in value]
        word = ASREVIEW_NOTES[notes[0]] if notes else ""
    return word, _tidy(entry.all("asreview_note"))


def _tidy(texts: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for part in texts if (text := one_line(part).strip())))


_READERS: Mapping[Tool, Callable[[Entry, Told], tuple[str, tuple[str, ...]]]] = {
    "rayyan": _rayyan,
    "covidence": _covidence,
    "asreview": _asreview,
}
