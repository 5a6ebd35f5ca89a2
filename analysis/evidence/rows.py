"""The evidence: the rows of the data files as frozen objects, apart from how they are read.

A blank number is None, a blank text is "".
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import Literal, TypeVar

import pandas as pd
from pydantic import TypeAdapter

from analysis.protocol import Protocol

JudgementWord = Literal["low", "some concerns", "unclear", "high"]
CertaintyDomain = Literal[
    "risk of bias", "inconsistency", "imprecision", "indirectness", "publication bias"
]
IntegrityCheck = Literal[
    "SE read as SD",
    "equals baseline",
    "outside range",
    "n above randomised",
    "events above n",
    "effect and interval",
    "sources disagree",
    "directions conflict",
    "exact zero",
    "small arm",
    "duplicate report",
]


@dataclass(frozen=True, slots=True)
class Trial:
    """A row of studies.csv."""

    study_id: str
    label: str
    status: str
    reason: str
    in_baseline_review: str
    baseline_basis: str
    condition: str
    diagnosis: str
    country: str
    therapy: str
    programme: str
    target: str
    guidance: str
    duration_weeks: float | None
    comparator: str
    comparator_detail: str
    n_randomised_intervention: float | None
    n_randomised_control: float | None
    n_randomised_total: float | None
    n_analysed_total: float | None
    percent_women: float | None
    mean_age: float | None
    year: float
    title: str
    journal: str
    citation: str
    doi: str
    pmid: str
    registration: str
    other_reports: str
    indirectness: str

    @property
    def in_baseline(self) -> bool:
        return self.in_baseline_review == "yes"


@dataclass(frozen=True, slots=True)
class OutcomeRow:
    """A row of outcomes.csv: one trial, contrast, outcome, instrument, time point and source."""

    row_id: str
    study_id: str
    contrast: str
    outcome: str
    instrument: str
    higher_is: str
    timepoint: str
    weeks: float | None
    format: str
    n_intervention: float | None
    mean_intervention: float | None
    sd_intervention: float | None
    n_control: float | None
    mean_control: float | None
    sd_control: float | None
    baseline_mean_intervention: float | None
    baseline_sd_intervention: float | None
    baseline_mean_control: float | None
    baseline_sd_control: float | None
    events_intervention: float | None
    total_intervention: float | None
    events_control: float | None
    total_control: float | None
    effect_measure: str
    effect: float | None
    effect_se: float | None
    effect_ci_low: float | None
    effect_ci_high: float | None
    effect_favours_intervention_when: str
    usable: str
    not_usable_because: str
    source_id: str
    locator: str
    verified: str
    note: str

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


@dataclass(frozen=True, slots=True)
class Judgement:
    """A row of risk_of_bias.csv."""

    study_id: str
    tool: str
    domain: str
    judgement: JudgementWord
    support: str
    assessed_by: str


@dataclass(frozen=True, slots=True)
class Published:
    """A row of published.csv: a pooled result that a review printed."""

    review: str
    condition: str
    outcome: str
    timepoint: str
    measure: str
    estimate: float
    ci_low: float
    ci_high: float
    k: float | None
    favours_intervention_when: str
    verified: str
    note: str


@dataclass(frozen=True, slots=True)
class ChecklistItem:
    """A row of checklists.csv: an item of a reporting guideline, and where the book reports it."""

    checklist: str
    item: str
    section: str
    topic: str
    where: str
    note: str

    @property
    def places(self) -> tuple[str, ...]:
        """The documents, each perhaps with an anchor; none where the item is not reported."""
        return tuple(self.where.split())


@dataclass(frozen=True, slots=True)
class Source:
    """A row of sources.csv."""

    source_id: str
    kind: str
    citation: str
    url: str
    licence: str
    note: str


@dataclass(frozen=True, slots=True)
class Decision:
    """A row of certainty.csv: how many levels a person takes off for one GRADE domain, and why."""

    condition: str
    outcome: str
    timepoint: str
    domain: CertaintyDomain
    levels: float
    reason: str
    decided_by: str
    date: str


@dataclass(frozen=True, slots=True)
class Ruling:
    """A row of integrity.csv: what a person decided about a finding; no row_id means all rows.

    `fingerprint` stands for the numbers ruled on; once they change the ruling no longer counts.
    """

    check: IntegrityCheck
    study_id: str
    row_id: str
    fingerprint: str
    ruling: Literal["accept", "exclude"]
    reason: str
    decided_by: str
    date: str


@dataclass(frozen=True, slots=True)
class AcceptabilityRow:
    """A row of acceptability.csv, as the source words it."""

    study_id: str
    what: str
    arm: str
    n: str
    value: str
    unit: str
    source_id: str
    note: str


@dataclass(frozen=True, slots=True)
class ControlGroup:
    """A row of contrasts.csv: whether a source split a control group between its contrasts."""

    study_id: str
    source_id: str
    control_group: str
    basis: str


@dataclass(frozen=True)
class Evidence:
    """The validated evidence: every file's rows, in file order, and the protocol."""

    folder: Path
    protocol: Protocol
    trials: Mapping[str, Trial]
    outcomes: tuple[OutcomeRow, ...]
    risk_of_bias: tuple[Judgement, ...]
    acceptability: tuple[AcceptabilityRow, ...]
    published: tuple[Published, ...]
    decisions: tuple[Decision, ...]
    rulings: tuple[Ruling, ...]
    control_groups: tuple[ControlGroup, ...]
    checklists: tuple[ChecklistItem, ...]
    sources: Mapping[str, Source]

    def splits_control(self, study_id: str, source_id: str) -> bool:
        """Whether that source gave each contrast of the trial its own part of the controls."""
        return any(
            row.control_group == "split"
            for row in self.control_groups
            if (row.study_id, row.source_id) == (study_id, source_id)
        )


@cache
def evidence_adapter() -> TypeAdapter[Evidence]:
    """Validated evidence to JSON and back, for processes that need not read the files again."""
    return TypeAdapter(Evidence)


Record = TypeVar("Record")


def records(frame: pd.DataFrame, kind: type[Record]) -> tuple[Record, ...]:
    """Every row of a validated frame as a record of that kind, in file order."""
    names = [field.name for field in fields(kind)]  # type: ignore[arg-type]
    return tuple(
        kind(*(None if _blank(cell) else cell for cell in row))
        for row in frame[names].itertuples(index=False, name=None)
    )


def _blank(cell: object) -> bool:
    return isinstance(cell, float) and math.isnan(cell)
