"""What pooling returns: frozen, plain numbers, `None` where a number does not exist."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Interval:
    """A confidence or prediction interval.

    `method` names how it was made (`wald`, `hartung-knapp`,
    `hartung-knapp-conservative`, `q-profile`, `t(k-2)`, ...), `df` the degrees of
    freedom of its t distribution, `None` for the normal. A limit that does not
    exist (an unbounded one-sided interval) is `None`.
    """

    low: float | None
    high: float | None
    method: str
    level: float = 0.95
    df: float | None = None


@dataclass(frozen=True)
class Heterogeneity:
    """How much the effects differ beyond chance.

    `q` with `df` and `p` (Cochran); `tau2` on the squared scale of the effect;
    `i2` (per cent) and `h2` from tau2 and the typical variance of Higgins &
    Thompson 2002 (10.1002/sim.1186); `i2_q` (per cent) the older definition
    (Q - df) / Q. Intervals come from the Q-profile limits of tau2
    (Viechtbauer 2007, 10.1002/sim.2514).
    """

    q: float
    df: int
    p: float | None
    tau2: float
    tau2_interval: Interval | None
    i2: float
    i2_interval: Interval | None
    h2: float
    h2_interval: Interval | None
    i2_q: float


@dataclass(frozen=True)
class PooledEffect:
    """A pooled effect with everything said about it.

    `model` is the tau2 estimator or fixed-effect method (`common`,
    `mantel-haenszel`, `peto`, `dersimonian-laird`, `reml`, ...). `statistic` is
    estimate / se, referred to t with `interval.df` degrees of freedom or, where
    that is `None`, to the normal. `weights` are per cent, in the order of the
    studies. `prediction` is `None` below three studies or in a common-effect
    model; `heterogeneity` is `None` for a single study.
    """

    model: str
    k: int
    estimate: float
    se: float
    interval: Interval
    statistic: float
    p: float
    weights: tuple[float, ...]
    prediction: Interval | None = None
    heterogeneity: Heterogeneity | None = None

    @property
    def way(self) -> tuple[str, str]:
        """How it was pooled: the model, and the method of its interval."""
        return self.model, self.interval.method
