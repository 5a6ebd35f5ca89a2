"""The `Synthesis`: every number and sentence of one page, in one frozen object.

Pages, figures, the summary of findings and *What's new* read this object (or the
JSON it writes to `results/`) and compute nothing themselves. Effects are
oriented so that negative favours the intervention, ratios on the log scale;
`Measure.shown` turns an effect into the number a reader sees.
"""

from __future__ import annotations

import math
from typing import Literal

from analysis.formatting import percent_level
from analysis.protocol import AsPublished, Frozen
from analysis.statistics.estimates import PooledEffect
from analysis.synthesis.certainty import Certainty
from analysis.synthesis.clinical_terms import Clinical
from analysis.synthesis.sensitivity import Robustness

SCHEMA_VERSION = 1

Judgement = Literal["low", "some concerns", "unclear", "high", "not assessed"]


class Measure(Frozen):
    """The effect measure a question pools, and how its numbers are shown.

    `ratio` measures are pooled on the log scale and shown exponentiated;
    `benefit_above` says that, as shown, larger numbers favour the intervention
    (a risk ratio of responders), so the sign is turned back for the reader.
    """

    name: Literal["SMD", "MD", "RR", "OR"]
    label: str
    ratio: bool = False
    benefit_above: bool = False

    def shown(self, effect: float) -> float:
        """The number printed for an effect on the analysis scale."""
        turned = -effect if self.benefit_above else effect
        return math.exp(turned) if self.ratio else turned

    def shown_interval(self, low: float, high: float) -> tuple[float, float]:
        """The two limits as printed, the smaller one first."""
        first, last = self.shown(low), self.shown(high)
        return (last, first) if self.benefit_above else (first, last)

    def shown_limits(
        self, low: float | None, high: float | None
    ) -> tuple[float | None, float | None]:
        """As `shown_interval`, for limits that need not exist (None: unbounded)."""
        first = None if low is None else self.shown(low)
        last = None if high is None else self.shown(high)
        return (last, first) if self.benefit_above else (first, last)

    @property
    def no_effect(self) -> float:
        """The shown value that means no difference."""
        return 1.0 if self.ratio else 0.0


class DomainJudgement(Frozen):
    domain: str
    judgement: Judgement


class RiskOfBias(Frozen):
    """What is known of a trial's risk of bias; `overall` by the tool's own rule."""

    tool: str | None
    overall: Judgement
    domains: tuple[DomainJudgement, ...] = ()


class StudyEffect(Frozen):
    """One trial's effect in this question, on the analysis scale.

    `weight` is its per-cent weight in the primary analysis, `None` for a suspect
    trial, which is shown and not pooled. `variance_from` says how the variance was
    obtained (`arm data`, `standard error`, `interval`, `arm sizes`), `n_from` where
    the number of participants was read (`row`, `analysed`, `randomised`), and
    `derivation` what was computed on the way, in words.
    """

    study_id: str
    label: str
    year: int
    comparator: str
    comparator_kind: Literal["inactive", "active"]
    effect: float
    variance: float
    se: float
    ci_low: float
    ci_high: float
    weight: float | None
    n_intervention: int | None
    n_control: int | None
    n_total: int | None
    n_from: str | None
    events_intervention: int | None = None
    events_control: int | None = None
    instrument: str | None
    weeks: float | None
    variance_from: str
    derivation: str
    row_ids: tuple[str, ...]
    source_ids: tuple[str, ...]
    in_baseline_review: bool
    verified: bool
    risk_of_bias: RiskOfBias
    guidance: str | None = None
    therapy: str | None = None
    target: str | None = None
    duration_weeks: float | None = None
    indirectness: str = ""
    suspect: tuple[str, ...] = ()


class SetAside(Frozen):
    """A row (or a whole trial) that measured this outcome and is not pooled."""

    study_id: str
    label: str
    row_id: str | None
    rule: str
    reason: str


class PublishedEstimate(Frozen):
    """What another review printed for the same question; on the analysis scale."""

    review: str
    condition: str
    measure: str
    estimate: float
    ci_low: float
    ci_high: float
    k: int | None
    verified: bool
    note: str


class Comparison(Frozen):
    """The primary model on another set of trials (`name`: `baseline trials`, ...)."""

    name: str
    description: str
    k: int
    n_total: int | None
    study_ids: tuple[str, ...]
    pooled: PooledEffect | None


class Sentence(Frozen):
    """Computed prose for the page: each is plain text, escaped by whoever shows it."""

    headline: str
    plain: str
    clinical: str = ""
    heterogeneity: str
    interval_rule: str
    forest_alt: str


class Provenance(Frozen):
    """What made these numbers. Times are stamped on the page, never in the JSON."""

    data_fingerprint: str
    rows_read: int
    rows_verified: int
    versions: dict[str, str]


class Synthesis(Frozen):
    """Everything the page of one question says; `certainty` is `None` where nothing is pooled."""

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
    models: tuple[PooledEffect, ...]
    comparisons: tuple[Comparison, ...]
    robustness: Robustness
    certainty: Certainty | None = None
    clinical: Clinical = Clinical()
    published: tuple[PublishedEstimate, ...]
    baseline_without_data: tuple[str, ...]
    set_aside: tuple[SetAside, ...]
    sentences: Sentence
    provenance: Provenance

    @property
    def interval_name(self) -> str:
        """What the intervals of this page are called: `95% interval`."""
        return f"{percent_level(self.level)} interval"

    def comparison(self, name: str) -> Comparison:
        """The comparison of that name; KeyError where the page has none."""
        for comparison in self.comparisons:
            if comparison.name == name:
                return comparison
        raise KeyError(f"{self.question.key} has no comparison {name!r}")

    @property
    def pooled_studies(self) -> tuple[StudyEffect, ...]:
        """The trials in the primary analysis, in the order of `primary.weights`."""
        return tuple(study for study in self.studies if not study.suspect)
