"""One trial's effect in a question, and the measure it is expressed in.

Effects are oriented so that negative favours the intervention, ratios on the log scale;
`Measure.shown` turns an effect into the number a reader sees.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from operator import not_
from typing import Annotated, Literal

from pydantic import Field

from analysis.evidence.trustworthiness import NOT_JUDGED
from analysis.measures import MEASURES, MeasureKind, MeasureName
from analysis.protocol import OutcomeMeasure
from analysis.protocol_rules import Frozen, ReviewWords
from analysis.synthesis.risk_of_bias import RiskOfBias


class Measure(Frozen):
    """The effect measure a question pools, and how its numbers are shown.

    `ratio` measures are pooled on the log scale and shown exponentiated;
    `benefit_above` says that, as shown, larger numbers favour the intervention
    (a risk ratio of a good event), so the sign is turned back for the reader. `event` and
    `unit` are the protocol's words, `sides` what it calls the two groups in short.
    """

    name: MeasureName
    label: str
    ratio: bool = False
    benefit_above: bool = False
    event: str = ""
    unit: str = ""
    sides: tuple[str, str] = ("intervention", "control")

    @property
    def kind(self) -> MeasureKind:
        """What is known of the measure by definition."""
        return MEASURES[self.name]

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
    def short_name(self) -> str:
        """What a column of its numbers is headed."""
        return self._with_own_unit(self.kind.heading)

    @property
    def name_in_sentence(self) -> str:
        """The same within a sentence: `risk ratio`, `MD (hours)`."""
        return self._with_own_unit(self.kind.in_sentence)

    @property
    def axis(self) -> tuple[str, str, bool]:
        """What questions have in common whose effects are drawn on one axis."""
        return self.name, self.unit, self.benefit_above

    @property
    def axis_label(self) -> str:
        """What an axis of its numbers is called: `mean difference (hours)`."""
        return self._with_own_unit(self.label)

    def _with_own_unit(self, name: str) -> str:
        """The name with the unit that the protocol gives; that of an SMD goes without saying."""
        own = self.unit if self.kind.unit is None else ""
        return f"{name} ({own})" if own else name

    def beyond_belief(self, effect: float) -> bool:
        """Whether an effect on the analysis scale is larger than any that can be."""
        beyond = self.kind.nothing_beyond
        return beyond is not None and abs(effect) > beyond

    def says_nothing(self, low: float | None, high: float | None) -> bool:
        """Whether limits on the analysis scale lie beyond all that can be, on both sides."""
        beyond = self.kind.nothing_beyond
        if low is None or high is None:
            return low is None and high is None
        return beyond is not None and low <= -beyond and high >= beyond

    @property
    def no_effect(self) -> float:
        """The shown value that means no difference."""
        return self.kind.no_effect


def measure_in_words(found: OutcomeMeasure, words: ReviewWords) -> Measure:
    """The measure of an outcome, in the words of the protocol."""
    return Measure(
        name=found.name,
        label=found.label,
        ratio=found.kind.ratio,
        benefit_above=found.benefit_above,
        event=found.event,
        unit=found.unit,
        sides=(words.intervention_in_short, words.comparator),
    )


class AdjustedEffect(Frozen):
    """A trial's effect adjusted for baseline, with this correlation of scores with it."""

    correlation: float
    effect: float
    variance: float


class StudyEffect(Frozen):
    """One trial's effect in this question, on the analysis scale.

    `weight` is its per-cent weight in the primary analysis, `None` for a suspect
    trial, which is shown and not pooled. `variance_from` says how the variance was
    obtained (`arm data`, `standard error`, `interval`, `arm sizes`), `n_from` where
    the number of participants was read (`row`, `analysed`, `randomised`), and
    `derivation` what was computed on the way, in words. `control_risk` is the share of the
    control arm with the good event, where a row says it beside a ratio. `trustworthiness` is
    the overall judgement of the trial with INSPECT-SR.
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
    control_risk: float | None = None
    instrument: str | None
    weeks: float | None
    variance_from: str
    derivation: str
    derived: tuple[str, ...] = ()
    assumed: tuple[str, ...] = ()
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
    trustworthiness: str = NOT_JUDGED
    adjusted: tuple[AdjustedEffect, ...] = ()
    # Whether any of the rows was read elsewhere than in a report of the trial.
    secondary: bool = False
    # What is known of the trial in the columns that the protocol declares, by their names.
    characteristics: Annotated[dict[str, str | float], Field(default_factory=dict, exclude_if=not_)]


def participants(studies: Sequence[StudyEffect]) -> tuple[int | None, int]:
    """Participants together, and in how many trials their number is not known."""
    known = [study.n_total for study in studies if study.n_total is not None]
    return (sum(known) if known else None), len(studies) - len(known)


def effects_of(studies: Sequence[StudyEffect]) -> tuple[list[float], list[float]]:
    """The effects and variances of trials, in their order."""
    return [study.effect for study in studies], [study.variance for study in studies]
