"""Influence of each study on the pooled effect, and the coordinates of the Baujat plot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import chdtr

from analysis.statistics.arrays import checked_studies
from analysis.statistics.leave_one_out import LeftOut, without_each


@dataclass(frozen=True)
class Influence:
    """What one study does to the result (metafor's `influence`, same definitions).

    Names follow metafor: `rstudent` the externally standardised residual, `dffits` and
    `dfbs` the change of the fitted value and of the mean in standard errors, `cook_d`
    Cook's distance, `cov_r` the covariance ratio, `tau2_del` and `qe_del` tau2 and Q
    without the study, `hat` its leverage, `weight` its per-cent weight. `influential`
    follows metafor's rule. `baujat_x` is the squared Pearson residual (the study's
    contribution to Q in a common-effect model), `baujat_y` the squared change of the
    mean without the study over its variance then.
    """

    study: int
    rstudent: float
    dffits: float
    cook_d: float
    cov_r: float
    tau2_del: float
    qe_del: float
    hat: float
    weight: float
    dfbs: float
    influential: bool
    baujat_x: float
    baujat_y: float


def influence(
    effects: ArrayLike,
    variances: ArrayLike,
    tau2: float,
    left_out: Sequence[LeftOut],
) -> tuple[Influence, ...]:
    """Diagnostics of each study, from the fit to all and the fits without each.

    With mu, V the mean and its Wald variance of all studies, and mu_i, V_i, tau2_i those
    without study i:
    rstudent = (y_i - mu_i) / sqrt(v_i + tau2_i + V_i), hat = w_i / sum(w),
    dffits = (mu - mu_i) / sqrt(hat (v_i + tau2_i)), cook = (mu - mu_i)^2 / V,
    cov_r = V_i / V, dfbs = (mu - mu_i) / sqrt(1 / sum_j 1 / (v_j + tau2_i)).
    Influential: |dffits| > 3 sqrt(1 / (k - 1)), or chi2(1) of Cook's distance above its
    median, or hat > 3 / k, or |dfbs| > 1.

    effects, variances: shape (k,), k >= 2; `tau2` of all studies (0 for a common
    effect); `left_out` from `leave_one_out` with the same model. Wald inference
    throughout, as metafor's default.
    Sources: Viechtbauer & Cheung 2010, 10.1002/jrsm.11; Baujat et al. 2002,
    10.1002/sim.1221.
    """
    y, v = checked_studies(effects, variances)
    k = len(y)
    if [row.omitted for row in left_out] != list(range(k)):
        raise ValueError("left_out must hold one fit a study, in the order of the studies")
    tau2_del = np.array([row.tau2 for row in left_out])
    change_from = np.array([row.estimate for row in left_out])
    w = 1.0 / (v + tau2)
    mean, variance = float(w @ y / w.sum()), float(1.0 / w.sum())
    variance_del = 1.0 / (1.0 / (without_each(v) + tau2_del)).sum(axis=0)
    change = mean - change_from
    hat = w / w.sum()
    cook_d = change**2 / variance
    dffits = change / np.sqrt(hat * (v + tau2_del))
    dfbs = change * np.sqrt((1.0 / np.add.outer(v, tau2_del)).sum(axis=0))
    columns = {
        "rstudent": (y - change_from) / np.sqrt(v + tau2_del + variance_del),
        "dffits": dffits,
        "cook_d": cook_d,
        "cov_r": variance_del / variance,
        "tau2_del": tau2_del,
        "qe_del": np.array([row.q for row in left_out]),
        "hat": hat,
        "weight": 100.0 * hat,
        "dfbs": dfbs,
        "influential": (np.abs(dffits) > 3 * np.sqrt(1 / (k - 1)))
        | (chdtr(1, cook_d) > 0.5)
        | (hat > 3 / k)
        | (np.abs(dfbs) > 1),
        "baujat_x": (y - mean) ** 2 * w,
        "baujat_y": change**2 / variance_del,
    }
    rows = zip(*(column.tolist() for column in columns.values()), strict=True)
    return tuple(Influence(i, *row) for i, row in enumerate(rows))
