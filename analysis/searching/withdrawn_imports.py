"""An import taken back: the exports of a source and day, what they alone brought, and their pairs.

What other exports brought too stays. The files stay on record below `data/withdrawn/`, as they
lay in `data/searches/`; the same export can be imported again, under this source or another.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from analysis.files.problems import ReviewError
from analysis.files.together import FileChange, change_of
from analysis.files.withdrawals import FOLDER, Withdrawal
from analysis.formatting import counted, listed
from analysis.protocol_lists import Source
from analysis.searching.duplicate_log import (
    found_anew,
    is_sought,
    log_path,
    log_text,
    read_log,
    sought_among,
    sought_path,
)
from analysis.searching.history import (
    ExportFile,
    Search,
    load_searches,
    search_folder,
    search_text,
    searches_in,
)
from analysis.searching.library import Library, library_of

WHAT = "import"


@dataclass(frozen=True)
class WithdrawnImport:
    """An import to take back, and the records that no search has brought without it."""

    withdrawal: Withdrawal
    records: frozenset[str]


@dataclass(frozen=True)
class _Taken:
    """The exports that go and those of the same search that stay."""

    search: Search
    gone: tuple[ExportFile, ...]
    rest: tuple[ExportFile, ...]

    @property
    def folder(self) -> str:
        return f"searches/{self.search.date.isoformat()}"

    @property
    def files(self) -> Iterator[str]:
        """The names of the files that go: exports, records, strategies of nothing that stays."""
        used = {export.strategy for export in self.rest}
        for export in self.gone:
            own = export.strategy if export.strategy not in used else None
            # What is licensed lies beside the data; on record stays its checksum.
            file = None if export.licensed else export.file
            yield from filter(None, (file, export.records, own))

    def of(self, exports: Sequence[ExportFile]) -> Search | None:
        """The search with these exports alone; None where it has none."""
        if not exports:
            return None
        sources = tuple(dict.fromkeys(export.source for export in exports))
        hits = sum(export.hits for export in exports)
        changed = {"sources": sources, "hits": hits, "exports": tuple(exports)}
        return self.search.model_copy(update=changed)


def withdrawn_import(data: Path, date: dt.date, source: Source, file: str = "") -> WithdrawnImport:
    """Plan to take back what a source brought on a day, or one file of it.

    ReviewError where nothing of that name was imported.
    """
    searches = load_searches(data)
    taken = _taken(searches, date, source, file)
    stays = taken.of(taken.rest)
    others = tuple(search for search in searches if search is not taken.search)
    kept_searches = sorted((*others, *filter(None, [stays])), key=lambda search: search.date)
    before, after = library_of(data, searches), library_of(data, tuple(kept_searches))
    alone = frozenset(before.records.keys() - after.records.keys())
    pairs, kept_pairs, said_of_pairs = _pairs(data, before, after)
    withdrawal = Withdrawal(
        WHAT,
        "-".join(filter(None, (date.isoformat(), source.id, file.replace(".", "-")))),
        (
            *_said(taken, alone),
            *said_of_pairs,
            *_since(kept_searches, date, source),
        ),
        (*_files(data, taken, stays), *pairs),
        {**_kept(data, taken), **kept_pairs},
    )
    return WithdrawnImport(withdrawal, alone)


def withdrawn_exports(data: Path, date: dt.date, source: str) -> frozenset[str]:
    """The digests of the exports of that source and day that were taken back for good."""

    def of(folder: Path) -> set[str | None]:
        # What was taken back may be of a source that the protocol has no more.
        searches = (search for search in searches_in(folder) if search.date == date)
        exports = (export for search in searches for export in search.exports)
        return {export.sha256 for export in exports if export.source == source}

    folders = (data / FOLDER).glob(f"{WHAT}-{date.isoformat()}-*")
    back = set[str | None]().union(*map(of, folders))
    return frozenset(filter(None, back - of(data))) if back else frozenset()


def _taken(searches: Sequence[Search], date: dt.date, source: Source, file: str) -> _Taken:
    known = [
        f"{search.date.isoformat()} {export.source}{f' ({export.file})' if export.file else ''}"
        for search in searches
        for export in search.exports
    ]
    for search in searches:
        gone = tuple(
            export
            for export in search.exports
            if export.source == source.name and file in ("", export.file)
        )
        if gone and search.date == date:
            rest = tuple(export for export in search.exports if export not in gone)
            return _Taken(search, gone, rest)
    there = listed(known) if known else "none"
    which = f"{file} of {source.name}" if file else source.name
    raise ReviewError(f"nothing was imported from {which} on {date}; imported were: {there}")


def _files(data: Path, taken: _Taken, stays: Search | None) -> Iterator[FileChange]:
    folder = search_folder(data, taken.search.date)
    yield change_of(folder / "search.yml", search_text(stays) if stays else None)
    yield from (change_of(folder / name, None) for name in dict.fromkeys(taken.files))


def _kept(data: Path, taken: _Taken) -> dict[str, bytes]:
    search = taken.of(taken.gone)
    assert search is not None
    files = {f"{taken.folder}/{name}": (data / taken.folder / name).read_bytes()
             for name in taken.files}  # fmt: skip
    return {f"{taken.folder}/search.yml": search_text(search).encode(), **files}


def _pairs(
    data: Path, before: Library, after: Library
) -> tuple[list[FileChange], Mapping[str, bytes], list[str]]:
    """What becomes of the log of duplicates, what of it is kept, and what is said of it."""
    log = read_log(data)
    going = [pair for pair in log if not after.records.keys() >= {*pair.key}]
    staying = [pair for pair in log if pair not in going]
    if not log_path(data).is_file():
        return [], {}, []
    if not after.records:
        changes = [change_of(log_path(data), None), change_of(sought_path(data), None)]
    elif is_sought(data, before):
        # Without these records other pairs may be the best.
        pairs = found_anew(after, staying)
        changes = [
            change_of(log_path(data), log_text(pairs, after.records)),
            change_of(sought_path(data), sought_among(after)),
        ]
    else:
        changes = [change_of(log_path(data), log_text(staying, after.records))]
    if not going:
        return changes, {}, []
    ruled = sum(bool(pair.ruling) for pair in going)
    said = f"duplicates.csv: {counted(len(going), 'pair')} with these records, {ruled} ruled on"
    kept = log_text(going, before.records).encode()
    return changes, {"searches/duplicates.csv": kept}, [said]


def _said(taken: _Taken, alone: Collection[str]) -> Iterator[str]:
    for export in taken.gone:
        yield f"{export.file or 'no file'}: {export.source}, {counted(export.hits, 'record')} read"
    yield f"{counted(len(alone), 'record')} in no other search"


def _since(searches: Sequence[Search], date: dt.date, source: Source) -> Iterator[str]:
    """Later searches that say they went on from this one: a person knows what is true."""
    still = any(source.name in search.sources and search.date == date for search in searches)
    for search in searches:
        if search.since == date.isoformat() and source.name in search.sources and not still:
            yield f"{search.date.isoformat()}/search.yml says since {search.since}: is it so still?"
