"""The searches made so far, from `data/searches/<date>/search.yml`, and the next one due."""

from __future__ import annotations

import calendar
import datetime as dt
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from analysis.problems import EvidenceError, Problem
from analysis.protocol import Frozen, Protocol, Slug, read_yaml


class Search(Frozen):
    """One search: its day, who made it, the sources; `hits` None where they were not seen."""

    date: dt.date
    by: Slug
    sources: tuple[str, ...]
    since: str
    other: str = ""
    hits: int | None = None


@dataclass(frozen=True)
class SourceStatus:
    """A source the protocol names: when it was searched last, when the next search is due."""

    source: str
    last_searched: dt.date | None
    next_due: dt.date | None
    overdue: bool


def load_searches(folder: Path) -> tuple[Search, ...]:
    """Every search below `data/searches`, the oldest first; EvidenceError names bad files."""
    searches, problems = [], []
    for path in sorted(folder.glob("searches/*/search.yml")):
        try:
            raw, lines = read_yaml(path)
            searches.append(Search.model_validate(raw))
        except EvidenceError as error:
            problems += error.problems
        except ValidationError as error:
            problems += [
                Problem(
                    path,
                    lines.get(found["loc"]),
                    ".".join(map(str, found["loc"])),
                    found["msg"],
                )
                for found in error.errors()
            ]
    if problems:
        raise EvidenceError(problems)
    return tuple(sorted(searches, key=lambda search: search.date))


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
