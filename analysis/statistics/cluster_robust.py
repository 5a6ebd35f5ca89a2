"""Inference that survives several effects from one trial: cluster-robust CR2."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from analysis.statistics.arrays import checked_studies
from analysis.statistics.estimates import Interval
from analysis.statistics.intervals import confidence_interval, two_sided_p
from analysis.statistics.tau2 import estimate_tau2

FEW_DEGREES_OF_FREEDOM = 4.0


@dataclass(frozen=True)
class ClusterRobust:
    """The pooled effect with a standard error robust to dependence within clusters.

    `interval` and `p` use t with Satterthwaite's degrees of freedom (`interval.df`);
    `few_clusters` says that these are below 4, where the approximation is known to be
    too optimistic (Tipton 2015).
    """

    model: str
    k: int
    clusters: int
    estimate: float
    se: float
    interval: Interval
    statistic: float
    p: float
    tau2: float
    few_clusters: bool


def cluster_robust(
    effects: ArrayLike,
    variances: ArrayLike,
    clusters: Sequence[str],
    *,
    model: str = "reml",
    level: float = 0.95,
) -> ClusterRobust:
    """Pool rows of which several may come from one trial, with CR2 by trial.

    tau2 and the weights 1 / (v + tau2) are those of independent rows; only the standard
    error and its degrees of freedom allow for dependence (PyMARE, `g=`).
    effects, variances: shape (k,); `clusters`: the trial of each row, 2 or more trials.
    Raises ValueError for unusable input.
    Sources: Tipton 2015, 10.1037/met0000011; Pustejovsky & Tipton 2018,
    10.1080/07350015.2016.1247004.
    """
    from pymare.estimators import WeightedLeastSquares

    y, v = checked_studies(effects, variances)
    labels = np.asarray([str(cluster) for cluster in clusters])
    if len(labels) != len(y):
        raise ValueError(f"{len(y)} rows but {len(labels)} cluster labels")
    count = len(set(labels.tolist()))
    if count < 2:
        raise ValueError("cluster-robust inference needs at least 2 trials")
    tau2 = float(estimate_tau2(y, v, model)[0])
    with warnings.catch_warnings():
        # PyMARE warns of few degrees of freedom; `few_clusters` says it instead.
        warnings.simplefilter("ignore")
        fit = WeightedLeastSquares(tau2=tau2)
        mean = np.ones((len(y), 1))
        fitted = fit.fit(y[:, None], mean, v[:, None], labels[:, None]).params_
    estimate = float(fitted["fe_params"][0, 0])
    se = float(np.sqrt(fitted["inv_cov"][0, 0, 0]))
    df = float(np.ravel(fitted["dof"])[0])
    statistic = estimate / se
    return ClusterRobust(
        model=model,
        k=len(y),
        clusters=count,
        estimate=estimate,
        se=se,
        interval=confidence_interval(estimate, se, method="cluster-robust", level=level, df=df),
        statistic=statistic,
        p=two_sided_p(statistic, df),
        tau2=tau2,
        few_clusters=df < FEW_DEGREES_OF_FREEDOM,
    )
