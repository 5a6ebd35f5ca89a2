"""What a person says of whether a trial measured an outcome, where no row of results shows it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from analysis.evidence.values import OfSource, OfTrial, OutcomeId, TimepointId
from analysis.files.columns import Count, column

WasMeasured = Literal["yes", "no", "not known"]


@dataclass(frozen=True, slots=True)
class Measured:
    """A row of measured.csv: whether a trial measured an outcome at a time point, by a source.

    A row of outcomes.csv shows that it did; where neither file says anything it is not known.
    """

    study_id: OfTrial = column("the trial", "trial-2009")
    outcome: OutcomeId = column("the outcome", "mood")
    timepoint: TimepointId = column("the time point", "post")
    measured: WasMeasured = column(
        "whether the trial measured it; not known: a source was read, and does not say", "yes"
    )
    participants: Count = column(
        "participants in whom it was measured; blank: as many as the trial analysed, else "
        "randomised",
        "78",
    )
    source_id: OfSource = column("where it was read", "trial-reports")
    note: str = column("what the source says", "changes in mood were assessed at six weeks")
