"""The primary analysis of a question and nothing else: its trials, and what they are pooled to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from analysis.evidence.chosen_rows import ChosenRows, chosen_rows
from analysis.evidence.question_slice import Slice, slices_of
from analysis.evidence.rows import Evidence
from analysis.protocol import Protocol, Question
from analysis.protocol_rules import SynthesisRules
from analysis.statistics.estimates import Interval, PooledEffect
from analysis.synthesis.bayesian_companion import companion
from analysis.synthesis.interval_rule import conclusion_interval, pool_by_protocol
from analysis.synthesis.question_effects import study_effects
from analysis.synthesis.study_effect import Measure, StudyEffect, measure_in_words


@dataclass(frozen=True)
class PrimaryAnalysis:
    """The trials of a question, suspect or not, and their result without those that are.

    `concluded_from` is the interval that conclusions read, where that is another.
    """

    measure: Measure
    studies: tuple[StudyEffect, ...]
    primary: PooledEffect | None
    concluded_from: Interval | None = None

    @property
    def pooled(self) -> tuple[StudyEffect, ...]:
        """The trials in the result, in the order of its weights."""
        return tuple(study for study in self.studies if not study.suspect)


def primary_analyses(
    evidence: Evidence, questions: Iterable[Question]
) -> Mapping[str, PrimaryAnalysis]:
    """The primary analysis of questions of the protocol, by their keys, to be compared."""
    slices = slices_of(evidence)
    return {
        asked.key: _with_conclusion(
            evidence.protocol,
            asked,
            primary_analysis(slices[asked], chosen_rows(slices[asked].evidence, asked)),
        )
        for asked in questions
    }


def _with_conclusion(
    protocol: Protocol, asked: Question, found: PrimaryAnalysis
) -> PrimaryAnalysis:
    rules = protocol.synthesis
    if len(found.pooled) > rules.interval.bayesian_maximum_k:
        return found
    important = protocol.measure(asked).smallest_important_difference
    read = conclusion_interval(companion(rules, found.measure, important, found.pooled))
    return replace(found, concluded_from=read)


def primary_analysis(given: Slice, rows: ChosenRows) -> PrimaryAnalysis:
    """The primary analysis of one question."""
    protocol = given.evidence.protocol
    measure = measure_in_words(protocol.measure(given.question), protocol.words)
    return PrimaryAnalysis(measure, *_pooled(protocol.synthesis, study_effects(given, rows)))


def _pooled(
    rules: SynthesisRules, studies: Sequence[StudyEffect]
) -> tuple[tuple[StudyEffect, ...], PooledEffect | None]:
    """The trials with their weights in the primary analysis, and its result."""
    primary = pool_by_protocol(rules, [study for study in studies if not study.suspect])
    weights = iter(primary.weights if primary else ())
    return tuple(
        study if study.suspect else study.model_copy(update={"weight": next(weights)})
        for study in studies
    ), primary
