"""What is known of the trustworthiness of a trial, and what the data propose to look at.

A proposal is a finding or a look-up under the number of the check that it bears on. It never
becomes a judgement by itself: a person judges.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from analysis.evidence.integrity import Finding, findings
from analysis.evidence.integrity.retractions import HARMLESS, latest_snapshot
from analysis.evidence.risk_of_bias_tools import OVERALL
from analysis.evidence.rows import Evidence, IntegrityCheck
from analysis.evidence.settled_judgements import settled
from analysis.evidence.trustworthiness_tool import CHECKS, DOMAINS

NOT_JUDGED = "not judged"
# The findings that bear on a check. Balance of the arms is not tested: what is far beyond chance
# in one row of baseline values is shown as a number that may be mistyped or swapped.
BEARS_ON: Mapping[str, tuple[IntegrityCheck, ...]] = {
    "4.3": ("baseline imbalance", "trial facts"),
    "4.6": ("n above randomised", "events above n"),
    "4.8": ("not whole scores",),
    "4.9": ("effect and interval", "test and numbers", "level of the interval"),
}
# The checks that a notice bears on: what ends or restores a report, and what else puts it in doubt.
LOOKED_UP = ("1.1", "1.2")
RETRACTED = ("retraction", "reinstatement")
PROPOSED = (*LOOKED_UP, *BEARS_ON)


@dataclass(frozen=True)
class Proposal:
    """What the data say on one check of a trial, and the rows that do.

    `concern` where a person has something to see.
    """

    check: str
    text: str
    concern: bool
    row_ids: tuple[str, ...] = ()


@dataclass(frozen=True)
class Trustworthiness:
    """What counts of each domain and of the whole, None where assessors differ."""

    domains: Mapping[str, str | None] = field(default_factory=dict)
    overall: str = NOT_JUDGED

    @property
    def judged(self) -> bool:
        """Whether anybody has judged anything of the trial."""
        return bool(self.domains) or self.overall != NOT_JUDGED


def trustworthiness(evidence: Evidence, study_id: str) -> Trustworthiness:
    """The judgements of a trial; the whole is judged by people too and follows from no rule."""
    rows = settled(row for row in evidence.trustworthiness if row.study_id == study_id)
    counts = {each.about.domain: each.judgement for each in rows}
    return Trustworthiness(
        {domain: counts[domain] for domain in DOMAINS if domain in counts},
        counts.get(OVERALL) or NOT_JUDGED,
    )


def proposals(evidence: Evidence) -> Mapping[str, tuple[Proposal, ...]]:
    """For each trial what the data say on its checks, in the tool's order."""
    found = findings(evidence)
    of_trial: dict[str, list[Finding]] = {study_id: [] for study_id in evidence.trials}
    for finding in found:
        of_trial[finding.study_id].append(finding)
    return {
        study_id: tuple((*_notices(evidence, study_id), *_findings(of_trial[study_id])))
        for study_id in evidence.trials
    }


def _notices(evidence: Evidence, study_id: str) -> Iterator[Proposal]:
    snapshot = latest_snapshot(evidence)
    if snapshot is None:
        return
    notices = [notice for notice in evidence.notices if notice.study_id == study_id]
    ended = [notice for notice in notices if notice.nature in RETRACTED]
    doubted = [n for n in notices if n.nature not in HARMLESS and n not in ended]
    for check, about in zip(LOOKED_UP, (ended, doubted), strict=True):
        said = "; ".join(
            f"{n.nature} of {n.date or 'a day that is not given'}, found by {n.matched_by}"
            for n in about
        )
        text = f"{said or 'none found'} (Retraction Watch as of {snapshot.date})"
        yield Proposal(check, text, any(n.nature not in HARMLESS for n in about))


def _findings(found: Sequence[Finding]) -> Iterator[Proposal]:
    for check, names in BEARS_ON.items():
        for finding in found:
            if finding.check in names:
                ruled = finding.ruling
                said = f"; ruled {ruled.ruling}: {ruled.reason}" if ruled else ""
                text = f"{finding.text} ({finding.check}{said})"
                yield Proposal(check, text, concern=True, row_ids=finding.row_ids)


def of_domain(given: Sequence[Proposal], domain: str) -> tuple[Proposal, ...]:
    """The proposals on the checks of one domain; none of what is no domain."""
    return tuple(proposal for proposal in given if proposal.check in CHECKS.get(domain, ()))
