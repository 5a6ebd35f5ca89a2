"""The strategy that a search was run with: on record where a person gave it, or it was run here.

A strategy that waits in `searches/strategies` says what is proposed. Whether it was run as it
stands only the person knows who ran it, except where `search fetch` did.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from analysis.files.encoding import decode
from analysis.files.lock import locked
from analysis.files.problems import ReviewError, read_bytes, shown
from analysis.files.writing import write_atomically
from analysis.files.yaml_files import read_model
from analysis.protocol import Slug
from analysis.protocol_lists import Source
from analysis.protocol_rules import Frozen
from analysis.searching.history import (
    FileName,
    Search,
    Sha256,
    load_searches,
    search_folder,
    write_search,
)
from analysis.searching.strategies import LARGEST_STRATEGY

FETCHED = "fetched"


class FetchedSearch(Frozen):
    """What was asked of a public interface: `files` are its answers by name, with their digests.

    `asked_from` lies before `since`, for entries that came late.
    """

    source: Slug
    address: str
    question: str
    since: dt.date
    asked_from: dt.date
    day: dt.date
    count: int
    new: int
    strategy: FileName
    files: Mapping[FileName, Sha256]
    remarks: tuple[str, ...] = ()


def fetched_search(
    data: Path, source: Source, date: dt.date, digests: Collection[str]
) -> tuple[FetchedSearch, Path] | None:
    """What was asked where all of these files are answers to it, and its strategy; else None."""
    folder = data / "searches" / FETCHED
    for path in sorted(folder.glob(f"{date.isoformat()}-{source.id}*.yml")):
        found = read_model(path, FetchedSearch)
        if set(digests) <= set(found.files.values()):
            return found, folder / found.strategy
    return None


@dataclass(frozen=True)
class SourceSearched:
    """A source on the day it was searched; `strategy` is the text as run, None if none is known."""

    date: dt.date
    source: str
    strategy: str | None


def strategies_as_run(data: Path, searches: Sequence[Search]) -> tuple[SourceSearched, ...]:
    """Every source that a search of this project asked, with its strategy, the latest first.

    Raises EvidenceError where a strategy on record is missing.
    """
    found: dict[tuple[dt.date, str], str | None] = {}
    for search in searches:
        for export in search.exports:
            key = search.date, export.source
            found[key] = export.strategy or found.get(key)
    return tuple(
        SourceSearched(day, source, _text(search_folder(data, day) / name) if name else None)
        for (day, source), name in sorted(found.items(), reverse=True)
    )


def _text(path: Path) -> str:
    return decode(read_bytes(path, LARGEST_STRATEGY), path).strip()


def keep_strategy(folder: Path, source: Source, path: Path) -> str:
    """Keep a strategy beside the exports of its search; the name that `search.yml` gives it.

    Raises ReviewError where another one is on record for that source and day.
    """
    content = read_bytes(path, LARGEST_STRATEGY)
    decode(content, path)
    kept = folder / f"{source.id}.strategy.txt"
    if _on_record(folder, kept.name) and kept.read_bytes() != content:
        raise ReviewError(
            f"{shown(kept)}: another strategy is on record for {source.name} on {folder.name}: "
            "one of two that differ was not run then"
        )
    write_atomically(kept, content)
    return kept.name


def _on_record(folder: Path, name: str) -> bool:
    """Whether a search names the file: one that an import left behind when killed is none."""
    searches = (s for s in load_searches(folder.parents[1]) if s.date.isoformat() == folder.name)
    return any(export.strategy == name for search in searches for export in search.exports)


def record_strategy(data: Path, source: Source, date: dt.date, path: Path) -> Path:
    """Say with which strategy a search that is on record was run; where it is kept.

    Raises ReviewError where there is no such search, or another strategy is on record.
    """
    with locked(data):
        folder = search_folder(data, date)
        made = next((s for s in load_searches(data) if s.date == date), None)
        exports = made.exports if made else ()
        if made is None or source.name not in {export.source for export in exports}:
            raise ReviewError(f"no search of {source.name} on {date} is on record: import it first")
        name = keep_strategy(folder, source, path)
        told = tuple(
            export.model_copy(update={"strategy": name}) if export.source == source.name else export
            for export in exports
        )
        write_search(folder / "search.yml", made.model_copy(update={"exports": told}))
        return folder / name
