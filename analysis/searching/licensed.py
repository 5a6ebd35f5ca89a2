"""Exports of licensed databases: git keeps what was found, this machine what it says.

A licence lets a team search and read; a public repository hands on all that it ever held. So
git keeps the checksum of such an export and the bibliographic facts of its records. The export
itself and the abstracts stay beside `data/`, in `licensed/`, which git leaves out. Whoever has
the same export imports it again, and reads the same abstracts.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from analysis.files.problems import EvidenceError, Problem
from analysis.files.writing import write_atomically
from analysis.protocol import Protocol
from analysis.protocol_lists import Source
from analysis.searching.history import ExportFile, Search, search_folder
from analysis.searching.identities import identities
from analysis.searching.records import Raw, Record, as_record, read_records, write_records
from analysis.searching.sources import find_source

FOLDER = "licensed"  # beside data/


def licensed_sources(protocol: Protocol) -> frozenset[str]:
    """The names of the sources whose exports git does not keep; ReviewError for one unknown."""
    return frozenset(
        find_source(name, protocol.search_sources).name for name in protocol.living.licensed
    )


def export_here(data: Path, date: dt.date, export: ExportFile) -> Path:
    """Where this machine has a licensed export, under a name that no other export gets."""
    stem, _, suffix = str(export.file).partition(".")
    name = f"{date.isoformat()}-{stem}-{str(export.sha256)[:12]}.{suffix}"
    return data.parent / FOLDER / name


def records_here(data: Path, date: dt.date, export: ExportFile) -> Path:
    """Where this machine has its records with their abstracts."""
    return export_here(data, date, export).with_suffix(".records.csv")


def keep_here(
    data: Path, date: dt.date, export: ExportFile, raw: bytes, records: Iterable[Record]
) -> None:
    """Keep an export and its whole records on this machine."""
    write_atomically(export_here(data, date, export), raw)
    write_records(records_here(data, date, export), records)


def without_abstracts(records: Iterable[Record]) -> list[Record]:
    """The bibliographic facts of records, which nobody owns."""
    return [replace(record, abstract="") for record in records]


def whole_records(source: Source, raws: Sequence[Raw], kept: Iterable[Record]) -> list[Record]:
    """The records that git keeps, with the abstracts that the same export brings again."""
    by_id = {record.record_id: record for record in kept}
    for raw in raws:
        read = as_record(raw)
        told_apart, plain = identities(source.id, read)
        record_id = told_apart if told_apart in by_id else plain
        if record_id in by_id:
            by_id[record_id] = replace(by_id[record_id], abstract=read.abstract)
    return list(by_id.values())


def abstracts_here(data: Path, date: dt.date, export: ExportFile) -> Mapping[str, str]:
    """The abstracts of a licensed export by record, as far as this machine has them."""
    path = records_here(data, date, export)
    if not path.is_file():
        return {}
    return {record.record_id: record.abstract for record in read_records(path) if record.abstract}


def refuse_what_git_would_keep(folder: Path, export: ExportFile, records: Sequence[Record]) -> None:
    """EvidenceError where a licensed export or an abstract of it stands below `data/`."""
    said = f"{export.source} is licensed, and what stands here is handed on: move it away"
    problems = []
    if (folder / str(export.file)).exists():
        problems.append(Problem(folder / str(export.file), None, None, said))
    if any(record.abstract for record in records):
        problems.append(Problem(folder / str(export.records), None, "abstract", said))
    if problems:
        raise EvidenceError(problems)


def not_here(data: Path, searches: Iterable[Search]) -> Iterator[tuple[dt.date, str]]:
    """The days and sources of licensed exports whose abstracts this machine has not."""
    for search in searches:
        for export in search.exports:
            if export.licensed and not records_here(data, search.date, export).is_file():
                yield search.date, export.source


def kept_by_git(
    data: Path, protocol: Protocol, searches: Iterable[Search]
) -> Iterator[tuple[dt.date, str]]:
    """The days and sources of exports that were imported before their source was licensed."""
    licensed = licensed_sources(protocol)
    for search in searches:
        for export in search.exports:
            path = search_folder(data, search.date) / str(export.file)
            if export.source in licensed and export.file and path.is_file():
                yield search.date, export.source
