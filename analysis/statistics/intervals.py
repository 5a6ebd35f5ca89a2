"""Confidence, prediction and Q-profile intervals, and two-sided p values."""

from __future__ import annotations

import math
from typing import Literal

import numpy as np
from scipy.special import chdtri, ndtr, ndtri, stdtr, stdtrit

from analysis.statistics.arrays import FloatArray
from analysis.statistics.estimates import Interval
from analysis.statistics.tau2 import tau2_at_q

IntervalMethod = Literal["wald", "hartung-knapp", "hartung-knapp-conservative"]


def critical_value(level: float, df: float | None = None) -> float:
    """The two-sided critical value of t with `df` degrees of freedom, or of the normal."""
    if not 0 < level < 1:
        raise ValueError(f"level is {level}: it must lie between 0 and 1")
    tail = 0.5 + level / 2
    return float(ndtri(tail) if df is None else stdtrit(df, tail))


def two_sided_p(statistic: float, df: float | None = None) -> float:
    """The two-sided p value of a statistic referred to t, or to the normal without `df`."""
    below = -abs(statistic)
    return float(2 * (ndtr(below) if df is None else stdtr(df, below)))


def confidence_interval(
    estimate: float,
    se: float,
    *,
    method: str = "wald",
    level: float = 0.95,
    df: float | None = None,
) -> Interval:
    """estimate +/- critical value x se."""
    half = critical_value(level, df) * se
    return Interval(estimate - half, estimate + half, method, level, df)


def prediction_interval(
    estimate: float, se: float, tau2: float, k: int, *, level: float = 0.95
) -> Interval | None:
    """Where the true effect of a new study lies: estimate +/- t(k-2) sqrt(tau2 + se^2).

    `None` below three studies, where the t distribution does not exist.
    Higgins, Thompson & Spiegelhalter 2009, 10.1111/j.1467-985X.2008.00552.x.
    """
    if k < 3:
        return None
    spread = math.sqrt(tau2 + se**2)
    return confidence_interval(estimate, spread, method="t(k-2)", level=level, df=float(k - 2))


def q_profile_interval(
    effects: FloatArray, variances: FloatArray, *, level: float = 0.95
) -> Interval:
    """Interval of tau2: where the generalised Q meets the two quantiles of chi2(k-1).

    `effects` and `variances` of shape (k,), k >= 2. A limit is 0 where Q at tau2 = 0 is
    already below its quantile; both are 0 when the effects are more alike than chance
    makes them. Viechtbauer 2007, 10.1002/sim.2514.
    """
    tail = (1 - level) / 2
    quantiles = np.array([chdtri(len(effects) - 1, tail), chdtri(len(effects) - 1, 1 - tail)])
    low, high = tau2_at_q(effects[:, None], variances[:, None], quantiles)
    return Interval(float(low), float(high), "q-profile", level)
