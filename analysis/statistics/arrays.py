"""The arrays every statistic takes: effects and variances, checked once."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float64]

# Beyond this double precision cannot weigh the studies against each other (the
# DerSimonian-Laird tau2 is off by 1e-7), and one of the variances is no sampling variance.
LARGEST_RATIO = 1e10


def checked_studies(effects: ArrayLike, variances: ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Effects and variances as two float arrays of shape (k,), or a `ValueError`.

    PyMARE accepts a negative variance without a word and fails on a zero or
    missing one with an error of linear algebra, so nothing reaches it unchecked.
    """
    y = np.asarray(effects, dtype=float)
    v = np.asarray(variances, dtype=float)
    if y.ndim != 1 or v.ndim != 1:
        raise ValueError("effects and variances must be one-dimensional, one number a study")
    if y.size != v.size:
        raise ValueError(f"{y.size} effects but {v.size} variances: one variance a study is needed")
    if y.size == 0:
        raise ValueError("no studies: there is nothing to pool")
    _refuse(~np.isfinite(y), y, "effect", "must be a finite number")
    _refuse(~np.isfinite(v) | (v <= 0), v, "variance", "must be finite and above zero")
    if v.max() > LARGEST_RATIO * v.min():
        small, large = int(v.argmin()), int(v.argmax())
        raise ValueError(
            f"variance of study {small + 1} is {v[small]:g} and of study {large + 1} is "
            f"{v[large]:g}: more than {LARGEST_RATIO:g} times apart, one must be an error"
        )
    return y, v


def _refuse(wrong: NDArray[np.bool_], values: FloatArray, what: str, rule: str) -> None:
    if wrong.any():
        first = int(np.argmax(wrong))
        raise ValueError(f"{what} of study {first + 1} is {values[first]}: it {rule}")
