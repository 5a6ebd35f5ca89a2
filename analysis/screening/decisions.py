"""What follows from the decisions of all people for each report.

A person's latest decision on a report and stage counts. Two people decide; where they
differ, the decision of `consensus`, entered after they have talked, settles it. An
unsure at title and abstract goes on to the full report, as an include does; at the full
report it leaves the study awaiting classification.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property
from itertools import combinations
from operator import attrgetter
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

    @cached_property
    def _standing(self) -> Mapping[str, Mapping[str, Sequence[Sequence[Decision]]]]:
        """Stage → report → what stands of each person on each record of the report."""
        found: dict[str, dict[str, list[Sequence[Decision]]]] = {stage: {} for stage in STAGES}
        for (_, stage, record_id), stood in standing(self.decisions).items():
            # What was decided on the records of an import that was taken back is history.
            if report := self.deduplication.representative.get(record_id):
                found[stage].setdefault(report, []).append(stood)
        return found

    def with_added(self, added: Sequence[Decision]) -> Screening:
        """The same with decisions that were added since: what stands elsewhere is not sought anew.

        A row that is there already must not be among them.
        """
        new = sorted(added, key=attrgetter("when"))
        decisions = (*self.decisions, *new)
        # Nearly always they are the latest of all.
        if new and self.decisions and new[0].when < self.decisions[-1].when:
            decisions = tuple(sorted(decisions, key=attrgetter("when")))
        found = {stage: dict(reports) for stage, reports in self._standing.items()}
        for decision in new:
            report = self.deduplication.representative.get(decision.record_id)
            if report is None:
                continue
            all_stood = found[decision.stage].get(report, ())
            own = [s for s in all_stood if s[0].who == decision.who]
            own = [s for s in own if s[0].record_id == decision.record_id]
            others = [s for s in all_stood if s not in own]
            (stood,) = standing((*(d for s in own for d in s), decision)).values()
            found[decision.stage][report] = [*others, stood]
        made = replace(self, decisions=decisions)
        # Where `cached_property` keeps what it found.
        vars(made)["_standing"] = found
        made._keep_what_holds(self, new)
        return made

    def _keep_what_holds(self, before: Screening, new: Sequence[Decision]) -> None:
        """What was asked of all reports, found anew for those alone on which more was decided."""
        decided = {
            (d.stage, report)
            for d in new
            if (report := self.deduplication.representative.get(d.record_id))
        }
        for stage, latest in before._latest.items():
            changed = {
                report: self.latest_on(stage, report) for at, report in decided if at == stage
            }
            kept = {**latest, **changed}
            self._latest[stage] = {report: people for report, people in kept.items() if people}
        # What comes to a later stage follows from these, and is little.
        if FIRST_STAGE in before._verdicts:
            first = {r: self.verdict_on(FIRST_STAGE, r) for at, r in decided if at == FIRST_STAGE}
            self._verdicts[FIRST_STAGE] = {**before._verdicts[FIRST_STAGE], **first}

    def standing_on(self, stage: str, report: str) -> tuple[Decision, ...]:
        """All that stands on the records of a report at the stage, withdrawals too."""
        return tuple(d for stood in self._standing[stage].get(report, ()) for d in stood)

    def latest_on(self, stage: str, report: str) -> Mapping[str, Decision]:
        """Person → that person's latest decision on the report at the stage."""
        stood = (of_one[-1] for of_one in self._standing[stage].get(report, ()))
        made = sorted(stood, key=lambda decision: decision.when)
        return {decision.who: decision for decision in made if decision.decision != WITHDRAWN}

    @cached_property
    def _latest(self) -> dict[str, Mapping[str, Mapping[str, Decision]]]:
        return {}  # by stage, once it was asked for

    def latest(self, stage: str) -> Mapping[str, Mapping[str, Decision]]:
        """Report → person → that person's latest decision at the stage."""
        if stage not in self._latest:
            found = ((report, self.latest_on(stage, report)) for report in self._standing[stage])
            self._latest[stage] = {report: people for report, people in found if people}
        return self._latest[stage]

    def apart_on(self, stage: str, report: str) -> Sequence[Decision]:
        """Decisions of one person on the report that contradict, each made unaware of the other.

        Two branches that were merged brought one each. A decision of that person made since
        settles it; so does the consensus, unless it is its own that contradict.
        """
        found: list[Decision] = []
        for stood in self._standing[stage].get(report, ()):
            if len({decision.said for decision in stood}) > 1:
                others = {*self.latest_on(stage, report)} - {stood[0].who}
                found += [] if CONSENSUS in others else stood
        return found

    def apart(self, stage: str) -> Mapping[str, Sequence[Decision]]:
        """Report → the decisions on it of one person that contradict, where some do."""
        found = ((report, self.apart_on(stage, report)) for report in self._standing[stage])
        return {report: decisions for report, decisions in found if decisions}

    def verdict_on(self, stage: str, report: str) -> Verdict:
        """What the decisions on a report that has come to the stage come to."""
        if report not in self._standing[stage]:
            return Verdict.AWAITING
        if self.apart_on(stage, report):
            return Verdict.CONFLICT
        return verdict(stage, self.latest_on(stage, report).values(), self.screeners)

    @cached_property
    def _verdicts(self) -> dict[str, Mapping[str, Verdict]]:
        return {}  # by stage, once it was asked for

    def verdicts(self, stage: str) -> Mapping[str, Verdict]:
        """The verdict on every report that has come to the stage."""
        if stage not in self._verdicts:
            reached = self.reached(stage)
            self._verdicts[stage] = {report: self.verdict_on(stage, report) for report in reached}
        return self._verdicts[stage]

    def has_reached(self, stage: str, report: str) -> bool:
        """Whether a report has come to the stage."""
        if stage == FIRST_STAGE:
            return self.deduplication.representative.get(report) == report
        before = _before(stage)
        return self.has_reached(before, report) and self.verdict_on(before, report) is Verdict.YES

    def reached(self, stage: str) -> tuple[str, ...]:
        """The reports that have come to the stage, by identity."""
        if stage == FIRST_STAGE:
            return self.deduplication.reports
        verdicts = self.verdicts(_before(stage))
        return tuple(report for report, said in verdicts.items() if said is Verdict.YES)

    def differing_on(self, stage: str, report: str) -> tuple[Decision, ...]:
        """What people decided on a report; of those that contradict themselves, all of it."""
        latest = self.latest_on(stage, report).values()
        return tuple(dict.fromkeys((*latest, *self.apart_on(stage, report))))

    def conflicts(self, stage: str) -> dict[str, tuple[Decision, ...]]:
        """The reports on which people differ, with what each decided."""
        verdicts = self.verdicts(stage)
        differ = (report for report, said in verdicts.items() if said is Verdict.CONFLICT)
        return {report: self.differing_on(stage, report) for report in differ}

    def waits_for(self, stage: str, who: str, report: str) -> bool:
        """Whether a report that has come to the stage waits for this person.

        For `consensus` these are the conflicts.
        """
        return _waits(who, self.verdict_on(stage, report), self.latest_on(stage, report))

    def queue(self, stage: str, who: str) -> tuple[str, ...]:
        """The reports that wait for this person at the stage, by identity."""
        verdicts, latest = self.verdicts(stage).items(), self.latest(stage)
        return tuple(
            report for report, said in verdicts if _waits(who, said, latest.get(report, ()))
        )

    def labels(self, stage: str, who: str) -> dict[str, bool]:
        """This person's own yes or no on each report, in the order of deciding."""
        own = [people[who] for people in self.latest(stage).values() if who in people]
        representative = self.deduplication.representative
        ordered = sorted(own, key=lambda decision: decision.when)
        return {representative[decision.record_id]: is_yes(decision) for decision in ordered}

    @cached_property
    def _made_by(self) -> dict[tuple[str, str], tuple[Decision, ...]]:
        return {}  # by stage and person, once it was asked for

    def made_by(self, stage: str, who: str) -> tuple[Decision, ...]:
        """All that a person has decided at the stage, the earliest first."""
        if (stage, who) not in self._made_by:
            found = (d for d in self.decisions if d.who == who and d.stage == stage)
            self._made_by[stage, who] = tuple(found)
        return self._made_by[stage, who]

    def agreements(self, stage: str) -> tuple[Agreement, ...]:
        """Each pair of people on what both have decided."""
        people = sorted(
            {decision.who for decision in self.decisions if decision.stage == stage} - {CONSENSUS}
        )
        latest = self.latest(stage).items()
        labels = {
            who: {report: is_yes(by[who]) for report, by in latest if who in by} for who in people
        }
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


def _waits(who: str, said: Verdict, people: Container[str]) -> bool:
    """Whether a report with this verdict waits for a person, where these have decided on it."""
    if who == CONSENSUS:
        return said is Verdict.CONFLICT
    return said is Verdict.AWAITING and who not in people


def _meaning(stage: str, decision: Decision) -> Verdict:
    if decision.decision == "unsure" and stage == LAST_STAGE:
        return Verdict.UNSURE
    return Verdict.YES if is_yes(decision) else Verdict.NO


def _before(stage: str) -> str:
    return list(STAGES)[list(STAGES).index(stage) - 1]


def is_yes(decision: Decision) -> bool:
    """Whether the report goes on to the next stage by this decision."""
    unsure_goes_on = decision.stage == FIRST_STAGE and decision.decision == "unsure"
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
