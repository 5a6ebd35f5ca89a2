"""What follows from the decisions of all people for each report.

A person's latest decision on a report and stage counts. Two people decide; where they
differ, the decision of `consensus`, entered after they have talked, settles it. An
unsure at title and abstract goes on to the full report, as an include does; at the full
report it leaves the study awaiting classification.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations
from pathlib import Path

from analysis.files.slugs import CONSENSUS
from analysis.protocol_lists import ExclusionCriteria
from analysis.screening.agreement import Agreement, agreement
from analysis.screening.decision_files import (
    FIRST_STAGE,
    LAST_STAGE,
    Decision,
    criteria_of,
    read_decisions,
    standing,
)
from analysis.screening.stopping import StoppingAid, stopping_aid
from analysis.searching.decision_schemas import STAGES, WITHDRAWN
from analysis.searching.duplicate_log import Deduplication, load_deduplication
from analysis.searching.library import Library, load_library

SCREENERS = 2
SAID = ("decision", "criterion", "study_id", "note")
BLANK = "(blank)"


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
    criteria: ExclusionCriteria
    screeners: int = SCREENERS

    def latest(self, stage: str) -> Mapping[str, Mapping[str, Decision]]:
        """Report → person → that person's latest decision at the stage."""
        found: dict[str, dict[str, Decision]] = defaultdict(dict)
        made = (stood[-1] for stood in self._standing(stage))
        for decision in sorted(made, key=lambda decision: decision.when):
            if decision.decision != WITHDRAWN:
                report = self.deduplication.representative[decision.record_id]
                found[report][decision.who] = decision
        return found

    def apart(self, stage: str) -> Mapping[str, Sequence[Decision]]:
        """Report → decisions of one person that contradict, each made unaware of the other.

        Two branches that were merged brought one each. A decision of that person made since
        settles it; so does the consensus, unless it is its own that contradict.
        """
        representative = self.deduplication.representative
        latest = self.latest(stage)
        found: dict[str, list[Decision]] = defaultdict(list)
        for stood in self._standing(stage):
            report, who = representative[stood[0].record_id], stood[0].who
            if len({d.said for d in stood}) > 1 and CONSENSUS not in {*latest[report]} - {who}:
                found[report] += stood
        return found

    def _standing(self, stage: str) -> Iterable[Sequence[Decision]]:
        # What was decided on the records of an import that was taken back is history.
        records = self.deduplication.representative
        here = (d for d in self.decisions if d.stage == stage and d.record_id in records)
        return standing(here).values()

    def verdicts(self, stage: str) -> dict[str, Verdict]:
        """The verdict on every report that has come to the stage."""
        latest, apart = self.latest(stage), self.apart(stage)
        return {
            report: Verdict.CONFLICT
            if report in apart
            else verdict(stage, latest.get(report, {}).values(), self.screeners)
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
        latest, apart = self.latest(stage), self.apart(stage)
        return {
            report: tuple(dict.fromkeys((*latest[report].values(), *apart.get(report, ()))))
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


def in_words(decision: Decision) -> str:
    """What a person decided and why, on one line."""
    why = decision.criterion or decision.study_id
    return ": ".join(filter(None, (" ".join((decision.decision, why)).strip(), decision.note)))


def what_differs(decisions: Sequence[Decision]) -> Iterator[str]:
    """Each column in which the decisions differ, with who said what: one line a column.

    Where one person decided twice, the times tell the two apart.
    """
    people = [decision.who for decision in decisions]
    names = [d.who if people.count(d.who) == 1 else f"{d.who} at {d.when}" for d in decisions]
    for column in SAID:
        told = [getattr(decision, column) for decision in decisions]
        if len(set(told)) > 1:
            said = (f"{who} {cell or BLANK}" for who, cell in zip(names, told, strict=True))
            yield f"{column}: {', '.join(said)}"


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
    criteria = criteria_of(data)
    decisions = read_decisions(data, known, criteria)
    return Screening(known, load_deduplication(data, known), decisions, criteria)
