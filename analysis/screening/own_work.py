"""What waits for one person, of what waits at all, and how far the team has come."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from analysis.evidence.rows import Evidence
from analysis.evidence.verification import is_verified
from analysis.formatting import counted, listed
from analysis.screening.decision_files import LAST_STAGE
from analysis.screening.decisions import Screening, Verdict
from analysis.screening.judging import waiting
from analysis.screening.settling import begun_not_ended, to_settle
from analysis.screening.waiting import Waiting, Work, without_rows
from analysis.searching.decision_schemas import STAGES

IN_WORDS = {
    "title-abstract": "titles and abstracts",
    "retrieval": "reports to obtain",
    "full-report": "full reports",
}
NOT_DECIDED = (Verdict.AWAITING, Verdict.CONFLICT)


@dataclass(frozen=True)
class Progress:
    """How much of something is done: by the team, and by the person where each has a part."""

    what: str
    done: int
    of: int
    own: int | None = None


def own_work(data: Path, screening: Screening, evidence: Evidence, who: str) -> tuple[Waiting, ...]:
    """The work that waits for this person, what comes first first."""
    return (
        *_settling(screening, who),
        *_screening(screening, who),
        *_extraction(data, screening, evidence, who),
        *_judging(evidence, who),
    )


def _screening(screening: Screening, who: str) -> Iterator[Waiting]:
    for stage in reversed(STAGES):
        if number := len(screening.queue(stage, who)):
            said = f"{IN_WORDS[stage]}: {counted(number, 'record')} to decide on"
            yield Waiting(Work.SCREEN, said, number, stage=stage)


def _settling(screening: Screening, who: str) -> Iterator[Waiting]:
    """The records that this person decided on, and others otherwise."""
    for stage in reversed(STAGES):
        people = [
            {decision.who for decision in decisions}
            for decisions in screening.conflicts(stage).values()
        ]
        if own := [each for each in people if who in each]:
            others = listed(sorted(set().union(*own) - {who}))
            differ = f"you and {others} differ" if others else "you decided twice"
            said = f"{IN_WORDS[stage]}: {counted(len(own), 'record')} on which {differ}"
            yield Waiting(Work.SETTLE, said, len(own), stage=stage)


def _extraction(
    data: Path, screening: Screening, evidence: Evidence, who: str
) -> Iterator[Waiting]:
    """Trials of which this person has begun to fill in rows; those that lack an extractor."""
    missing = without_rows(screening, evidence)
    extractors = {study: _extractors(data, study) for study in missing}
    if begun := tuple(study for study in missing if who in extractors[study]):
        said = f"your extractions that are not in the review yet: {listed(begun)}"
        yield Waiting(Work.EXTRACT, said, len(begun), studies=begun)
    lacking = tuple(
        study
        for study, people in extractors.items()
        if who not in people and len(people) < screening.screeners
    )
    if lacking:
        said = f"trials that need an extractor: {listed(lacking)}"
        yield Waiting(Work.EXTRACT, said, len(lacking), studies=lacking)


def _extractors(data: Path, study: str) -> set[str]:
    return {path.name for path in (data / "extraction" / study).glob("*") if path.is_dir()}


def _judging(evidence: Evidence, who: str) -> Iterator[Waiting]:
    """What is to be settled by now, and the trials of which this person has judged a part."""
    if differ := to_settle(evidence, who):
        studies = tuple(dict.fromkeys(judged.study_id for judged in differ))
        said = f"judgements on which assessors differ: {listed(studies)}"
        yield Waiting(Work.BIAS, said, len(differ), studies=studies)
    if left := begun_not_ended(evidence, who):
        studies = tuple(dict.fromkeys(judged.study_id for judged in left))
        number = sum(len(waiting(evidence, judged)) for judged in left)
        said = f"judgements that you began: {counted(number, 'domain')} of {listed(studies)}"
        yield Waiting(Work.BIAS, said, number, studies=studies)


def progress(screening: Screening, evidence: Evidence, who: str = "") -> tuple[Progress, ...]:
    """How far each part of the work is, of what has come to it."""
    parts = [_of_stage(screening, stage, who) for stage in STAGES]
    verified = sum(map(is_verified, evidence.outcomes))
    parts.append(Progress("outcome rows seen in the report", verified, len(evidence.outcomes)))
    included = {trial.study_id for trial in evidence.included}
    for what, rows in (
        ("trials judged for trustworthiness", evidence.trustworthiness),
        ("trials judged for risk of bias", evidence.risk_of_bias),
    ):
        judged = included & {row.study_id for row in rows}
        parts.append(Progress(what, len(judged), len(included)))
    decided = {(d.condition, d.outcome, d.timepoint) for d in evidence.decisions}
    asked = [(q.condition, q.outcome, q.timepoint) for q in evidence.protocol.questions]
    parts.append(
        Progress("questions with a decision on certainty", len(decided & {*asked}), len(asked))
    )
    return tuple(part for part in parts if part.of)


def _of_stage(screening: Screening, stage: str, who: str) -> Progress:
    verdicts = screening.verdicts(stage)
    settled = sum(said not in NOT_DECIDED for said in verdicts.values())
    own = None
    if who and stage in ("title-abstract", LAST_STAGE):
        latest = screening.latest(stage)
        own = sum(who in latest.get(report, ()) for report in verdicts)
    return Progress(IN_WORDS[stage], settled, len(verdicts), own)
