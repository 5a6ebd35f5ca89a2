"""Checks that need no other row: what no trial gives, whatever the others are like."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

from analysis.evidence.integrity.finding import (
    Finding,
    Material,
    RowCheck,
    Said,
    of_usable_rows,
)
from analysis.evidence.reported import CannotGive, reported_level, sizes_of
from analysis.evidence.rows import IntegrityCheck, OutcomeRow
from analysis.formatting import number, percent_level
from analysis.statistics.conversions import se_from_interval
from analysis.statistics.effect_sizes import smd_variance_from_arm_sizes

# Levels that reports print besides that of the row.
LEVELS = (0.9, 0.95, 0.99)


def implausible_size(material: Material, row: OutcomeRow) -> Said:
    """An SMD that no treatment has, or an SD that patients on a scale do not have.

    Suspect: standard errors typed as standard deviations give both, also in the first trial
    of an instrument, which nothing else can be compared with.
    """
    rules = material.rules
    effect = material.by_row.get(row.row_id)
    largest = rules.largest_smd
    if effect and effect.measure == "SMD" and largest and abs(effect.effect) > largest:
        said = f"SMD {number(effect.effect)}, beyond {largest:g}: standard errors for SDs?"
        yield "suspect", said
    limits = material.evidence.protocol.clinical.instrument_ranges.get(row.instrument)
    if limits is None or rules.smallest_sd_share is None:
        return
    smallest = rules.smallest_sd_share * (limits[1] - limits[0])
    for arm in material.arms[row.row_id]:
        if arm.sd is not None and 0 < arm.sd < smallest:
            yield (
                "suspect",
                f"{arm.name}: SD {arm.sd:g} on the {limits[0]:g} to {limits[1]:g} of "
                f"{row.instrument}, under {smallest:g}: a standard error?",
            )


def measured_late(material: Material, row: OutcomeRow) -> Said:
    """A result after treatment that was measured long after the programme's end. A note."""
    end, late = material.trial(row).duration_weeks, material.rules.late_weeks
    point = material.evidence.protocol.timepoint(row.timepoint)
    if late is None or point.window_weeks is not None or row.weeks is None or end is None:
        return
    if row.weeks - end > late:
        yield (
            "note",
            f"measured at {row.weeks:g} weeks, {row.weeks - end:g} weeks after the end of the "
            f"{end:g}-week programme: not {point.label}",
        )


def level_of_the_interval(material: Material, row: OutcomeRow) -> Said:
    """An interval that the arm sizes explain at another level than the row's. Suspect.

    Half its width is the critical value times a standard error, which for an SMD follows from
    the sizes: only one of the usual levels can fit.
    """
    close = material.rules.level_fit
    low, high, effect = row.effect_ci_low, row.effect_ci_high, row.effect
    if close is None or row.effect_measure != "SMD" or None in (low, high, effect):
        return
    try:
        arms, _ = sizes_of(row)
    except CannotGive:
        return
    assert low is not None and high is not None and effect is not None
    if min(arms) < 2 or not low < high:
        return
    expected = math.sqrt(float(smd_variance_from_arm_sizes(effect, *arms)))
    off = {level: abs(se_from_interval(low, high, level) / expected - 1) for level in LEVELS}
    stated = reported_level(row)
    best = min(off, key=lambda level: off[level])
    if best != stated and off[best] < close and off.get(stated, 1.0) > 4 * close:
        yield (
            "suspect",
            f"{low:g} to {high:g} is what {arms[0]:g} and {arms[1]:g} participants give at "
            f"{percent_level(best)}, not at {percent_level(stated)}: effect_level?",
        )


def scale_of_the_ratio(material: Material, row: OutcomeRow) -> Said:
    """A ratio in the middle of its interval, which its logarithm is not: a log ratio? Suspect.

    The interval of a ratio is symmetric on the log scale, so on the scale of the ratio the
    upper limit lies farther off; a logarithm typed as a ratio is the other way round. Said
    where the interval is wide enough to tell the two apart, beyond rounding.
    """
    close = material.rules.level_fit
    low, high, effect = row.effect_ci_low, row.effect_ci_high, row.effect
    if close is None or not row.prints_a_ratio:
        return
    if low is None or high is None or effect is None or not 0 < low < effect < high:
        return
    half = (high - low) / 2
    as_typed = abs(math.log(effect) - math.log(low * high) / 2) / (math.log(high / low) / 2)
    as_logarithm = abs(effect - (low + high) / 2) / half
    if as_logarithm < close and as_typed > 4 * close:
        yield (
            "suspect",
            f"{effect:g} lies in the middle of {low:g} to {high:g}, as a logarithm does and a "
            f"ratio does not: effect_scale log? It would be a ratio of {number(math.exp(effect))}",
        )


PLAUSIBILITY: Mapping[IntegrityCheck, RowCheck] = {
    "implausible size": implausible_size,
    "measured late": measured_late,
    "level of the interval": level_of_the_interval,
    "scale of the ratio": scale_of_the_ratio,
}


def plausibility(material: Material) -> Iterator[Finding]:
    """What each of these checks says of each usable row."""
    return of_usable_rows(material, PLAUSIBILITY)
