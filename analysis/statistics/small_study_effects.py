"""Small-study effects: funnel contours, tests of its asymmetry, PET-PEESE.

The functions take any number of studies; that they mean little below ten is the
protocol's rule, applied where they are called.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import stdtr

from analysis.statistics.arrays import FloatArray, checked_studies
from analysis.statistics.estimates import Interval
from analysis.statistics.intervals import confidence_interval, critical_value
from analysis.statistics.meta_regression import DesignFit, fit_design
from analysis.statistics.rank_correlation import kendall_tau

CONTOUR_P_VALUES = (0.1, 0.05, 0.01)
PET_ONE_SIDED_P = 0.05

AsymmetryTest = Literal["egger", "pustejovsky-rodgers", "peters", "harbord"]


@dataclass(frozen=True)
class Contour:
    """Effects at which a study of the largest standard error has two-sided p = `p`.

    The contour is the pair of straight lines from (`FunnelContours.reference`, 0).
    """

    p: float
    low: float
    high: float


@dataclass(frozen=True)
class FunnelContours:
    """What a contour-enhanced funnel plot draws besides the studies.

    `largest_se` is where the axis ends; `pseudo_interval` the limits there of
    `estimate` +/- z se, within which studies should fall without heterogeneity.
    """

    reference: float
    largest_se: float
    contours: tuple[Contour, ...]
    estimate: float
    pseudo_interval: Interval


def funnel_contours(
    variances: ArrayLike,
    estimate: float,
    *,
    reference: float = 0.0,
    p_values: tuple[float, ...] = CONTOUR_P_VALUES,
    level: float = 0.95,
) -> FunnelContours:
    """Contours of significance, reference +/- z(p) se, at the largest standard error.

    variances: shape (k,); `estimate` the pooled effect; `reference` the effect that
    means no difference. Source: Peters et al. 2008, 10.1016/j.jclinepi.2007.11.010.
    """
    v = np.asarray(variances, dtype=float)
    largest = float(np.sqrt(v.max()))
    halves = [(p, critical_value(1 - p) * largest) for p in p_values]
    return FunnelContours(
        reference=reference,
        largest_se=largest,
        contours=tuple(Contour(p, reference - half, reference + half) for p, half in halves),
        estimate=estimate,
        pseudo_interval=confidence_interval(estimate, largest, level=level),
    )


@dataclass(frozen=True)
class RegressionTest:
    """A regression test of the funnel: do small trials show other effects than large ones?

    `test` says which, `slope` is the change of the effect per unit of its predictor, larger
    for smaller trials; `statistic` its t (on `df`) or z (`df` is `None`). `limit` is the
    effect extrapolated to a predictor of 0, with its interval.
    """

    model: str
    slope: float
    se: float
    statistic: float
    df: int | None
    p: float
    limit: float
    limit_interval: Interval
    test: AsymmetryTest = "egger"


def egger_test(
    effects: ArrayLike,
    variances: ArrayLike,
    *,
    model: Literal["multiplicative", "reml"] = "multiplicative",
    level: float = 0.95,
) -> RegressionTest:
    """Egger's test: regress the effects on their standard errors and test the slope.

    `multiplicative`: weights 1/v, residual variance estimated, t on k - 2 degrees of
    freedom (the classical test). `reml`: mixed-effects meta-regression, z.
    effects, variances: shape (k,), k >= 3, standard errors not all equal.
    Sources: Egger et al. 1997, 10.1136/bmj.315.7109.629; Sterne & Egger 2005.
    """
    y, v = checked_studies(effects, variances)
    return _tested("egger", y, v, np.sqrt(v), model, level)


def pustejovsky_rodgers_test(
    smds: ArrayLike, n1: ArrayLike, n2: ArrayLike, *, level: float = 0.95
) -> RegressionTest:
    """As Egger's, for SMDs: on w = sqrt((n1 + n2) / (n1 n2)), weights 1/w^2.

    The standard error of an SMD contains the SMD, so that Egger's test finds asymmetry
    where there is none. smds, n1, n2: shape (k,), k >= 3, w not all equal.
    Source: Pustejovsky & Rodgers 2019, 10.1002/jrsm.1332.
    """
    n1, n2 = np.asarray(n1, dtype=float), np.asarray(n2, dtype=float)
    y, w_squared = checked_studies(smds, (n1 + n2) / (n1 * n2))
    predictor = np.sqrt(w_squared)
    return _tested("pustejovsky-rodgers", y, w_squared, predictor, "multiplicative", level)


def peters_test(
    log_ratios: ArrayLike, events: ArrayLike, totals: ArrayLike, *, level: float = 0.95
) -> RegressionTest:
    """Peters' test of ratios: on 1/N, weights 1/(1/E + 1/(N - E)).

    log_ratios: shape (k,), k >= 3; events E and totals N of both arms together, N not all
    equal. Raises ValueError where a study has no event, or nothing else.
    Source: Peters et al. 2006, 10.1001/jama.295.6.676.
    """
    e, n = np.asarray(events, dtype=float), np.asarray(totals, dtype=float)
    if not ((e > 0) & (e < n)).all():
        raise ValueError("Peters' test needs events, and people without, in every study")
    y, v = checked_studies(log_ratios, 1 / e + 1 / (n - e))
    return _tested("peters", y, v, 1 / n, "multiplicative", level)


def harbord_test(
    events1: ArrayLike,
    n1: ArrayLike,
    events2: ArrayLike,
    n2: ArrayLike,
    *,
    measure: Literal["RR", "OR"] = "RR",
    level: float = 0.95,
) -> RegressionTest:
    """Harbord's test of ratios: the score Z/V on 1/sqrt(V), weights V.

    Z is the efficient score of the log ratio of arm 1 to arm 2, V its information, both at
    no difference. Counts: shape (k,), k >= 3. Raises ValueError where a study has no event,
    or nothing else. Sources: Harbord, Egger & Sterne 2006, 10.1002/sim.2380; for risk ratios
    Harbord, Harris & Sterne 2009, Stata Journal 9(2).
    """
    a, n1, c, n2 = (np.asarray(x, dtype=float) for x in (events1, n1, events2, n2))
    e, n = a + c, n1 + n2
    if not ((e > 0) & (e < n)).all():
        raise ValueError("Harbord's test needs events, and people without, in every study")
    if measure == "OR":
        z, information = a - e * n1 / n, e * (n - e) * n1 * n2 / (n**2 * (n - 1))
    else:
        z, information = (a * n - e * n1) / (n - e), n1 * n2 * e / (n * (n - e))
    y, v = checked_studies(z / information, 1 / information)
    return _tested("harbord", y, v, np.sqrt(v), "multiplicative", level)


def _tested(
    test: AsymmetryTest,
    y: FloatArray,
    v: FloatArray,
    predictor: FloatArray,
    model: str,
    level: float,
) -> RegressionTest:
    fit = _regress(y, v, predictor, model)
    slope = fit.coefficient(1, "predictor", level=level)
    limit = fit.coefficient(0, "limit", level=level)
    return RegressionTest(
        model=model,
        slope=slope.estimate,
        se=slope.se,
        statistic=slope.statistic,
        df=fit.df,
        p=slope.p,
        limit=limit.estimate,
        limit_interval=limit.interval,
        test=test,
    )


def _regress(y: FloatArray, v: FloatArray, predictor: FloatArray, model: str) -> DesignFit:
    design = np.column_stack([np.ones(len(y)), predictor])
    if model == "reml":
        return fit_design(y, v, design, model="reml", interval="wald")
    if model == "multiplicative":
        # The Hartung-Knapp scale at tau2 = 0 is the residual variance of the weighted
        # regression: the classical test is that correction of a common-effect fit.
        return fit_design(y, v, design, model="common", interval="hartung-knapp")
    raise ValueError(f"Egger's test has no model {model!r}: choose multiplicative or reml")


@dataclass(frozen=True)
class RankTest:
    """Begg's rank correlation of standardised effects and variances.

    `exact` says whether p is the exact one (no ties) or the normal approximation.
    """

    tau: float
    p: float
    exact: bool


def begg_test(effects: ArrayLike, variances: ArrayLike) -> RankTest:
    """Kendall's tau between (y - mean) / sqrt(v - 1 / sum(w)) and v.

    effects, variances: shape (k,), k >= 2, w = 1/v, mean with these weights. Without
    ties p is exact; with ties normal, its variance corrected for ties. Raises ValueError
    when all effects are equal.
    Source: Begg & Mazumdar 1994, 10.2307/2533446.
    """
    y, v = checked_studies(effects, variances)
    if len(y) < 2:
        raise ValueError("a rank correlation needs at least 2 studies")
    if np.ptp(y) == 0:
        # Their distances from the mean are rounding, which has ranks too.
        raise ValueError("the effects are all equal: they have no ranks")
    w = 1.0 / v
    mean = float(w @ y / w.sum())
    standardised = (y - mean) / np.sqrt(v - 1.0 / w.sum())
    return RankTest(*kendall_tau(standardised, v))


@dataclass(frozen=True)
class PetPeese:
    """Effects extrapolated to a study without sampling error, and which one to read.

    `pet` regresses on the standard error, `peese` on the variance; `preferred` is
    `peese` when PET still finds an effect in the direction of the common effect
    (one-sided p below .05), otherwise `pet`.
    """

    pet: float
    pet_interval: Interval
    pet_p: float
    peese: float
    peese_interval: Interval
    peese_p: float
    preferred: Literal["pet", "peese"]

    @property
    def estimate(self) -> float:
        """The preferred of the two estimates."""
        return self.pet if self.preferred == "pet" else self.peese

    @property
    def interval(self) -> Interval:
        """The interval of the preferred estimate."""
        return self.pet_interval if self.preferred == "pet" else self.peese_interval


def pet_peese(effects: ArrayLike, variances: ArrayLike, *, level: float = 0.95) -> PetPeese:
    """Precision-effect test and precision-effect estimate with standard error.

    Weighted least squares (weights 1/v, residual variance estimated, t on k - 2) of
    the effects on the standard error (PET) or the variance (PEESE); the estimates are
    the intercepts. effects, variances: shape (k,), k >= 3, variances not all equal.
    Sources: Stanley & Doucouliagos 2014, 10.1002/jrsm.1095; Stanley 2017,
    10.1177/1948550617693062.
    """
    y, v = checked_studies(effects, variances)
    pet = _regress(y, v, np.sqrt(v), "multiplicative").coefficient(0, "pet", level=level)
    peese = _regress(y, v, v, "multiplicative").coefficient(0, "peese", level=level)
    direction = float(np.sign((y / v).sum()))
    one_sided_p = float(stdtr(len(y) - 2, -direction * pet.statistic))
    return PetPeese(
        pet=pet.estimate,
        pet_interval=pet.interval,
        pet_p=pet.p,
        peese=peese.estimate,
        peese_interval=peese.interval,
        peese_p=peese.p,
        preferred="peese" if one_sided_p < PET_ONE_SIDED_P else "pet",
    )
