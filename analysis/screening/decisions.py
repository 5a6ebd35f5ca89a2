"""Screening decisions, `data/screening.csv`, and what follows from them for each report.

A person's latest decision on a report and stage counts. Two people decide; where they
differ, the decision of `consensus`, entered after they have talked, settles it. An
unsure at title and abstract goes on to the full report, as an include does; at the full
report it leaves the study awaiting classification.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from itertools import combinations
from pathlib import Path

from analysis.files.lock import locked
from analysis.files.problems import MOST_PROBLEMS, EvidenceError, Problem
from analysis.files.tables import Row, read_table, table_text, write_table
from analysis.files.writing import write_atomically
from analysis.screening.agreement import Agreement, agreement
from analysis.screening.stopping import StoppingAid, stopping_aid
from analysis.searching.decision_schemas import (
    STAGES,
    Criterion,
    DecisionWord,
    Expected,
    Person,
    RecordId,
    Stage,
    StudyId,
    Time,
    row_problems,
)
from analysis.searching.duplicate_log import Deduplication, load_deduplication
from analysis.searching.library import Library, load_library

SCREENERS = 2
CONSENSUS = "consensus"
FIRST_STAGE, *_, LAST_STAGE = STAGES


@dataclass(frozen=True)
class Decision:
    """One decision of one person on one record at one stage."""

    record_id: RecordId
    stage: Stage
    decision: DecisionWord
    criterion: Criterion
    study_id: StudyId
    who: Person
    when: Time
    note: str = ""


COLUMNS = tuple(field.name for field in fields(Decision))
HEADER = table_text(COLUMNS, ())
EXPECTED: Expected = {
    "a decision of its stage: "
    + "; ".join(f"{stage}: {', '.join(words)}" for stage, words in STAGES.items()): (
        lambda row: row.decision in STAGES.get(row.stage, ())
    ),
    "an exclusion at full report names the criterion that fails": (
        lambda row: (row.stage, row.decision, row.criterion) != (LAST_STAGE, "exclude", "")
    ),
    "an inclusion at full report names the study it reports": (
        lambda row: (row.stage, row.decision, row.study_id) != (LAST_STAGE, "include", "")
    ),
}


class Verdict(StrEnum):
    """What the decisions on a report come to at a stage."""

    YES = "yes"
    NO = "no"
    UNSURE = "unsure"
    CONFLICT = "conflict"
    AWAITING = "awaiting"


@dataclass(frozen=True)
class Screening:
    """All decisions, by the report that the record belongs to."""

    library: Library
    deduplication: Deduplication
    decisions: tuple[Decision, ...]
    screeners: int = SCREENERS

    def latest(self, stage: str) -> Mapping[str, Mapping[str, Decision]]:
        """Report → person → that person's latest decision at the stage."""
        found: dict[str, dict[str, Decision]] = defaultdict(dict)
        # The file's order breaks a tie: two decisions in one second.
        for decision in sorted(self.decisions, key=lambda decision: decision.when):
            if decision.stage == stage:
                report = self.deduplication.representative[decision.record_id]
                found[report][decision.who] = decision
        return found

    def verdicts(self, stage: str) -> dict[str, Verdict]:
        """The verdict on every report that has come to the stage."""
        latest = self.latest(stage)
        return {
            report: verdict(stage, latest.get(report, {}).values(), self.screeners)
            for report in self.reached(stage)
        }

    def reached(self, stage: str) -> tuple[str, ...]:
        """The reports that have come to the stage, by identity."""
        if stage == FIRST_STAGE:
            return self.deduplication.reports
        before = list(STAGES)[list(STAGES).index(stage) - 1]
        return tuple(r for r, said in self.verdicts(before).items() if said is Verdict.YES)

    def conflicts(self, stage: str) -> dict[str, tuple[Decision, ...]]:
        """The reports on which people differ, with what each decided."""
        latest = self.latest(stage)
        return {
            report: tuple(latest[report].values())
            for report, said in self.verdicts(stage).items()
            if said is Verdict.CONFLICT
        }

    def queue(self, stage: str, who: str) -> tuple[str, ...]:
        """The reports that wait for this person at the stage, by identity.

        For `consensus` these are the conflicts.
        """
        if who == CONSENSUS:
            return tuple(self.conflicts(stage))
        latest = self.latest(stage)
        return tuple(
            report
            for report, said in self.verdicts(stage).items()
            if said is Verdict.AWAITING and who not in latest.get(report, {})
        )

    def labels(self, stage: str, who: str) -> dict[str, bool]:
        """This person's own yes or no on each report, in the order of deciding."""
        own = [people[who] for people in self.latest(stage).values() if who in people]
        representative = self.deduplication.representative
        ordered = sorted(own, key=lambda decision: decision.when)
        return {
            representative[decision.record_id]: _is_yes(stage, decision) for decision in ordered
        }

    def agreements(self, stage: str) -> tuple[Agreement, ...]:
        """Each pair of people on what both have decided."""
        people = sorted(
            {decision.who for decision in self.decisions if decision.stage == stage} - {CONSENSUS}
        )
        labels = {who: self.labels(stage, who) for who in people}
        pairs = combinations(people, 2)
        return tuple(agreement(a, b, labels[a], labels[b]) for a, b in pairs)

    def stopping(self, who: str) -> StoppingAid:
        """How far this person has come with titles and abstracts."""
        labels = self.labels(FIRST_STAGE, who)
        unread = len(self.queue(FIRST_STAGE, who))
        return stopping_aid(tuple(labels.values()), unread)


