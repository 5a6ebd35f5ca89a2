"""Across conditions: does the effect differ between headache and other chronic pain?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from analysis.protocol import Protocol
from analysis.statistics.subgroups import Subgroups, subgroups
from analysis.synthesis.model import Synthesis


@dataclass(frozen=True)
class ConditionContrast:
    """One outcome at one time point in several conditions, and the test of their difference.

    `cells` are those that have an estimate, in the protocol's order; `refused` says why
    they are not compared.
    """

    outcome: str
    timepoint: str
    cells: tuple[Synthesis, ...]
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
            cells = tuple(
                synthesis
                for synthesis in results.values()
                if (synthesis.cell.outcome, synthesis.cell.timepoint) == (outcome.id, timepoint.id)
                and synthesis.primary is not None
            )
            if len(cells) > 1:
                contrasts.append(_contrast(protocol, cells))
    return tuple(contrasts)


def _contrast(protocol: Protocol, cells: tuple[Synthesis, ...]) -> ConditionContrast:
    place = cells[0].cell.outcome, cells[0].cell.timepoint
    if refused := _refused(protocol, cells):
        return ConditionContrast(*place, cells, refused=refused)
    studies = [(s.cell.condition, study) for s in cells for study in s.pooled_studies]
    result = subgroups(
        [study.effect for _, study in studies],
        [study.variance for _, study in studies],
        [condition for condition, _ in studies],
        model=protocol.synthesis.primary_model,
        level=protocol.synthesis.level,
    )
    return ConditionContrast(*place, cells, result=result)


def _refused(protocol: Protocol, cells: tuple[Synthesis, ...]) -> str | None:
    if len({synthesis.measure.name for synthesis in cells}) > 1:
        measures = [
            f"{protocol.condition(s.cell.condition).label} pools the {s.measure.label}"
            for s in cells
        ]
        return f"the measures differ: {'; '.join(measures)}"
    minimum = protocol.synthesis.subgroup_minimum_k
    if any(synthesis.k < minimum for synthesis in cells):
        counts = [f"{protocol.condition(s.cell.condition).label}: {s.k}" for s in cells]
        return f"a condition has fewer than {minimum} trials ({'; '.join(counts)})"
    return None
