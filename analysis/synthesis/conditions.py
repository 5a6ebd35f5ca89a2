"""Across conditions: does the effect differ between them?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from analysis.protocol import Protocol
from analysis.statistics.subgroups import Subgroups, subgroups
from analysis.synthesis.question_result import Synthesis


@dataclass(frozen=True)
class ConditionContrast:
    """One outcome at one time point in several conditions, and the test of their difference.

    `questions` are those that have an estimate, in the protocol's order; `refused` says why
    they are not compared.
    """

    outcome: str
    timepoint: str
    questions: tuple[Synthesis, ...]
    result: Subgroups | None = None
    refused: str | None = None


def across_conditions(
    protocol: Protocol, results: Mapping[str, Synthesis]
) -> tuple[ConditionContrast, ...]:
    """Compare the conditions in each outcome and time point that more than one has results for.

    The trials of each condition form a subgroup, pooled as on its page; the test of their
    difference is Cochran's Q between subgroups (see `statistics.subgroups`). Conditions that
    pool different measures, or have fewer trials than the protocol asks of a subgroup, are
    not compared.
    """
    contrasts = []
    for outcome in protocol.outcomes:
        for timepoint in protocol.timepoints:
            questions = tuple(
                synthesis
                for synthesis in results.values()
                if (synthesis.question.outcome, synthesis.question.timepoint)
                == (outcome.id, timepoint.id)
                and synthesis.primary is not None
            )
            if len(questions) > 1:
                contrasts.append(_contrast(protocol, questions))
    return tuple(contrasts)


def _contrast(protocol: Protocol, questions: tuple[Synthesis, ...]) -> ConditionContrast:
    place = questions[0].question.outcome, questions[0].question.timepoint
    if refused := _refused(protocol, questions):
        return ConditionContrast(*place, questions, refused=refused)
    studies = [(s.question.condition, study) for s in questions for study in s.pooled_studies]
    result = subgroups(
        [study.effect for _, study in studies],
        [study.variance for _, study in studies],
        [condition for condition, _ in studies],
        model=protocol.synthesis.primary_model,
        level=protocol.synthesis.level,
    )
    return ConditionContrast(*place, questions, result=result)


def _refused(protocol: Protocol, questions: tuple[Synthesis, ...]) -> str | None:
    if len({synthesis.measure.name for synthesis in questions}) > 1:
        measures = [
            f"{protocol.condition(s.question.condition).label} pools the {s.measure.label}"
            for s in questions
        ]
        return f"the measures differ: {'; '.join(measures)}"
    minimum = protocol.synthesis.subgroup_minimum_k
    if any(synthesis.k < minimum for synthesis in questions):
        counts = [f"{protocol.condition(s.question.condition).label}: {s.k}" for s in questions]
        return f"a condition has fewer than {minimum} trials ({'; '.join(counts)})"
    return None
