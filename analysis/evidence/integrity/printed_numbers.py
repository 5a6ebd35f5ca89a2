"""Checks of what a report prints of one row against what its other numbers make of it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

from scipy.special import stdtr, stdtrit

from analysis.evidence.integrity.finding import (
    ArmNumbers,
    Finding,
    Material,
    RowCheck,
    Said,
    decimals_of,
    half_a_unit,
    of_usable_rows,
)
from analysis.evidence.reported import CHANGES
from analysis.evidence.reported_effects import standard_error
from analysis.evidence.rows import IntegrityCheck, OutcomeRow
from analysis.formatting import number, p_value
from analysis.statistics.conversions import pooled_sd

# Below this a printed p is read as significant, as reports do.
SIGNIFICANT = 0.05


def baseline_imbalance(material: Material, row: OutcomeRow) -> Said:
    """Arms that differ at baseline by more standard errors than randomisation lets expect.

    A note from `baseline_z` on; suspect from `baseline_z_suspect`: columns of the baseline
    table that were swapped. Source: Trowman et al. 2007, 10.1016/j.jclinepi.2007.03.014.
    """
    least, suspect = material.rules.baseline_z, material.rules.baseline_z_suspect
    first, second = material.arms[row.row_id]
    found = _difference(first, second, at_baseline=True)
    if found is None or least is None or suspect is None:
        return
    difference, se, sd = found
    if abs(difference) > least * se:
        yield (
            "suspect" if abs(difference) > suspect * se else "note",
            f"at baseline the arms differ by {number(difference / sd)} SD, "
            f"{number(abs(difference) / se, 1)} standard errors: columns swapped?",
        )


def _difference(
    first: ArmNumbers, second: ArmNumbers, *, at_baseline: bool
) -> tuple[float, float, float] | None:
    """The difference of the means, its standard error and the pooled SD."""
    if at_baseline:
        numbers = [(arm.n, arm.baseline_mean, arm.baseline_sd) for arm in (first, second)]
    else:
        numbers = [(arm.n, arm.mean, arm.sd) for arm in (first, second)]
    (n1, mean1, sd1), (n2, mean2, sd2) = numbers
    if n1 is None or n2 is None or mean1 is None or mean2 is None or sd1 is None or sd2 is None:
        return None
    if min(n1, n2) < 2 or max(sd1, sd2) <= 0:
        return None
    sd = pooled_sd(n1, sd1, n2, sd2)
    return mean1 - mean2, sd * math.sqrt(1 / n1 + 1 / n2), sd


def test_and_numbers(material: Material, row: OutcomeRow) -> Said:
    """A printed t, F or p that the row's own means, or effect and standard error, do not give.

    A note, as an analysis that is adjusted or of all time points prints another one; suspect
    where the difference is significant by one and not by the other, `test_gap_suspect` apart.
    Source of the idea: Nuijten et al. 2016, 10.3758/s13428-015-0664-2.
    """
    gap, far = material.rules.test_gap, material.rules.test_gap_suspect
    found = _statistic(material, row)
    if gap is None or far is None or found is None or row.scores == "adjusted":
        return
    ours, df = found
    p = 2 * float(stdtr(df, -ours))
    for name, printed, theirs, their_p in _printed(row, df):
        apart = abs(ours - theirs) / max(1.0, theirs)
        if apart <= gap:
            continue
        crossed = (p < SIGNIFICANT) != (their_p < SIGNIFICANT)
        yield (
            "suspect" if crossed and apart > far else "note",
            f"{name} {printed:g} is printed, the numbers give t({df:g}) {number(ours)}, "
            f"{p_value(p)}",
        )


def _statistic(material: Material, row: OutcomeRow) -> tuple[float, float] | None:
    """|t| and its degrees of freedom from the row's numbers other than the printed test."""
    first, second = material.arms[row.row_id]
    if first.n is None or second.n is None or first.n + second.n < 4 or row.design != "":
        return None
    df = first.n + second.n - 2
    if row.format == "effect":
        if row.effect_se is None and row.effect_ci_low is None:
            return None
        try:
            found = standard_error(row)
        except ValueError:
            return None
        ratio = row.prints_a_ratio
        if found is None or row.effect is None or found.value <= 0 or (ratio and row.effect <= 0):
            return None
        return abs(math.log(row.effect) if ratio else row.effect) / found.value, df
    difference = _difference(first, second, at_baseline=False)
    if difference is None or row.scores in CHANGES:
        return None
    return abs(difference[0]) / difference[1], df


def _printed(row: OutcomeRow, df: float) -> Iterator[tuple[str, float, float, float]]:
    """Each printed test: its name, as printed, as |t|, and its p."""
    for name, printed, t in (
        ("t", row.effect_t, None if row.effect_t is None else abs(row.effect_t)),
        ("F", row.effect_f, None if row.effect_f is None else math.sqrt(row.effect_f)),
    ):
        if printed is not None and t is not None:
            yield name, printed, t, 2 * float(stdtr(df, -t))
    if row.effect_p is not None and 0 < row.effect_p < 1:
        yield "p", row.effect_p, abs(float(stdtrit(df, row.effect_p / 2))), row.effect_p


def not_whole_scores(material: Material, row: OutcomeRow) -> Said:
    """A mean that n whole scores cannot have: mean times n is no whole number.

    A note: modelled and imputed means fail it rightly, which reports do not always say.
    Source: Brown & Heathers 2017, 10.1177/1948550616673876 (GRIM).
    """
    if row.instrument not in material.evidence.protocol.clinical.whole_scores:
        return
    if row.format != "means" or row.analysis_set == "model" or row.scores not in ("", "final"):
        return
    for arm in material.arms[row.row_id]:
        if arm.mean is None or not arm.n or arm.n != int(arm.n):
            continue
        nearest = round(arm.mean * arm.n) / arm.n
        if abs(nearest - arm.mean) > half_a_unit(arm.mean):
            shown = number(nearest, decimals_of(arm.mean) + 1)
            yield (
                "note",
                f"{arm.name}: {arm.n:g} whole scores of {row.instrument} cannot have the mean "
                f"{arm.mean:g} (the nearest is {shown}): a modelled mean?",
            )


PRINTED: Mapping[IntegrityCheck, RowCheck] = {
    "baseline imbalance": baseline_imbalance,
    "test and numbers": test_and_numbers,
    "not whole scores": not_whole_scores,
}


def printed_numbers(material: Material) -> Iterator[Finding]:
    """What each of these checks says of each usable row."""
    return of_usable_rows(material, PRINTED)
