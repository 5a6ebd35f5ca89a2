"""Rows with an effect that the report prints, and with whatever it prints of its uncertainty.

The Handbook is the Cochrane Handbook for Systematic Reviews of Interventions, version 6.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from types import MappingProxyType
from typing import NamedTuple

from analysis.evidence.reported import (
    CHANGES,
    USUAL_LEVEL,
    CannotGive,
    Reported,
    VarianceFrom,
    assumed_correlation,
    known,
    reported_level,
    sizes_of,
)
from analysis.evidence.reported_arms import from_events, sd_of_scores
from analysis.evidence.rows import OutcomeRow
from analysis.formatting import percent_level
from analysis.measures import MEASURES, RATIOS, MeasureName
from analysis.statistics import conversions, effect_sizes
from analysis.statistics.conversions import (
    odds_ratio_from_risk_ratio,
    risk_ratio_from_hazard_ratio,
    risk_ratio_from_odds_ratio,
    risk_ratio_of_the_opposite,
)
from analysis.statistics.intervals import critical_value

# Which measures of an event can be made of a reported one.
TURNS_INTO: Mapping[str, tuple[MeasureName, ...]] = MappingProxyType(
    {
        "RR": ("RR",),
        "OR": ("OR", "RR"),
        "HR": ("HR", "RR"),
        "RD": ("RD",),
        "IRR": ("IRR",),
    }
)
UNCERTAINTIES = "its standard error, interval, t, F or exact p value"


class StandardError(NamedTuple):
    """A standard error, on the log scale for a ratio, and where it comes from."""

    value: float
    source: VarianceFrom
    how: str


def from_effect(row: OutcomeRow) -> Reported:
    """The effect as it is printed; that of a ratio on the log scale."""
    (effect,) = _on_scale(row, "effect")
    if not row.effect_measure:
        raise CannotGive(f"{row.row_id} does not say what its effect is")
    if se := standard_error(row):
        return Reported(row.effect_measure, effect, se.value**2, se.source, se.how)
    if row.effect_measure in RATIOS:
        raise CannotGive(
            f"{_named(row)} needs {UNCERTAINTIES}: arm sizes give a ratio no standard error"
        )
    if row.effect_measure != "SMD":
        raise CannotGive(f"{_named(row)} needs {UNCERTAINTIES}")
    arms, assumed = sizes_of(row)
    variance = float(effect_sizes.smd_variance_from_arm_sizes(effect, *arms))
    how = "effect as reported, standard error from the arm sizes"
    return Reported("SMD", effect, variance, "arm sizes", how, assumed=assumed)


def standard_error(row: OutcomeRow) -> StandardError | None:
    """From the first that the row gives: itself, an interval, t, F, an exact p value."""
    if row.effect_se is not None:
        return StandardError(row.effect_se, "standard error", "as reported")
    if found := _from_interval(row):
        return found
    (effect,) = _on_scale(row, "effect")
    if row.effect_t is not None:
        se = conversions.se_from_statistic(effect, row.effect_t)
        return StandardError(se, "test statistic", "standard error from the reported t")
    if row.effect_f is not None:
        se = conversions.se_from_statistic(effect, math.sqrt(row.effect_f))
        return StandardError(se, "test statistic", "standard error from the reported F")
    if row.effect_p is not None:
        se = conversions.se_from_p(effect, row.effect_p, _degrees_of_freedom(row))
        return StandardError(se, "test statistic", "standard error from the exact p value")
    return None


def standardised(row: OutcomeRow) -> Reported:
    """An SMD from a mean difference: divided by an SD of scores, never of changes or residuals.

    Where the row has the SDs of the scores and its analysis is of changes or adjusted, the
    precision is the reported one. Handbook 6.3.1, 6.5.2.3 and 10.5.2.
    """
    (difference,) = known(row, "effect")
    arms, assumed = sizes_of(row)
    # The interval tells of t where arms are small, which a standard error by itself does not.
    se = _from_interval(row) or standard_error(row)
    raw = row.sd_intervention, row.sd_control
    if raw[0] is not None and raw[1] is not None:
        sd = conversions.pooled_sd(arms[0], raw[0], arms[1], raw[1])
        own = se.value if se and _precision_is_its_own(row) else None
        effect, variance = conversions.smd_from_mean_difference(difference, sd, *arms, se=own)
        how = "mean difference, standardised by the SDs of the scores"
        source = se.source if se and own else "arm sizes"
        return Reported("SMD", effect, variance, source, how, ("mean difference",), assumed)
    if se is None:
        raise CannotGive(
            f"{_named(row)} needs {UNCERTAINTIES}, or the SDs of the scores, to be standardised"
        )
    return _by_its_own_sd(row, difference, se, arms, assumed)


def _by_its_own_sd(
    row: OutcomeRow,
    difference: float,
    se: StandardError,
    arms: tuple[float, float],
    assumed: tuple[str, ...],
) -> Reported:
    """The SD behind the standard error of the difference, made one of scores if it is not."""
    sd = _sd_behind(row, se, arms)
    what = {"interval": "its interval", "standard error": "its standard error"}.get(
        se.source, "its test"
    )
    how = f"mean difference, {what} and the arm sizes give an SD, and so an SMD"
    steps: tuple[str, ...] = ("mean difference",)
    own: float | None = None
    if row.scores in CHANGES:
        sd, step, more = sd_of_scores(row, *arms, sd)
        own, steps, assumed = se.value, (*steps, step), (*assumed, *more)
    elif row.scores == "adjusted":
        if row.correlation is None:
            raise CannotGive(
                f"{row.row_id} is adjusted: its interval gives the SD of residuals; a "
                "standardised mean difference needs the SDs of the scores (sd_intervention, "
                "sd_control) or the correlation with what it is adjusted for"
            )
        sd /= math.sqrt(1 - row.correlation**2)
        step = f"the SD of scores that a correlation of {row.correlation:g} gives"
        own, steps, assumed = se.value, (*steps, step), (*assumed, *assumed_correlation(row))
    effect, variance = conversions.smd_from_mean_difference(difference, sd, *arms, se=own)
    return Reported("SMD", effect, variance, se.source, how, steps, assumed)


def _sd_behind(row: OutcomeRow, se: StandardError, arms: tuple[float, float]) -> float:
    if se.source == "interval" and row.effect_sides != "one":
        low, high = known(row, "effect_ci_low", "effect_ci_high")
        return conversions.sd_from_mean_difference_interval(low, high, *arms, reported_level(row))
    return conversions.sd_from_mean_difference_se(se.value, *arms)


def _precision_is_its_own(row: OutcomeRow) -> bool:
    """Whether the difference is more precise than the scores alone would make it."""
    return row.scores == "adjusted" or row.scores in CHANGES or row.design == "crossover"


def as_event(row: OutcomeRow, wanted: MeasureName, *, good: bool) -> Reported:
    """The effect on the good event, or on the bad one, in the measure that is wanted.

    Where the report is about the other event an odds ratio turns over and a risk difference
    changes its sign; a risk or hazard ratio needs the control risk for that, and odds and
    hazard ratios need it to become a risk ratio.
    """
    found = from_effect(row)
    same = (row.effect_favours_intervention_when in ("above 1", "positive")) == good
    if row.effect_measure == wanted and same:
        return found
    if wanted == "OR":
        return _turned(row, found, "OR", _inverse, "the opposite event")
    if wanted == "RD":
        step = "risk difference of the opposite event"
        return replace(found, effect=-found.effect, steps=(*found.steps, step))
    if wanted != "RR":
        raise CannotGive(f"{_named(row)} is about the opposite event, which has another ratio")
    risk = control_risk(row)
    at = f"at a control risk of {100 * risk:g}%"
    if row.effect_measure == "OR":
        base = risk if same else 1 - risk
        found = found if same else _turned(row, found, "OR", _inverse, "the opposite event")
        return _turned(row, found, "RR", partial(risk_ratio_from_odds_ratio, control_risk=base), at)
    if row.effect_measure == "HR":
        by_risk = partial(risk_ratio_from_hazard_ratio, control_risk=risk)
        found = _turned(row, found, "RR", by_risk, at)
    if same:
        return found
    opposite = partial(risk_ratio_of_the_opposite, control_risk=risk)
    return _turned(row, found, "RR", opposite, f"the opposite event {at}")


def odds_of_responding(row: OutcomeRow) -> Reported:
    """The log odds ratio of the good event, from counts or from a ratio as it is printed.

    A risk or hazard ratio needs the control risk for that.
    """
    if row.format == "events":
        return from_events(row, "OR", good=True)
    found = from_effect(row)
    if row.effect_measure != "OR":
        risk = control_risk(row)

        def as_odds(ratio: float) -> float:
            if row.effect_measure == "HR":
                ratio = risk_ratio_from_hazard_ratio(ratio, risk)
            return odds_ratio_from_risk_ratio(ratio, risk)

        found = _turned(row, found, "OR", as_odds, f"at a control risk of {100 * risk:g}%")
    if row.effect_favours_intervention_when == "above 1":
        return found
    return _turned(row, found, "OR", _inverse, "the opposite event")


def _turned(
    row: OutcomeRow, found: Reported, measure: MeasureName, turn: Callable[[float], float], at: str
) -> Reported:
    """A ratio made another one, its 95% limits turned as the estimate is. Handbook chapter 15."""
    half = critical_value(USUAL_LEVEL) * math.sqrt(found.variance)
    turned = [math.log(turn(math.exp(found.effect + move))) for move in (-half, 0.0, half)]
    low, effect, high = turned if turned[0] < turned[2] else turned[::-1]
    variance = conversions.se_from_interval(low, high, USUAL_LEVEL) ** 2
    step = f"{MEASURES[found.measure].named} turned into {MEASURES[measure].named}, {at}"
    return replace(
        found, measure=measure, effect=effect, variance=variance, steps=(*found.steps, step)
    )


def _inverse(ratio: float) -> float:
    return 1 / ratio


def control_risk(row: OutcomeRow) -> float:
    """The share of the control group with the event that the report's ratio is about."""
    if row.control_risk is not None:
        return row.control_risk
    if row.events_control is not None and row.total_control:
        return row.events_control / row.total_control
    raise CannotGive(
        f"{_named(row)} needs the control risk to become another ratio: "
        "fill in control_risk, or events_control and total_control"
    )


