"""Look the review's trials up in the Retraction Watch database, as it is published (CSV).

The file has tens of thousands of notices, one a row; what is kept of it is only what concerns
the trials. Its columns: https://www.crossref.org/documentation/retrieve-metadata/retraction-watch/
"""

from __future__ import annotations

import datetime as dt
import html
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from operator import itemgetter
from pathlib import Path
from typing import Any, NamedTuple

from analysis.evidence.data_files import DATA_FILES
from analysis.evidence.integrity.duplicate_reports import SHORTEST_TITLE
from analysis.evidence.integrity.retractions import trials_by_identity
from analysis.evidence.load import load
from analysis.evidence.notice_rows import MatchedBy, Notice, Snapshot
from analysis.evidence.rows import Trial
from analysis.files.columns import columns
from analysis.files.csv_files import CONTROL, LONGEST_CELL, csv_records, csv_text, header_of
from analysis.files.days import day_told, within_reach
from analysis.files.digests import digest
from analysis.files.encoding import lines_of
from analysis.files.lock import locked
from analysis.files.printable import printable
from analysis.files.problems import MOST_PROBLEMS, EvidenceError, Problem, ReviewError, shown
from analysis.files.tables import FORMULA_MARKS, LARGEST_TABLE, table_text
from analysis.files.together import FileChange, change_of, change_together
from analysis.searching.duplicate_fields import RETRACTED, TAG
from analysis.searching.identifiers import DOI, NEXT_ONE, normal_doi, pmid_in
from analysis.searching.identities import comparable

COLUMNS = (
    "Record ID",
    "Title",
    "RetractionDate",
    "RetractionDOI",
    "RetractionPubMedID",
    "OriginalPaperDOI",
    "OriginalPaperPubMedID",
    "RetractionNature",
    "Reason",
)
DAY = re.compile(r"\s*(?:(\d{1,2})/(\d{1,2})/(\d{4})|(\d{4})-(\d{1,2})-(\d{1,2}))\b")
# Beyond one row in so many that cannot be read, a file is not the database as published.
ROWS_FOR_ONE_UNREAD = 100
LONGEST_FIELD = 1_000_000
NO_SIGNS = {number: None for number in range(128) if not chr(number).isalnum()}


@dataclass(frozen=True)
class LookedUp:
    """What the database holds on the trials: `notices` in the order of `studies.csv`.

    `latest` is the last day of a notice that had come by `until`; `unread` names each row that
    could not be read; `unnamed` are the trials that have nothing by which they could be found.
    """

    sha256: str
    rows: int
    latest: dt.date | None
    notices: tuple[Notice, ...]
    unread: tuple[Problem, ...]
    unnamed: tuple[str, ...]


@dataclass(frozen=True)
class Kept:
    """What of a snapshot is in the data now, and how that differs from what was there."""

    snapshot: Snapshot
    found: LookedUp
    new: tuple[Notice, ...]
    gone: tuple[Notice, ...]


def keep_notices(data: Path, path: Path, day: dt.date | None, today: dt.date) -> Kept:
    """Look all trials up, and keep what concerns them with the snapshot's date; or nothing.

    Without a `day` the snapshot is as old as its latest notice. ReviewError where the data hold
    a later snapshot.
    """
    with locked(data):
        evidence = load(data)
        trials = tuple(evidence.trials.values())
        found = look_up(path, trials, until=today)
        day = day_told(day) if day else found.latest
        if day is None or day > today:
            said = "no notice in it has a day" if day is None else f"{day} is yet to come"
            raise ReviewError(f"{shown(path)}: of which day is it? ({said}): --date YEAR-MONTH-DAY")
        last = max((snapshot.day for snapshot in evidence.snapshots), default=day)
        if day < last:
            raise ReviewError(
                f"{shown(path)} is of {day}, and notices were already sought in a snapshot of "
                f"{last}: nothing was changed"
            )
        snapshot = Snapshot(
            date=day.isoformat(),
            file=_plain(printable(path.name)) or "a file",
            sha256=found.sha256,
            rows=found.rows,
            unread=len(found.unread),
            trials=trials_by_identity(trials),
        )
        earlier = [held for held in evidence.snapshots if held.day != day]
        tables = {"notices": found.notices, "notice_snapshots": [*earlier, snapshot]}
        change_together(data, (_change(data, name, rows) for name, rows in tables.items()))
    before = set(evidence.notices)
    return Kept(
        snapshot,
        found,
        tuple(notice for notice in found.notices if notice not in before),
        tuple(notice for notice in evidence.notices if notice not in set(found.notices)),
    )


