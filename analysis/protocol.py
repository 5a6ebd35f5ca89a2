"""The review's question as typed, frozen objects, read from `data/protocol.yml`."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import product
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import AfterValidator, Field, ValidationInfo, field_validator, model_validator

from analysis.files.days import KnownDay
from analysis.files.problems import EvidenceError, read_bytes
from analysis.files.slugs import SLUG
from analysis.files.yaml_files import LARGEST_YAML, model_of
from analysis.formatting import sentence_case
from analysis.measures import MEASURES, MeasureKind, MeasureName
from analysis.protocol_lists import (
    FIRST_CRITERIA,
    FIRST_SOURCES,
    Comparators,
    CriteriaListed,
    Directions,
    Eligibility,
    ExclusionCriteria,
    Living,
    MarkedWords,
    Source,
    StudyColumn,
    known_moderator,
    named_once,
    told_apart,
)
from analysis.protocol_rules import (
    CertaintyRules,
    ClinicalRules,
    Frozen,
    IntegrityRules,
    ReviewWords,
    RiskOfBiasRules,
    SelectionRules,
    SynthesisRules,
)

# Links to files are made by adding to it, so it ends with a slash.
SiteUrl = Annotated[str, Field(pattern=r"^https?://[A-Za-z0-9._~:/%-]+/$", max_length=200)]
Value = TypeVar("Value")
Slug = Annotated[str, Field(pattern=SLUG, max_length=60)]


class Question(Frozen):
    """A condition, an outcome and a time point: one question, one page."""

    condition: Slug
    outcome: Slug
    timepoint: Slug

    @property
    def key(self) -> str:
        return f"{self.condition}.{self.outcome}.{self.timepoint}"

    @property
    def slug(self) -> str:
        return f"{self.condition}-{self.outcome}-{self.timepoint}"


# Results and releases that are out in the world call a question `cell`, and keep that name.
AsPublished = Annotated[Question, Field(validation_alias="cell", serialization_alias="cell")]


class Version(Frozen):
    """A version of the review; why it was made and what its methods changed, where that is told."""

    name: str
    date: KnownDay
    trigger: str = ""
    methods: str = ""


class Condition(Frozen):
    id: Slug
    label: str
    description: str


class Timepoint(Frozen):
    id: Slug
    label: str
    description: str
    window_weeks: tuple[float, float] | None = None

    @field_validator("window_weeks")
    @classmethod
    def _ordered(cls, window: tuple[float, float] | None) -> tuple[float, float] | None:
        if window is not None and not 0 <= window[0] < window[1]:
            raise ValueError("a window is [first week, last week], the first below the last")
        return window

    @property
    def in_full(self) -> str:
        """The description, and the weeks where there is a window."""
        if self.window_weeks is None:
            return self.description
        first, last = self.window_weeks
        return f"{self.description} ({first:g} to {last:g} weeks)"


class Outcome(Frozen):
    """An outcome; `lower` and `higher` say what fewer or more points mean after orientation.

    `points_on` names the familiar instruments, of one range, on whose scale a pooled
    standardised mean difference is also given. `indirect_instruments` measure something that
    stands for the outcome, each with why, as after its name. What it says of how effects are
    shown goes before what its measure says.
    """

    id: Slug
    label: str
    kind: Literal["primary", "secondary"]
    lower: str
    higher: str
    instruments: tuple[str, ...]
    points_on: tuple[str, ...] = ()
    indirect_instruments: dict[str, str] = Field(default_factory=dict)
    measure: MeasureName
    measure_by_condition: dict[Slug, MeasureName] = Field(default_factory=dict)
    unit: str | None = None
    event: str | None = None
    benefit_above: bool | None = None
    smallest_important_difference: Annotated[float, Field(gt=0)] | None = None


class MeasureRule(Frozen):
    """A measure as this review uses it; what it leaves out is as in `analysis.measures`."""

    label: str | None = None
    # No choice: a protocol that states the scale states what it is by definition.
    ratio: Annotated[bool | None, Field(exclude=True)] = None
    unit: str | None = None
    event: str | None = None
    benefit_above: bool | None = None
    smallest_important_difference: Annotated[float, Field(gt=0)] | None = None


@dataclass(frozen=True)
class OutcomeMeasure:
    """The measure of one outcome, with all that is said of it filled in."""

    name: MeasureName
    label: str
    unit: str
    event: str
    benefit_above: bool
    smallest_important_difference: float | None

    @property
    def kind(self) -> MeasureKind:
        return MEASURES[self.name]


class Protocol(Frozen):
    """The whole protocol; `questions` is the plan of synthesis pages that follows from it.

    A review that continues no other has neither `baseline_review` nor `baseline_search`.
    """

    title: str
    short_title: str
    baseline_review: Slug | None = None
    baseline_search: KnownDay | None = None
    version: Version
    site_url: SiteUrl | None = None
    conditions: Annotated[tuple[Condition, ...], Field(min_length=1)]
    timepoints: Annotated[tuple[Timepoint, ...], Field(min_length=1)]
    outcomes: Annotated[tuple[Outcome, ...], Field(min_length=1)]
    measures: dict[MeasureName, MeasureRule]
    words: ReviewWords = ReviewWords()
    directions: Directions = Directions()
    eligibility: Eligibility
    exclusion_criteria: CriteriaListed = FIRST_CRITERIA
    marked_words: MarkedWords = MarkedWords()
    comparators: Comparators
    synthesis: SynthesisRules
    selection: SelectionRules = SelectionRules()
    study_columns: Annotated[tuple[StudyColumn, ...], AfterValidator(named_once)] = ()
    moderators: tuple[Annotated[str, AfterValidator(known_moderator)], ...] = ()
    risk_of_bias: RiskOfBiasRules = RiskOfBiasRules()
    integrity: IntegrityRules
    certainty: CertaintyRules
    clinical: ClinicalRules
    search_sources: Annotated[tuple[Source, ...], AfterValidator(told_apart)] = FIRST_SOURCES
    living: Living

    @model_validator(mode="after")
    def _ids_are_unique_and_known(self) -> Protocol:
        for name in ("conditions", "timepoints", "outcomes"):
            ids = [item.id for item in getattr(self, name)]
            if len(ids) != len(set(ids)):
                raise ValueError(f"{name} names one id twice: {', '.join(sorted(ids))}")
        conditions = {item.id for item in self.conditions}
        for outcome in self.outcomes:
            used = {outcome.measure, *outcome.measure_by_condition.values()}
            if missing := used - set(self.measures):
                raise ValueError(f"{outcome.id} uses {', '.join(missing)}, not among measures")
            if unknown := set(outcome.measure_by_condition) - conditions:
                raise ValueError(f"{outcome.id} names unknown condition {', '.join(unknown)}")
        return self

    @field_validator("living")
    @classmethod
    def _what_is_searched_is_a_source(cls, living: Living, info: ValidationInfo) -> Living:
        sources = info.data.get("search_sources", FIRST_SOURCES)
        # Protocols that were frozen before they named any might search what they liked.
        if sources is FIRST_SOURCES:
            return living
        known = [source.name for source in sources]
        for key in ("sources", "licensed"):
            if unknown := [name for name in getattr(living, key) if name not in known]:
                has = ", ".join(known) or "none"
                raise ValueError(f"{key} names {', '.join(unknown)}; search_sources has {has}")
        return living

    @model_validator(mode="after")
    def _a_baseline_has_its_day(self) -> Protocol:
        if (self.baseline_review is None) != (self.baseline_search is None):
            raise ValueError(
                "baseline_review and baseline_search go together: a review that continues no "
                "other has neither"
            )
        return self

    @model_validator(mode="after")
    def _a_moderator_is_known(self) -> Protocol:
        if "risk of bias" in self.moderators and not self.risk_of_bias.tools:
            raise ValueError("moderators names risk of bias, but risk_of_bias.tools names no tool")
        return self

    @model_validator(mode="after")
    def _measures_are_complete(self) -> Protocol:
        for outcome in self.outcomes:
            for name in (outcome.measure, *outcome.measure_by_condition.values()):
                found = self.measure_of(outcome.id, name)
                if not found.unit and found.kind.unit is None:
                    raise ValueError(f"{outcome.id} is pooled as {name} and needs its unit")
                if name == "MD" and not outcome.instruments:
                    raise ValueError(f"{outcome.id} is pooled as MD: name its instruments")
        return self

    @model_validator(mode="after")
    def _scales_are_of_measures(self) -> Protocol:
        scales = self.synthesis.bayesian.scales if self.synthesis.bayesian else {}
        if unknown := set(scales) - set(self.measures):
            raise ValueError(
                f"synthesis.bayesian.scales names {', '.join(sorted(unknown))}, not among measures"
            )
        return self

    @model_validator(mode="after")
    def _points_are_on_one_scale(self) -> Protocol:
        for outcome in self.outcomes:
            ranges = {self.clinical.instrument_ranges.get(name) for name in outcome.points_on}
            if len(ranges) > 1 or None in ranges:
                raise ValueError(
                    f"points_on of {outcome.id}: each instrument needs the same range "
                    "in clinical.instrument_ranges"
                )
            if len({self.directions.of(name) for name in outcome.points_on}) > 1:
                raise ValueError(
                    f"points_on of {outcome.id}: one direction for all, so that points add up"
                )
        return self

    @model_validator(mode="after")
    def _indirect_instruments_are_listed(self) -> Protocol:
        for outcome in self.outcomes:
            if unknown := set(outcome.indirect_instruments) - set(outcome.instruments):
                raise ValueError(
                    f"indirect_instruments of {outcome.id}: {', '.join(sorted(unknown))} is not "
                    "among its instruments"
                )
        return self

    @property
    def moderator_labels(self) -> tuple[str, ...]:
        """The moderators as a reader reads them."""
        labels = {column.name: column.label for column in self.study_columns}
        return tuple(labels.get(name, name) for name in self.moderators)

    @property
    def criteria(self) -> ExclusionCriteria:
        return ExclusionCriteria(self.exclusion_criteria)

    @property
    def held_against(self) -> tuple[tuple[str, str], ...]:
        """What a report is held against: each criterion of which something is said, and what."""
        told = [
            (each.id, each.expects or self.eligibility.says(each.id))
            for each in self.exclusion_criteria
        ]
        return tuple((id, expects) for id, expects in told if expects)

    @property
    def questions(self) -> tuple[Question, ...]:
        """Every condition x outcome x time point, in the protocol's order."""
        return tuple(
            Question(condition=condition.id, outcome=outcome.id, timepoint=timepoint.id)
            for condition, outcome, timepoint in product(
                self.conditions, self.outcomes, self.timepoints
            )
        )

    def question(self, condition: str, outcome: str, timepoint: str) -> Question:
        """The question of that name; KeyError says which part is not in the protocol."""
        self.condition(condition), self.outcome(outcome), self.timepoint(timepoint)
        return Question(condition=condition, outcome=outcome, timepoint=timepoint)

    def condition(self, id: str) -> Condition:
        return _by_id(self.conditions, id, "condition")

    def outcome(self, id: str) -> Outcome:
        return _by_id(self.outcomes, id, "outcome")

    def timepoint(self, id: str) -> Timepoint:
        return _by_id(self.timepoints, id, "time point")

    def question_title(self, question: Question) -> str:
        """`Sleep after treatment: insomnia`."""
        label = f"{self.outcome(question.outcome).label} {self.timepoint(question.timepoint).label}"
        return self.titled(sentence_case(label), question.condition)

    def titled(self, title: str, condition: str) -> str:
        """A title with the condition it is about, of which nothing is said where there is one."""
        return ": ".join((title, *self.condition_told(condition)))

    def condition_told(self, condition: str) -> tuple[str, ...]:
        """The condition's label, to join to what is said of it; nothing where there is one."""
        return (self.condition(condition).label,) if len(self.conditions) > 1 else ()

    def measure_name(self, question: Question) -> MeasureName:
        """The one measure that this question pools."""
        outcome = self.outcome(question.outcome)
        return outcome.measure_by_condition.get(question.condition, outcome.measure)

    def measure_of(self, outcome: str, name: MeasureName) -> OutcomeMeasure:
        """That measure as the outcome has it: by its own words, the measure's or the usual."""
        kind, rule, own = MEASURES[name], self.measures[name], self.outcome(outcome)
        if rule.ratio not in (None, kind.ratio):
            raise ValueError(f"measures.{name}: ratio is {kind.ratio} by definition")
        return OutcomeMeasure(
            name=name,
            label=rule.label or kind.label,
            unit=own.unit or rule.unit or kind.unit or "",
            event=own.event or rule.event or ("have the event" if kind.event else ""),
            benefit_above=_first(own.benefit_above, rule.benefit_above) or False,
            smallest_important_difference=_first(
                own.smallest_important_difference,
                rule.smallest_important_difference,
                kind.important,
            ),
        )

    def measure(self, question: Question) -> OutcomeMeasure:
        """The measure that this question pools, in full."""
        return self.measure_of(question.outcome, self.measure_name(question))

    def instrument_rank(self, outcome: str, instrument: str) -> int:
        """Place in the outcome's list of preferred instruments; unlisted ones come last."""
        preferred = self.outcome(outcome).instruments
        return preferred.index(instrument) if instrument in preferred else len(preferred)


def _first(*stated: Value | None) -> Value | None:
    """The first that is said; `False` and 0 are."""
    return next((value for value in stated if value is not None), None)


def _by_id(items: tuple[Any, ...], id: str, what: str) -> Any:
    if found := [item for item in items if item.id == id]:
        return found[0]
    known = ", ".join(item.id for item in items)
    raise KeyError(f"{what} {id!r} is not in the protocol (it has {known})")


def load_protocol(path: Path) -> Protocol:
    """Read and validate a protocol; EvidenceError lists every problem with its line."""
    return protocol_of(path, read_bytes(path, LARGEST_YAML))


def protocol_of(path: Path, content: bytes) -> Protocol:
    """The same of a file that says this."""
    try:
        return _protocol(content)
    except EvidenceError as error:
        raise EvidenceError(replace(problem, file=path) for problem in error.problems) from None


@lru_cache(maxsize=4)  # it is asked for often, in copies of the folder too
def _protocol(content: bytes) -> Protocol:
    return model_of(Path("protocol.yml"), content, Protocol)
