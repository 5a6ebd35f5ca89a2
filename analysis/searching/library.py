"""Every record that any search brought, once, and where it was found."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

from analysis.files.digests import digest
from analysis.files.lock import settle
from analysis.files.problems import EvidenceError, Problem, read_bytes
from analysis.searching.history import ExportFile, Search, load_searches, search_folder
from analysis.searching.licensed import abstracts_here, refuse_what_git_would_keep
from analysis.searching.records import LARGEST_EXPORT, Record, read_records


@dataclass(frozen=True, slots=True)
class Sighting:
    """A record found in one export of one search."""

    record_id: str
    source: str
    kind: str
    date: dt.date


@dataclass(frozen=True)
class Library:
    """`records` by identity as first seen; `sightings` by date of search, then by source.

    `abstracts` are those of licensed databases, as far as this machine has them: people read
    them, and nothing that git keeps follows from them.
    """

    searches: tuple[Search, ...]
    records: Mapping[str, Record]
    sightings: tuple[Sighting, ...]
    abstracts: Mapping[str, str] = field(default_factory=dict)

    def readable(self, record_id: str) -> Record:
        """A record as a person reads it here, with its abstract where this machine has it."""
        record = self.records[record_id]
        own = self.abstracts.get(record_id)
        return replace(record, abstract=own) if own and not record.abstract else record

    @cached_property
    def searchable(self) -> Mapping[str, str]:
        """What a person may look for a record by, in small letters, by its identity."""
        return {
            r.record_id: "\n".join((r.title, r.authors, r.year, r.record_id)).casefold()
            for r in self.records.values()
        }

    @property
    def first_seen(self) -> Mapping[str, dt.date]:
        """The day of the search that brought each record first."""
        days: dict[str, dt.date] = {}
        for sighting in self.sightings:
            days.setdefault(sighting.record_id, sighting.date)
        return days


def load_library(data: Path) -> Library:
    """Read the records of all searches; EvidenceError names missing and altered files."""
    settle(data)
    return library_of(data, load_searches(data))


def library_of(data: Path, searches: tuple[Search, ...]) -> Library:
    """The records of these searches alone."""
    records: dict[str, Record] = {}
    sightings: list[Sighting] = []
    abstracts: dict[str, str] = {}
    problems: list[Problem] = []
    for search in searches:
        folder = search_folder(data, search.date)
        for export in search.exports:
            if export.file is None or export.records is None:
                continue  # a search that found nothing
            try:
                found = read_records(folder / export.records)
                if export.licensed:
                    refuse_what_git_would_keep(folder, export, found)
                    for record_id, said in abstracts_here(data, search.date, export).items():
                        abstracts.setdefault(record_id, said)
                else:
                    _check_unchanged(folder / export.file, export)
            except EvidenceError as error:
                problems += error.problems
                continue
            for record in found:
                records.setdefault(record.record_id, record)
                sightings.append(
                    Sighting(record.record_id, export.source, export.kind, search.date)
                )
    if problems:
        raise EvidenceError(problems)
    return Library(searches, records, tuple(sightings), abstracts)


def _check_unchanged(path: Path, export: ExportFile) -> None:
    if not path.is_file():
        raise EvidenceError.at(path, "the export is missing")
    if digest(read_bytes(path, LARGEST_EXPORT)) != export.sha256:
        message = "the export is not as it was received: its SHA-256 is not that of search.yml"
        raise EvidenceError.at(path, message)
