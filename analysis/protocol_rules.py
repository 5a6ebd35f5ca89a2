"""The rules of the protocol: what is pooled how, chosen, questioned, rated and re-expressed."""

from __future__ import annotations

from typing import Annotated, Literal, get_args

from pydantic import AliasChoices, BaseModel, ConfigDict, Field, field_validator, model_validator

Model = Literal[
    "common",
    "dersimonian-laird",
    "reml",
    "ml",
    "paule-mandel",
    "hedges",
    "sidik-jonkman",
    "empirical-bayes",
    "hunter-schmidt",
]

# The models that also fit meta-regression, so that subgroups and moderators use the primary one.
PrimaryModel = Literal["common", "dersimonian-laird", "reml", "ml", "hedges"]


class Frozen(BaseModel):
    """A value object: never changed, nothing beyond its fields, no NaN and no infinity."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        allow_inf_nan=False,
        validate_by_name=True,
        serialize_by_alias=True,
    )


# Protocols that are out in the world name the one test that there was.
FIRST_ASYMMETRY_P = AliasChoices("asymmetry_p", "egger_p")
# And the side of the intervention by what it was in the first review.
FIRST_NAME_OF_A_SIDE = AliasChoices("intervention_in_short", "therapy")


class ReviewWords(Frozen):
    """What sentences call the parts of the question; they stand after no article but their own.

    `intervention` is the subject of a sentence, in the singular, and `with_intervention` says
    under what something happens. `intervention_in_short` and `comparator` are the two sides, as
    on an axis. `better` is what people do, as after "people", who are better by more than chance
    or mood would have it: so a difference between scores is said in people.
    The defaults are for protocols that were frozen before they had words.
    """

    intervention: str = "the intervention"
    with_intervention: str = "with the intervention"
    intervention_in_short: Annotated[str, Field(validation_alias=FIRST_NAME_OF_A_SIDE)] = (
        "intervention"
    )
    control: str = "the control group"
    comparator: str = "control"
    population: str = "people"
    better: str = "get clearly better"
    baseline: str = "the baseline review"


class IntervalRule(Frozen):
    """The interval of a pooled effect: `method` where its conditions hold, Wald otherwise.

    The method is used from `minimum_k` trials on and, where it `needs_heterogeneity`, with a
    variance between trials above zero. Up to `bayesian_maximum_k` trials the interval of the
    method is printed beside Wald's, and conclusions read the Bayesian interval instead of either.
    """

    method: Literal["hartung-knapp", "hartung-knapp-conservative"] = "hartung-knapp"
    minimum_k: Annotated[int, Field(ge=2)]
    needs_heterogeneity: bool
    bayesian_maximum_k: Annotated[int, Field(ge=0)] = 0


class TauPrior(Frozen):
    """What is thought of the standard deviation between trials before any is seen."""

    distribution: Literal["half-normal", "half-Cauchy"]
    scale: Annotated[float, Field(gt=0)]


class BayesianRules(Frozen):
    """The Bayesian companion of a pooled effect: its priors, and where headlines speak of it.

    The priors are in units of an SMD or a log ratio. `scales` gives measures in another unit the
    scale of the first prior, and the alternatives theirs in proportion; a measure in another unit
    without a scale has no companion.
    """

    prior: TauPrior
    alternatives: tuple[TauPrior, ...] = ()
    scales: dict[str, Annotated[float, Field(gt=0)]] = Field(default_factory=dict)
    headline_maximum_k: Annotated[int, Field(ge=0)]


class AsymmetryTests(Frozen):
    """Which regression test a funnel of each kind of measure is put to."""

    smd: Literal["egger", "pustejovsky-rodgers"] = "egger"
    ratio: Literal["egger", "peters", "harbord"] = "egger"


class SynthesisRules(Frozen):
    primary_model: PrimaryModel
    shown_models: tuple[Model, ...]
    baseline_model: Model
    level: Annotated[float, Field(gt=0.5, lt=1)]
    # Protocols that were frozen with one method to choose from name the rule by it.
    interval: Annotated[
        IntervalRule, Field(validation_alias=AliasChoices("interval", "hartung_knapp"))
    ]
    # None in protocols that were frozen before there was a companion.
    bayesian: BayesianRules | None = None
    prediction_minimum_k: Annotated[int, Field(ge=3)]
    # From how many trials on a headline, the front page and the plain words give it.
    prediction_headline_minimum_k: Annotated[int, Field(ge=3)] = 3
    small_study_minimum_k: Annotated[int, Field(ge=3)]
    influence_minimum_k: Annotated[int, Field(ge=3)]
    subgroup_minimum_k: Annotated[int, Field(ge=2)]
    trials_per_moderator: Annotated[int, Field(ge=1)]
    # With so many trials against each kind of control the headline gives both estimates.
    subgroup_headline_minimum_k: Annotated[int, Field(ge=2)] = 3
    shared_control_correlation: Annotated[float, Field(ge=0, lt=1)]
    convert_mean_difference: bool
    convert_ratio: Literal["never", "sensitivity"]
    # With each of these correlations of scores with those at baseline, effects are adjusted for
    # what the arms differed by at baseline, in a sensitivity analysis.
    baseline_correlations: tuple[Annotated[float, Field(gt=0, lt=1)], ...] = ()
    # The regression test of the funnel of each measure; Egger's where none is named.
    asymmetry_tests: AsymmetryTests = AsymmetryTests()

    @model_validator(mode="after")
    def _conclusions_have_an_interval(self) -> SynthesisRules:
        if self.interval.bayesian_maximum_k and self.bayesian is None:
            raise ValueError("interval.bayesian_maximum_k needs the priors under bayesian")
        if self.interval.bayesian_maximum_k >= self.interval.minimum_k:
            raise ValueError("interval.bayesian_maximum_k lies below interval.minimum_k")
        return self


SelectionStep = Literal[
    "nearest to the end of the programme",
    "longest follow-up",
    "analysis set",
    "scores",
    "instrument",
    "closeness",
    "source",
]
AnalysisSet = Literal["all randomised", "model", "not stated", "completers"]
Scores = Literal["adjusted", "final", "change"]


class SelectionRules(Frozen):
    """Which of a trial's rows is pooled: `steps` in order, each between what the last left equal.

    The defaults are the first rule, for protocols that were frozen before it was written down.
    """

    steps: tuple[SelectionStep, ...] = ("closeness", "instrument", "longest follow-up")
    analysis_sets: tuple[AnalysisSet, ...] = get_args(AnalysisSet)
    scores: tuple[Scores, ...] = get_args(Scores)
    sources: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _each_once(self) -> SelectionRules:
        for name, words in (("analysis_sets", AnalysisSet), ("scores", Scores)):
            if sorted(getattr(self, name)) != sorted(get_args(words)):
                raise ValueError(f"{name} lists each of these once: {', '.join(get_args(words))}")
        if len(set(self.steps)) < len(self.steps) or "instrument" not in self.steps:
            raise ValueError("steps names each step once, the instrument among them")
        return self


class IntegrityRules(Frozen):
    """From where on a number is questioned; `..._suspect` keeps it out, the other only notes it.

    The defaults are those of the first rules, for protocols that were frozen before a check.
    """

    # Per cent of the weight of trials that are kept out and on which nobody has ruled: where they
    # would hold more, the page begins with both results.
    unruled_weight: Annotated[float, Field(ge=0, le=100)] = 2.0
    # SE read as SD: an effect far from what it is compared with, or an SD far from the usual.
    large_smd: Annotated[float, Field(gt=0)]
    outlier_multiple: Annotated[float, Field(gt=1)]
    outlier_z: Annotated[float, Field(ge=0)] = 3.0
    sd_multiple: Annotated[float, Field(gt=1)] = 3.0
    sd_minimum_trials: Annotated[int, Field(ge=1)] = 2
    # Effect and interval: by how much of half its width they disagree; and how much smaller
    # a standard error is than the participants allow.
    interval_gap: Annotated[float, Field(gt=0)] = 0.1
    interval_gap_suspect: Annotated[float, Field(gt=0)] = 0.5
    se_fraction: Annotated[float, Field(gt=0, le=1)] = 0.8
    se_fraction_suspect: Annotated[float, Field(gt=0, le=1)] = 0.5
    # Sources that disagree, on the analysis scale.
    source_gap: Annotated[float, Field(gt=0)] = 0.01
    source_gap_suspect: Annotated[float, Field(gt=0)] = 0.8
    # Directions that conflict: how large both effects are, and how far apart in standard errors.
    conflict_smd: Annotated[float, Field(gt=0)] = 0.2
    conflict_z: Annotated[float, Field(gt=0)] = 3.0
    # What no trial gives: an SMD beyond this, an SD below this share of the scale's range.
    largest_smd: Annotated[float, Field(gt=0)] | None = None
    smallest_sd_share: Annotated[float, Field(gt=0, lt=1)] | None = None
    # After treatment, how many weeks after the programme's end still are.
    late_weeks: Annotated[float, Field(gt=0)] | None = None
    # How near an interval comes to what arm sizes give at a level, to be taken for it.
    level_fit: Annotated[float, Field(gt=0, lt=0.2)] | None = None
    # How many days older than a version the snapshot of retraction notices may be.
    notices_days: Annotated[int, Field(ge=0)] | None = None
    # How many numbers of two rows of one trial, or of two trials, are the same by no chance.
    copied_numbers: Annotated[int, Field(ge=3)] | None = None
    alike_numbers: Annotated[int, Field(ge=4, le=6)] | None = None
    # Standard errors between the arms at baseline.
    baseline_z: Annotated[float, Field(gt=0)] | None = None
    baseline_z_suspect: Annotated[float, Field(gt=0)] | None = None
    # How far a printed test is from the one that the numbers give, as a share of it.
    test_gap: Annotated[float, Field(gt=0)] | None = None
    test_gap_suspect: Annotated[float, Field(gt=0)] | None = None
    # All scores so many times the usual of their instrument: a decimal point that slipped.
    decimal_shift: Annotated[float, Field(gt=1)] | None = None
    # Of trials: the earliest year, and the lowest mean age.
    earliest_year: Annotated[int, Field(ge=1900)] | None = None
    youngest_mean_age: Annotated[float, Field(gt=0)] | None = None


# What is known of a trial that may explain differences. Protocols that are out in the world name
# the intervention by its column in studies.csv.
Moderator = Literal[
    "condition", "comparator", "guidance", "target", "duration", "risk of bias", "year",
    "intervention", "therapy",
]  # fmt: skip


BiasTool = Literal[
    "RoB 2",
    "RoB 2 for cluster-randomised trials",
    "RoB 2 for crossover trials",
    "RoB 1",
]


class RiskOfBiasRules(Frozen):
    """The tools with which people judge risk of bias; none where nobody does.

    The first is asked for where no other fits the design of a trial. The default is for protocols
    that were frozen before they named any.
    """

    tools: tuple[BiasTool, ...] = get_args(BiasTool)

    @model_validator(mode="after")
    def _each_once(self) -> RiskOfBiasRules:
        if len(set(self.tools)) < len(self.tools):
            raise ValueError("tools names each tool once")
        return self


Doubtful = Literal["some concerns", "unclear", "not assessed"]


class InformationSize(Frozen):
    """The trial whose size a body of evidence is held against, and the effect it looks for.

    `smd` for differences, `relative_change` of the control risk, as a share, for ratios.
    """

    smd: Annotated[float, Field(gt=0)]
    relative_change: Annotated[float, Field(gt=0, lt=1)]
    alpha: Annotated[float, Field(gt=0, lt=0.5)]
    power: Annotated[float, Field(gt=0.5, lt=1)]


class CertaintyRules(Frozen):
    """Thresholds of the GRADE rules; weights and I2 in per cent.

    The defaults are those of the first rules, for protocols that were frozen before a check:
    they ask for a fixed number of participants, for ratios of events too, where others ask for
    an information size, and take small trials that all favour the intervention for a selection.
    """

    high_risk_weight: Annotated[float, Field(gt=0, le=100)]
    very_high_risk_weight: Annotated[float, Field(gt=0, le=100)] = 100
    doubtful_weight: Annotated[float, Field(gt=0, le=100)]
    # What is doubtful besides a high risk.
    doubtful: tuple[Doubtful, ...] = ("unclear", "not assessed")
    # More than this not assessed: the rating is provisional.
    unassessed_weight: Annotated[float, Field(gt=0, le=100)] = 100
    inconsistency_i2: Annotated[float, Field(gt=0, lt=100)]
    serious_inconsistency_i2: Annotated[float, Field(gt=0, lt=100)]
    # From how many trials on a prediction interval decides; below, the weight on each side.
    inconsistency_prediction_k: Annotated[int, Field(ge=3)] = 3
    opposing_weight: Annotated[float, Field(gt=0, le=50)] = 50
    information_size: InformationSize | None = None
    very_few: Annotated[int, Field(ge=1)]
    indirect_weight: Annotated[float, Field(ge=0, lt=100)] = 0
    asymmetry_p: Annotated[float, Field(gt=0, lt=1, validation_alias=FIRST_ASYMMETRY_P)]
    # More than one in so many participants without a usable number.
    missing_results_one_in: Annotated[int, Field(ge=2)] | None = None
    minimum_participants: Annotated[int, Field(ge=1)] | None = None
    minimum_events: Annotated[int, Field(ge=1)] | None = None
    small_trial_participants: Annotated[int, Field(ge=1)] | None = None

    @model_validator(mode="after")
    def _one_size(self) -> CertaintyRules:
        if (self.information_size is None) == (self.minimum_participants is None):
            raise ValueError("either information_size is set or minimum_participants, not both")
        if self.minimum_events and self.minimum_participants is None:
            raise ValueError("minimum_events goes with minimum_participants")
        if self.very_high_risk_weight < self.high_risk_weight:
            raise ValueError("very_high_risk_weight is not below high_risk_weight")
        return self


class ClinicalRules(Frozen):
    """What an effect is expressed with: assumed control risks (0 to 1), ranges of instruments."""

    control_risks: tuple[Annotated[float, Field(gt=0, lt=1)], ...]
    instrument_ranges: dict[str, tuple[float, float]]
    # Instruments whose scores are whole numbers.
    whole_scores: tuple[str, ...] = ()

    @field_validator("instrument_ranges")
    @classmethod
    def _ordered(cls, ranges: dict[str, tuple[float, float]]) -> dict[str, tuple[float, float]]:
        for instrument, (low, high) in ranges.items():
            if not low < high:
                raise ValueError(
                    f"{instrument}: a range is [lowest, highest], not [{low:g}, {high:g}]"
                )
        return ranges
