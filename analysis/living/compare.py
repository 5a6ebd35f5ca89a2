"""Two states of one cell side by side: what moved, and whether the conclusion did."""

from __future__ import annotations

from dataclasses import dataclass

from analysis.statistics.results import PooledEffect
from analysis.synthesis.model import Synthesis

ARROWS = {"lower": "▼", "higher": "▲", "same": "＝", "new": "＋", "none": "–"}
# Two estimates that print alike are the same to a reader.
PRINTED_ALIKE = 0.005


@dataclass(frozen=True)
class Change:
    """One cell's primary result before and now; `rules` say what changed the conclusion."""

    key: str
    k_before: int
    k_now: int
    before: PooledEffect | None
    now: PooledEffect | None
    direction: str
    rules: tuple[str, ...]
    new_trials: tuple[str, ...]

    @property
    def conclusion_changed(self) -> bool:
        return bool(self.rules)

    @property
    def arrow(self) -> str:
        return ARROWS[self.direction]


def since_baseline(synthesis: Synthesis) -> Change:
    """The baseline trials alone against all trials, both by the present methods."""
    baseline = synthesis.comparison("baseline trials")
    labels = {study.study_id: study.label for study in synthesis.pooled_studies}
    new = tuple(label for study_id, label in labels.items() if study_id not in baseline.study_ids)
    return Change(
        key=synthesis.cell.key,
        k_before=baseline.k,
        k_now=synthesis.k,
        before=baseline.pooled,
        now=synthesis.primary,
        direction=_direction(baseline.pooled, synthesis.primary),
        rules=conclusion_rules(
            baseline.pooled, synthesis.primary, synthesis.smallest_important_difference
        ),
        new_trials=new,
    )


def conclusion_rules(
    before: PooledEffect | None, now: PooledEffect | None, important: float | None
) -> tuple[str, ...]:
    """Which rules say that the conclusion changed; none when both say the same."""
    if before is None or now is None:
        return () if before is now else ("there was no estimate before",)
    rules = []
    if before.estimate * now.estimate < 0:
        rules.append("the direction changed")
    if _excludes(before, 0.0) != _excludes(now, 0.0):
        verb = "excludes" if _excludes(now, 0.0) else "includes"
        rules.append(f"the interval now {verb} no difference")
    if important is not None and _excludes(before, -important) != _excludes(now, -important):
        verb = "excludes" if _excludes(now, -important) else "includes"
        rules.append(f"the interval now {verb} the smallest important difference")
    return tuple(rules)


def _excludes(pooled: PooledEffect, value: float) -> bool:
    low, high = pooled.interval.low, pooled.interval.high
    return (low is not None and low > value) or (high is not None and high < value)


def _direction(before: PooledEffect | None, now: PooledEffect | None) -> str:
    if now is None:
        return "none"
    if before is None:
        return "new"
    difference = now.estimate - before.estimate
    if abs(difference) < PRINTED_ALIKE:
        return "same"
    return "lower" if difference < 0 else "higher"
