"""outcomes.csv: every result as its source gives it, one declaration a column."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from analysis.evidence.values import (
    DayOrNone,
    NumbersSeen,
    OfSource,
    OfTrial,
    OutcomeId,
    PersonOrNone,
    RowId,
    TimepointId,
    YesNo,
)
from analysis.files.columns import WHOLE, Positive, above, at_least, below, between, column
from analysis.measures import RATIOS, MeasureName

# Imputed counts need not be whole; a usable row's must (see consistency).
Events = Annotated[float | None, at_least(0)]
Total = Annotated[float | None, at_least(1)]
ArmSize = Annotated[float | None, at_least(1), WHOLE]
# One arm may have no spread at all; that not both have none, consistency sees to.
Spread = Annotated[float | None, at_least(0)]
Share = Annotated[float | None, above(0), below(1)]
Percent = Annotated[float | None, between(50, 99.9)]
Correlation = Annotated[float | None, between(-0.99, 0.99)]
ClusterSize = Annotated[float | None, at_least(1)]
IntraclassCorrelation = Annotated[float | None, between(0, 1)]


@dataclass(frozen=True, slots=True)
class OutcomeRow:
    """A row of outcomes.csv: one trial, contrast, outcome, instrument, time point and source."""

    row_id: RowId = column("name of the row", "trial-2013.mood.post.1", unique=True)
    study_id: OfTrial = column("the trial", "trial-2013")
    contrast: str = column(
        "which arms are compared, where the trial has several", "high dose vs placebo"
    )
    outcome: OutcomeId = column("what was measured", "mood")
    instrument: str = column(
        "the scale; blank where the source does not name it", "visual analogue scale"
    )
    higher_is: Literal["worse", "better"] = column(
        "what a higher score, or an event, means for the patient", "worse"
    )
    timepoint: TimepointId = column("when it was measured", "post")
    weeks: Positive = column("weeks from baseline to the measurement", "8")
    format: Literal["means", "medians", "events", "effect"] = column(
        "which columns the row fills (see above)", "means"
    )
    n_intervention: ArmSize = column("participants analysed in the intervention arm", "30")
    mean_intervention: float | None = column("mean score in the intervention arm", "4.99")
    sd_intervention: Spread = column("standard deviation in the intervention arm", "1.66")
    n_control: ArmSize = column("participants analysed in the control arm", "30")
    mean_control: float | None = column("mean score in the control arm", "6.28")
    sd_control: Spread = column("standard deviation in the control arm", "1.28")
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
    effect_measure: Literal["", MeasureName] = column("what `effect` is", "SMD")
    effect: float | None = column("the effect as the source prints it", "0.327")
    effect_se: Positive = column("standard error of the effect", "0.141")
    effect_ci_low: float | None = column("lower limit of the interval of the effect", "0.055")
    effect_ci_high: float | None = column("upper limit of the interval of the effect", "0.599")
    effect_favours_intervention_when: Literal["", "positive", "negative", "above 1", "below 1"] = (
        column("on which side the effect favours the intervention", "positive")
    )
    usable: YesNo = column("whether the row may be pooled", "yes")
    not_usable_because: str = column(
        "why the row may not be pooled; blank where it may", "women only", remark=True
    )
    source_id: OfSource = column("where the numbers were read", "trial-reports")
    locator: str = column("where in the source the numbers stand", "table 2", remark=True)
    verified: YesNo = column(
        "whether a second person has seen the numbers in the trial report", "no", remark=True
    )
    note: str = column(
        "what else to know of the row", "shares its control group with the other arms", remark=True
    )

    # What reports print instead, or besides. A file without one of these columns has it blank.
    n_total: Total = column(
        "participants of both arms together, where the arms are not told apart",
        "117",
        default=None,
    )
    se_intervention: Positive = column(
        "standard error of the mean in the intervention arm", "0.26", default=None
    )
    mean_ci_low_intervention: float | None = column(
        "lower limit of the interval of that mean", "3.59", default=None
    )
    mean_ci_high_intervention: float | None = column(
        "upper limit of the interval of that mean", "4.61", default=None
    )
    se_control: Positive = column(
        "standard error of the mean in the control arm", "0.27", default=None
    )
    mean_ci_low_control: float | None = column(
        "lower limit of the interval of that mean", "4.47", default=None
    )
    mean_ci_high_control: float | None = column(
        "upper limit of the interval of that mean", "5.53", default=None
    )
    median_intervention: float | None = column(
        "median score in the intervention arm", "4", default=None
    )
    q1_intervention: float | None = column(
        "first quartile in the intervention arm", "2", default=None
    )
    q3_intervention: float | None = column(
        "third quartile in the intervention arm", "5", default=None
    )
    minimum_intervention: float | None = column(
        "lowest score in the intervention arm", "0", default=None
    )
    maximum_intervention: float | None = column(
        "highest score in the intervention arm", "9", default=None
    )
    median_control: float | None = column("median score in the control arm", "5", default=None)
    q1_control: float | None = column("first quartile in the control arm", "3", default=None)
    q3_control: float | None = column("third quartile in the control arm", "7", default=None)
    minimum_control: float | None = column("lowest score in the control arm", "0", default=None)
    maximum_control: float | None = column("highest score in the control arm", "10", default=None)
    counts: Literal["", "observed", "imputed"] = column(
        "whether events were counted, or averaged over imputations", "imputed", default=""
    )
    control_risk: Share = column(
        "share of the control group with the event of a reported ratio", "0.18", default=None
    )
    effect_scale: Literal["", "natural", "log"] = column(
        "whether a ratio is printed as it is or as its logarithm", "log", default=""
    )
    effect_level: Percent = column(
        "per cent of the intervals in this row; blank: 95", "99", default=None
    )
    effect_sides: Literal["", "two", "one"] = column(
        "whether the interval has both limits or one; blank: two", "one", default=""
    )
    effect_t: float | None = column("the t (or z) of the effect", "-2.52", default=None)
    effect_f: Positive = column(
        "the F of the effect, with one degree of freedom", "6.35", default=None
    )
    effect_p: Share = column("the exact two-sided p value of the effect", "0.013", default=None)
    scores: Literal["", "final", "change", "improvement", "adjusted"] = column(
        "what the means or the difference are of: final scores, changes since baseline, "
        "improvements (a positive one is good), scores adjusted for baseline; blank: final",
        "change",
        default="",
    )
    correlation: Correlation = column(
        "correlation between two measurements of one person (before and after, or both periods)",
        "0.7",
        default=None,
    )
    correlation_from: Literal["", "report", "other", "assumed"] = column(
        "where the correlation was found: in the report, elsewhere, or nowhere", "other", default=""
    )
    design: Literal["", "parallel", "cluster", "crossover"] = column(
        "how the trial was designed; blank: parallel", "cluster", default=""
    )
    cluster_size: ClusterSize = column(
        "average participants a cluster, where the analysis ignored the clusters",
        "12",
        default=None,
    )
    icc: IntraclassCorrelation = column(
        "intraclass correlation of the clusters", "0.05", default=None
    )
    icc_from: Literal["", "report", "other", "assumed"] = column(
        "where it was found", "assumed", default=""
    )
    analysis_set: Literal["", "all randomised", "model", "completers"] = column(
        "who was analysed: all randomised (missing values imputed), all in a model, those who "
        "completed; blank: not stated",
        "completers",
        default="",
    )
    quote: str = column(
        "the words or numbers as the source prints them", "M 4.1 (SE 0.26)", default=""
    )
    verified_by: PersonOrNone = column(
        "the person who saw the numbers in the trial report",
        "anna",
        default="",
        remark=True,
    )
    verified_on: DayOrNone = column("the day of it", "2026-12-01", default="", remark=True)
    verified_numbers: NumbersSeen = column(
        "the numbers that were seen; once the row says something else it is no longer verified",
        "abcdefgh",
        default="",
        remark=True,
    )

    @property
    def prints_a_ratio(self) -> bool:
        """Whether the effect is a ratio as it is printed, not its logarithm."""
        return self.effect_measure in RATIOS and self.effect_scale != "log"
