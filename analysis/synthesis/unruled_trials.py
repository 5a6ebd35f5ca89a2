"""The trials that integrity checks keep out and no person has ruled on, and the result with them.

A check proposes and a person decides; as long as nobody has, a reader must see how much of the
answer hangs on the check.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from analysis.protocol_rules import Frozen, SynthesisRules
from analysis.statistics.estimates import PooledEffect
from analysis.synthesis.interval_rule import pool_by_protocol
from analysis.synthesis.study_effect import StudyEffect


class UnruledTrials(Frozen):
    """Which trials they are, the per cent of the weight they would hold, the result with them."""

    labels: tuple[str, ...]
    weight: float
    pooled: PooledEffect


def unruled_trials(
    rules: SynthesisRules, studies: Sequence[StudyEffect], unruled: Collection[str]
) -> UnruledTrials | None:
    """The trials of `studies` that `unruled` names; None where there is none.

    What a person has ruled out stays out of the result with them too.
    """
    both = [study for study in studies if not study.suspect or study.study_id in unruled]
    pooled = pool_by_protocol(rules, both)
    if pooled is None or not any(study.suspect for study in both):
        return None
    weights = zip(both, pooled.weights, strict=True)
    return UnruledTrials(
        labels=tuple(study.label for study in both if study.suspect),
        weight=sum(weight for study, weight in weights if study.suspect),
        pooled=pooled,
    )
