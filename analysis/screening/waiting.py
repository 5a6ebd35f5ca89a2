"""What waits for a person: from overdue searches to rows nobody has checked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from analysis import PROGRAM
from analysis.evidence.integrity import findings, rulings_without_effect
from analysis.evidence.integrity.retractions import snapshot_fault
from analysis.evidence.rows import Evidence
from analysis.evidence.verification import is_verified
from analysis.formatting import counted, day, listed
from analysis.screening.classification import awaiting_trials, included_at_last
from analysis.screening.decision_files import LAST_STAGE
from analysis.screening.decisions import FIRST_STAGE, Screening, Verdict, load_screening
from analysis.searching.decision_schemas import STAGES
from analysis.searching.history import load_searches, source_status
from analysis.searching.licensed import kept_by_git, not_here
from analysis.searching.strategies_as_run import strategies_as_run


class Work(StrEnum):
    """The kinds of work that only a person can do, in the order in which they come up."""

    SEARCH = "search"
    DUPLICATES = "duplicates"
    SCREEN = "screen"
    SETTLE = "settle"
    EXTRACT = "extract"
    NOTICES = "notices"
    RULE = "rule"
    CLASSIFY = "classify"
    VERIFY = "verify"
    TRUST = "trust"
    BIAS = "bias"
    CERTAINTY = "certainty"


@dataclass(frozen=True)
class Waiting:
    """Work of one kind that waits: what, how much of it, and how it is done on the command line.

    `stage` of screening where it is of one; `studies` where trials can be named.
    """

    work: Work
    what: str
    number: int
    how: str = ""
    stage: str = ""
    studies: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.what} ({self.how})" if self.how else self.what


def awaiting(
    data: Path, evidence: Evidence, screening: Screening | None = None
) -> tuple[Waiting, ...]:
    """All work that only a person can do, in the order it comes up.

    `screening` spares reading records and decisions again.
    """
    screening = screening or load_screening(data)
    return (
        *_searches(data, evidence),
        *_abstracts(data, screening),
        *_screening(screening),
        *_extraction(screening, evidence),
        *_evidence(evidence),
    )


def _searches(data: Path, evidence: Evidence) -> Iterator[Waiting]:
    searches = load_searches(data)
    late = [s for s in source_status(evidence.protocol, searches) if s.overdue]
    if late:
        due = [status.next_due for status in late if status.next_due]
        since = f" since {day(min(due))}" if due else ""
        said = f"searches overdue{since}: {listed([status.source for status in late])}"
        yield Waiting(Work.SEARCH, said, len(late))
    untold = [s for s in strategies_as_run(data, searches) if s.strategy is None]
    if untold:
        which = listed([f"{searched.source} on {day(searched.date)}" for searched in untold])
        said = f"searches without the strategy as run: {which}"
        yield Waiting(Work.SEARCH, said, len(untold), f"{PROGRAM} search strategies ran")
    if kept := list(kept_by_git(data, evidence.protocol, searches)):
        said = f"exports of licensed databases that git keeps: {_listed(kept)}"
        yield Waiting(Work.SEARCH, said, len(kept), f"{PROGRAM} undo import")


def _listed(searched: Iterable[tuple[dt.date, str]]) -> str:
    return listed([f"{source} on {day(date)}" for date, source in searched])


def _abstracts(data: Path, screening: Screening) -> Iterator[Waiting]:
    """The licensed abstracts that are not on this machine, while there are titles to decide on."""
    waiting = Verdict.AWAITING in screening.verdicts(FIRST_STAGE).values()
    if waiting and (absent := list(not_here(data, screening.library.searches))):
        said = f"abstracts not on this machine: {_listed(absent)}"
        yield Waiting(Work.SEARCH, said, len(absent), "import the same exports again")


def _screening(screening: Screening) -> Iterator[Waiting]:
    if asked := len(screening.deduplication.to_rule_on):
        said = f"pairs of records that may be one report: {asked}"
        yield Waiting(Work.DUPLICATES, said, asked, f"{PROGRAM} search dedupe")
    for stage in STAGES:
        verdicts = list(screening.verdicts(stage).values())
        for work, verdict, what, who in (
            (Work.SCREEN, Verdict.AWAITING, "to decide on", "NAME"),
            (Work.SETTLE, Verdict.CONFLICT, "on which the screeners differ", "consensus"),
        ):
            if number := verdicts.count(verdict):
                said = f"{stage}: {counted(number, 'record')} {what}"
                command = f"{PROGRAM} screen --who {who} --stage {stage}"
                yield Waiting(work, said, number, command, stage)
    if unsure := list(screening.verdicts(LAST_STAGE).values()).count(Verdict.UNSURE):
        said = f"full reports of which those who decided are unsure: {unsure}"
        command = f"{PROGRAM} undo decision RECORD --who NAME --stage {LAST_STAGE}, then screen"
        yield Waiting(Work.CLASSIFY, said, unsure, command)


def without_rows(screening: Screening, evidence: Evidence) -> tuple[str, ...]:
    """The trials that a person included, of which the evidence has no row, by name."""
    with_rows = {row.study_id for row in evidence.outcomes}
    chosen = {
        decision.study_id
        for people in screening.latest("full-report").values()
        for decision in people.values()
        if decision.study_id
    }
    return tuple(sorted((chosen | included_at_last(evidence)) - with_rows))


def _extraction(screening: Screening, evidence: Evidence) -> Iterator[Waiting]:
    if missing := without_rows(screening, evidence):
        said = f"trials to extract: {listed(missing)}"
        command = f"{PROGRAM} extract new STUDY --who NAME"
        yield Waiting(Work.EXTRACT, said, len(missing), command, studies=missing)


def _evidence(evidence: Evidence) -> Iterator[Waiting]:
    if fault := snapshot_fault(evidence):
        yield Waiting(Work.NOTICES, fault, 1, f"{PROGRAM} notices FILE")
    for work, number, what, how in (
        *_of_rulings(evidence),
        *_of_trials(evidence),
        (
            Work.CERTAINTY,
            _undecided(evidence),
            "questions whose certainty no person has decided",
            "",
        ),
    ):
        if number:
            yield Waiting(work, f"{what}: {number}", number, how)


Counted = tuple[Work, int, str, str]


def _of_rulings(evidence: Evidence) -> Iterator[Counted]:
    found = findings(evidence)
    suspect = sum(f.severity == "suspect" and f.ruling is None for f in found)
    yield Work.RULE, suspect, "suspect results on which nobody has ruled", ""
    lapsed = len(rulings_without_effect(evidence, found))
    yield Work.RULE, lapsed, "rulings that do not count", f"{PROGRAM} check says why"


def _of_trials(evidence: Evidence) -> Iterator[Counted]:
    command = f"{PROGRAM} classify STUDY --who NAME"
    waiting = len(awaiting_trials(evidence))
    yield Work.CLASSIFY, waiting, "trials awaiting classification", command
    unchecked = sum(not is_verified(row) for row in evidence.outcomes)
    command = f"{PROGRAM} verify STUDY --who NAME"
    yield Work.VERIFY, unchecked, "outcome rows to check against the trial report", command
    trusted = {row.study_id for row in evidence.trustworthiness}
    unjudged = sum(trial.study_id not in trusted for trial in evidence.included)
    yield Work.TRUST, unjudged, "included trials without a judgement of trustworthiness", ""
    if evidence.protocol.risk_of_bias.tools:
        judged = {row.study_id for row in evidence.risk_of_bias}
        unjudged = sum(trial.study_id not in judged for trial in evidence.included)
        yield Work.BIAS, unjudged, "included trials without a risk-of-bias judgement", ""


def _undecided(evidence: Evidence) -> int:
    decided = {(d.condition, d.outcome, d.timepoint) for d in evidence.decisions}
    questions = evidence.protocol.questions
    return sum((q.condition, q.outcome, q.timepoint) not in decided for q in questions)
