"""What waits for a person: from overdue searches to rows nobody has checked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from pathlib import Path

from analysis import PROGRAM
from analysis.evidence.integrity import findings, rulings_without_effect
from analysis.evidence.integrity.retractions import snapshot_fault
from analysis.evidence.rows import Evidence
from analysis.evidence.verification import is_verified
from analysis.formatting import counted, day, listed
from analysis.screening.decisions import FIRST_STAGE, Screening, Verdict, load_screening
from analysis.searching.decision_schemas import STAGES
from analysis.searching.history import load_searches, source_status
from analysis.searching.licensed import kept_by_git, not_here
from analysis.searching.strategies_as_run import strategies_as_run


def awaiting(data: Path, evidence: Evidence) -> tuple[str, ...]:
    """One line for each kind of work that only a person can do, in the order it comes up."""
    screening = load_screening(data)
    return (
        *_searches(data, evidence),
        *_abstracts(data, screening),
        *_screening(screening),
        *_extraction(screening, evidence),
        *_evidence(evidence),
    )


def _searches(data: Path, evidence: Evidence) -> Iterator[str]:
    searches = load_searches(data)
    late = [s for s in source_status(evidence.protocol, searches) if s.overdue]
    if late:
        due = [status.next_due for status in late if status.next_due]
        since = f" since {day(min(due))}" if due else ""
        yield f"searches overdue{since}: {listed([status.source for status in late])}"
    untold = [s for s in strategies_as_run(data, searches) if s.strategy is None]
    if untold:
        which = listed([f"{searched.source} on {day(searched.date)}" for searched in untold])
        yield f"searches without the strategy as run: {which} ({PROGRAM} search strategies ran)"
    if kept := _listed(kept_by_git(data, evidence.protocol, searches)):
        yield f"exports of licensed databases that git keeps: {kept} ({PROGRAM} undo import)"


def _listed(searched: Iterable[tuple[dt.date, str]]) -> str:
    return listed([f"{source} on {day(date)}" for date, source in searched])


def _abstracts(data: Path, screening: Screening) -> Iterator[str]:
    """The licensed abstracts that are not on this machine, while there are titles to decide on."""
    waiting = Verdict.AWAITING in screening.verdicts(FIRST_STAGE).values()
    if waiting and (absent := _listed(not_here(data, screening.library.searches))):
        yield f"abstracts not on this machine: {absent} (import the same exports again)"


def _screening(screening: Screening) -> Iterator[str]:
    if asked := len(screening.deduplication.to_rule_on):
        yield f"pairs of records that may be one report: {asked} ({PROGRAM} search dedupe)"
    for stage in STAGES:
        verdicts = list(screening.verdicts(stage).values())
        for verdict, what, who in (
            (Verdict.AWAITING, "to decide on", "NAME"),
            (Verdict.CONFLICT, "on which the screeners differ", "consensus"),
        ):
            if number := verdicts.count(verdict):
                command = f"{PROGRAM} screen --who {who} --stage {stage}"
                yield f"{stage}: {counted(number, 'record')} {what} ({command})"


def _extraction(screening: Screening, evidence: Evidence) -> Iterator[str]:
    with_rows = {row.study_id for row in evidence.outcomes}
    chosen = {
        decision.study_id
        for people in screening.latest("full-report").values()
        for decision in people.values()
        if decision.study_id
    }
    if missing := sorted(chosen - with_rows):
        command = f"{PROGRAM} extract new STUDY --who NAME"
        yield f"trials to extract: {listed(missing)} ({command})"


def _evidence(evidence: Evidence) -> Iterator[str]:
    if fault := snapshot_fault(evidence):
        yield f"{fault} ({PROGRAM} notices FILE)"
    found = findings(evidence)
    if open_findings := sum(f.severity == "suspect" and f.ruling is None for f in found):
        yield f"suspect results on which nobody has ruled: {open_findings}"
    if lapsed := len(rulings_without_effect(evidence, found)):
        yield f"rulings that do not count ({PROGRAM} check says why): {lapsed}"
    waiting = sum(trial.status == "awaiting" for trial in evidence.trials.values())
    if waiting:
        yield f"trials awaiting classification: {waiting}"
    unchecked = sum(not is_verified(row) for row in evidence.outcomes)
    if unchecked:
        command = f"{PROGRAM} verify STUDY --who NAME"
        yield f"outcome rows to check against the trial report: {unchecked} ({command})"
    included = evidence.included
    for what, rows in (
        ("judgement of trustworthiness", evidence.trustworthiness),
        ("risk-of-bias judgement", evidence.risk_of_bias),
    ):
        if what.startswith("risk-of-bias") and not evidence.protocol.risk_of_bias.tools:
            continue
        judged = {row.study_id for row in rows}
        if unjudged := sum(trial.study_id not in judged for trial in included):
            yield f"included trials without a {what}: {unjudged}"
    decided = {(d.condition, d.outcome, d.timepoint) for d in evidence.decisions}
    cells = evidence.protocol.questions
    open_cells = sum((c.condition, c.outcome, c.timepoint) not in decided for c in cells)
    if open_cells:
        yield f"questions whose certainty no person has decided: {open_cells}"
