"""outcomes.csv: every result as its source gives it, one declaration a column."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from analysis.evidence.values import OfSource, OfTrial, OutcomeId, RowId, TimepointId, YesNo
from analysis.files.columns import WHOLE, Positive, at_least, column

# Imputed counts need not be whole; a usable row's must (see consistency).
Events = Annotated[float | None, at_least(0)]
Total = Annotated[float | None, at_least(1)]
ArmSize = Annotated[float | None, at_least(1), WHOLE]


@dataclass(frozen=True, slots=True)
class OutcomeRow:
    """A row of outcomes.csv: one trial, contrast, outcome, instrument, time point and source."""

    row_id: RowId = column("name of the row", "dear-2013.pain.post.1", unique=True)
    study_id: OfTrial = column("the trial", "dear-2013")
    contrast: str = column(
        "which arms are compared, where the trial has several", "guided vs waiting list"
    )
    outcome: OutcomeId = column("what was measured", "pain")
    instrument: str = column("the scale; blank where the source does not name it", "BPI severity")
    higher_is: Literal["worse", "better"] = column(
        "what a higher score, or an event, means for the patient", "worse"
    )
    timepoint: TimepointId = column("when it was measured", "post")
    weeks: Positive = column("weeks from baseline to the measurement", "8")
    format: Literal["means", "events", "effect"] = column(
        "which columns the row fills (see above)", "means"
    )
    n_intervention: ArmSize = column("participants analysed in the intervention arm", "30")
    mean_intervention: float | None = column("mean score in the intervention arm", "4.99")
    sd_intervention: Positive = column("standard deviation in the intervention arm", "1.66")
    n_control: ArmSize = column("participants analysed in the control arm", "30")
    mean_control: float | None = column("mean score in the control arm", "6.28")
    sd_control: Positive = column("standard deviation in the control arm", "1.28")
    baseline_mean_intervention: float | None = column(
        "mean score of the intervention arm at baseline", "5.45"
    )
    baseline_sd_intervention: Positive = column(
        "standard deviation of the intervention arm at baseline", "1.1"
    )
    baseline_mean_control: float | None = column(
        "mean score of the control arm at baseline", "6.02"
    )
    baseline_sd_control: Positive = column(
        "standard deviation of the control arm at baseline", "1.39"
    )
    events_intervention: Events = column(
        "participants with the event in the intervention arm", "24"
    )
    total_intervention: Total = column("participants counted in the intervention arm", "108")
    events_control: Events = column("participants with the event in the control arm", "13")
    total_control: Total = column("participants counted in the control arm", "113")
    effect_measure: Literal["", "SMD", "MD", "RR"] = column("what `effect` is", "SMD")
    effect: float | None = column("the effect as the source prints it", "0.327")
    effect_se: Positive = column("standard error of the effect", "0.141")
    effect_ci_low: float | None = column("lower limit of the interval of the effect", "0.055")
    effect_ci_high: float | None = column("upper limit of the interval of the effect", "0.599")
    effect_favours_intervention_when: Literal["", "positive", "negative", "above 1"] = column(
        "on which side the effect favours the therapy", "positive"
    )
    usable: YesNo = column("whether the row may be pooled", "yes")
    not_usable_because: str = column(
        "why the row may not be pooled; blank where it may", "women only", remark=True
    )
    source_id: OfSource = column("where the numbers were read", "metapsy-bodily-distress")
    locator: str = column("where in the source the numbers stand", "table 2", remark=True)
    verified: YesNo = column(
        "whether a second person has seen the numbers in the trial report", "no", remark=True
    )
    note: str = column(
        "what else to know of the row", "shares its control group with the other arms", remark=True
    )

    @property
    def uncertainty(self) -> str | None:
        """What gives a reported effect its standard error; None where nothing does."""
        if self.effect_se is not None:
            return "standard error"
        if self.effect_ci_low is not None and self.effect_ci_high is not None:
            return "interval"
        if self.n_intervention is not None and self.n_control is not None:
            return "arm sizes"
        return None
