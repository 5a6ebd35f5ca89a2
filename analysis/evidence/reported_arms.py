"""Rows with numbers for each arm: means, medians, changes, crossover periods, events.

The Handbook is the Cochrane Handbook for Systematic Reviews of Interventions, version 6.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache

from analysis.evidence.reported import (
    ARMS,
    CHANGES,
    CannotGive,
    Reported,
    assumed_correlation,
    known,
    reported_level,
)
from analysis.evidence.rows import OutcomeRow
from analysis.measures import MEASURES, MeasureName
from analysis.statistics import conversions, effect_sizes
from analysis.statistics.conversions import Arm
from analysis.statistics.effect_sizes import Effects


@lru_cache(maxsize=4096)  # one row is saved, and the effects of all are asked for again
def from_arms(row: OutcomeRow, measure: MeasureName) -> Reported:
    """A difference of means, standardised or not, from a row of means or medians."""
    first, second = (arm_of(row, arm) for arm in ARMS)
    if row.design == "crossover":
        return _crossover(row, measure, first, second)
    if row.scores in CHANGES:
        return _changes(row, measure, first, second)
    found = formula_of(measure)(first.n, first.mean, first.sd, second.n, second.mean, second.sd)
    if not found.estimable:
        raise CannotGive(
            f"{row.row_id} gives no estimable effect: nobody's score differs from the others' "
            "of the arm, or an arm has one participant"
        )
    effect, variance = float(found.estimate), float(found.variance)
    return Reported(measure, effect, variance, "arm data", "from means and SDs", steps_of(row))


def formula_of(measure: MeasureName) -> Callable[..., Effects]:
    """The function by which the measure is computed from numbers of each arm."""
    formula: Callable[..., Effects] = getattr(effect_sizes, MEASURES[measure].formula)
    return formula


def arm_of(row: OutcomeRow, arm: str) -> Arm:
    """Participants, mean and SD of one arm, from whichever spread the row gives.

    `CannotGive` where it gives none.
    """
    if row.format == "medians":
        n, median = known(row, f"n_{arm}", f"median_{arm}")
        spread = {
            name: getattr(row, f"{name}_{arm}") for name in ("minimum", "q1", "q3", "maximum")
        }
        return Arm(n, *conversions.mean_sd_from_median(median, n, **spread))
    n, mean = known(row, f"n_{arm}", f"mean_{arm}")
    sd, se = getattr(row, f"sd_{arm}"), getattr(row, f"se_{arm}")
    low, high = getattr(row, f"mean_ci_low_{arm}"), getattr(row, f"mean_ci_high_{arm}")
    if sd is not None:
        return Arm(n, mean, sd)
    if se is not None:
        return Arm(n, mean, conversions.sd_from_se(se, n))
    if low is not None and high is not None:
        return Arm(n, mean, conversions.sd_from_interval(low, high, n, reported_level(row)))
    raise CannotGive(f"{row.row_id} has no sd_{arm}, nor the mean's standard error or interval")


def steps_of(row: OutcomeRow) -> tuple[str, ...]:
    """What was derived to have a mean and an SD of each arm, each once."""
    if row.format == "medians":
        return ("means and SDs from medians and their spread",)
    without = [arm for arm in ARMS if getattr(row, f"sd_{arm}") is None]
    given = [
        "standard errors" if getattr(row, f"se_{arm}") is not None else "intervals"
        for arm in without
    ]
    return tuple(f"SDs from the {what} of the means" for what in dict.fromkeys(given))


def _changes(row: OutcomeRow, measure: MeasureName, first: Arm, second: Arm) -> Reported:
    """Their difference is that of the scores; their SDs are not, and give the precision only."""
    difference = first.mean - second.mean
    if row.scores == "improvement" and row.higher_is == "worse":
        difference = -difference
    sd_change = conversions.pooled_sd(first.n, first.sd, second.n, second.sd)
    se = sd_change * math.sqrt(1 / first.n + 1 / second.n)
    how = "from changes since baseline and their SDs"
    if measure == "MD":
        return Reported("MD", difference, se**2, "arm data", how, steps_of(row))
    sd, step, assumed = sd_of_scores(row, first.n, second.n, sd_change)
    effect, variance = conversions.smd_from_mean_difference(
        difference, sd, first.n, second.n, se=se
    )
    return Reported("SMD", effect, variance, "arm data", how, (*steps_of(row), step), assumed)


def sd_of_scores(
    row: OutcomeRow, n1: float, n2: float, sd_change: float
) -> tuple[float, str, tuple[str, ...]]:
    """An SD of scores for changes, how it was found and what that assumes.

    That of the baseline, else the one that a correlation gives. Handbook 6.5.2.8.
    """
    baseline = row.baseline_sd_intervention, row.baseline_sd_control
    if baseline[0] is not None and baseline[1] is not None:
        sd = conversions.pooled_sd(n1, baseline[0], n2, baseline[1])
        return sd, "standardised by the SD of the scores at baseline", ()
    if row.correlation is None:
        raise CannotGive(
            f"{row.row_id} gives changes: a standardised mean difference needs the SDs of the "
            "scores (baseline_sd_intervention, baseline_sd_control) or a correlation"
        )
    sd = conversions.sd_of_scores(sd_change, row.correlation)
    step = f"standardised by the SD of scores that a correlation of {row.correlation:g} gives"
    return sd, step, assumed_correlation(row)


def _crossover(row: OutcomeRow, measure: MeasureName, first: Arm, second: Arm) -> Reported:
    if row.correlation is None:
        raise CannotGive(
            f"{row.row_id} gives both periods of a crossover: a correlation between them is needed"
        )
    if first.n != second.n:
        raise CannotGive(
            f"{row.row_id} has {first.n:g} and {second.n:g} participants: "
            "both periods of a crossover have the same people"
        )
    how, correlation = "from means and SDs of both periods of a crossover", row.correlation
    step = f"paired with a correlation of {correlation:g}"
    steps, assumed = (*steps_of(row), step), assumed_correlation(row)
    if measure == "MD":
        sd = conversions.sd_of_change(first.sd, second.sd, correlation)
        difference, variance = first.mean - second.mean, sd**2 / first.n
        return Reported("MD", difference, variance, "arm data", how, steps, assumed)
    effect, variance = conversions.smd_of_crossover(
        first.mean, first.sd, second.mean, second.sd, first.n, correlation
    )
    return Reported("SMD", effect, variance, "arm data", how, steps, assumed)


def counts_of(row: OutcomeRow, *, good: bool) -> tuple[float, float, float, float]:
    """Events and totals, intervention then control, of the good event or of the bad one.

    Where the row counts the other, everybody who did not have it.
    """
    events1, total1, events2, total2 = known(
        row, "events_intervention", "total_intervention", "events_control", "total_control"
    )
    if (row.higher_is == "better") == good:
        return events1, total1, events2, total2
    return total1 - events1, total1, total2 - events2, total2


def from_events(row: OutcomeRow, measure: MeasureName, *, good: bool) -> Reported:
    """A log ratio, or a difference, of the risks or odds of the good event, or of the bad one."""
    counts = counts_of(row, good=good)
    found = formula_of(measure)(*counts)
    if not found.estimable:
        who = "nobody" if counts[0] + counts[2] == 0 else "everybody"
        raise CannotGive(f"{who} in either arm had the event: a ratio cannot be estimated")
    how = "from events and totals"
    if (row.higher_is == "better") != good:
        how += " of those without the event that was counted"
    steps = ("counts after imputation",) if row.counts == "imputed" else ()
    effect, variance = float(found.estimate), float(found.variance)
    return Reported(measure, effect, variance, "arm data", how, steps)
