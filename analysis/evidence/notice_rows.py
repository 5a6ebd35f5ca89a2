"""Retractions and the like of the review's own trials, and the snapshots they were read from."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Annotated, Literal

from analysis.evidence.values import Day, DayOrNone, Fingerprint, OfTrial, PubMedNumber
from analysis.files.columns import FILLED, WHOLE, Filled, at_least, column, matching

# How a notice was found to be a trial's. Where a title stands above another number, and where
# the notice is about a companion paper, a person looks what it means for the trial.
MatchedBy = Literal["DOI", "PMID", "title", "title above another number", "companion paper"]
UNSURE = ("title above another number", "companion paper")


@dataclass(frozen=True, slots=True)
class Notice:
    """A row of notices.csv: what a journal published about the main report of a trial."""

    study_id: OfTrial = column("the trial", "trial-2009")
    record_id: Filled = column("number of the notice in the Retraction Watch database", "12345")
    nature: Filled = column("what the database calls the notice, in small letters", "retraction")
    date: DayOrNone = column("the day of the notice; blank where it cannot be read", "2026-10-02")
    doi: Annotated[
        str, matching(r"^(?:10\.\d{4,9}/\S+)?$", "a DOI without its address (10.…/…)")
    ] = column("DOI of the notice, without the address", "10.5555/notice.1")
    pmid: PubMedNumber = column("number of the notice in PubMed", "123456")
    reason: str = column("the reasons, as the database words them", "Error in Data")
    matched_by: MatchedBy = column(
        "by what the notice was found to be about the trial; the last two: the title is the "
        "trial's, DOI or PubMed number is not; and it is about a companion paper",
        "DOI",
    )


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A row of notice_snapshots.csv: one state of the Retraction Watch database that was read."""

    date: Day = column("the day on which the database was as in the snapshot", "2026-11-20",
                       unique=True)  # fmt: skip
    file: Filled = column("name of the file", "retraction_watch.csv")
    sha256: Annotated[Filled, matching(r"^[0-9a-f]{64}$", "a SHA-256 of 64 digits and letters")] = (
        column("SHA-256 of the file as published", "0123456789abcdef" * 4)
    )
    rows: Annotated[float, at_least(1), WHOLE] = column("notices in the file", "60000")
    unread: Annotated[float, at_least(0), WHOLE] = column(
        "rows of the file that could not be read", "0"
    )
    trials: Annotated[Fingerprint, FILLED] = column(
        "stands for the trials that were looked up, and for what identifies their reports",
        "0123abcd",
    )

    @property
    def day(self) -> dt.date:
        return dt.date.fromisoformat(self.date)
