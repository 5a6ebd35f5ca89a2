"""What a row of outcomes.csv must hold by its format, and numbers that cannot stand together."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

from analysis.evidence.outcome_row import OutcomeRow
from analysis.evidence.reported import ARMS, CHANGES
from analysis.files.problems import short
from analysis.measures import RATIOS

# An effect printed with two decimals may lie this far outside its printed interval.
ROUNDING = 0.005

Said = Iterator[tuple[str, str]]


def as_number(value: float | None) -> float:
    """A blank as no number at all: whatever it is compared with, the comparison fails."""
    return math.nan if value is None else value


def above_zero(row: Any, *columns: str) -> Said:
    """A problem for each of the columns that holds no ratio."""
    for column in columns:
        number = as_number(getattr(row, column))
        if number <= 0:
            yield column, f"{number:g} was found, expected a ratio above 0"


def not_a_day(column: str, cell: str) -> Said:
    """A problem where a cell in the form of a day is none, such as 2026-02-30."""
    try:
        dt.date.fromisoformat(cell)
    except ValueError:
        yield column, f"{short(cell)} is not a day (YYYY-MM-DD)"


def _format_has_its_columns(row: OutcomeRow) -> Said:
    if row.usable == "no":
        return
    needed = {
        "means": [f"{what}_{arm}" for arm in ARMS for what in ("n", "mean")],
        "medians": [f"{what}_{arm}" for arm in ARMS for what in ("n", "median")],
        "events": [f"{what}_{arm}" for arm in ARMS for what in ("events", "total")],
        "effect": ["effect"],
    }.get(row.format, [])
    for column in needed:
        if getattr(row, column) is None:
            yield column, f"blank, but the format is {row.format}: a number was expected"
    yield from {
        "means": _has_a_spread,
        "medians": _has_quartiles_or_extremes,
        "effect": _has_its_words,
    }.get(row.format, _nothing)(row)


def _nothing(row: OutcomeRow) -> Said:
    yield from ()


def _has_a_spread(row: OutcomeRow) -> Said:
    for arm in ARMS:
        limits = _both(row, f"mean_ci_low_{arm}", f"mean_ci_high_{arm}")
        if getattr(row, f"sd_{arm}") is None and getattr(row, f"se_{arm}") is None and not limits:
            instead = f"se_{arm}, or mean_ci_low_{arm} and mean_ci_high_{arm}"
            said = "blank, but the format is means: a number was expected"
            yield f"sd_{arm}", f"{said} (or, as the report has it, {instead})"
    if row.sd_intervention == 0 and row.sd_control == 0:
        yield "sd_control", "0 in both arms: no effect can be estimated, mark it not usable"


def _has_quartiles_or_extremes(row: OutcomeRow) -> Said:
    for arm in ARMS:
        quartiles = _both(row, f"q1_{arm}", f"q3_{arm}")
        extremes = _both(row, f"minimum_{arm}", f"maximum_{arm}")
        if not quartiles and not extremes:
            instead = f"q1_{arm} and q3_{arm}, or minimum_{arm} and maximum_{arm}"
            yield f"q1_{arm}", f"blank, but the format is medians: {instead} are needed"


def _both(row: OutcomeRow, *columns: str) -> bool:
    return all(getattr(row, column) is not None for column in columns)


def _has_its_words(row: OutcomeRow) -> Said:
    for column in ("effect_measure", "effect_favours_intervention_when"):
        if not getattr(row, column):
            yield column, "blank, but the format is effect: a word was expected"
    given = (row.effect_se, row.effect_t, row.effect_f, row.effect_p, row.n_total)
    one_limit = row.effect_sides == "one" and (row.effect_ci_low, row.effect_ci_high) != (None,) * 2
    if (
        all(number is None for number in given)
        and not one_limit
        and not _both(row, "effect_ci_low", "effect_ci_high")
        and not _both(row, "n_intervention", "n_control")
    ):
        yield (
            "effect_se",
            "no standard error, interval, t, F, exact p value or arm sizes: mark it not usable",
        )


def _design_has_its_columns(row: OutcomeRow) -> Said:
    if row.usable == "no":
        return
    if row.design == "crossover" and row.format in ("means", "medians") and row.correlation is None:
        yield "correlation", "blank, but both periods of a crossover are given: a number is needed"
    for one, other in (("cluster_size", "icc"), ("icc", "cluster_size")):
        if getattr(row, one) is not None and getattr(row, other) is None:
            yield other, f"blank, but {one} is given: a design effect needs both"
    if row.cluster_size is not None and row.design != "cluster":
        yield "design", f"cluster was expected, as cluster_size is given, not {row.design!r}"
    baseline = _both(row, "baseline_sd_intervention", "baseline_sd_control")
    if row.scores in CHANGES and row.format == "means" and not baseline and row.correlation is None:
        yield (
            "baseline_sd_intervention",
            "blank, but the scores are changes: the SDs of the scores (baseline_sd_intervention, "
            "baseline_sd_control) or a correlation are needed",
        )


def _not_usable_says_why(row: OutcomeRow) -> Said:
    if row.usable == "no" and not row.not_usable_because:
        yield "not_usable_because", "blank, but the row is not usable: say why"
    if row.usable == "yes" and row.not_usable_because:
        yield "usable", "yes, but a reason against its use is given"


def _events_within_totals(row: OutcomeRow) -> Said:
    for arm in ARMS:
        counts = {name: getattr(row, name) for name in (f"events_{arm}", f"total_{arm}")}
        events, total = map(as_number, counts.values())
        if events > total:
            yield f"events_{arm}", f"{events:g} events among {total:g} participants"
        for column, number in counts.items():
            whole = row.counts == "imputed" and column.startswith("events")
            if row.usable == "yes" and number is not None and number % 1 and not whole:
                yield column, f"{number:g} was found, expected a whole number in a usable row"


def _interval_contains_effect(row: OutcomeRow) -> Said:
    low, effect, high = map(as_number, (row.effect_ci_low, row.effect, row.effect_ci_high))
    for column, limit, other in (("effect_ci_low", low, high), ("effect_ci_high", high, low)):
        if math.isnan(limit) and not math.isnan(other) and row.effect_sides != "one":
            yield column, "blank, but the other limit of the interval is given"
    if math.isnan(effect) and not math.isnan(low + high):
        yield "effect", "blank, but its interval is given"
    if low > high:
        yield "effect_ci_low", f"{low:g} is above effect_ci_high ({high:g})"
    elif effect < low - ROUNDING or effect > high + ROUNDING:
        yield "effect", f"{effect:g} lies outside its interval ({low:g} to {high:g})"


def _arms_lie_in_order(row: OutcomeRow) -> Said:
    for arm in ARMS:
        for names in (
            (f"mean_ci_low_{arm}", f"mean_{arm}", f"mean_ci_high_{arm}"),
            (f"minimum_{arm}", f"q1_{arm}", f"median_{arm}", f"q3_{arm}", f"maximum_{arm}"),
        ):
            given = [(name, getattr(row, name)) for name in names if getattr(row, name) is not None]
            for (low, smaller), (high, larger) in pairwise(given):
                if smaller > larger:
                    yield low, f"{smaller:g} is above {high} ({larger:g})"
    together = as_number(row.n_intervention) + as_number(row.n_control)
    if together > as_number(row.n_total):
        yield "n_total", f"{row.n_total:g} is less than its arms together ({together:g})"


def _ratio_is_positive(row: OutcomeRow) -> Said:
    favours = row.effect_favours_intervention_when
    if row.effect_measure not in RATIOS:
        if favours in ("above 1", "below 1"):
            said = f"{favours!r} belongs to a ratio: write positive or negative"
            yield "effect_favours_intervention_when", said
        if row.effect_scale == "log":
            yield "effect_scale", "'log' belongs to a ratio"
        return
    if row.effect_scale != "log":
        yield from above_zero(row, "effect", "effect_ci_low", "effect_ci_high")
    if favours not in ("above 1", "below 1", ""):
        said = "a ratio favours the intervention 'above 1' or 'below 1'"
        yield "effect_favours_intervention_when", said


def _verified_by_somebody(row: OutcomeRow) -> Said:
    said = {name: getattr(row, name) for name in ("verified_by", "verified_on", "verified_numbers")}
    if not any(said.values()):
        return
    if row.verified == "no":
        yield "verified", "no, but it is said who verified the row: clear that, or verify it anew"
    for name, cell in said.items():
        if not cell:
            yield (
                name,
                "blank, but the row is verified: who saw which numbers on which day go together",
            )
    if row.verified_on:
        yield from not_a_day("verified_on", row.verified_on)


OUTCOME_CHECKS: tuple[Callable[[OutcomeRow], Said], ...] = (
    _format_has_its_columns,
    _design_has_its_columns,
    _not_usable_says_why,
    _events_within_totals,
    _interval_contains_effect,
    _arms_lie_in_order,
    _ratio_is_positive,
    _verified_by_somebody,
)