def _change(data: Path, name: str, rows: Iterable[Any]) -> FileChange:
    names = [column.name for column in columns(DATA_FILES[name].row)]
    cells = ({column: f"{getattr(row, column)}" for column in names} for row in rows)
    return change_of(data / f"{name}.csv", table_text(names, cells))


def look_up(path: Path, trials: Sequence[Trial], until: dt.date) -> LookedUp:
    """The notices on these trials: by DOI, else by PubMed number, else by title.

    EvidenceError where the file is not the database as published.
    """
    index = _Index.of(trials)
    unread: list[Problem] = []
    found: dict[tuple[str, str], Notice] = {}
    rows = dated = 0
    latest: dt.date | None = None
    for line, row in _rows(path, unread):
        rows += 1
        day = _day(row.date)
        if day:
            dated += 1
            latest = max(day, latest or day) if day <= until else latest
        for study_id, how in index.matches(row):
            notice = _notice(path, line, study_id, how, row)
            if found.setdefault((study_id, notice.record_id), notice) != notice:
                notice = replace(notice, record_id=f"{notice.record_id}, line {line}")
                found[study_id, notice.record_id] = notice
    _is_as_published(path, rows, dated, unread)
    order = {trial.study_id: place for place, trial in enumerate(trials)}
    notices = sorted(found.values(), key=lambda n: (order[n.study_id], n.date, n.record_id))
    return LookedUp(
        digest(path.read_bytes()),
        rows + len(unread),
        latest,
        tuple(notices),
        tuple(unread),
        index.unnamed,
    )


def _rows(path: Path, unread: list[Problem]) -> Iterator[tuple[int, _Row]]:
    """The rows that fit the header, each with its line; the others are added to `unread`."""
    text = csv_text(path, LARGEST_TABLE, mixed=True).replace("\r\n", "\n").replace("\r", "\n")
    records = csv_records(path, lines_of(text), longest=LONGEST_FIELD)
    line, header = header_of(path, records)
    names = [re.sub(r"\W", "", name).casefold() for name in header]
    wanted = {name: re.sub(r"\W", "", name).casefold() for name in COLUMNS}
    missing = [name for name, plain in wanted.items() if plain not in names]
    if missing:
        message = "this column is missing: the Retraction Watch database as published has it"
        raise EvidenceError(Problem(path, line, name, message) for name in missing)
    chosen = itemgetter(*(names.index(plain) for plain in wanted.values()))
    width = len(header)
    for line, cells in records:
        if len(cells) == width or (len(cells) > width and not any(cells[width:])):
            yield line, _Row._make(chosen(cells))
        else:
            message = f"{len(cells)} cells where the header names {width}: this row is not read"
            unread.append(Problem(path, line, None, message))


def _is_as_published(path: Path, rows: int, dated: int, unread: Sequence[Problem]) -> None:
    if len(unread) * ROWS_FOR_ONE_UNREAD > rows:
        raise EvidenceError(unread[:MOST_PROBLEMS])
    if not rows:
        raise EvidenceError.at(path, "no notice stands below the header", 1)
    if dated * 2 < rows:
        message = "most are not month/day/year, as the database is published: was it saved anew?"
        raise EvidenceError.at(path, message, None, "RetractionDate")


def _day(cell: str) -> dt.date | None:
    """A day as the database writes it (10/2/2026 0:00 is in October), or as ISO does."""
    if found := DAY.match(cell):
        month, day, year, *iso = found.groups()
        try:
            return within_reach(dt.date(*map(int, iso if iso[0] else (year, month, day))))
        except ValueError:
            pass
    return None


def _notice(path: Path, line: int, study_id: str, how: MatchedBy, row: _Row) -> Notice:
    day = _day(row.date)
    notice = Notice(
        study_id=study_id,
        record_id=_plain(row.record_id) or f"line {line}",
        nature=_plain(row.nature).casefold() or "notice of no stated kind",
        date=day.isoformat() if day else "",
        doi=normal_doi(row.doi),
        pmid=pmid_in(row.pmid),
        reason="; ".join(filter(None, map(_plain, row.reason.split(";")))),
        matched_by=how,
    )
    for column, cell in asdict(notice).items():
        if len(cell) > LONGEST_CELL:
            message = f"{len(cell)} characters in one cell, over {LONGEST_CELL}"
            raise EvidenceError.at(path, message, line, column)
    return notice


