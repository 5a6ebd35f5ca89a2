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


def number_needed_to_treat_from_smd(
    smd: float, interval: Interval, control_risk: float
) -> NumberNeededToTreat:
    """NNT for one more responder: 1 / (Phi(-SMD + Phi^-1(CER)) - CER).

    `control_risk` (CER) is the proportion of the control group that responds. Assumes
    normal outcomes of equal SD, whatever the threshold of response.
    Raises ValueError for a risk outside (0, 1).
    Source: Furukawa & Leucht 2011, 10.1371/journal.pone.0019070.
    """
    _check_risk(control_risk)
    start = float(ndtri(control_risk))
    return _number_needed(
        smd, interval, control_risk, lambda effect: float(ndtr(start - effect)), good=True
    )


def number_needed_to_treat_from_log_risk_ratio(
    log_risk_ratio: float, interval: Interval, control_risk: float, *, event_is_good: bool
) -> NumberNeededToTreat:
    """NNT and numbers per 1000 from a log risk ratio: risk = CER x RR.

    `log_risk_ratio` is the ratio itself, not turned so that negative is good:
    `event_is_good` says whether the event is wanted (response) or not (dropout). A
    risk above 1, which a large ratio at a high control risk would imply, is 1.
    Raises ValueError for a control risk outside (0, 1).
    Source: Cochrane Handbook 15.4.4.
    """
    _check_risk(control_risk)
    return _number_needed(
        log_risk_ratio,
        interval,
        control_risk,
        lambda effect: min(1.0, control_risk * math.exp(effect)),
        good=event_is_good,
    )


def _number_needed(
    effect: float,
    interval: Interval,
    control_risk: float,
    risk_at: Callable[[float], float],
    *,
    good: bool,
) -> NumberNeededToTreat:
    sign = 1.0 if good else -1.0
    risks = _through(interval, risk_at)
    per_1000 = sign * 1000 * (risk_at(effect) - control_risk)
    gains = _through(risks, lambda risk: sign * 1000 * (risk - control_risk))
    number, direction = _number(per_1000)
    return NumberNeededToTreat(
        control_risk=control_risk,
        risk=risk_at(effect),
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
