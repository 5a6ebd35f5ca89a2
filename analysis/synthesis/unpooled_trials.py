"""Included trials that are in no pooled result: what they measured, and why it is not pooled."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from analysis.evidence.trial_states import MEASURED, OutcomeInTrial, State
from analysis.synthesis.question_result import Synthesis


@dataclass(frozen=True)
class UnpooledTrial:
    """An included trial that no question pools, with each outcome that it measured."""

    study_id: str
    label: str
    outcomes: tuple[tuple[Synthesis, OutcomeInTrial], ...]


def included_trials(results: Iterable[Synthesis]) -> frozenset[str]:
    """The names of all trials that any question knows of."""
    return frozenset(trial.study_id for result in results for trial in result.missing.trials)


def unpooled_trials(results: Iterable[Synthesis]) -> tuple[UnpooledTrial, ...]:
    """The included trials that are in no pooled result, in order of year and label."""
    found: dict[str, list[tuple[Synthesis, OutcomeInTrial]]] = {}
    for result in results:
        for trial in result.missing.trials:
            found.setdefault(trial.study_id, []).append((result, trial))
    unpooled = (
        UnpooledTrial(
            study_id=study_id,
            label=outcomes[0][1].label,
            outcomes=tuple(one for one in outcomes if one[1].state in MEASURED),
        )
        for study_id, outcomes in found.items()
        if all(trial.state != State.POOLED for _, trial in outcomes)
    )
    year = {study_id: outcomes[0][1].year for study_id, outcomes in found.items()}
    return tuple(sorted(unpooled, key=lambda trial: (year[trial.study_id], trial.label)))