def _plain(cell: str) -> str:
    """On one line, without what a spreadsheet would run; the database begins reasons with `+`."""
    return " ".join(CONTROL.sub(" ", cell).split()).lstrip(f"{FORMULA_MARKS}' ")


def _title(text: str) -> str:
    """A title as it is compared: its letters and digits alone."""
    if "<" in text or "&" in text:
        text = TAG.sub("", html.unescape(text))
    if "retracted" in (begin := text[:20].lower()) or "withdrawn" in begin:
        text = RETRACTED.sub("", text)
    if text.isascii():
        return text.lower().translate(NO_SIGNS)
    return comparable(text).replace(" ", "")


class _Row(NamedTuple):
    """What is read of a row, cell by cell, in the order of `COLUMNS`."""

    record_id: str
    title: str
    date: str
    doi: str
    pmid: str
    of_doi: str
    of_pmid: str
    nature: str
    reason: str


@dataclass(frozen=True)
class _Index:
    """The trials by what identifies their reports."""

    trials: Mapping[str, Trial]
    dois: Mapping[str, Sequence[str]]
    pmids: Mapping[str, Sequence[str]]
    titles: Mapping[str, Sequence[str]]
    companions: Mapping[str, Sequence[str]]
    any_doi: re.Pattern[str]
    unnamed: tuple[str, ...]

    @classmethod
    def of(cls, trials: Sequence[Trial]) -> _Index:
        dois, pmids, titles, companions = (defaultdict[str, list[str]](list) for _ in range(4))
        unnamed = []
        for trial in trials:
            doi, title = normal_doi(trial.doi), _title(trial.title)
            title = title if len(title) >= SHORTEST_TITLE else ""
            for held, key in ((dois, doi), (pmids, trial.pmid), (titles, title)):
                if key:
                    held[key].append(trial.study_id)
            for other in DOI.findall(trial.other_reports):
                companions[normal_doi(other)].append(trial.study_id)
            if not (doi or trial.pmid or title):
                unnamed.append(trial.label)
        by_id = {trial.study_id: trial for trial in trials}
        any_doi = re.compile("|".join(map(re.escape, (*dois, *companions))) or "$^")
        return cls(by_id, dois, pmids, titles, companions, any_doi, tuple(unnamed))

    def matches(self, row: _Row) -> Iterator[tuple[str, MatchedBy]]:
        """The trials that a notice is about, and how that is known; the surest way decides."""
        cell = row.of_doi.lower()
        # Nearly no row is about a trial: its DOI is looked at closely where it may be.
        near = self.any_doi.search(cell) or "%" in cell or "&" in cell
        dois = _dois(row.of_doi) if near else []
        pmid = row.of_pmid if row.of_pmid.isdecimal() else pmid_in(row.of_pmid)
        yield from self._by_number(dois, pmid) or self._by_title(row, dois)

    def _by_number(self, dois: Sequence[str], pmid: str) -> list[tuple[str, MatchedBy]]:
        if found := [study_id for doi in dois for study_id in self.dois.get(doi, ())]:
            return [(study_id, "DOI") for study_id in dict.fromkeys(found)]
        return [(study_id, "PMID") for study_id in self.pmids.get(pmid, ())]

    def _by_title(self, row: _Row, dois: Sequence[str]) -> list[tuple[str, MatchedBy]]:
        if found := self.titles.get(_title(row.title)):
            return [(name, self._by_same_title(self.trials[name], row)) for name in found]
        companions = [study_id for doi in dois for study_id in self.companions.get(doi, ())]
        return [(study_id, "companion paper") for study_id in dict.fromkeys(companions)]

    @staticmethod
    def _by_same_title(trial: Trial, row: _Row) -> MatchedBy:
        other = (trial.doi and any(_dois(row.of_doi))) or (trial.pmid and pmid_in(row.of_pmid))
        return "title above another number" if other else "title"


def _dois(cell: str) -> list[str]:
    return [normal_doi(part) for part in NEXT_ONE.split(cell)]
