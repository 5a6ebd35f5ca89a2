"""CSV exports: ClinicalTrials.gov, ICTRP, and tables with the usual column names."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.files.encoding import lines_of
from analysis.files.problems import MOST_PROBLEMS, EvidenceError, Problem
from analysis.files.tables import LONGEST_CELL
from analysis.searching.records import Raw

if TYPE_CHECKING:
    from _csv import Reader as CsvReader

DELIMITERS = ",;\t"


@dataclass(frozen=True)
class Layout:
    """Which column of an export is which field; several columns are joined in this order."""

    name: str
    fields: Mapping[str, tuple[str, ...]]
    kind: str = "article"

    @property
    def marks(self) -> tuple[str, ...]:
        """The columns without which an export is not of this layout."""
        return tuple(self.fields[field][0] for field in ("accession", "title"))


# Column names in small letters, with spaces for underscores, as `_plain` makes them.
CLINICALTRIALS = Layout(
    "ClinicalTrials.gov",
    {
        "accession": ("nct number",),
        "title": ("study title",),
        "abstract": ("brief summary", "conditions", "interventions", "primary outcome measures"),
        "registration": ("nct number",),
        "year": ("first posted", "start date"),
        "url": ("study url",),
        "authors": ("sponsor",),
    },
    kind="registry",
)
ICTRP = Layout(
    "ICTRP",
    {
        "accession": ("trialid",),
        "title": ("public title",),
        "abstract": ("scientific title", "condition", "intervention", "primary outcome"),
        "registration": ("trialid",),
        "year": ("date registration",),
        "url": ("web address", "url"),
        "authors": ("primary sponsor",),
    },
    kind="registry",
)
PUBMED = Layout(
    "PubMed CSV",
    {
        "accession": ("pmid",),
        "title": ("title",),
        "authors": ("authors",),
        "year": ("publication year",),
        "journal": ("journal/book",),
        "doi": ("doi",),
        "pmid": ("pmid",),
        "abstract": ("abstract",),
    },
)
PLAIN = Layout(
    "a table of records",
    {
        "accession": ("accession number",),
        "title": ("title",),
        "authors": ("authors", "author"),
        "year": ("year",),
        "journal": ("journal", "source title"),
        "volume": ("volume",),
        "issue": ("issue", "number"),
        "pages": ("pages",),
        "doi": ("doi",),
        "pmid": ("pmid",),
        "url": ("url", "link"),
        "abstract": ("abstract",),
    },
)
LAYOUTS = (CLINICALTRIALS, ICTRP, PUBMED)
JOINED = frozenset(("abstract", "registration"))


def read_csv_export(text: str, path: Path) -> list[Raw]:
    """Every record of a CSV export; EvidenceError names damaged records by number and line."""
    delimiter = max(DELIMITERS, key=text.lstrip("\n").split("\n", 1)[0].count)
    csv.field_size_limit(LONGEST_CELL)
    reader = csv.reader(lines_of(text), delimiter=delimiter, strict=True)
    try:
        header = [_plain(name) for name in next(filter(None, reader), [])]
        layout = _layout(header, path)
        _check_once(header, layout, path)
        found, problems = _rows(reader, header, layout, path)
    except csv.Error as error:
        message = f"not valid CSV: {error} (an unclosed quotation mark, or the file is cut short)"
        raise EvidenceError([Problem(path, reader.line_num, None, message)]) from None
    if not found and not problems:
        problems.append(Problem(path, 1, None, "a header and no record"))
    if problems:
        raise EvidenceError(problems)
    return found


def _plain(name: str) -> str:
    return " ".join(name.strip().casefold().replace("_", " ").split())


def _layout(header: list[str], path: Path) -> Layout:
    for layout in LAYOUTS:
        if all(mark in header for mark in layout.marks):
            return layout
    others = {column for columns in PLAIN.fields.values() for column in columns} - {"title"}
    if "title" in header and not others.isdisjoint(header):
        return PLAIN
    message = (
        "these are not the columns of ClinicalTrials.gov (NCT Number, Study Title), ICTRP "
        "(TrialID, Public title), PubMed (PMID, Title), nor Title with Authors, Year or DOI"
    )
    raise EvidenceError([Problem(path, 1, None, message)])


def _check_once(header: list[str], layout: Layout, path: Path) -> None:
    """Of two columns of one name nobody knows which is meant; those that are not read may be."""
    read = {column for columns in layout.fields.values() for column in columns}
    twice = [name for name, times in Counter(header).items() if times > 1 and name in read]
    if twice:
        message = "this column stands twice in the header"
        raise EvidenceError([Problem(path, 1, name, message) for name in twice])


def _rows(
    reader: CsvReader, header: list[str], layout: Layout, path: Path
) -> tuple[list[Raw], list[Problem]]:
    found: list[Raw] = []
    problems: list[Problem] = []
    line = reader.line_num + 1
    for cells in reader:
        if any(cell.strip() for cell in cells):
            number = len(found) + len(problems) + 1
            if len(cells) != len(header):
                message = f"record {number} has {len(cells)} cells where the header names "
                problems.append(Problem(path, line, None, f"{message}{len(header)}"))
            else:
                raw = _raw(dict(zip(header, cells, strict=True)), layout, line)
                found.append(raw)
                if not (raw.title or raw.abstract):
                    message = f"record {number} has neither title nor abstract"
                    problems.append(Problem(path, line, None, message))
        if len(problems) == MOST_PROBLEMS:
            break
        line = reader.line_num + 1
    return found, problems


def _raw(cells: Mapping[str, str], layout: Layout, line: int) -> Raw:
    values: dict[str, str] = {}
    for field, columns in layout.fields.items():
        present = [cells[column].strip() for column in columns if cells.get(column, "").strip()]
        values[field] = " ".join(present if field in JOINED else present[:1])
    authors = values.pop("authors", "")
    return Raw(line=line, authors=(authors,) if authors else (), kind=layout.kind, **values)
