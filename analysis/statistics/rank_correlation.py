"""Kendall's rank correlation; SciPy has it beside all of its distributions, a second to import."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from analysis.statistics.arrays import FloatArray
from analysis.statistics.intervals import two_sided_p

# From here on n! is beyond double precision: the ways are counted as shares of it.
COUNTED_AS_SHARES = 171


def kendall_tau(x: ArrayLike, y: ArrayLike) -> tuple[float, float, bool]:
    """Tau-b, its two-sided p, and whether that is the exact one.

    x, y: shape (n,), n >= 2. Without ties p is exact, with ties normal and its variance
    corrected for them. Where all of x, or all of y, are equal, both are nan.
    Source: Kendall, Rank Correlation Methods, 4th edition, Griffin 1970.
    """
    first, second = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    n = len(first)
    pairs = n * (n - 1) // 2
    ties = [_ties(values) for values in (first, second)]
    if any(tied == pairs for tied, _, _ in ties):
        return math.nan, math.nan, False
    score = round(
        sum(
            float(np.sign(first[i + 1 :] - first[i]) @ np.sign(second[i + 1 :] - second[i]))
            for i in range(n - 1)
        )
    )
    tau = score / np.sqrt(pairs - ties[0][0]) / np.sqrt(pairs - ties[1][0])
    exact = not any(tied for tied, _, _ in ties)
    p = _exact_p(n, (pairs - abs(score)) // 2) if exact else _normal_p(n, score, *ties)
    return float(np.clip(tau, -1.0, 1.0)), p, exact


def _ties(values: FloatArray) -> tuple[int, int, int]:
    """Over groups of t equal values, the sums of t(t-1)/2, t(t-1)(t-2) and t(t-1)(2t+5)."""
    t = np.unique(values, return_counts=True)[1]
    sums = (t * (t - 1) // 2, t * (t - 1) * (t - 2), t * (t - 1) * (2 * t + 5))
    return int(sums[0].sum()), int(sums[1].sum()), int(sums[2].sum())


def _normal_p(n: int, score: int, x: tuple[int, int, int], y: tuple[int, int, int]) -> float:
    m = n * (n - 1.0)
    variance = (
        (m * (2 * n + 5) - x[2] - y[2]) / 18
        + (2 * x[0] * y[0]) / m
        + x[1] * y[1] / (9 * m * (n - 2))
    )
    return two_sided_p(score / math.sqrt(variance))


def _exact_p(n: int, inversions: int) -> float:
    """Twice the share of the n! orders that have so few inversions, at most 1."""
    ways = np.zeros(inversions + 1)
    ways[:2] = 1.0  # of two
    for j in range(3, n + 1):
        # One more has 0 to j - 1 inversions with those that are there.
        ways = np.cumsum(ways) / (j if n >= COUNTED_AS_SHARES else 1)
        if j <= inversions:
            ways[j:] -= ways[: inversions + 1 - j]
    total = float(ways.sum())
    return min(1.0, total if n >= COUNTED_AS_SHARES else 2.0 * total / math.factorial(n))
