"""Who decided whether a trial that had waited is part of the review: columns of studies.csv."""

from __future__ import annotations

from analysis.evidence.outcome_checks import Said, not_a_day
from analysis.evidence.rows import Trial

COLUMNS = ("classified_by", "classified_on", "waited_for")


def by_somebody(trial: Trial) -> Said:
    """What is wrong where it is said who classified a trial, or where half of it is said."""
    said = {name: getattr(trial, name) for name in COLUMNS}
    if not any(said.values()):
        return
    if trial.status == "awaiting":
        yield "status", "awaiting, but it is said who classified the trial: clear that"
    for name, cell in said.items():
        if not cell:
            yield name, "blank, but the trial was classified: who, when and from what go together"
    if trial.classified_on:
        yield from not_a_day("classified_on", trial.classified_on)
