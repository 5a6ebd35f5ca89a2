"""What would change an answer: participants, trials that wait, the result of one more trial."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import median

from analysis.evidence.question_slice import Awaiting, Slice
from analysis.protocol import Protocol
from analysis.protocol_rules import Frozen, SynthesisRules
from analysis.statistics.arrays import FloatArray
from analysis.statistics.estimates import PooledEffect
from analysis.statistics.next_trial import limits_with, tipping_effect
from analysis.synthesis.certainty import Body
from analysis.synthesis.grade.imprecision_rule import information_size
from analysis.synthesis.interval_rule import interval_by_rule
from analysis.synthesis.study_effect import Measure, StudyEffect, effects_of

# As far as a single trial's effect is looked for: beyond, no trial of this kind is believed.
FARTHEST_DIFFERENCE = 2.0
FARTHEST_LOG_RATIO = math.log(20)
LARGER = 2  # times the largest trial: the second size that is tried


class NextTrial(Frozen):
    """The effect at which a trial of so many participants moves the interval over no difference.

    on the analysis scale; `None` where none within the range does.
    """

    people: int
    effect: float | None


class NextEvidence(Frozen):
    """What would change the answer of a question.

    `needed` are the participants of the optimal information size and `assumed` what for; `None`
    where the protocol has none. `excludes` says whether the interval that conclusions read
    excludes no difference, `upwards` whether the next trial's effect would have to lie above the
    tipping effect, on the analysis scale, and `range` how far effects were looked for.
    """

    needed: int | None = None
    assumed: str = ""
    excludes: bool | None = None
    trials: tuple[NextTrial, ...] = ()
    upwards: bool = False
    range: float = 0.0
    awaiting: tuple[Awaiting, ...] = ()


def next_evidence(given: Slice, body: Body | None, concluded: PooledEffect | None) -> NextEvidence:
    """What would change the answer; `concluded` has the interval that conclusions read."""
    protocol = given.evidence.protocol
    if body is None or concluded is None:
        return NextEvidence(awaiting=given.awaiting)
    needed, assumed = _needed(protocol, body)
    low, high = concluded.interval.low, concluded.interval.high
    excludes = None if low is None or high is None else not low <= 0 <= high
    return NextEvidence(
        needed=needed,
        assumed=assumed,
        excludes=excludes,
        trials=_trials(protocol.synthesis, body, concluded, excludes),
        upwards=(concluded.estimate < 0) == bool(excludes),
        range=_range(body.measure, body.studies),
        awaiting=given.awaiting,
    )


def variance_of_one(studies: Sequence[StudyEffect]) -> float | None:
    """What a variance is for one participant, by the median trial; None if no number is known."""
    known = [study.variance * study.n_total for study in studies if study.n_total]
    return median(known) if known else None


def _needed(protocol: Protocol, body: Body) -> tuple[int | None, str]:
    if protocol.certainty.information_size is None:
        return None, ""
    found = information_size(protocol, protocol.certainty.information_size, body)
    return (found.participants, found.assumed) if found else (None, "")


def _range(measure: Measure, studies: Sequence[StudyEffect]) -> float:
    if measure.ratio:
        return FARTHEST_LOG_RATIO
    if measure.name == "SMD":
        return FARTHEST_DIFFERENCE
    # In the unit of the outcome: ten times the largest effect that was seen.
    return 10 * max(abs(study.effect) for study in studies)


def _trials(
    rules: SynthesisRules, body: Body, concluded: PooledEffect, excludes: bool | None
) -> tuple[NextTrial, ...]:
    of_one = variance_of_one(body.studies)
    sizes = [study.n_total for study in body.studies if study.n_total]
    if excludes is None or of_one is None or len(body.studies) < 2:
        return ()
    farthest = _range(body.measure, body.studies)
    tried = dict.fromkeys((round(median(sizes)), LARGER * max(sizes)))
    return tuple(
        NextTrial(
            people=people,
            effect=_tipping(rules, body, concluded, of_one / people, farthest, excludes),
        )
        for people in tried
    )


def _tipping(
    rules: SynthesisRules,
    body: Body,
    concluded: PooledEffect,
    variance: float,
    farthest: float,
    excludes: bool,
) -> float | None:
    """Of an interval on one side: from its estimate to the other side; else from no difference."""
    effects, variances = effects_of(body.studies)
    side = -1.0 if concluded.estimate < 0 else 1.0

    def beyond(found: FloatArray) -> FloatArray:
        """How far the limit next to no difference lies on the estimate's side of it."""
        low, high = limits_with(
            effects,
            variances,
            found,
            variance,
            model=rules.primary_model,
            interval=lambda k, tau2: interval_by_rule(rules.interval, k, tau2),
            level=rules.level,
        )
        return -high if side < 0 else low

    if excludes:
        return tipping_effect(lambda y: -beyond(y), concluded.estimate, -side * farthest)
    return tipping_effect(beyond, 0.0, side * max(farthest, abs(concluded.estimate)))
