"""The effect of each study from its arms: intervention minus control, all studies at once.

Every function takes one number or one array of numbers a study for each argument and
returns `Effects`, arrays of the same shape. Arm 1 is the intervention, arm 2 the
control. Numbers no trial can have (a missing SD, more events than participants) raise
`ValueError`; a study that is possible but says nothing of the effect (no events in
either arm, for a ratio) is marked not estimable.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import gammaln

from analysis.statistics.arrays import FloatArray

SmdVariant = Literal["revman", "exact"]


@dataclass(frozen=True)
class Effects:
    """Effects and their variances; both are nan where `estimable` is false."""

    estimate: FloatArray
    variance: FloatArray
    estimable: NDArray[np.bool_]


def smd(
    n1: ArrayLike,
    m1: ArrayLike,
    sd1: ArrayLike,
    n2: ArrayLike,
    m2: ArrayLike,
    sd2: ArrayLike,
    *,
    variant: SmdVariant = "revman",
) -> Effects:
    """Standardised mean difference, Hedges' g, in pooled standard deviations.

    g = J (m1 - m2) / s. `revman`: J = 1 - 3/(4N - 9), Var = N/(n1 n2) + g^2/(2(N - 3.94)),
    as RevMan computes it. `exact`: J from the gamma function, Var = 1/n1 + 1/n2 +
    g^2/(2N), as metafor does. Not estimable where neither arm varies or an arm has one
    participant. Hedges 1981, 10.3102/10769986006002107.
    """
    n1, m1, sd1, n2, m2, sd2, estimable = _arms(n1, m1, sd1, n2, m2, sd2)
    # Studies that are not estimable are computed as nan, quietly.
    n1, n2 = np.where(estimable, n1, np.nan), np.where(estimable, n2, np.nan)
    pooled = np.sqrt(((n1 - 1) * sd1**2 + (n2 - 1) * sd2**2) / (n1 + n2 - 2))
    g = small_sample_correction(n1 + n2, variant=variant) * (m1 - m2) / pooled
    return Effects(g, _smd_variance(g, n1, n2, variant), estimable)


def small_sample_correction(total: ArrayLike, *, variant: SmdVariant = "revman") -> FloatArray:
    """Hedges' J for N participants in two arms: 1 - 3/(4N - 9), or the exact gamma form."""
    n = np.asarray(total, dtype=float)
    if variant == "revman":
        return np.asarray(1 - 3 / (4 * n - 9))
    df = n - 2
    return np.asarray(np.exp(gammaln(df / 2) - gammaln((df - 1) / 2)) / np.sqrt(df / 2))


def smd_variance_from_arm_sizes(
    smd: ArrayLike, n1: ArrayLike, n2: ArrayLike, *, variant: SmdVariant = "revman"
) -> FloatArray:
    """Variance of a reported SMD when nothing but the arm sizes is known (formula of `smd`)."""
    g, n1, n2 = (np.asarray(a, dtype=float) for a in (smd, n1, n2))
    _require((n1 >= 2) & (n2 >= 2), "each arm needs at least two participants")
    return _smd_variance(g, n1, n2, variant)


def _smd_variance(g: FloatArray, n1: FloatArray, n2: FloatArray, variant: SmdVariant) -> FloatArray:
    if variant == "revman":
        return np.asarray((n1 + n2) / (n1 * n2) + g**2 / (2 * (n1 + n2 - 3.94)))
    return np.asarray(1 / n1 + 1 / n2 + g**2 / (2 * (n1 + n2)))


def mean_difference(
    n1: ArrayLike, m1: ArrayLike, sd1: ArrayLike, n2: ArrayLike, m2: ArrayLike, sd2: ArrayLike
) -> Effects:
    """Mean difference in the units of the scale: m1 - m2, Var = sd1^2/n1 + sd2^2/n2.

    Not estimable where neither arm varies or an arm has one participant.
    """
    n1, m1, sd1, n2, m2, sd2, estimable = _arms(n1, m1, sd1, n2, m2, sd2)
    return _effects(m1 - m2, sd1**2 / n1 + sd2**2 / n2, estimable)


def log_risk_ratio(events1: ArrayLike, n1: ArrayLike, events2: ArrayLike, n2: ArrayLike) -> Effects:
    """Log risk ratio, Var = 1/a - 1/n1 + 1/c - 1/n2.

    0.5 is added to the four cells of a study with an empty cell. Not estimable where
    nobody, or everybody, had the event.
    """
    a, b, c, d, estimable = _cells(events1, n1, events2, n2)
    a, b, c, d = with_half_added(a, b, c, d)
    estimate = np.log(a / (a + b)) - np.log(c / (c + d))
    return _effects(estimate, 1 / a - 1 / (a + b) + 1 / c - 1 / (c + d), estimable)


