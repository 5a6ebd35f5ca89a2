"""What would change an answer: participants, trials that wait, the result of one more trial."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import median

import numpy as np

from analysis.evidence.question_slice import Awaiting, Slice
from analysis.protocol import Protocol
from analysis.protocol_rules import Frozen, SynthesisRules
from analysis.statistics.arrays import FloatArray
from analysis.statistics.estimates import PooledEffect
from analysis.statistics.next_trial import Stretch, limits_with, looked_at, stretches
from analysis.synthesis.certainty import Body
from analysis.synthesis.grade.imprecision_rule import information_size
from analysis.synthesis.interval_rule import interval_by_rule
from analysis.synthesis.study_effect import Measure, StudyEffect, effects_of

# As far as a single trial's effect is looked for: beyond, no trial of this kind is believed.
FARTHEST_DIFFERENCE = 2.0
FARTHEST_LOG_RATIO = math.log(20)
LARGER = 2  # times the largest trial: the second size that is tried


class NextTrial(Frozen):
    """The effects at which a trial of so many participants moves the interval over no difference.

    On the analysis scale, in stretches from a lower to an upper end, `None` where one goes to the
    end of the range; none of them where none within the range does.
    """

    people: int
    tips: tuple[Stretch, ...] = ()


class NextEvidence(Frozen):
    """What would change the answer of a question.

    `needed` are the participants of the optimal information size and `assumed` what for; `None`
    where the protocol has none. `excludes` says whether the interval that conclusions read
    excludes no difference, and `range` how far on both sides effects were looked for.
    """

    needed: int | None = None
    assumed: str = ""
    excludes: bool | None = None
    trials: tuple[NextTrial, ...] = ()
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
        trials=_trials(protocol.synthesis, body, excludes),
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


def _trials(rules: SynthesisRules, body: Body, excludes: bool | None) -> tuple[NextTrial, ...]:
    of_one = variance_of_one(body.studies)
    sizes = [study.n_total for study in body.studies if study.n_total]
    if excludes is None or of_one is None or len(body.studies) < 2:
        return ()
    tried = dict.fromkeys((round(median(sizes)), LARGER * max(sizes)))
    return tuple(
        NextTrial(people=people, tips=_tips(rules, body, of_one / people, excludes))
        for people in tried
    )


def _tips(
    rules: SynthesisRules, body: Body, variance: float, excludes: bool
) -> tuple[Stretch, ...]:
    """The effects with which the interval would include no difference, or exclude it, anew.

    All are looked at: a trial on either side of no difference may tip an interval around it, and
    one that lies far from the others makes an interval wider instead of moving it.
    """
    effects, variances = effects_of(body.studies)

    def tipped(found: FloatArray) -> FloatArray:
        """How far the interval lies on one side of no difference; around it where it did not."""
        low, high = limits_with(
            effects,
            variances,
            found,
            variance,
            model=rules.primary_model,
            interval=lambda k, tau2: interval_by_rule(rules.interval, k, tau2),
            level=rules.level,
        )
        beyond = np.maximum(low, -high)
        return -beyond if excludes else beyond

    farthest = _range(body.measure, body.studies)
    return stretches(tipped, looked_at(effects, variances, variance, farthest))
