"""How much the effects of the studies differ: Q, tau2, I2 and H2 with their intervals."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.special import chdtrc

from analysis.statistics.arrays import FloatArray
from analysis.statistics.estimates import Heterogeneity, Interval
from analysis.statistics.intervals import q_profile_interval
from analysis.statistics.tau2 import cochran_q


def typical_variance(variances: FloatArray) -> float:
    """The typical within-study variance: (k-1) sum(w) / (sum(w)^2 - sum(w^2)), w = 1/v.

    Higgins & Thompson 2002, 10.1002/sim.1186.
    """
    # Scaled to a largest weight of 1, products neither overflow nor vanish.
    smallest = float(variances.min())
    w = smallest / variances
    return smallest * (len(w) - 1) * float(w.sum()) / sum_of_products(w)


def sum_of_products(w: FloatArray) -> float:
    """sum(w)^2 - sum(w^2), summed as the products of all pairs.

    The difference itself loses every digit when one weight dwarfs the rest.
    """
    return 2 * float((w[1:] * np.cumsum(w)[:-1]).sum())


def describe_heterogeneity(
    effects: FloatArray,
    variances: FloatArray,
    tau2: float,
    *,
    common: bool = False,
    q: float | None = None,
    level: float = 0.95,
) -> Heterogeneity:
    """Q with its p, tau2, I2 = tau2 / (tau2 + v), H2 = (tau2 + v) / v, and intervals.

    `effects` and `variances` of shape (k,), k >= 2; v is the typical variance and I2 a
    percentage. A `common`-effect model has no tau2: its I2 and H2 come from Q and have
    no interval. `q` replaces Cochran's Q where the mean is not the inverse-variance one
    (Mantel-Haenszel).
    """
    df = len(effects) - 1
    q = float(cochran_q(effects, variances)) if q is None else q
    p = float(chdtrc(df, q))
    i2_q = 100 * max(0.0, (q - df) / q) if q > 0 else 0.0
    if common:
        return Heterogeneity(q, df, p, 0.0, None, i2_q, None, q / df, None, i2_q)
    v = typical_variance(variances)
    tau2_interval = q_profile_interval(effects, variances, level=level)
    return Heterogeneity(
        q=q,
        df=df,
        p=p,
        tau2=tau2,
        tau2_interval=tau2_interval,
        i2=_i2(tau2, v),
        i2_interval=_through(_i2, tau2_interval, v),
        h2=_h2(tau2, v),
        h2_interval=_through(_h2, tau2_interval, v),
        i2_q=i2_q,
    )


def _i2(tau2: float, v: float) -> float:
    return 100 * tau2 / (tau2 + v)


def _h2(tau2: float, v: float) -> float:
    return (tau2 + v) / v


def _through(statistic: Callable[[float, float], float], limits: Interval, v: float) -> Interval:
    """The interval of tau2 carried to a statistic that rises with tau2."""
    low, high = (None if t is None else statistic(t, v) for t in (limits.low, limits.high))
    return Interval(low, high, limits.method, limits.level)