def log_odds_ratio(events1: ArrayLike, n1: ArrayLike, events2: ArrayLike, n2: ArrayLike) -> Effects:
    """Log odds ratio, Var = 1/a + 1/b + 1/c + 1/d (empty cells as for `log_risk_ratio`)."""
    a, b, c, d, estimable = _cells(events1, n1, events2, n2)
    a, b, c, d = with_half_added(a, b, c, d)
    estimate = np.log(a / b) - np.log(c / d)
    return _effects(estimate, 1 / a + 1 / b + 1 / c + 1 / d, estimable)


def risk_difference(
    events1: ArrayLike, n1: ArrayLike, events2: ArrayLike, n2: ArrayLike
) -> Effects:
    """Risk difference a/n1 - c/n2, Var = ab/n1^3 + cd/n2^3; every study is estimable.

    RevMan adds 0.5 to the four cells of a study with an empty cell for the variance, and
    takes the difference itself from the cells as they are.
    """
    a, b, c, d, _ = _cells(events1, n1, events2, n2)
    estimate = a / (a + b) - c / (c + d)
    a, b, c, d = with_half_added(a, b, c, d)
    variance = a * b / (a + b) ** 3 + c * d / (c + d) ** 3
    return _effects(estimate, variance, np.ones(a.shape, dtype=bool))


def peto_log_odds_ratio(
    events1: ArrayLike, n1: ArrayLike, events2: ArrayLike, n2: ArrayLike
) -> Effects:
    """Peto's log odds ratio (O - E)/V with the hypergeometric V, Var = 1/V.

    No correction for empty cells; not estimable where nobody, or everybody, had the
    event. Yusuf et al. 1985, 10.1016/S0033-0620(85)80003-7.
    """
    a, b, c, d, estimable = _cells(events1, n1, events2, n2)
    difference, v = observed_minus_expected(a, b, c, d)
    v = np.where(estimable, v, np.nan)
    return _effects(difference / v, 1 / v, estimable)


def observed_minus_expected(
    a: FloatArray, b: FloatArray, c: FloatArray, d: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Observed minus expected events of arm 1, and its hypergeometric variance."""
    total = a + b + c + d
    events = a + c
    expected = (a + b) * events / total
    v = (a + b) * (c + d) * events * (b + d) / (total**2 * (total - 1))
    return a - expected, v


def with_half_added(
    a: FloatArray, b: FloatArray, c: FloatArray, d: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """The four cells, 0.5 added to all of them in the studies where one is empty."""
    half = np.where((a == 0) | (b == 0) | (c == 0) | (d == 0), 0.5, 0.0)
    return a + half, b + half, c + half, d + half


def _arms(
    *numbers: ArrayLike,
) -> tuple[
    FloatArray, FloatArray, FloatArray, FloatArray, FloatArray, FloatArray, NDArray[np.bool_]
]:
    """n, mean and SD of both arms, and whether a difference of means can be estimated."""
    n1, m1, sd1, n2, m2, sd2 = np.broadcast_arrays(*(np.asarray(x, dtype=float) for x in numbers))
    finite = np.all([np.isfinite(x) for x in (n1, m1, sd1, n2, m2, sd2)], axis=0)
    _require(finite, "n, mean and SD of both arms must be finite numbers")
    _require((n1 >= 1) & (n2 >= 1), "each arm needs at least one participant")
    _require((sd1 >= 0) & (sd2 >= 0), "a standard deviation cannot be negative")
    estimable = (n1 >= 2) & (n2 >= 2) & ((sd1 > 0) | (sd2 > 0))
    return n1, m1, sd1, n2, m2, sd2, estimable


def _cells(
    events1: ArrayLike, n1: ArrayLike, events2: ArrayLike, n2: ArrayLike
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray, NDArray[np.bool_]]:
    """Events and non-events of both arms, and whether a ratio can be estimated."""
    a, t1, c, t2 = np.broadcast_arrays(
        *(np.asarray(x, dtype=float) for x in (events1, n1, events2, n2))
    )
    finite = np.all([np.isfinite(x) for x in (a, t1, c, t2)], axis=0)
    _require(finite, "events and totals of both arms must be finite numbers")
    _require((t1 >= 1) & (t2 >= 1), "each arm needs at least one participant")
    possible = (a >= 0) & (a <= t1) & (c >= 0) & (c <= t2)
    _require(possible, "events must lie between 0 and the number of participants")
    events = a + c
    return a, t1 - a, c, t2 - c, (events > 0) & (events < t1 + t2)


def _require(holds: NDArray[np.bool_], rule: str) -> None:
    if not np.all(holds):
        first = int(np.argmin(np.ravel(holds))) + 1
        raise ValueError(f"study {first}: {rule}")


def _effects(estimate: FloatArray, variance: FloatArray, estimable: NDArray[np.bool_]) -> Effects:
    return Effects(
        np.where(estimable, estimate, np.nan), np.where(estimable, variance, np.nan), estimable
    )
