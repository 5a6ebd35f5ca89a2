"""Cumulative meta-analysis: the pooled effect as the studies arrived."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from numpy.typing import ArrayLike

from analysis.statistics.arrays import checked_studies
from analysis.statistics.estimates import PooledEffect
from analysis.statistics.intervals import IntervalMethod
from analysis.statistics.pooling import pool_at
from analysis.statistics.tau2 import tau2_as_studies_arrive


@dataclass(frozen=True)
class CumulativeStep:
    """The pooled effect after one more study; `added` is that study's position."""

    added: int
    pooled: PooledEffect


def cumulative(
    effects: ArrayLike,
    variances: ArrayLike,
    order: Sequence[int],
    *,
    model: str = "reml",
    interval: IntervalMethod = "wald",
    level: float = 0.95,
) -> tuple[CumulativeStep, ...]:
    """Pool the first study, the first two, and so on, in the order given.

    effects, variances: shape (k,); `order`: the k positions, first study first (sort
    by year with a stable sort, so that ties keep the order of the rows). The first
    step is the single study's own effect. Raises ValueError unless `order` names each
    study once. Source: Lau et al. 1992, 10.1056/NEJM199207233270406.
    """
    y, v = checked_studies(effects, variances)
    positions = [int(position) for position in order]
    if sorted(positions) != list(range(len(y))):
        raise ValueError("order must name the position of every study once")
    y, v = y[positions], v[positions]
    tau2 = tau2_as_studies_arrive(y, v, model).tolist()
    return tuple(
        CumulativeStep(
            added=positions[m],
            pooled=pool_at(
                y[: m + 1], v[: m + 1], tau2[m], model=model, interval=interval, level=level
            ),
        )
        for m in range(len(y))
    )
