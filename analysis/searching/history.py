"""The searches made so far, from `data/searches/<date>/search.yml`, and the next one due."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, ValidationInfo, field_validator, model_validator

from analysis.files.columns import NameOfPerson
from analysis.files.days import KnownDay
from analysis.files.folder import whole_files
from analysis.files.problems import EvidenceError
from analysis.files.writing import write_atomically
from analysis.files.yaml_files import read_model, yaml_text
from analysis.protocol import Protocol, Slug
from analysis.protocol_lists import SourceKind
from analysis.protocol_rules import Frozen
from analysis.searching.sources import sources_of

FileName = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*(\.[a-z0-9-]+)+$", max_length=80)]
"""A name inside the search's own folder: no path leads out of it."""

Format = Literal[
    "ris",
    "nbib",
    "ovid",
    "ovid-labels",
    "ciw",
    "cochrane",
    "enw",
    "bib",
    "json",
    "csv",
    "xml",
    "xlsx",
]
# The names of the sources, for what is validated with the protocol beside it.
NAMES = "names of sources"
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


def _of_the_protocol(source: str, info: ValidationInfo) -> str:
    names = (info.context or {}).get(NAMES)
    if names is not None and source not in names:
        raise ValueError(
            f"{source!r} is no source of the protocol (it has {', '.join(names)}): add it to "
            "search_sources there, or write the name that it has there"
        )
    return source


class ExportFile(Frozen):
    """One export as received: `hits` as the source counted them, the strategy as run.

    A search that found nothing has no file where its source sent none. A `licensed` export is
    on the machine that imported it, and its records here have no abstracts.
    """

    source: str
    kind: SourceKind
    file: FileName | None = None
    format: Format | None = None
    sha256: Sha256 | None = None
    hits: Annotated[int, Field(ge=0)]
    records: FileName | None = None
    licensed: bool = False
    strategy: FileName | None = None

    @model_validator(mode="after")
    def _has_files_or_no_hit(self) -> ExportFile:
        given = [self.file, self.format, self.sha256, self.records]
        if not all(given) and (any(given) or self.hits):
            raise ValueError("an export with hits names its file, format, sha256 and records")
        return self


class Search(Frozen):
    """One search: its day, who made it, the sources; `hits` None where they were not seen."""

    date: KnownDay
    by: Annotated[Slug, NameOfPerson()]
    sources: tuple[Annotated[str, AfterValidator(_of_the_protocol)], ...]
    since: str
    other: str = ""
    hits: int | None = None
    exports: tuple[ExportFile, ...] = ()

    @field_validator("exports")
    @classmethod
    def _files_differ(cls, exports: tuple[ExportFile, ...]) -> tuple[ExportFile, ...]:
        for what in ("file", "records"):
            named = [name for export in exports if (name := getattr(export, what))]
            if len(named) != len(set(named)):
                raise ValueError(f"two exports have the same {what}")
        # Two databases may send the same bytes; one of them twice is one export.
        if len({(export.source, export.sha256) for export in exports}) < len(exports):
            raise ValueError("two exports of one source have the same sha256")
        return exports

    @model_validator(mode="after")
    def _exports_add_up(self) -> Search:
        if not self.exports:
            return self
        counted = sum(export.hits for export in self.exports)
        if self.hits != counted:
            raise ValueError(f"hits says {self.hits}, its exports together have {counted}")
        if unnamed := {export.source for export in self.exports} - set(self.sources):
            raise ValueError(f"sources does not name {', '.join(sorted(unnamed))}")
        return self

    def hits_of(self, source: str) -> int | None:
        """The hits of one of its sources; None where they were not counted for it alone."""
        own = [export.hits for export in self.exports if export.source == source]
        if own:
            return sum(own)
        return self.hits if self.sources == (source,) else None


@dataclass(frozen=True)
class SourceStatus:
    """A source the protocol names: when it was searched last, when the next search is due."""

    source: str
    last_searched: dt.date | None
    next_due: dt.date | None
    overdue: bool


def load_searches(data: Path) -> tuple[Search, ...]:
    """Every search of the review, the oldest first; EvidenceError names bad files.

    A source that the protocol does not have is one of the things that are wrong.
    """
    whole_files(data)
    return _searches(data, tuple(source.name for source in sources_of(data)))


def searches_in(folder: Path) -> tuple[Search, ...]:
    """Every search below `searches`, the oldest first, of whatever sources."""
    whole_files(folder)
    return _searches(folder, None)


def _searches(folder: Path, names: Sequence[str] | None) -> tuple[Search, ...]:
    searches, problems = [], []
    for path in sorted(folder.glob("searches/*/search.yml")):
        try:
            searches.append(read_model(path, Search, {NAMES: names}))
        except EvidenceError as error:
            problems += error.problems
    if problems:
        raise EvidenceError(problems)
    return tuple(sorted(searches, key=lambda search: search.date))


def search_folder(data: Path, date: dt.date) -> Path:
    return data / "searches" / date.isoformat()


def write_search(path: Path, search: Search) -> None:
    """Replace a `search.yml`, whole or not at all."""
    write_atomically(path, search_text(search))


def search_text(search: Search) -> str:
    """What `search.yml` says; blank fields are left out."""
    said = search.model_dump(mode="json", exclude_none=True, exclude_defaults=True)
    said["date"] = search.date  # a YAML date, not text that looks like one
    return yaml_text(said)


def source_status(protocol: Protocol, searches: tuple[Search, ...]) -> tuple[SourceStatus, ...]:
    """Each source's last and next search; overdue as of the version's date, not of the clock."""
    statuses = []
    for source in protocol.living.sources:
        days = [search.date for search in searches if source in search.sources]
        last = max(days, default=None)
        due = None if last is None else add_months(last, protocol.living.search_interval_months)
        overdue = due is None or due < protocol.version.date
        statuses.append(SourceStatus(source, last, due, overdue))
    return tuple(statuses)


def add_months(day: dt.date, months: int) -> dt.date:
    """The same day so many months later, or the last of that month where it has none such."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last_day = calendar.monthrange(year, month + 1)[1]
    return dt.date(year, month + 1, min(day.day, last_day))
