"""A pooled effect in one sentence: how many trials against what, which way, how far, how sure.

Where an interval names a direction the words carry it and every number is a size, so that no
sentence has two signs; where it does not, the numbers carry signs and the words say what they mean.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from typing import Literal

from analysis.formatting import MINUS, counted, decimals_beside, listed, number, percent_level
from analysis.protocol import Outcome
from analysis.protocol_rules import ReviewWords, SynthesisRules
from analysis.statistics.estimates import Interval, PooledEffect
from analysis.synthesis.certainty import Body, ends
from analysis.synthesis.comparisons import Comparison, TrialSet
from analysis.synthesis.estimate_text import effect_text, interval_text
from analysis.synthesis.study_effect import Measure, StudyEffect
from analysis.synthesis.wording.interval_sentences import INTERVAL_NAMES
from analysis.synthesis.wording.plain_answer import TOUCHING, higher, lower, quantity

Side = Literal["below", "above", "across"]


def evidence_words(body: Body) -> str:
    """`21 trials, 3,243 participants, against placebo (12 trials) and usual care (9)`."""
    trials, against = counted(body.k, "trial"), f", against {controls(body.studies)}"
    if body.n_total is None:
        return f"{trials}, number of participants not known{against}"
    people = counted(body.n_total, "participant")
    if body.n_unknown:
        unknown = f"not counting {counted(body.n_unknown, 'trial')} whose number we do not have"
        return f"{trials}, {people} ({unknown}){against}"
    return f"{trials}, {people}{against}"


def controls(studies: Sequence[StudyEffect]) -> str:
    """What the trials compared with, the most frequent first."""
    found = Counter(
        control_named(study.comparator) or "a control that is not named" for study in studies
    ).most_common()
    if len(found) == 1:
        return found[0][0]
    first, *others = found
    return listed(
        [
            f"{first[0]} ({counted(first[1], 'trial')})",
            *(f"{control} ({trials})" for control, trials in others),
        ]
    )


def control_named(comparator: str) -> str:
    """What a trial compared with, as in a sentence; blank where nobody says."""
    return "an active control" if comparator == "active" else comparator


def effect_words(
    words: ReviewWords,
    outcome: Outcome,
    measure: Measure,
    pooled: PooledEffect,
    read: PooledEffect | None = None,
    beside: Interval | None = None,
) -> str:
    """Which way the effect goes, as far as the interval names it, and how far.

    read: the result whose interval conclusions read; beside: the interval that stands beside
    Wald's where neither is believed.
    """
    read = read or pooled
    if measure.ratio:
        verb = "were" if quantity(measure).startswith("the odds") else "was"
        return (
            f"{quantity(measure)} {verb} {effect_text(measure, pooled.estimate)} times as high "
            f"{words.with_intervention} ({_intervals(measure, pooled, read, beside)})"
            f"{_left_open(outcome, measure, read)}"
        )
    signed = _signed(outcome, measure, pooled, _intervals(measure, pooled, read, beside))
    if side_of(read.interval) == "across":
        return f"{signed}{_left_open(outcome, measure, read)}"
    change = lower(measure, outcome) if read.estimate < 0 else higher(measure, outcome)
    whose = f" that people {measure.event}" if measure.kind.event else ""
    said = f"{change}{whose} {words.with_intervention}"
    if beside:
        return f"{said}, {signed}{_left_open(outcome, measure, read)}"
    return (
        f"{said}, by {_size(measure, pooled.estimate)} "
        f"({confidence(pooled.interval)} {_sizes(measure, pooled.interval)})"
        f"{_left_open(outcome, measure, read)}"
    )


def _intervals(
    measure: Measure, pooled: PooledEffect, read: PooledEffect, beside: Interval | None
) -> str:
    """The interval; where none is believed, each by its name, that which conclusions read last."""
    if beside is None:
        return f"{confidence(pooled.interval)} {_interval(measure, pooled.interval)}"
    said = dict.fromkeys((pooled.interval, beside, read.interval))
    each = "; ".join(f"{INTERVAL_NAMES[i.method]} {_interval(measure, i)}" for i in said)
    return f"{percent_level(pooled.interval.level)} intervals: {each}"


def by_control(
    words: ReviewWords,
    outcome: Outcome,
    body: Body,
    comparisons: Sequence[Comparison],
    rules: SynthesisRules,
) -> str:
    """The effect against each kind of control, where both have enough trials; blank elsewhere.

    No treatment and another treatment answer different questions.
    """
    kinds = (TrialSet.INACTIVE, TrialSet.ACTIVE)
    found = [(c, c.pooled) for c in comparisons if c.name in kinds and c.pooled]
    if len(found) < len(kinds) or min(c.k for c, _ in found) < rules.subgroup_headline_minimum_k:
        return ""
    said = []
    for group, pooled in found:
        against = controls([s for s in body.studies if s.study_id in group.study_ids])
        trials = counted(group.k, "trial")
        effect = effect_words(words, outcome, body.measure, pooled)
        said.append(f" Against {against}, {trials} in all: {effect}.")
    return "".join(said)


def side_of(interval: Interval) -> Side:
    """On which side of no difference an interval lies; it may touch it."""
    low, high = ends(interval)
    if high < TOUCHING:
        return "below"
    return "above" if low > -TOUCHING else "across"


def touches(interval: Interval) -> bool:
    """Whether a limit is no difference, as far as one can tell."""
    return any(abs(end) < TOUCHING for end in ends(interval))


def _signed(outcome: Outcome, measure: Measure, pooled: PooledEffect, intervals: str) -> str:
    of_what = f" in {quantity(measure)}" if measure.kind.event else ""
    side = "above" if measure.benefit_above else "below"
    return (
        f"the difference{of_what} is {_with_unit(measure, pooled.estimate)} "
        f"({intervals}; {side} zero is {lower(measure, outcome)})"
    )


def _left_open(outcome: Outcome, measure: Measure, read: PooledEffect) -> str:
    if side_of(read.interval) == "across":
        return f", so both {lower(measure, outcome)} and {higher(measure, outcome)} fit the data"
    return ", which touches no difference" if touches(read.interval) else ""


def prediction_words(
    outcome: Outcome, measure: Measure, read: PooledEffect, prediction: Interval | None
) -> str:
    """What to expect in a new setting, in the sentence that has the effect; blank without it."""
    if prediction is None:
        return ""
    expected = "; in a new setting we expect"
    if measure.says_nothing(prediction.low, prediction.high):
        return "; the prediction interval is so wide that it says nothing of a new setting"
    if measure.ratio:
        return f"{expected} a ratio of {interval_text(measure, prediction)}"
    if side_of(read.interval) == "across":
        return f"{expected} a difference of {_unit(measure, _interval(measure, prediction))}"
    if side_of(prediction) == side_of(read.interval):
        return f"{expected} {_unit(measure, _sizes(measure, prediction))}"
    low, high = ends(prediction)
    return (
        f"{expected} anything from {lower(measure, outcome)} by {_size(measure, low)} "
        f"to {higher(measure, outcome)} by {_size(measure, high)}"
    )


def _size(measure: Measure, effect: float) -> str:
    """How far from no difference, without a sign."""
    return _unit(measure, _number(measure, abs(effect)))


def _sizes(measure: Measure, interval: Interval) -> str:
    """The limits of an interval on one side of no difference, without signs, the nearer first."""
    near, far = sorted(abs(end) for end in ends(interval))
    return f"{_number(measure, near)} to {_number(measure, far)}"


def _with_unit(measure: Measure, effect: float) -> str:
    return _unit(measure, _number(measure, measure.shown(effect)))


def _interval(measure: Measure, interval: Interval) -> str:
    """The limits as printed; of a difference between shares, in people."""
    if not measure.kind.of_people:
        return interval_text(measure, interval)
    low, high = measure.shown_interval(*ends(interval))
    return f"{_number(measure, low)} to {_number(measure, high)}"


def _number(measure: Measure, shown: float) -> str:
    """A difference as printed, with as many decimals as show its side."""
    if math.isinf(shown):
        return "∞" if shown > 0 else f"{MINUS}∞"
    people = measure.kind.of_people
    value, decimals = (people * shown, 0) if people else (shown, 2)
    return number(value, decimals_beside(value, [0.0], decimals))


def _unit(measure: Measure, shown: str) -> str:
    people = measure.kind.of_people
    return f"{shown} {f'of {people} people' if people else measure.unit}".rstrip()


def confidence(interval: Interval) -> str:
    """`95% confidence interval`."""
    return f"{percent_level(interval.level)} confidence interval"
