"""The `Synthesis`: every number and sentence of one page, in one frozen object.

Pages, figures, the summary of findings and *What's new* read this object (or the
JSON it writes to `results/`) and compute nothing themselves. Effects are on the
scale of `study_effect`.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from analysis.formatting import percent_level
from analysis.protocol import AsPublished
from analysis.protocol_rules import Frozen
from analysis.statistics.estimates import Interval, PooledEffect
from analysis.synthesis.bayesian_companion import Companion
from analysis.synthesis.certainty import Certainty
from analysis.synthesis.clinical_terms import Clinical
from analysis.synthesis.comparisons import Comparison, TrialSet
from analysis.synthesis.interval_rule import concluded
from analysis.synthesis.missing_results import MissingResults
from analysis.synthesis.next_evidence import NextEvidence
from analysis.synthesis.sensitivity import SensitivityAnalyses
from analysis.synthesis.study_effect import Measure, StudyEffect
from analysis.synthesis.unruled_trials import UnruledTrials

# Raised where a field goes or changes what it says; one that is new has a default.
SCHEMA_VERSION = 2

# Results that are out in the world call them `robustness`, and keep that name.
SensitivityAsPublished = Annotated[
    SensitivityAnalyses,
    Field(validation_alias="robustness", serialization_alias="robustness"),
]


class SetAside(Frozen):
    """A row (or a whole trial) that measured this outcome and is not pooled."""

    study_id: str
    label: str
    row_id: str | None
    rule: str
    reason: str


class PublishedEstimate(Frozen):
    """What another review printed on a question; on the analysis scale of its own measure.

    `as_printed` keeps its measure and its sign. `is_comparable` says that the measure is the
    question's, `is_baseline` that the baseline review printed it for this very question.
    """

    review: str
    condition: str
    measure: str
    estimate: float
    ci_low: float
    ci_high: float
    k: int | None
    verified: bool
    note: str
    as_printed: str = ""
    is_comparable: bool = True
    is_baseline: bool = False

    @property
    def interval(self) -> Interval:
        """The interval as printed: by which method is not on record."""
        return Interval(self.ci_low, self.ci_high, "as published")


class Sentence(Frozen):
    """Computed prose for the page: each is plain text, escaped by whoever shows it."""

    headline: str
    plain: str
    unruled: str = ""
    clinical: str = ""
    heterogeneity: str
    interval_rule: str
    prediction: str = ""
    bayesian: str = ""
    forest_alt: str


class Provenance(Frozen):
    """What made these numbers. Times are stamped on the page, never in the JSON.

    `edition` is given where a file is handed out: `2026.11`, or `2026.11+draft`.
    """

    data_fingerprint: str
    rows_read: int
    rows_verified: int
    versions: dict[str, str]
    edition: str = ""


class Synthesis(Frozen):
    """Everything the page of one question says; `certainty` is `None` where nothing is pooled.

    `headline_prediction` is the prediction interval where there are trials enough to say it
    without the page that explains it; `bayesian` is `None` where the protocol had no priors yet;
    `unruled` are the trials that checks keep out and on which nobody has ruled.
    """

    schema_version: int = SCHEMA_VERSION
    question: AsPublished
    title: str
    measure: Measure
    smallest_important_difference: float | None
    level: float
    studies: tuple[StudyEffect, ...]
    k: int
    n_total: int | None
    n_unknown: int
    primary: PooledEffect | None
    headline_prediction: Interval | None = None
    bayesian: Companion | None = None
    unruled: UnruledTrials | None = None
    models: tuple[PooledEffect, ...]
    comparisons: tuple[Comparison, ...]
    sensitivity: SensitivityAsPublished
    certainty: Certainty | None = None
    clinical: Clinical = Clinical()
    published: tuple[PublishedEstimate, ...]
    baseline_without_data: tuple[str, ...]
    set_aside: tuple[SetAside, ...]
    # Of trials that give nothing else, in this measure: in one comparison, nowhere else.
    responders: tuple[StudyEffect, ...] = ()
    missing: MissingResults = MissingResults()
    next_evidence: NextEvidence = NextEvidence()
    sentences: Sentence
    provenance: Provenance

    @property
    def interval_name(self) -> str:
        """What the intervals of this page are called: `95% interval`."""
        return f"{percent_level(self.level)} interval"

    @property
    def concluded(self) -> PooledEffect | None:
        """The primary effect with the interval that conclusions read."""
        return concluded(self.primary, self.bayesian) if self.primary else None

    def comparison(self, trials: TrialSet) -> Comparison:
        """The comparison with that set of trials; KeyError where the page has none."""
        for comparison in self.comparisons:
            if comparison.name == trials:
                return comparison
        raise KeyError(f"{self.question.key} has no comparison {trials.value!r}")

    @property
    def counts_events(self) -> bool:
        """Whether a trial says how many had the event; others give a ratio and no more."""
        counted = any(study.events_intervention is not None for study in self.studies)
        return self.measure.kind.event and counted

    @property
    def printed_before(self) -> PublishedEstimate | None:
        """What the baseline review printed for this very question, where that is on record."""
        return next((found for found in self.published if found.is_baseline), None)

    @property
    def title_in_condition(self) -> str:
        """The title where the condition stands above it already."""
        return self.title.partition(":")[0]

    @property
    def pooled_studies(self) -> tuple[StudyEffect, ...]:
        """The trials in the primary analysis, in the order of `primary.weights`."""
        return tuple(study for study in self.studies if not study.suspect)
