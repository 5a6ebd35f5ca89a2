"""What pages say of retraction notices: as of when they were sought, and what was found."""

from __future__ import annotations

from analysis.evidence.integrity import findings
from analysis.evidence.integrity.retractions import (
    CHECK,
    latest_snapshot,
    snapshot_age,
    snapshot_fault,
)
from analysis.evidence.rows import Evidence
from analysis.formatting import counted, day
from analysis.pages.html import Html, element, link, paragraph


def notices_said(evidence: Evidence, up: str = "") -> Html:
    """A paragraph: the day and the age of the snapshot, and how many trials have a notice."""
    snapshot, age = latest_snapshot(evidence), snapshot_age(evidence)
    if snapshot is None or age is None:
        return paragraph(
            "Whether a trial of this review was retracted or questioned since it was published "
            "has not been looked up yet."
        )
    apart = f"{counted(abs(age), 'day')} {'before' if age >= 0 else 'after'}"
    fault = snapshot_fault(evidence)
    return paragraph(
        f"Retractions were last looked up in the Retraction Watch database as of "
        f"{day(snapshot.day)}, {apart if age else 'the day of'} this version: ",
        *_found(evidence, up),
        element("strong", f" ({fault})", class_="overdue") if fault else "",
        ".",
    )


def _found(evidence: Evidence, up: str) -> tuple[Html | str, ...]:
    about = [finding for finding in findings(evidence) if finding.check == CHECK]
    if not about:
        return ("none of its notices is about a trial of this review",)
    doubted = sum(finding.severity == "suspect" for finding in about)
    has = "has" if len(about) == 1 else "have"
    return (
        f"{counted(len(about), 'trial')} of this review {has} a notice, "
        f"{doubted} of them retracted or questioned (",
        link("data integrity", f"{up}bias/integrity.html"),
        ")",
    )
