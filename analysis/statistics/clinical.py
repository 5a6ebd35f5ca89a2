"""A pooled effect in terms a clinician uses: points on a scale, numbers needed to treat.

Effects are intervention minus control and negative favours the intervention, so the
good event of an SMD is a *lower* score than some threshold.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from scipy.special import ndtr, ndtri

from analysis.statistics.estimates import Interval

# Phi(Phi^-1(p)) differs from p by rounding alone; per 1000, differences below this are none.
NOTHING = 1e-9


@dataclass(frozen=True)
class Reexpressed:
    """An effect and its interval on another scale, with what was assumed to get there."""

    estimate: float
    interval: Interval
    assumed: str


@dataclass(frozen=True)
class NumberNeededToTreat:
    """How many must be treated for one more (or one fewer) to have the event.

    `control_risk` is assumed; `risk` the risk with the intervention; `per_1000` the
    difference a thousand patients, positive when the intervention does good, with
    `per_1000_interval`. `number` is 1000 / |per_1000|, for `benefit` or for `harm`;
    `None` when there is no difference. `best` and `worst` are the numbers at the limits
    of the interval, each with its own direction: when the directions differ the interval
    runs from `best` through infinity to `worst` (Altman 1998).
    """

    control_risk: float
    risk: float
    risk_interval: Interval
    per_1000: float
    per_1000_interval: Interval
    number: float | None
    direction: Literal["benefit", "harm", "none"]
    best: tuple[float | None, Literal["benefit", "harm", "none"]]
    worst: tuple[float | None, Literal["benefit", "harm", "none"]]


def points_on_scale(
    smd: float, interval: Interval, sd: float, *, scale: str, sd_source: str
) -> Reexpressed:
    """Express an SMD as points of a familiar instrument: points = SMD x SD.

    `sd` is the standard deviation on that instrument, `scale` its name and `sd_source`
    where the SD was taken from; both are printed beside the number.
    Raises ValueError for an SD that is not positive.
    Source: Cochrane Handbook 15.5.3.2.
    """
    if not sd > 0:
        raise ValueError(f"the standard deviation of a scale is positive, got {sd}")
    return Reexpressed(
        estimate=smd * sd,
        interval=_through(interval, lambda effect: effect * sd),
        assumed=f"{scale}, SD {sd:g} ({sd_source})",
    )


def risk_by_smd(control_risk: float, effect: float) -> float:
    """The share that gets clearly better: Phi(Phi^-1(control risk) - SMD).

    Assumes normal outcomes of equal SD, whatever the threshold of getting better.
    Source: Furukawa & Leucht 2011, 10.1371/journal.pone.0019070.
    """
    return float(ndtr(float(ndtri(control_risk)) - effect))


def risk_by_log_risk_ratio(control_risk: float, effect: float) -> float:
    """Control risk x RR; a risk above 1, which a large ratio would imply, is 1.

    Source: Cochrane Handbook 15.4.4.
    """
    return min(1.0, control_risk * math.exp(effect))


def risk_by_log_odds_ratio(control_risk: float, effect: float) -> float:
    """The risk whose odds are OR times those of the control group. Cochrane Handbook 15.4.4."""
    odds = control_risk / (1 - control_risk) * math.exp(effect)
    return odds / (1 + odds)


def risk_by_log_hazard_ratio(control_risk: float, effect: float) -> float:
    """1 - (1 - control risk)^HR, for proportional hazards. Cochrane Handbook 15.4.4."""
    return -math.expm1(math.exp(effect) * math.log1p(-control_risk))


def risk_by_risk_difference(control_risk: float, effect: float) -> float:
    """Control risk + RD, within 0 and 1."""
    return min(1.0, max(0.0, control_risk + effect))


def number_needed_to_treat(
    risk_by: Callable[[float, float], float],
    effect: float,
    interval: Interval,
    control_risk: float,
    *,
    event_is_good: bool,
) -> NumberNeededToTreat:
    """How many to treat for one more (or one fewer) event, and the numbers per 1000.

    `risk_by` is one of the functions above: the risk from a control risk and an effect.
    The effect is the event's own, not turned so that negative is good: `event_is_good` says
    whether the event is wanted (getting better) or not (dropping out). For an SMD it is good,
    since lower is better.
    Raises ValueError for a control risk outside (0, 1).
    """
    _check_risk(control_risk)
    sign = 1.0 if event_is_good else -1.0
    risk = risk_by(control_risk, effect)
    risks = _through(interval, lambda limit: risk_by(control_risk, limit))
    per_1000 = sign * 1000 * (risk - control_risk)
    gains = _through(risks, lambda risk: sign * 1000 * (risk - control_risk))
    number, direction = _number(per_1000)
    return NumberNeededToTreat(
        control_risk=control_risk,
        risk=risk,
        risk_interval=risks,
        per_1000=per_1000,
        per_1000_interval=gains,
        number=number,
        direction=direction,
        best=_number(gains.high),
        worst=_number(gains.low),
    )


def _number(
    per_1000: float | None,
) -> tuple[float | None, Literal["benefit", "harm", "none"]]:
    if per_1000 is None or abs(per_1000) < NOTHING:
        return None, "none"
    return 1000 / abs(per_1000), "benefit" if per_1000 > 0 else "harm"


def _through(interval: Interval, change: Callable[[float], float]) -> Interval:
    """The limits on another scale, the smaller first; the method stays what it was."""
    limits = [None if limit is None else change(limit) for limit in (interval.low, interval.high)]
    low, high = reversed(limits) if change(0.0) > change(1.0) else limits
    return Interval(low, high, interval.method, interval.level, interval.df)


def _check_risk(risk: float) -> None:
    if not 0 < risk < 1:
        raise ValueError(f"a control risk lies between 0 and 1, got {risk}")
