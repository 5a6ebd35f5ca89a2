"""Take exports in: read, checked, kept as received, listed in `search.yml`; or not at all.

The last step of an import replaces `search.yml`, which alone says what a search holds.
Killed before it, an import has left files that nothing lists and the next one replaces.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from analysis.files.days import day_told, within_reach
from analysis.files.digests import digest
from analysis.files.lock import locked
from analysis.files.printable import printable
from analysis.files.problems import EvidenceError, Problem, ReviewError, read_bytes
from analysis.files.slugs import is_slug
from analysis.files.writing import write_atomically
from analysis.protocol import load_protocol
from analysis.protocol_lists import Source
from analysis.searching.exports import SUFFIXES, Export, read_export
from analysis.searching.history import (
    ExportFile,
    Search,
    load_searches,
    search_folder,
    write_search,
)
from analysis.searching.identities import make_records
from analysis.searching.library import load_library
from analysis.searching.licensed import FOLDER as LICENSED
from analysis.searching.licensed import (
    keep_here,
    licensed_sources,
    records_here,
    whole_records,
    without_abstracts,
)
from analysis.searching.records import (
    LARGEST_EXPORT,
    Record,
    Remark,
    read_records,
    write_records,
)
from analysis.searching.sources import sources_of
from analysis.searching.strategies_as_run import fetched_search, keep_strategy
from analysis.searching.withdrawn_imports import withdrawn_exports

INBOX = "inbox"
# What is said of an import: each field with how many records have it.
SAID = {
    name: name.upper() if name in ("doi", "pmid") else name
    for name in ("title", "authors", "year", "journal", "doi", "pmid", "registration", "abstract")
}
MOST_REMARKS = 20


@dataclass(frozen=True)
class SearchDetails:
    """What a person says about a search: the source, its day, who ran it, from when on.

    `hits` is the database's own count, where the person gives it.
    """

    source: Source
    date: dt.date
    by: str
    since: str = ""
    strategy: Path | None = None
    hits: int | None = None

    def __post_init__(self) -> None:
        day_told(self.date)
        if not is_slug(self.by):
            raise ReviewError(f"{self.by!r} cannot name who searched: small letters and hyphens")


@dataclass(frozen=True)
class Imported:
    """What became of one file, or of a search that found nothing and has none.

    `hits` records stand in it, `new` are those that no earlier search had brought; `filled`
    counts the records that have each field, `unread` names the tags or columns of which no
    field is made, `remarks` the records that a person should look at. `licensed`: what it says
    came to this machine alone.
    """

    path: Path | None
    source: str
    date: dt.date
    hits: int = 0
    new: int = 0
    known: int = 0
    already: bool = False
    dialect: str = ""
    filled: Mapping[str, int] = field(default_factory=dict)
    unread: tuple[str, ...] = ()
    remarks: tuple[Problem, ...] = ()
    licensed: bool = False

    def __str__(self) -> str:
        name = printable(self.path.name) if self.path else "no file"
        where = f"{name}: {self.source}, {self.date.isoformat()}"
        if self.already:
            changed = "its abstracts can be read here now" if self.licensed else "nothing changed"
            return f"{where}: was imported before, {changed}"
        if not self.hits:
            return f"{where}: no record; on record as a search that found nothing"
        return (
            f"{where}: {self.hits:,} records read, {self.new:,} new, {self.known:,} already known"
        )

    @property
    def details(self) -> Iterator[str]:
        """What of the records was read and what was not, a line each."""
        if not self.hits or self.already:
            return
        filled = (f"{said} {self.filled[name]:,} of {self.hits:,}" for name, said in SAID.items())
        yield f"read as {self.dialect}: {'; '.join(filled)}"
        if self.licensed:
            yield f"{self.source} is licensed: export and abstracts stay in {LICENSED}/, out of git"
        if self.unread:
            yield f"not read: {', '.join(self.unread)}"
        yield from map(str, self.remarks[:MOST_REMARKS])
        if (more := len(self.remarks) - MOST_REMARKS) > 0:
            yield f"and {more:,} more like these"


@dataclass(frozen=True)
class InboxReport:
    """What the inbox held: what was taken in, what could not be, what had been taken back."""

    imported: tuple[Imported, ...]
    problems: tuple[Problem, ...]
    withdrawn: tuple[Path, ...] = ()


def import_exports(
    data: Path, files: Sequence[Path], details: SearchDetails
) -> tuple[Imported, ...]:
    """Import the exports of one source and day: all of them, or none and an EvidenceError.

    A file whose bytes this source and day already brought changes nothing, whatever its
    name; the same bytes on another day, or from another source, are a search of their own.
    So is a search that found nothing: an empty export, or no file and `details.hits` 0.
    """
    with locked(data):
        searches = load_searches(data)
        exports, problems = _read_all(files, details.source)
        if problems:
            raise EvidenceError(problems)
        _check_hits(exports, details)
        source, date = details.source.name, details.date
        same = (s for s in searches if s.date == date)
        known = {e.sha256 for search in same for e in search.exports if e.source == source}
        fresh = {e.sha256: e for e in reversed(exports) if e.sha256 not in known}
        new = [export for export in exports if fresh.get(export.sha256) is export]
        nothing = not files and None not in known
        stored = _store(data, searches, new, details) if new or nothing else {}
        already = partial(Imported, source=source, date=date, already=True)
        if not files:
            return (stored[None] if stored else already(path=None),)
        brought = {e.sha256 for e in exports if e.sha256 in known and _bring_back(data, e, details)}
        return tuple(
            stored.pop(e.sha256, already(path=e.path, licensed=e.sha256 in brought))
            for e in exports
        )


def _bring_back(data: Path, export: Export, details: SearchDetails) -> bool:
    """Keep here what git does not keep of an export on record; whether it was not here yet."""
    folder = search_folder(data, details.date)
    search = next(search for search in load_searches(data) if search.date == details.date)
    for entry in search.exports:
        missing = not records_here(data, search.date, entry).is_file()
        same = (entry.source, entry.sha256) == (details.source.name, export.sha256)
        if entry.licensed and same and missing:
            kept = read_records(folder / str(entry.records))
            whole = whole_records(details.source, export.records, kept)
            keep_here(data, search.date, entry, read_bytes(export.path, LARGEST_EXPORT), whole)
            return True
    return False


def _check_hits(exports: Sequence[Export], details: SearchDetails) -> None:
    if not exports and details.hits != 0:
        raise ReviewError("name the exports, or say that the search found nothing: --hits 0")
    read = sum(export.read for export in exports)
    if details.hits is not None and details.hits != read:
        said = f"the database counted {details.hits:,} hits, the exports hold {read:,} records"
        raise ReviewError(f"{said}: is one missing, or cut off at the database's limit?")


def import_inbox(data: Path, by: str) -> InboxReport:
    """Import every file of `searches/inbox` named `2026-11-20-medline.ris` (or `…-medline-2.ris`).

    A file that cannot be read is named and the others are imported; files stay where they
    are, since importing them again changes nothing. One whose import a person took back is
    not taken in again under that name.
    """
    sources = sources_of(data)
    groups: dict[tuple[dt.date, Source], list[Path]] = defaultdict(list)
    problems: list[Problem] = []
    for path in sorted((data / "searches" / INBOX).glob("*")):
        if path.name.startswith(".") or path.stem.upper() == "README" or not path.is_file():
            continue
        named = _named(path, sources)
        if named is None:
            message = (
                "the name does not say day and source: call it, for example, "
                f"2026-11-20-medline.ris (sources: {', '.join(source.id for source in sources)})"
            )
            problems.append(Problem(path, None, None, message))
        else:
            groups[named].append(path)
    imported: list[Imported] = []
    withdrawn: list[Path] = []
    for (date, source), found in groups.items():
        try:
            digests = {path: digest(read_bytes(path, LARGEST_EXPORT)) for path in found}
            back = withdrawn_exports(data, date, source.name)
            left = [path for path in found if digests[path] in back]
            withdrawn += left
            if paths := [path for path in found if path not in left]:
                taken = {digests[path] for path in paths}
                details = _details(data, source, date, by, taken)
                imported += import_exports(data, paths, details)
        except EvidenceError as error:
            problems += error.problems
        except ReviewError as error:
            problems.append(Problem(found[0], None, None, str(error)))
    return InboxReport(tuple(imported), tuple(problems), tuple(withdrawn))


def _details(
    data: Path, source: Source, date: dt.date, by: str, digests: Collection[str]
) -> SearchDetails:
    """What is known of a search whose exports lie in the inbox: most where they were fetched."""
    fetched = fetched_search(data, source, date, digests)
    if fetched is None:
        return SearchDetails(source, date, by)
    asked, strategy = fetched
    return SearchDetails(source, date, by, asked.asked_from.isoformat(), strategy)


def _named(path: Path, sources: Sequence[Source]) -> tuple[dt.date, Source] | None:
    match = re.fullmatch(r"(\d{4}-\d{2}-\d{2})-(.+)", path.stem.lower())
    if match is None:
        return None
    # A number at the end is that of a second part, unless a source is called so.
    ids = {source.id: source for source in reversed(sources)}
    source = ids.get(match.group(2)) or ids.get(re.sub(r"-\d+$", "", match.group(2)))
    if source is None:
        return None
    try:
        return within_reach(dt.date.fromisoformat(match.group(1))), source
    except ValueError:
        return None


def _read_all(files: Sequence[Path], source: Source) -> tuple[list[Export], list[Problem]]:
    exports: list[Export] = []
    problems: list[Problem] = []
    for path in files:
        try:
            exports.append(read_export(path, source.columns))
        except EvidenceError as error:
            problems += error.problems
    return exports, problems


def _store(
    data: Path, searches: Sequence[Search], exports: Sequence[Export], details: SearchDetails
) -> dict[str | None, Imported]:
    """Write the files of these exports, `search.yml` last; what became of each by its digest."""
    folder = search_folder(data, details.date)
    before = next((search for search in searches if search.date == details.date), None)
    known = dict(load_library(data).records)
    listed = list(before.exports) if before else []
    source, kind = details.source.name, details.source.kind
    strategy = next((e.strategy for e in listed if e.source == source and e.strategy), None)
    if details.strategy:
        strategy = keep_strategy(folder, details.source, details.strategy)
    imported: dict[str | None, Imported] = {}
    licensed = source in licensed_sources(load_protocol(data / "protocol.yml"))
    for export in exports:
        stem = _free_stem(details.source.id, listed)
        entry = ExportFile(
            source=source,
            kind=kind,
            file=f"{stem}.{SUFFIXES[export.format]}",
            format=export.format,  # type: ignore[arg-type]  # pydantic checks it
            sha256=export.sha256,
            hits=export.read,
            records=f"{stem}.records.csv",
            licensed=licensed,
            strategy=strategy,
        )
        remarks = list(export.remarks)
        records = make_records(export.records, details.source.id, known, remarks)
        raw = read_bytes(export.path, LARGEST_EXPORT)
        if licensed:
            keep_here(data, details.date, entry, raw, records)
            write_records(folder / str(entry.records), without_abstracts(records))
        else:
            write_records(folder / str(entry.records), records)
            write_atomically(folder / str(entry.file), raw)
        report = _report(export, records, known, remarks, details)
        imported[export.sha256] = replace(report, licensed=licensed)
        known |= {record.record_id: record for record in records if record.record_id not in known}
        listed.append(entry)
    if not exports:
        listed.append(ExportFile(source=source, kind=kind, hits=0, strategy=strategy))
        imported[None] = Imported(None, source, details.date)
    write_search(folder / "search.yml", _search(before, listed, details, searches))
    return imported


def _report(
    export: Export,
    records: Sequence[Record],
    known: Mapping[str, Record],
    remarks: Sequence[Remark],
    details: SearchDetails,
) -> Imported:
    new = sum(record.record_id not in known for record in records)
    path = export.path
    return Imported(
        path,
        details.source.name,
        details.date,
        export.read,
        new,
        len(records) - new,
        dialect=export.dialect,
        filled={name: sum(bool(getattr(record, name)) for record in records) for name in SAID},
        unread=export.unread,
        remarks=tuple(Problem(path, r.line or None, None, r.message) for r in remarks),
    )


def _free_stem(source: str, listed: Sequence[ExportFile]) -> str:
    taken = {export.file.split(".")[0] for export in listed if export.file}
    numbered = (f"{source}-{number}" for number in range(2, len(taken) + 3))
    return source if source not in taken else next(s for s in numbered if s not in taken)


def _search(
    before: Search | None,
    listed: Sequence[ExportFile],
    details: SearchDetails,
    searches: Sequence[Search],
) -> Search:
    exports = tuple(listed)
    earlier = [
        search.date
        for search in searches
        if details.source.name in search.sources and search.date < details.date
    ]
    since = max(earlier).isoformat() if earlier else "inception"
    return Search(
        date=details.date,
        by=before.by if before else details.by,
        sources=tuple(dict.fromkeys(export.source for export in exports)),
        since=before.since if before else details.since or since,
        other=before.other if before else "",
        hits=sum(export.hits for export in exports),
        exports=exports,
    )
