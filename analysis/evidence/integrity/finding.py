"""What the checks read, and what they say: rows with their effects, and findings."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Literal, TypeVar

from analysis.evidence.reported import ARMS, CHANGES, CannotGive
from analysis.evidence.reported_arms import arm_of
from analysis.evidence.rows import Evidence, IntegrityCheck, OutcomeRow, Ruling, Trial
from analysis.evidence.trial_effects import row_effect
from analysis.protocol import MeasureName, Question
from analysis.protocol_rules import IntegrityRules

Severity = Literal["suspect", "note"]
# What a check says about one row: how serious it is, and the arithmetic in words.
Said = Iterator[tuple[Severity, str]]
Item = TypeVar("Item")
Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True)
class Finding:
    """Something a person should look up in the trial report, and what a person ruled on it.

    A finding without `row_ids` is about the whole trial; without `question`, about no single one.
    `lapsed` is a ruling that was about other numbers than these: it is shown and does nothing.
    """

    check: IntegrityCheck
    severity: Severity
    study_id: str
    row_ids: tuple[str, ...]
    question: Question | None
    text: str
    ruling: Ruling | None = None
    lapsed: Ruling | None = None

    @property
    def keeps_out(self) -> bool:
        """Whether it keeps its rows out of the primary analysis: a ruling goes before a rule."""
        if self.ruling is not None:
            return self.ruling.ruling == "exclude"
        return self.severity == "suspect"

    def concerns(self, study_id: str, row_ids: tuple[str, ...]) -> bool:
        """Whether it is about an effect made from these rows of that trial."""
        ruled_on = self.ruling.row_id if self.ruling else ""
        about = {ruled_on} if ruled_on else set(self.row_ids)
        return study_id == self.study_id and (not about or not about.isdisjoint(row_ids))


@dataclass(frozen=True)
class RowEffect:
    """What a usable row gives by itself, oriented: negative favours the intervention."""

    row: OutcomeRow
    question: Question
    measure: MeasureName
    effect: float
    variance: float

    @property
    def study_id(self) -> str:
        return self.row.study_id

    @property
    def se(self) -> float:
        return math.sqrt(self.variance)


@dataclass(frozen=True)
class Material:
    """The evidence and the effect of every usable row, whatever becomes of its trial."""

    evidence: Evidence
    effects: tuple[RowEffect, ...]
    smds_by_trial: Mapping[str, tuple[RowEffect, ...]]
    smds_by_question: Mapping[Question, tuple[RowEffect, ...]]

    @cached_property
    def by_row(self) -> Mapping[str, RowEffect]:
        """What each row gives, by its name."""
        return {effect.row.row_id: effect for effect in self.effects}

    @cached_property
    def arms(self) -> Mapping[str, tuple[ArmNumbers, ArmNumbers]]:
        """The arms of each row, by its name: a dozen checks look at them."""
        return {row.row_id: arms_of(self.trial(row), row) for row in self.evidence.outcomes}

    @property
    def rules(self) -> IntegrityRules:
        return self.evidence.protocol.integrity

    def trial(self, row: OutcomeRow) -> Trial:
        return self.evidence.trials[row.study_id]


RowCheck = Callable[[Material, OutcomeRow], Said]


def material(evidence: Evidence) -> Material:
    """Compute each usable row's effect in the measure that its question pools."""
    effects = tuple(_effects(evidence))
    smds = [effect for effect in effects if effect.measure == "SMD"]
    return Material(
        evidence,
        effects,
        smds_by_trial=grouped(smds, lambda effect: effect.study_id),
        smds_by_question=grouped(smds, lambda effect: effect.question),
    )


def _effects(evidence: Evidence) -> Iterator[RowEffect]:
    for row in evidence.outcomes:
        question = question_of(evidence, row)
        measure = evidence.protocol.measure_name(question)
        if row.usable != "yes":
            continue
        try:
            found = row_effect(evidence.protocol, measure, row)
        except CannotGive:
            continue  # the question's page lists it with the reason
        if found.variance > 0:
            yield RowEffect(row, question, measure, found.effect, found.variance)


def grouped(items: Iterable[Item], key: Callable[[Item], Key]) -> dict[Key, tuple[Item, ...]]:
    """The items by what they share, in their order."""
    groups: dict[Key, list[Item]] = {}
    for item in items:
        groups.setdefault(key(item), []).append(item)
    return {shared: tuple(group) for shared, group in groups.items()}


def question_of(evidence: Evidence, row: OutcomeRow) -> Question:
    """The question that a row answers."""
    condition = evidence.trials[row.study_id].condition
    return Question(condition=condition, outcome=row.outcome, timepoint=row.timepoint)


@dataclass(frozen=True)
class ArmNumbers:
    """The numbers of one arm in a row; None where the row has none."""

    name: str
    n: float | None
    mean: float | None
    sd: float | None
    baseline_mean: float | None
    baseline_sd: float | None
    events: float | None
    randomised: float | None


def arms_of(trial: Trial, row: OutcomeRow) -> tuple[ArmNumbers, ArmNumbers]:
    """Intervention and control; `n` is the total of a row with events.

    Mean and SD are those of scores, also where they follow from what the report prints instead;
    changes since baseline have none.
    """
    scores = {arm: _scores_of(row, arm) for arm in ARMS}
    return (
        ArmNumbers(
            "intervention arm",
            row.total_intervention if row.format == "events" else row.n_intervention,
            *scores["intervention"],
            row.baseline_mean_intervention,
            row.baseline_sd_intervention,
            row.events_intervention,
            trial.n_randomised_intervention,
        ),
        ArmNumbers(
            "control arm",
            row.total_control if row.format == "events" else row.n_control,
            *scores["control"],
            row.baseline_mean_control,
            row.baseline_sd_control,
            row.events_control,
            trial.n_randomised_control,
        ),
    )


def _scores_of(row: OutcomeRow, arm: str) -> tuple[float | None, float | None]:
    if row.scores in CHANGES or row.format not in ("means", "medians"):
        return None, None
    try:
        found = arm_of(row, arm)
    except ValueError:
        return getattr(row, f"mean_{arm}"), getattr(row, f"sd_{arm}")
    return found.mean, found.sd


def decimals_of(printed: float) -> int:
    """With how many decimals a number is printed, as far as zeros at its end can be known."""
    return len(f"{printed:.12g}".partition(".")[2])


@lru_cache(maxsize=4096)  # rows are held against each other in pairs
def half_a_unit(printed: float) -> float:
    """How far a number may be from the one it was rounded from: half of its last decimal."""
    return 0.5 * 10.0 ** -decimals_of(printed) + 1e-9


def of_usable_rows(
    material: Material, checks: Mapping[IntegrityCheck, RowCheck]
) -> Iterator[Finding]:
    """What each of these checks says of each usable row."""
    for row in material.evidence.outcomes:
        if row.usable == "yes":
            for name, check in checks.items():
                yield from of_row(material.evidence, name, row, check(material, row))


def of_row(
    evidence: Evidence, check: IntegrityCheck, row: OutcomeRow, said: Said
) -> Iterator[Finding]:
    """All that a check says about a row as one finding, as serious as its gravest part."""
    parts = list(said)
    if parts:
        severity: Severity = "suspect" if any(word == "suspect" for word, _ in parts) else "note"
        text = "; ".join(dict.fromkeys(text for _, text in parts))
        yield Finding(
            check, severity, row.study_id, (row.row_id,), question_of(evidence, row), text
        )