def _from_interval(row: OutcomeRow) -> StandardError | None:
    limits = row.effect_ci_low, row.effect_ci_high
    level = reported_level(row)
    said = "" if level == USUAL_LEVEL else f" ({percent_level(level)})"
    if row.effect_sides == "one":
        given = [c for c in ("effect_ci_low", "effect_ci_high") if getattr(row, c) is not None]
        if not given:
            return None
        effect, limit = _on_scale(row, "effect", given[0])
        se = conversions.se_from_one_sided_limit(effect, limit, level)
        return StandardError(se, "interval", f"standard error from the one-sided interval{said}")
    if None in limits:
        return None
    low, high = _on_scale(row, "effect_ci_low", "effect_ci_high")
    se = conversions.se_from_interval(low, high, level)
    return StandardError(se, "interval", f"standard error from the reported interval{said}")


def _degrees_of_freedom(row: OutcomeRow) -> float | None:
    """Those of a t test of two arms; a ratio and a report without sizes are normal."""
    if MEASURES[row.effect_measure or "SMD"].arms != "means":
        return None
    try:
        (first, second), _ = sizes_of(row)
    except CannotGive:
        return None
    return first + second - 2


def _on_scale(row: OutcomeRow, *columns: str) -> list[float]:
    """The numbers on the analysis scale: a ratio that is printed as such becomes its log."""
    values = known(row, *columns)
    if row.prints_a_ratio:
        return [math.log(value) for value in values]
    return values


def _named(row: OutcomeRow) -> str:
    return f"{row.row_id}, {MEASURES[row.effect_measure or 'SMD'].named},"
