"""Trials whose report was retracted, questioned, corrected or reinstated since it appeared.

A retracted trial is not pooled, and one under an expression of concern only after a person has
looked (Boughton and others 2021, doi:10.1002/14651858.ED000152).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence

from analysis.evidence.integrity.finding import Finding, Material, Severity, grouped
from analysis.evidence.notice_rows import UNSURE, Notice, Snapshot
from analysis.evidence.rows import Evidence, IntegrityCheck, Trial
from analysis.files.digests import digest
from analysis.formatting import counted

CHECK: IntegrityCheck = "retracted or questioned"
# What these say does not put the results in doubt; anything else does, whatever it is called.
HARMLESS = frozenset(["correction", "reinstatement"])


def retractions(material: Material) -> Iterator[Finding]:
    """A finding a trial, with all its notices.

    Suspect where a notice puts the report in doubt and no later one reinstates it; else a note,
    also where it is not sure that the notice is about the main report.
    """
    for study_id, notices in grouped(material.evidence.notices, lambda row: row.study_id).items():
        in_order = sorted(notices, key=lambda row: (row.date, row.record_id))
        text = "; ".join(map(_said, in_order))
        yield Finding(CHECK, _severity(in_order), study_id, (), None, text)


def _severity(in_order: Sequence[Notice]) -> Severity:
    """What stands in the end; a notice without a day may be the last."""
    sure = [notice for notice in in_order if notice.matched_by not in UNSURE]
    reinstated = max((n.date for n in sure if n.nature == "reinstatement"), default="")
    doubts = (n for n in sure if n.nature not in HARMLESS)
    return "suspect" if any(not n.date or n.date >= reinstated for n in doubts) else "note"


def _said(notice: Notice) -> str:
    on = notice.date or "a day that is not given"
    where = " ".join(filter(None, [notice.doi, f"PubMed {notice.pmid}" if notice.pmid else ""]))
    parts = [
        f"{notice.nature} of {on}",
        f"reasons: {notice.reason}" if notice.reason else "no reason given",
        f"the notice: {where}" if where else "",
        f"found by its {_how(notice)}",
    ]
    return f"{', '.join(filter(None, parts))} (Retraction Watch {notice.record_id})"


def _how(notice: Notice) -> str:
    return {
        "title above another number": "title, above another DOI or PubMed number",
        "companion paper": "DOI, which is that of a companion paper",
    }.get(notice.matched_by, notice.matched_by)


def trials_by_identity(trials: Iterable[Trial]) -> str:
    """What identifies the reports of all trials, in eight letters and digits."""
    named = ((t.study_id, t.doi, t.pmid, t.title, t.other_reports) for t in trials)
    return digest(json.dumps(sorted(named)))[:8]


def latest_snapshot(evidence: Evidence) -> Snapshot | None:
    """The last state of the database that notices were sought in; None where none was."""
    return max(evidence.snapshots, key=lambda snapshot: snapshot.date, default=None)


def snapshot_age(evidence: Evidence) -> int | None:
    """How many days the snapshot is older than this version; below zero where it is newer."""
    snapshot = latest_snapshot(evidence)
    return (evidence.protocol.version.date - snapshot.day).days if snapshot else None


def snapshot_fault(evidence: Evidence) -> str:
    """Why the snapshot is not what the protocol wants of this version; blank where it is."""
    age, limit = snapshot_age(evidence), evidence.protocol.integrity.notices_days
    if age is None:
        return "retraction notices were never looked for"
    if limit is not None and age > limit:
        return (
            f"the retraction notices are {counted(age, 'day')} older than this version, "
            f"the protocol allows {limit}"
        )
    snapshot = latest_snapshot(evidence)
    if snapshot and snapshot.trials != trials_by_identity(evidence.trials.values()):
        return "trials have come in or were corrected since retraction notices were looked for"
    return ""
