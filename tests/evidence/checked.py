"""Rules that put every integrity check to work, and made evidence put to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from analysis.evidence.integrity import findings
from analysis.evidence.rows import Evidence, OutcomeRow, Trial
from tests.evidence.rows import a_trial

RULES: dict[str, Any] = {
    "largest_smd": 2.0, "smallest_sd_share": 0.05, "late_weeks": 8.0, "level_fit": 0.03,
    "copied_numbers": 3, "alike_numbers": 5, "baseline_z": 2.5, "baseline_z_suspect": 3.5,
    "test_gap": 0.15, "test_gap_suspect": 0.5, "decimal_shift": 10.0, "earliest_year": 1995,
    "youngest_mean_age": 18.0,
}  # fmt: skip


def with_rules(evidence: Evidence, **whole_scores: tuple[str, ...]) -> Evidence:
    """The evidence under these rules; `whole_scores` names instruments that have them."""
    protocol = evidence.protocol
    changed = {
        "integrity": protocol.integrity.model_copy(update=RULES),
        "clinical": protocol.clinical.model_copy(update=whole_scores),
    }
    return replace(evidence, protocol=protocol.model_copy(update=changed))


def found(
    evidence: Evidence, checks: Sequence[str], rows: Sequence[OutcomeRow], **trial: Any
) -> list[tuple[str, str, str]]:
    """(check, severity, row or trial) of these checks on evidence of these rows alone."""
    studies = dict.fromkeys(row.study_id for row in rows)
    trials: dict[str, Trial] = {
        name: a_trial(evidence, study_id=name, title=name, doi="", pmid="", **trial)
        for name in studies
    }
    made = replace(
        with_rules(evidence, whole_scores=("PHQ-9",)), trials=trials, outcomes=tuple(rows)
    )
    return [
        (finding.check, finding.severity, *(finding.row_ids or (finding.study_id,)))
        for finding in findings(made)
        if finding.check in checks
    ]
