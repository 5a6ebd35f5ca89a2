"""Meta-regression: how the effect varies with properties of the studies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import chdtrc, fdtrc

from analysis.statistics.arrays import FloatArray, checked_studies
from analysis.statistics.estimates import Interval
from analysis.statistics.intervals import IntervalMethod, confidence_interval, two_sided_p
from analysis.statistics.optimisers import optimisers
from analysis.statistics.pooling import PYMARE_CORRECTION
from analysis.statistics.tau2 import best_on_grid, estimate_tau2, grid_of

TRIALS_PER_MODERATOR = 10
ROOT_TOLERANCE = 1e-14
RegressionModel = Literal["common", "dersimonian-laird", "hedges", "ml", "reml"]


@dataclass(frozen=True)
class Coefficient:
    """One row of the coefficient table, in effect units per unit of the moderator."""

    name: str
    estimate: float
    se: float
    interval: Interval
    statistic: float
    p: float


@dataclass(frozen=True)
class ModeratorTest:
    """Test that all moderators are without effect (QM).

    chi2 on `df` degrees of freedom with Wald inference; F on `df` and `df_residual`
    with Hartung-Knapp inference.
    """

    statistic: float
    df: int
    df_residual: int | None
    p: float


@dataclass(frozen=True)
class ResidualHeterogeneity:
    """What the moderators leave unexplained: QE with df and p, tau2, I2 (per cent)."""

    q: float
    df: int
    p: float
    tau2: float
    i2: float


@dataclass(frozen=True)
class MetaRegression:
    """A fitted meta-regression; the first coefficient is the intercept.

    `tau2_without` is tau2 of the same studies without moderators, `r2` the per cent of
    it that the moderators explain: `None` when there is none to explain.
    """

    model: str
    k: int
    coefficients: tuple[Coefficient, ...]
    moderators: ModeratorTest
    residual: ResidualHeterogeneity
    tau2_without: float
    r2: float | None


def meta_regression(
    effects: ArrayLike,
    variances: ArrayLike,
    moderators: ArrayLike,
    names: Sequence[str],
    *,
    model: RegressionModel = "reml",
    interval: IntervalMethod = "wald",
    level: float = 0.95,
    trials_per_moderator: int = TRIALS_PER_MODERATOR,
) -> MetaRegression:
    """Regress the effects on moderators: y = b0 + b1 x1 + ... + u + e, Var u = tau2.

    effects, variances: shape (k,); moderators: shape (k,) or (k, m), one column each
    (a factor of L levels is L - 1 indicator columns, see `indicators`); `names`: m
    names. R2 = 100 max(0, 1 - tau2 / tau2 without moderators). `interval` as in `pool`,
    its t on k - m - 1 degrees of freedom.
    Raises ValueError below `trials_per_moderator` studies a moderator, or when the
    moderators are constant or determine one another.
    Sources: Knapp & Hartung 2003, 10.1002/sim.1482; Higgins & Thompson 2004,
    10.1002/sim.1752.
    """
    y, v = checked_studies(effects, variances)
    columns = np.asarray(moderators, dtype=float).reshape(len(y), -1)
    _check_moderators(columns, names, trials_per_moderator)
    design = np.column_stack([np.ones(len(y)), columns])
    fit = fit_design(y, v, design, model=model, interval=interval)
    tau2_without = float(estimate_tau2(y, v, model)[0])
    explained = 1 - fit.tau2 / tau2_without if tau2_without > 0 else None
    return MetaRegression(
        model=model,
        k=len(y),
        coefficients=tuple(
            fit.coefficient(i, name, level=level) for i, name in enumerate(["intercept", *names])
        ),
        moderators=fit.moderator_test(),
        residual=_residual_heterogeneity(y, v, design, fit.tau2, common=model == "common"),
        tau2_without=tau2_without,
        r2=None if explained is None else 100 * max(0.0, explained),
    )


def indicators(
    labels: Sequence[str], *, reference: str | None = None
) -> tuple[FloatArray, tuple[str, ...]]:
    """Indicator columns (k, L - 1) of a factor, and the level each column stands for.

    The `reference` level (the first in alphabetical order unless named) has none.
    Raises ValueError when the reference does not occur.
    """
    levels = sorted(set(labels))
    first = levels[0] if reference is None else reference
    if first not in levels:
        raise ValueError(f"no study has the reference level {first!r}")
    others = tuple(level for level in levels if level != first)
    columns = np.array([[label == level for level in others] for label in labels], dtype=float)
    return columns.reshape(len(labels), len(others)), others


@dataclass(frozen=True, eq=False)
class DesignFit:
    """Coefficients of an arbitrary design matrix, intercept included by the caller.

    `covariance` (p, p) belongs to the interval method; `df` is `None` for the normal.
    """

    coefficients: FloatArray
    covariance: FloatArray
    tau2: float
    method: IntervalMethod
    df: int | None

    def coefficient(self, position: int, name: str, *, level: float = 0.95) -> Coefficient:
        """One coefficient with its interval and two-sided p."""
        estimate = float(self.coefficients[position])
        se = float(np.sqrt(self.covariance[position, position]))
        if se == 0:
            raise ValueError("the effects lie exactly on a line: nothing is left to judge it by")
        interval = confidence_interval(estimate, se, method=self.method, level=level, df=self.df)
        statistic = estimate / se
        return Coefficient(name, estimate, se, interval, statistic, two_sided_p(statistic, self.df))

    def moderator_test(self) -> ModeratorTest:
        """QM: all coefficients but the first (the intercept) are zero."""
        slopes, covariance = self.coefficients[1:], self.covariance[1:, 1:]
        # Standardised first: moderators of very different units make the matrix
        # look singular when it is not.
        ses = np.sqrt(np.diag(covariance))
        z = slopes / ses
        qm = float(z @ np.linalg.solve(covariance / np.outer(ses, ses), z))
        m = len(slopes)
        if self.df is None:
            return ModeratorTest(qm, m, None, float(chdtrc(m, qm)))
        return ModeratorTest(qm / m, m, self.df, float(fdtrc(m, self.df, qm / m)))


def fit_design(
    effects: FloatArray,
    variances: FloatArray,
    design: FloatArray,
    *,
    model: RegressionModel = "reml",
    interval: IntervalMethod = "wald",
) -> DesignFit:
    """Fit y = X b with PyMARE: tau2 by `model`, then weighted least squares.

    effects, variances: shape (k,); design: shape (k, p), p < k. Raises ValueError for a
    design without full rank or without residual degrees of freedom.
    """
    k, p = design.shape
    if k <= p:
        raise ValueError(f"{k} studies cannot estimate {p} coefficients and what is left over")
    orthonormal, triangle = _orthonormal(design)
    tau2 = design_tau2(effects, variances, orthonormal, model)
    fitted = _weighted_least_squares(effects, variances, orthonormal, tau2, interval)
    back = np.linalg.inv(triangle)
    return DesignFit(
        coefficients=back @ fitted["fe_params"][:, 0],
        covariance=back @ fitted["inv_cov"][:, :, 0] @ back.T,
        tau2=tau2,
        method=interval,
        df=None if interval == "wald" else k - p,
    )


def _orthonormal(design: FloatArray) -> tuple[FloatArray, FloatArray]:
    """X = Q R. PyMARE inverts X'WX, which a year near 2000 beside an intercept leaves with
    five digits; with the columns of Q in place of X it keeps them all."""
    lengths = np.sqrt((design**2).sum(axis=0))
    if (lengths == 0).any() or np.linalg.matrix_rank(design / lengths) < design.shape[1]:
        raise ValueError("a moderator is constant, or is determined by the other moderators")
    orthonormal, triangle = np.linalg.qr(design)
    return orthonormal, triangle


def design_tau2(
    effects: FloatArray, variances: FloatArray, design: FloatArray, model: RegressionModel
) -> float:
    """Residual between-study variance given a design of shape (k, p)."""
    from pymare import estimators

    if model == "common":
        return 0.0
    if model not in ("dersimonian-laird", "hedges", "ml", "reml"):
        raise ValueError(f"meta-regression has no model {model!r}")
    estimator: Any = {
        "dersimonian-laird": estimators.DerSimonianLaird,
        "hedges": estimators.Hedges,
        "ml": estimators.VarianceBasedLikelihoodEstimator,
        "reml": lambda: estimators.VarianceBasedLikelihoodEstimator(method="REML"),
    }[model]()
    fitted = estimator.fit(effects[:, None], variances[:, None], _by_columns(design)).params_
    tau2 = float(np.ravel(fitted["tau2"])[0])
    if model in ("ml", "reml"):
        return _highest_tau2(effects, variances, design, tau2, restricted=model == "reml")
    return tau2


def _highest_tau2(
    y: FloatArray, v: FloatArray, design: FloatArray, tau2: float, *, restricted: bool
) -> float:
    """The highest maximum of the likelihood: PyMARE's `tau2`, or one that a grid finds higher.

    PyMARE's is flat to about 1e-6; the zero of the slope between the neighbours on the grid
    has all digits.
    """

    def height(value: FloatArray) -> FloatArray:
        found = _log_likelihood(y, v, design, float(value), restricted=restricted)
        return np.asarray(found)

    def slope(value: float) -> float:
        return _slope(y, v, design, value, restricted=restricted)

    grid = np.sort(np.append(grid_of(y, v), tau2))
    at = int(np.flatnonzero(grid == best_on_grid(grid, height))[0])
    low, high = float(grid[max(at - 1, 0)]), float(grid[min(at + 1, len(grid) - 1)])
    if slope(low) > 0 > slope(high):
        root = optimisers().brentq(slope, low, high, xtol=1e-300, rtol=ROOT_TOLERANCE)
        return float(root)
    # The likelihood falls from 0 on.
    return float(grid[at])


def _log_likelihood(
    y: FloatArray, v: FloatArray, design: FloatArray, tau2: float, *, restricted: bool
) -> float:
    """Twice the log-likelihood of tau2, without its constant."""
    total = v + tau2
    residual = _residual_maker(total, design) @ y
    height = -float(np.log(total).sum() + total @ residual**2)
    if restricted:
        height -= float(np.linalg.slogdet(design.T @ (design / total[:, None]))[1])
    return height


def _slope(
    y: FloatArray, v: FloatArray, design: FloatArray, tau2: float, *, restricted: bool
) -> float:
    """Twice the slope of the log-likelihood: y'PPy - tr(P), for ML y'PPy - tr(W).

    P = W - WX (X'WX)^-1 X'W.
    """
    p = _residual_maker(v + tau2, design)
    traced = float(np.trace(p)) if restricted else float((1.0 / (v + tau2)).sum())
    return float(((p @ y) ** 2).sum()) - traced


def _residual_maker(variances: FloatArray, design: FloatArray) -> FloatArray:
    w = 1.0 / variances
    weighted = design * w[:, None]
    explained: FloatArray = weighted @ np.linalg.solve(design.T @ weighted, weighted.T)
    return np.diag(w) - explained


def _weighted_least_squares(
    effects: FloatArray,
    variances: FloatArray,
    design: FloatArray,
    tau2: float,
    interval: IntervalMethod,
) -> dict[str, Any]:
    from pymare.estimators import WeightedLeastSquares

    estimator = WeightedLeastSquares(tau2=tau2, small_sample_correction=PYMARE_CORRECTION[interval])
    fit = estimator.fit(effects[:, None], _by_columns(design), variances[:, None])
    fitted: dict[str, Any] = fit.params_
    return fitted


def _by_columns(design: FloatArray) -> FloatArray:
    """As PyMARE's own container lays it out: the last digit of a sum depends on it."""
    return np.asfortranarray(design)


def _residual_heterogeneity(
    y: FloatArray, v: FloatArray, design: FloatArray, tau2: float, *, common: bool
) -> ResidualHeterogeneity:
    """QE = y'Py at tau2 = 0; I2 from tau2 and the typical variance (k - p) / tr(P).

    A common-effect regression has no tau2: its I2 comes from QE.
    """
    p = _residual_maker(v, np.linalg.qr(design)[0])
    df = design.shape[0] - design.shape[1]
    # y'Py = y'PVPy: a sum of squares, which rounding cannot make negative.
    q = float(v @ (p @ y) ** 2)
    typical = df / float(np.trace(p))
    share = max(0.0, (q - df) / q) if common else tau2 / (tau2 + typical)
    return ResidualHeterogeneity(q, df, float(chdtrc(df, q)), tau2, 100 * share)


def _check_moderators(columns: FloatArray, names: Sequence[str], per_moderator: int) -> None:
    k, m = columns.shape
    if m != len(names):
        raise ValueError(f"{m} moderator columns but {len(names)} names")
    if not np.isfinite(columns).all():
        raise ValueError("a moderator is missing for some study: leave those studies out first")
    if k < per_moderator * m:
        raise ValueError(
            f"{k} trials are too few for {m} moderator column(s): "
            f"{per_moderator} trials a moderator are needed, {per_moderator * m} in all"
        )
