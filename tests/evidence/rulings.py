"""Rulings as a person makes them, with the fingerprint that the check tells them to write."""

from __future__ import annotations

from dataclasses import replace

from analysis.evidence.integrity import findings
from analysis.evidence.integrity.rulings import fingerprint
from analysis.evidence.rows import Evidence, Ruling


def made_now(evidence: Evidence, *rulings: Ruling) -> tuple[Ruling, ...]:
    """The rulings, each about the present numbers; one about no finding stays as it is."""
    found = findings(evidence)
    made = []
    for ruling in rulings:
        about = [
            finding
            for finding in found
            if (finding.check, finding.study_id) == (ruling.check, ruling.study_id)
            and (not ruling.row_id or ruling.row_id in finding.row_ids)
        ]
        now = fingerprint(evidence, about[0], ruling) if about else ""
        made.append(replace(ruling, fingerprint=now))
    return tuple(made)
