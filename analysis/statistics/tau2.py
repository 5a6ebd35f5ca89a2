"""Estimators of the between-study variance tau2, all datasets of a batch at once.

PyMARE estimates where it has the estimator (DerSimonian-Laird, Hedges, ML, REML);
the others are closed forms or one root. Every function takes effects and
variances of shape (k, d): k studies down, d datasets (all with k studies) across.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import numpy as np

from analysis.statistics.arrays import FloatArray

# Newton needs about six; the rest is for tau2 many orders of magnitude above the variances.
MAX_ITERATIONS = 200
RELATIVE_STEP = 1e-14
# PyMARE's refinements after its scan (it has 50 by default, 1.2 ms more a fit).
SEARCH_STEPS = 5
# Variances so many times apart can give the likelihood a second maximum, which a scan in equal
# steps passes over where it is close to 0: these datasets are looked at on a grid of ratios too.
EXTREME_RATIO = 20.0
GRID = 48
# PyMARE searches for one set of studies at a time: of so many sets it would take a second.
MANY_SETS = 100


def estimate_tau2(effects: FloatArray, variances: FloatArray, model: str) -> FloatArray:
    """Estimate tau2 of each dataset by the named model.

    Parameters: `effects` and `variances` of shape (k,) for one dataset or (k, d) for
    d datasets, k >= 2; `model` one of `TAU2_MODELS`. Returns an array of shape (d,),
    on the squared scale of the effects, never negative. Raises `ValueError` for an
    unknown model. Overview: Veroniki et al. 2016, 10.1002/jrsm.1164.
    """
    if model not in _ESTIMATORS:
        raise ValueError(f"unknown model {model!r}: choose one of {', '.join(TAU2_MODELS)}")
    y = effects.reshape(len(effects), -1)
    v = np.broadcast_to(variances.reshape(len(variances), -1), y.shape)
    if y.shape[1] > 1:
        return _ESTIMATORS[model](y, v)
    return np.array([_tau2_of_one(y.astype(float).tobytes(), v.astype(float).tobytes(), model)])


@lru_cache(maxsize=1024)
def _tau2_of_one(effects: bytes, variances: bytes, model: str) -> float:
    """The tau2 of one dataset, known by its numbers: the analyses of a question share some."""
    y, v = (np.frombuffer(numbers).reshape(-1, 1) for numbers in (effects, variances))
    return float(_ESTIMATORS[model](y, v)[0])


def tau2_as_studies_arrive(effects: FloatArray, variances: FloatArray, model: str) -> FloatArray:
    """The tau2 of the first study (0), of the first two, and so on, shape (k,).

    `effects` and `variances` of shape (k,), the first study first. Of many studies the
    likelihoods of all sets are searched at once, on the grid alone: a study that a set does
    not have yet has an infinite variance, so no weight.
    """
    k = len(effects)
    if model not in ("reml", "ml") or k < MANY_SETS:
        sets = range(2, k + 1)
        each = [estimate_tau2(effects[:m], variances[:m], model)[0] for m in sets]
        return np.array([0.0, *each])
    there = np.tri(k, dtype=bool).T[:, 1:]
    y = np.where(there, effects[:, None], effects[0])
    v = np.where(there, variances[:, None], np.inf)
    return np.concatenate([[0.0], _highest(y, v, restricted=model == "reml")])


def cochran_q(
    effects: FloatArray, variances: FloatArray, tau2: FloatArray | float = 0.0
) -> FloatArray:
    """Generalised Q: sum of w (y - mean)^2 with w = 1 / (v + tau2), per dataset.

    At tau2 = 0 this is Cochran's Q.
    """
    w = 1.0 / (variances + tau2)
    mean = (w * effects).sum(axis=0) / w.sum(axis=0)
    q: FloatArray = (w * (effects - mean) ** 2).sum(axis=0)
    return q


def tau2_at_q(effects: FloatArray, variances: FloatArray, target: FloatArray | float) -> FloatArray:
    """The tau2 >= 0 at which the generalised Q equals `target`; 0 where Q(0) is below it.

    Q falls monotonically to 0, so a root exists whenever Q(0) > target > 0. The
    reciprocal 1/Q is increasing and concave in tau2 (Cauchy-Schwarz on y'Py, y'PPy,
    y'PPPy) and exactly linear for equal variances: Newton steps on it, from 0, rise to
    the root without ever passing it, usually in four to six steps.
    """
    tau2 = np.zeros(np.broadcast_shapes(effects.shape[1:], np.shape(target)))
    for _ in range(MAX_ITERATIONS):
        w = 1.0 / (variances + tau2)
        residual = effects - (w * effects).sum(axis=0) / w.sum(axis=0)
        q = (w * residual**2).sum(axis=0)
        fall = ((w * residual) ** 2).sum(axis=0)
        step = (q / target - 1.0) * q / np.where(fall > 0, fall, np.inf)
        rising = step > RELATIVE_STEP * tau2
        if not rising.any():
            break
        tau2 = tau2 + np.where(rising, step, 0.0)
    return tau2


def _common(effects: FloatArray, variances: FloatArray) -> FloatArray:
    return np.zeros(effects.shape[1])


def _dersimonian_laird(effects: FloatArray, variances: FloatArray) -> FloatArray:
    """DerSimonian & Laird 1986, 10.1016/0197-2456(86)90046-2."""
    from pymare.estimators import DerSimonianLaird

    return _fitted_tau2(DerSimonianLaird(small_sample_correction="wald"), effects, variances)


def _hedges(effects: FloatArray, variances: FloatArray) -> FloatArray:
    """Hedges 1983 (variance components): unweighted dispersion minus mean variance."""
    from pymare.estimators import Hedges

    return _fitted_tau2(Hedges(small_sample_correction="wald"), effects, variances)


def _ml(effects: FloatArray, variances: FloatArray) -> FloatArray:
    return _likelihood(effects, variances, restricted=False)


def _reml(effects: FloatArray, variances: FloatArray) -> FloatArray:
    return _likelihood(effects, variances, restricted=True)


def _likelihood(effects: FloatArray, variances: FloatArray, *, restricted: bool) -> FloatArray:
    """ML or REML: PyMARE finds the maximum, Newton steps on the score finish it.

    PyMARE compares values of the likelihood, which double precision cannot tell apart
    within about 1e-6 of the maximum whatever its `xtol`; the zero of the derivative is
    exact to rounding. So PyMARE's scan and a few steps decide which maximum, quickly,
    and Newton decides its digits. Where the variances are extreme a grid is searched as
    well, and the higher of the two maxima is taken.
    """
    from pymare.estimators import VarianceBasedLikelihoodEstimator

    search = VarianceBasedLikelihoodEstimator(
        method="REML" if restricted else "ML",
        small_sample_correction="wald",
        maxiter=SEARCH_STEPS,
    )
    start = _fitted_tau2(search, effects, variances)
    found = _polished(effects, variances, start, restricted=restricted)
    extreme = variances.max(axis=0) > EXTREME_RATIO * variances.min(axis=0)
    if extreme.any():
        y, v = effects[:, extreme], variances[:, extreme]
        other = _highest(y, v, restricted=restricted)
        higher = _log_likelihood(y, v, other, restricted=restricted) > _log_likelihood(
            y, v, found[extreme], restricted=restricted
        )
        found[extreme] = np.where(higher, other, found[extreme])
    return found


def _highest(effects: FloatArray, variances: FloatArray, *, restricted: bool) -> FloatArray:
    """The maximum that is nearest to the highest value on the grid."""
    best = best_on_grid(
        grid_of(effects, variances),
        lambda tau2: _log_likelihood(effects, variances, tau2, restricted=restricted),
    )
    return _polished(effects, variances, best, restricted=restricted)


def grid_of(effects: FloatArray, variances: FloatArray) -> FloatArray:
    """Values of tau2 to look at, shape (GRID, d): 0, then equal ratios up to where it cannot be.

    From a thousandth of the smallest variance to the square of the range of the effects
    (above which every term of the likelihood falls).
    """
    low = variances.min(axis=0) / 1000
    high = np.maximum(np.ptp(effects, axis=0) ** 2, 2 * low)
    ratios = np.linspace(0, 1, GRID - 1).reshape(-1, *[1] * np.ndim(low))
    return np.concatenate([np.zeros((1, *np.shape(low))), low * (high / low) ** ratios])


def best_on_grid(grid: FloatArray, height: Callable[[FloatArray], FloatArray]) -> FloatArray:
    """Of each dataset the value of the grid, shape (GRID, d), where `height` is largest."""
    if grid.ndim == 2 and grid.shape[1] == 1:  # one dataset: all values at once
        highest: FloatArray = grid[height(grid[:, 0]).argmax()]
        return highest
    heights = np.array([height(tau2) for tau2 in grid])
    best: FloatArray = np.take_along_axis(grid, heights.argmax(axis=0)[None], axis=0)[0]
    return best


def _log_likelihood(
    effects: FloatArray, variances: FloatArray, tau2: FloatArray, *, restricted: bool
) -> FloatArray:
    """Twice the log-likelihood of tau2, without its constant, of each dataset."""
    total = variances + tau2
    logs = np.log(total, out=np.zeros_like(total), where=np.isfinite(total))
    height: FloatArray = -logs.sum(axis=0) - cochran_q(effects, variances, tau2)
    return height - np.log((1.0 / total).sum(axis=0)) if restricted else height


def _fitted_tau2(estimator: object, effects: FloatArray, variances: FloatArray) -> FloatArray:
    intercept = np.ones((len(effects), 1))
    tau2 = estimator.fit(effects, variances, intercept).params_["tau2"]  # type: ignore[attr-defined]
    # It comes as a float, (1,) or (1, d), depending on the estimator.
    return np.broadcast_to(np.ravel(tau2), effects.shape[1:]).astype(float)


def _polished(
    effects: FloatArray, variances: FloatArray, tau2: FloatArray, *, restricted: bool
) -> FloatArray:
    """Newton steps to the zero of the score nearest to `tau2`, held at or above 0."""
    for _ in range(MAX_ITERATIONS):
        score, curvature, information = _score(effects, variances, tau2, restricted=restricted)
        # Where the likelihood curves upwards Newton would climb away: Fisher's step.
        step = score / np.where(curvature < 0, -curvature, information)
        moved = np.maximum(tau2 + step, 0.0)
        settled = np.abs(moved - tau2) <= RELATIVE_STEP * (moved + variances.min(axis=0))
        tau2 = moved
        if settled.all():
            break
    return tau2


def _score(
    effects: FloatArray, variances: FloatArray, tau2: FloatArray, *, restricted: bool
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Twice the score of tau2, its derivative, and twice its expected information.

    With P = W - ww'/sum(w): the score is y'PPy - tr(P) for REML, y'PPy - tr(W) for ML.
    """
    w = 1.0 / (variances + tau2)
    w1, w2 = w.sum(axis=0), (w**2).sum(axis=0)
    py = w * (effects - (w * effects).sum(axis=0) / w1)
    ypppy = (w * py**2).sum(axis=0) - (w * py).sum(axis=0) ** 2 / w1
    if restricted:
        trace = w1 - w2 / w1
        trace_squared = w2 - 2 * (w**3).sum(axis=0) / w1 + (w2 / w1) ** 2
    else:
        trace, trace_squared = w1, w2
    return (py**2).sum(axis=0) - trace, trace_squared - 2 * ypppy, trace_squared


def _paule_mandel(effects: FloatArray, variances: FloatArray) -> FloatArray:
    """Paule & Mandel 1982: the generalised Q equals its expectation k - 1.

    The empirical Bayes estimator (Morris 1983) solves the same equation.
    """
    return tau2_at_q(effects, variances, float(len(effects) - 1))


def _sidik_jonkman(effects: FloatArray, variances: FloatArray) -> FloatArray:
    """Sidik & Jonkman 2005: a crude start (the effects' variance), corrected once."""
    start = effects.var(axis=0)
    # Identical effects start at 0 and stay there.
    tau2: FloatArray = start * cochran_q(effects, variances, start) / (len(effects) - 1)
    return tau2


def _hunter_schmidt(effects: FloatArray, variances: FloatArray) -> FloatArray:
    """Hunter & Schmidt 1990: (Q - k) / sum(w)."""
    excess = cochran_q(effects, variances) - len(effects)
    tau2: FloatArray = np.maximum(excess, 0.0) / (1.0 / variances).sum(axis=0)
    return tau2


_ESTIMATORS: dict[str, Callable[[FloatArray, FloatArray], FloatArray]] = {
    "common": _common,
    "dersimonian-laird": _dersimonian_laird,
    "reml": _reml,
    "ml": _ml,
    "paule-mandel": _paule_mandel,
    "hedges": _hedges,
    "sidik-jonkman": _sidik_jonkman,
    "empirical-bayes": _paule_mandel,
    "hunter-schmidt": _hunter_schmidt,
}
TAU2_MODELS = tuple(_ESTIMATORS)
