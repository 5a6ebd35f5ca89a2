"""GOSH: a meta-analysis of every subset of the studies, as matrix products."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.statistics.arrays import FloatArray, checked_studies

ALL_SUBSETS_UP_TO = 100_000
ROWS_AT_ONCE = 1_024


@dataclass(frozen=True, eq=False)
class Gosh:
    """One row per subset, in every array.

    `members` (subsets, studies) says which studies are in; `k` how many; `q`,
    `tau2`, `i2` (per cent) and `estimate` come from the meta-analysis of those.
    `exhaustive` is false when the subsets are a random sample.
    """

    model: str
    exhaustive: bool
    members: NDArray[np.bool_]
    k: NDArray[np.int64]
    estimate: FloatArray
    tau2: FloatArray
    i2: FloatArray
    q: FloatArray


def gosh(
    effects: ArrayLike,
    variances: ArrayLike,
    *,
    model: Literal["common", "dersimonian-laird"] = "dersimonian-laird",
    subsets: int = ALL_SUBSETS_UP_TO,
    seed: int = 20131101,
) -> Gosh:
    """Pool every non-empty subset of the studies.

    With w = 1/v and sums over a subset of m studies,
    Q = sum(w y^2) - sum(w y)^2 / sum(w),
    tau2 = max(0, (Q - (m - 1)) / (sum(w) - sum(w^2) / sum(w))),
    I2 = 100 max(0, (Q - (m - 1)) / Q).

    All 2^k - 1 subsets where they are at most `subsets`, otherwise that many
    drawn uniformly, without repetition, from the generator seeded with `seed`.

    effects, variances: shape (k,). Raises ValueError for unusable input.
    Source: Olkin, Dahabreh & Trikalinos 2012, 10.1002/jrsm.1053.
    """
    y, v = checked_studies(effects, variances)
    exhaustive = 2 ** len(y) - 1 <= subsets
    members = _all_subsets(len(y)) if exhaustive else _random_subsets(len(y), subsets, seed)
    # Blocks that fit the processor's cache: two to three times faster than one large product.
    blocks = [
        _pool_subsets(members[start : start + ROWS_AT_ONCE], y, v, common=model == "common")
        for start in range(0, len(members), ROWS_AT_ONCE)
    ]
    k, estimate, tau2, i2, q = (np.concatenate(column) for column in zip(*blocks, strict=True))
    return Gosh(model, exhaustive, members, k, estimate, tau2, i2, q)


def _all_subsets(k: int) -> NDArray[np.bool_]:
    return _bits(np.arange(1, 2**k, dtype=np.int64), k)


def _random_subsets(k: int, count: int, seed: int) -> NDArray[np.bool_]:
    random = np.random.default_rng(seed)
    if k < 63:
        return _bits(1 + random.choice(2**k - 1, size=count, replace=False), k)
    # Beyond 62 studies a code overflows, and an empty or repeated set has odds of 1 in 10^9.
    drawn = random.integers(0, 256, size=(count, -(-k // 8)), dtype=np.uint8)
    return np.unpackbits(drawn, axis=1, count=k).astype(bool)


def _bits(codes: NDArray[np.int64], k: int) -> NDArray[np.bool_]:
    return (codes[:, None] >> np.arange(k) & 1).astype(bool)


def _pool_subsets(
    members: NDArray[np.bool_],
    y: FloatArray,
    v: FloatArray,
    *,
    common: bool,
) -> tuple[NDArray[np.int64], FloatArray, FloatArray, FloatArray, FloatArray]:
    """k, estimate, tau2, I2 and Q of each row of `members`."""
    inside = members.astype(np.float64)
    w = 1.0 / v
    # Q is a difference of two sums; measuring effects from their mean keeps its digits.
    centre = float(w @ y / w.sum())
    d = y - centre
    sum_w, sum_wd, sum_wdd, sum_ww = (inside @ np.column_stack([w, w * d, w * d**2, w**2])).T
    k = members.sum(axis=1, dtype=np.int64)
    q = np.where(k > 1, np.maximum(0.0, sum_wdd - sum_wd**2 / sum_w), 0.0)
    excess = np.maximum(0.0, q - (k - 1))
    i2 = 100.0 * np.divide(excess, q, out=np.zeros_like(q), where=q > 0)
    if common:
        return k, centre + sum_wd / sum_w, np.zeros_like(q), i2, q
    scale = sum_w - sum_ww / sum_w
    tau2 = np.divide(excess, scale, out=np.zeros_like(q), where=k > 1)
    weights = inside / (v + tau2[:, None])
    return k, centre + weights @ d / weights.sum(axis=1), tau2, i2, q
