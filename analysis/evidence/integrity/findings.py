"""Every finding of the evidence, with what a person ruled on it."""

from __future__ import annotations

from collections.abc import Iterable

from analysis.evidence.integrity.copied_rows import copied_rows
from analysis.evidence.integrity.duplicate_reports import duplicate_reports
from analysis.evidence.integrity.finding import Finding, material
from analysis.evidence.integrity.one_row import row_findings
from analysis.evidence.integrity.plausibility import plausibility
from analysis.evidence.integrity.printed_numbers import printed_numbers
from analysis.evidence.integrity.retractions import retractions
from analysis.evidence.integrity.rulings import ruled
from analysis.evidence.integrity.several_rows import (
    directions_conflict,
    se_read_as_sd,
    sources_disagree,
)
from analysis.evidence.integrity.trial_facts import trial_facts
from analysis.evidence.people import initials
from analysis.evidence.rows import Evidence

CHECKS = (
    se_read_as_sd,
    row_findings,
    sources_disagree,
    directions_conflict,
    duplicate_reports,
    plausibility,
    retractions,
    printed_numbers,
    copied_rows,
    trial_facts,
)


def findings(evidence: Evidence) -> tuple[Finding, ...]:
    """What every check finds in the whole evidence, check by check, rulings attached."""
    return evidence.once(findings, lambda: _found(evidence))


def _found(evidence: Evidence) -> tuple[Finding, ...]:
    rows = material(evidence)
    return tuple(ruled(evidence, (finding for check in CHECKS for finding in check(rows))))


def reasons_to_keep_out(
    found: Iterable[Finding], study_id: str, row_ids: tuple[str, ...]
) -> tuple[str, ...]:
    """Why an effect made from these rows of that trial is not pooled; empty if it is."""
    return tuple(map(reason, keeping_out(found, study_id, row_ids)))


def keeping_out(
    found: Iterable[Finding], study_id: str, row_ids: tuple[str, ...]
) -> tuple[Finding, ...]:
    """The findings for which an effect made from these rows of that trial is not pooled."""
    return tuple(
        finding for finding in found if finding.keeps_out and finding.concerns(study_id, row_ids)
    )


def reason(finding: Finding) -> str:
    """Why the finding keeps an effect out, and who decided it where a person did."""
    if finding.ruling is None:
        return finding.text
    ruling = finding.ruling
    who = initials(ruling.decided_by)
    return f"{finding.text} (excluded by {who}, {ruling.date}: {ruling.reason})"
