"""Subgroups: each pooled by itself, and the test that they differ."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import chdtrc

from analysis.statistics.arrays import FloatArray, checked_studies
from analysis.statistics.estimates import PooledEffect
from analysis.statistics.intervals import IntervalMethod
from analysis.statistics.meta_regression import RegressionModel, design_tau2
from analysis.statistics.pooling import pool
from analysis.statistics.tau2 import cochran_q


@dataclass(frozen=True)
class SubgroupDifference:
    """Q between subgroups, with its degrees of freedom and chi2 p (`None` when df is 0)."""

    q: float
    df: int
    p: float | None


@dataclass(frozen=True)
class Subgroup:
    """One subgroup: `studies` are positions in the input, in its order.

    `pooled` is `None` for a single study, which is never drawn as a diamond;
    `estimate` and `se` (Wald) are what the test of differences uses either way.
    """

    name: str
    studies: tuple[int, ...]
    estimate: float
    se: float
    pooled: PooledEffect | None


@dataclass(frozen=True)
class Subgroups:
    """Subgroups with the tests of their difference.

    `separate` lets each subgroup have its own tau2 (RevMan's test); `common` gives all
    the same, `common_tau2`, which steadies subgroups of few studies; both are `None`
    when every subgroup holds a single study.
    """

    subgroups: tuple[Subgroup, ...]
    separate: SubgroupDifference
    common: SubgroupDifference | None
    common_tau2: float | None


def subgroup_difference(estimates: ArrayLike, variances: ArrayLike) -> SubgroupDifference:
    """Test that subgroup effects are equal: Q = sum of w (estimate - mean)^2, w = 1 / Var.

    estimates, variances: one pooled effect and its squared (Wald) standard error a
    subgroup. Q is referred to chi2 with one degree of freedom less than subgroups.
    Source: Borenstein & Higgins 2013, 10.1007/s11121-013-0377-7.
    """
    y, v = checked_studies(estimates, variances)
    q, df = float(cochran_q(y, v)), len(y) - 1
    return SubgroupDifference(q, df, float(chdtrc(df, q)) if df else None)


def subgroups(
    effects: ArrayLike,
    variances: ArrayLike,
    groups: Sequence[str],
    *,
    model: RegressionModel = "reml",
    interval: IntervalMethod = "wald",
    level: float = 0.95,
) -> Subgroups:
    """Pool each subgroup and test whether they differ, with separate and with common tau2.

    effects, variances: shape (k,); `groups`: the subgroup of each study. Subgroups come
    in order of first appearance. The tests use Wald variances whatever `interval`.
    Raises ValueError for unusable input or unequal lengths.
    """
    y, v = checked_studies(effects, variances)
    if len(groups) != len(y):
        raise ValueError(f"{len(y)} studies but {len(groups)} subgroup labels")
    names = list(dict.fromkeys(groups))
    inside = np.array([[group == name for name in names] for group in groups])
    found = tuple(
        _subgroup(name, np.flatnonzero(inside[:, j]), y, v, model, interval, level)
        for j, name in enumerate(names)
    )
    separate = subgroup_difference(
        [group.estimate for group in found], [group.se**2 for group in found]
    )
    if len(names) == len(y):
        return Subgroups(found, separate, None, None)
    tau2 = design_tau2(y, v, inside.astype(float), model)
    return Subgroups(found, separate, _common_difference(y, v, inside, tau2), tau2)


def _subgroup(
    name: str,
    members: np.ndarray,
    y: FloatArray,
    v: FloatArray,
    model: RegressionModel,
    interval: IntervalMethod,
    level: float,
) -> Subgroup:
    pooled = pool(y[members], v[members], model=model, interval=interval, level=level)
    tau2 = pooled.heterogeneity.tau2 if pooled.heterogeneity else 0.0
    return Subgroup(
        name=name,
        studies=tuple(members.tolist()),
        estimate=pooled.estimate,
        se=float(1.0 / np.sqrt((1.0 / (v[members] + tau2)).sum())),
        pooled=pooled if len(members) > 1 else None,
    )


def _common_difference(
    y: FloatArray, v: FloatArray, inside: np.ndarray, tau2: float
) -> SubgroupDifference:
    w = inside / (v + tau2)[:, None]
    return subgroup_difference(y @ w / w.sum(axis=0), 1.0 / w.sum(axis=0))
