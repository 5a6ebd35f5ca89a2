"""Checks of a row by itself: against its instrument, its trial, its baseline, its own interval."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

from analysis.evidence.integrity.finding import (
    Finding,
    Material,
    Said,
    Severity,
    of_row,
)
from analysis.evidence.reported import reported_level
from analysis.evidence.rows import IntegrityCheck, OutcomeRow, Trial
from analysis.evidence.selection import small_arms
from analysis.formatting import number
from analysis.protocol_rules import IntegrityRules
from analysis.statistics.conversions import se_from_interval
from analysis.statistics.intervals import critical_value

# Means and SDs are printed rounded: a tenth of a per cent beyond a limit is no contradiction.
ROUNDING = 1.001


def row_findings(material: Material) -> Iterator[Finding]:
    """What each check of this module says about each row, usable or not."""
    for check, says in CHECKS.items():
        for row in material.evidence.outcomes:
            yield from of_row(material.evidence, check, row, says(material, row))


def equals_baseline(material: Material, row: OutcomeRow) -> Said:
    """Mean and SD of an arm are those of its baseline, to the last digit.

    In both arms: suspect, four numbers do not repeat themselves by chance, so the table's
    baseline columns were copied. In one arm: a note, since a short scale with one decimal can.
    """
    arms = material.arms[row.row_id]
    same = [
        arm
        for arm in arms
        if arm.mean is not None
        and arm.sd is not None
        and (arm.mean, arm.sd) == (arm.baseline_mean, arm.baseline_sd)
    ]
    for arm in same:
        yield (
            "suspect" if len(same) == len(arms) else "note",
            f"{arm.name}: mean {arm.mean:g} and SD {arm.sd:g} are exactly those of its baseline",
        )


def outside_range(material: Material, row: OutcomeRow) -> Said:
    """A mean that its instrument cannot give, or an SD that no scores in its range have.

    SD^2 <= (mean - lowest) (highest - mean) n / (n - 1), reached where every score lies at one
    of the two ends: the inequality of Bhatia and Davis, for a sample. Suspect: whatever the
    report says, the number or the instrument's name is wrong.
    """
    limits = material.evidence.protocol.clinical.instrument_ranges.get(row.instrument)
    if limits is None:
        return
    for arm in material.arms[row.row_id]:
        for when, mean, sd in (
            ("", arm.mean, arm.sd),
            (" at baseline", arm.baseline_mean, arm.baseline_sd),
        ):
            if said := _impossible(limits, mean, sd, arm.n):
                yield "suspect", f"{arm.name}{when}: {said} of {row.instrument}"


def _impossible(
    limits: tuple[float, float], mean: float | None, sd: float | None, n: float | None
) -> str | None:
    low, high = limits
    if mean is None:
        return None
    if not low <= mean <= high:
        return f"mean {mean:g} lies outside the {low:g} to {high:g}"
    if sd is None or n is None or n < 2:
        return None
    largest = math.sqrt((mean - low) * (high - mean) * n / (n - 1))
    if sd > largest * ROUNDING:
        possible = f"the SD can be {number(largest)} at most"
        return f"with mean {mean:g} {possible}, not {sd:g}, on the {low:g} to {high:g}"
    return None


def n_above_randomised(material: Material, row: OutcomeRow) -> Said:
    """More participants in a row than the trial randomised: to the arm, or in all.

    Suspect: after randomisation a trial only ever loses participants.
    """
    trial = material.trial(row)
    arms = material.arms[row.row_id]
    too_many = [
        arm
        for arm in arms
        if arm.n is not None and arm.randomised is not None and arm.n > arm.randomised
    ]
    for arm in too_many:
        yield "suspect", f"{arm.name}: {arm.n:g} participants, {arm.randomised:g} randomised"
    total = _sum(arm.n for arm in arms)
    randomised = trial.n_randomised_total
    if not too_many and total is not None and randomised is not None and total > randomised:
        yield "suspect", f"{total:g} participants in both arms, {randomised:g} randomised in all"


def _sum(numbers: Iterator[float | None]) -> float | None:
    known = list(numbers)
    return None if None in known else math.fsum(number for number in known if number is not None)


def events_above_n(material: Material, row: OutcomeRow) -> Said:
    """More events than participants, or than were randomised to the arm. Suspect, as above.

    Rows that say so of their own total are refused on loading; those that cannot be compared
    there, because the trial's numbers stand in another file, are found here.
    """
    for arm in material.arms[row.row_id]:
        for people, what in ((arm.n, "participants"), (arm.randomised, "randomised")):
            if arm.events is not None and people is not None and arm.events > people:
                yield "suspect", f"{arm.name}: {arm.events:g} events, {people:g} {what}"


def exact_zero(material: Material, row: OutcomeRow) -> Said:
    """An effect of exactly nothing: a note, because it often stands for "not significant".

    A result that is reported only as not significant is selective reporting (RoB 1: Higgins 2011,
    10.1136/bmj.d5928); a zero in its place pulls the pooled effect towards none.
    """
    none = 1 if row.prints_a_ratio else 0
    if row.format == "effect" and row.effect == none:
        yield (
            "note",
            f"the reported effect is exactly {row.effect:g}: "
            "it may stand for a difference that was not reported",
        )
    elif row.mean_intervention is not None and row.mean_intervention == row.mean_control:
        yield "note", f"both arms have the mean {row.mean_control:g}: the effect is exactly zero"
    elif row.events_intervention and row.events_intervention == row.events_control:
        yield "note", f"both arms have {row.events_control:g} events: were they typed twice?"


def small_arm(material: Material, row: OutcomeRow) -> Said:
    """An arm under the protocol's minimum, as stated, or as the standard error implies.

    A note: on stated sizes the eligibility rule acts by itself, and an implied size is a bound
    from rounded numbers that no one printed. The bound is `largest_smaller_arm`.
    """
    evidence = material.evidence
    of_question = (
        other
        for other in evidence.outcomes
        if (other.outcome, other.timepoint) == (row.outcome, row.timepoint)
    )
    if stated := small_arms(evidence, row, of_question):
        yield "note", stated
        return
    se = _reported_se(row)
    if row.effect_measure != "SMD" or row.effect is None or se is None:
        return
    if evidence.sharing(row.study_id, row.source_id) in ("split", "separate"):
        return  # the standard error is that of a part of the group
    minimum = evidence.protocol.eligibility.minimum_arm_size
    largest = largest_smaller_arm(row.effect, se**2)
    if largest < minimum:
        yield (
            "note",
            f"SMD {number(row.effect)} with a standard error of {number(se, 3)} leaves at most "
            f"{math.floor(largest)} participants for the smaller arm, under {minimum}",
        )


def largest_smaller_arm(effect: float, variance: float) -> float:
    """The most participants that the smaller arm can have behind an SMD and its variance.

    Var g = 1/n1 + 1/n2 + g^2/(2(N - 3.94)) is largest for a given smaller arm n when the arms
    are equal, N = 2n; so n is at most the root of Var = 2/n + g^2/(4n - 7.88).
    """
    b = 7.88 * variance + 8 + effect**2
    # Below zero by rounding only, where N comes near 3.94 and the formula has no meaning.
    return (b + math.sqrt(max(0.0, b**2 - 4 * 4 * variance * 15.76))) / (8 * variance)


def effect_and_interval(material: Material, row: OutcomeRow) -> Said:
    """An effect that is not in the middle of its interval, or a standard error that fits neither.

    The middle and the half-width of an interval are the effect and 1.96 standard errors (on the
    log scale for ratios; Cochrane Handbook 6.5.2.3). A standard error smaller than N participants
    in two equal arms can give, Var = 4/N + g^2/(2(N - 3.94)), is a paired or mistyped one.
    A note where rounding, a t quantile or adjustment for baseline may explain it; suspect far
    beyond, because the row's weight is made from these numbers.
    """
    if row.format != "effect" or row.effect is None:
        return
    yield from _interval_gaps(material.rules, row, critical_value(reported_level(row)))
    se = _reported_se(row)
    most = _most_participants(material.trial(row), row)
    if row.effect_measure == "SMD" and se is not None and most is not None:
        yield from _too_precise(material.rules, row.effect, se, most)


def _interval_gaps(rules: IntegrityRules, row: OutcomeRow, z: float) -> Said:
    ratio = row.prints_a_ratio
    scale = math.log if ratio else float
    low, high, effect = row.effect_ci_low, row.effect_ci_high, row.effect
    if low is None or high is None or effect is None or not low < high:
        return
    if ratio and min(low, effect) <= 0:
        return
    half = (scale(high) - scale(low)) / 2
    rounded = _rounded_by(effect, low, high) / (min(low, effect) if scale is math.log else 1)
    middle = scale(low) + half
    gap = max(0.0, abs(scale(effect) - middle) - 2 * rounded) / half
    if gap > rules.interval_gap:
        shown = math.exp(middle) if scale is math.log else middle
        yield (
            _severity(gap > rules.interval_gap_suspect),
            f"the middle of {low:g} to {high:g} is {number(shown)}, not {effect:g}",
        )
    if row.effect_se is None:
        return
    gap = abs(z * row.effect_se - half) - z * _rounded_by(row.effect_se) - rounded
    if gap / half > rules.interval_gap:
        yield (
            _severity(gap / half > rules.interval_gap_suspect),
            f"a standard error of {row.effect_se:g} gives {number(z * row.effect_se)} on either "
            f"side, the interval {low:g} to {high:g} has {number(half)}",
        )


def _rounded_by(*printed: float) -> float:
    """Half a unit of the last decimal printed, the longest of these numbers."""
    decimals = max(len(repr(value).partition(".")[2]) for value in printed)
    return 0.5 * 10.0**-decimals


def _severity(far_beyond: bool) -> Severity:
    return "suspect" if far_beyond else "note"


def _too_precise(rules: IntegrityRules, effect: float, se: float, most: float) -> Said:
    if most < 5:
        return
    smallest = math.sqrt(4 / most + effect**2 / (2 * (most - 3.94)))
    if se < rules.se_fraction * smallest:
        yield (
            _severity(se < rules.se_fraction_suspect * smallest),
            f"a standard error of {number(se, 3)}, when {most:g} participants cannot give an SMD "
            f"one below {number(smallest, 3)}",
        )


def _most_participants(trial: Trial, row: OutcomeRow) -> float | None:
    in_row = _sum(iter((row.n_intervention, row.n_control)))
    known = (in_row, trial.n_randomised_total, trial.n_analysed_total)
    return next((total for total in known if total is not None), None)


def _reported_se(row: OutcomeRow) -> float | None:
    if row.effect_se is not None:
        return row.effect_se
    low, high = row.effect_ci_low, row.effect_ci_high
    if low is None or high is None or not low < high:
        return None
    return se_from_interval(low, high, reported_level(row))


CHECKS: dict[IntegrityCheck, Callable[[Material, OutcomeRow], Said]] = {
    "equals baseline": equals_baseline,
    "outside range": outside_range,
    "n above randomised": n_above_randomised,
    "events above n": events_above_n,
    "effect and interval": effect_and_interval,
    "exact zero": exact_zero,
    "small arm": small_arm,
}