def verdict(stage: str, decisions: Iterable[Decision], screeners: int = SCREENERS) -> Verdict:
    """What the decisions come to: `consensus` settles; else all must have spoken and agree.

    Whether a report was obtained is a fact, which one person establishes.
    """
    by_person = {decision.who: decision for decision in decisions}
    if CONSENSUS in by_person:
        return _meaning(stage, by_person[CONSENSUS])
    meanings = {_meaning(stage, decision) for decision in by_person.values()}
    # To include one report with two studies is to differ.
    studies = (
        {decision.study_id for decision in by_person.values()} if stage == LAST_STAGE else {""}
    )
    if len(meanings) > 1 or (Verdict.YES in meanings and len(studies) > 1):
        return Verdict.CONFLICT
    if len(by_person) < (1 if stage == "retrieval" else screeners):
        return Verdict.AWAITING
    return meanings.pop()


def _meaning(stage: str, decision: Decision) -> Verdict:
    if decision.decision == "unsure" and stage == LAST_STAGE:
        return Verdict.UNSURE
    return Verdict.YES if _is_yes(stage, decision) else Verdict.NO


def _is_yes(stage: str, decision: Decision) -> bool:
    unsure_goes_on = stage == FIRST_STAGE and decision.decision == "unsure"
    return unsure_goes_on or decision.decision in ("include", "obtained")


def load_screening(data: Path, library: Library | None = None) -> Screening:
    """The decisions so far, with the records and the duplicates that they are about.

    `library` spares reading the records again. EvidenceError names file, line and column of
    everything wrong.
    """
    known = load_library(data) if library is None else library
    return Screening(known, load_deduplication(data, known), read_decisions(data, known))


def read_decisions(data: Path, library: Library) -> tuple[Decision, ...]:
    """The decisions in file order; none yet is an empty file."""
    path = screening_path(data)
    if not path.is_file():
        return ()
    rows = read_table(path, COLUMNS)
    if problems := _problems(path, rows, library):
        raise EvidenceError(problems)
    return tuple(Decision(**row.cells) for row in rows)


def _problems(path: Path, rows: Sequence[Row], library: Library) -> list[Problem]:
    unknown = [
        Problem(path, row.line, "record_id", f"{row['record_id'][:80]!r} is in no search")
        for row in rows
        if row["record_id"] not in library.records
    ]
    return [*row_problems(path, rows, Decision, EXPECTED), *unknown][:MOST_PROBLEMS]


def add_decisions(data: Path, library: Library, decisions: Iterable[Decision]) -> None:
    """Add decisions to the file, all or none; what they contradict stays as history."""
    new = tuple(decisions)
    path = screening_path(data)
    with locked(data):
        before = _before(path, data, library)
        first = before.count(b"\n") + 1
        rows = [Row(first + n, asdict(decision)) for n, decision in enumerate(new)]
        if problems := _problems(path, rows, library):
            raise EvidenceError(problems)
        added = table_text(COLUMNS, [asdict(decision) for decision in new])
        write_atomically(path, before + added.removeprefix(HEADER).encode())


def _before(path: Path, data: Path, library: Library) -> bytes:
    """What the file says already: as it stands where this program wrote it.

    What another program saved is read and checked in full first.
    """
    raw = path.read_bytes() if path.is_file() else HEADER.encode()
    whole = raw.endswith(b"\n") and raw.count(b'"') % 2 == 0
    if whole and raw.startswith(HEADER.encode()) and b"\r" not in raw:
        return raw
    known = [asdict(decision) for decision in read_decisions(data, library)]
    return table_text(COLUMNS, known).encode()


def withdraw(data: Path, library: Library, decision: Decision) -> None:
    """Take one decision back, as if it had not been made."""
    with locked(data):
        kept = [known for known in read_decisions(data, library) if known != decision]
        _write(data, kept)


def screening_path(data: Path) -> Path:
    return data / "screening.csv"


def _write(data: Path, decisions: Iterable[Decision]) -> None:
    rows = ({name: getattr(decision, name) for name in COLUMNS} for decision in decisions)
    write_table(screening_path(data), COLUMNS, rows)
