"""The reports of a study that screening included, each by the best of its records."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from analysis.files.slugs import CONSENSUS
from analysis.screening.decision_files import LAST_STAGE
from analysis.screening.decisions import Screening, Verdict
from analysis.searching.records import Record

# What a study is cited by, from the most to the least; a correction never stands for it.
KINDS = ("article", "book", "thesis", "preprint", "conference", "registry", "correction")
BIBLIOGRAPHY = ("title", "authors", "year", "journal", "volume", "issue", "pages", "doi", "pmid",
                "registration")  # fmt: skip


def reports_of(screening: Screening, study_id: str, main: str = "") -> tuple[Record, ...]:
    """Every included report of the study, the main one first; none where there is none.

    The report of the record `main` where one is given, else an article before all other kinds
    and an earlier before a later one. Of several records of one report the fullest stands for
    it, with what it lacks from the others.
    """
    representative = screening.deduplication.representative
    reports = {report: None for report in _included(screening, study_id)}
    if main:
        reports[representative[main]] = None
    copies: dict[str, list[Record]] = {report: [] for report in reports}
    for record in screening.library.records.values():
        if record.record_id in representative and representative[record.record_id] in copies:
            copies[representative[record.record_id]].append(record)
    best = {report: best_of(records) for report, records in copies.items()}
    first = representative.get(main, "")
    ordered = sorted(best, key=lambda report: (report != first, *_rank(best[report])))
    return tuple(best[report] for report in ordered)


def _included(screening: Screening, study_id: str) -> Sequence[str]:
    """The reports included for the study, also where a second person has not read them yet."""
    verdicts = screening.verdicts(LAST_STAGE)
    return [
        report
        for report, people in screening.latest(LAST_STAGE).items()
        if verdicts.get(report) in (Verdict.YES, Verdict.AWAITING)
        and any(
            decision.study_id == study_id and decision.decision == "include"
            for who, decision in people.items()
            if who == CONSENSUS or CONSENSUS not in people
        )
    ]


def best_of(copies: Sequence[Record]) -> Record:
    """The fullest of the records of one report, its blanks filled from the others."""
    ordered = sorted(copies, key=_fullness)
    best = ordered[0]
    for name in BIBLIOGRAPHY:
        found = (getattr(record, name) for record in ordered)
        best = replace(best, **{name: next(filter(None, found), "")})
    return best


def _fullness(record: Record) -> tuple[object, ...]:
    """The best first: a title in capitals is a poor one, and of journals the name in full."""
    filled = sum(bool(getattr(record, name)) for name in BIBLIOGRAPHY)
    return (_kind(record), record.title.isupper(), -filled, -len(record.journal), record.record_id)


def _rank(report: Record) -> tuple[object, ...]:
    return _kind(report), report.year or "9999", *_fullness(report)


def _kind(record: Record) -> int:
    return KINDS.index(record.kind) if record.kind in KINDS else len(KINDS)


def place_of(record: Record) -> str:
    """Volume, issue and pages as they are cited: `41(2):10-19`."""
    number = f"({record.issue})" if record.issue else ""
    where = f"{record.volume}{number}:{record.pages}" if record.volume else record.pages
    return where.rstrip(":")


def surname_of(record: Record) -> str:
    """The first author's name as a trial is called by; blank where no author is given."""
    return record.authors.split(";")[0].split(",")[0].strip()


def citation_of(record: Record) -> str:
    """A further report in a line: `Author et al. Journal 2024;9(4):e1174, 10.1097/…`."""
    surname = surname_of(record)
    several = " et al" if ";" in record.authors else ""
    names = f"{surname}{several}." if surname else ""
    when = ";".join(filter(None, (record.year, place_of(record))))
    said = " ".join(filter(None, (names, record.journal or record.title, when)))
    return ", ".join(filter(None, (said, record.doi or record.registration)))
