"""The data sets on which this package and metafor are compared: published and random."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd

from analysis.statistics.arrays import FloatArray
from analysis.statistics.effect_sizes import log_risk_ratio, peto_log_odds_ratio, smd

PUBLISHED = Path(__file__).with_name("datasets.csv")
SEED = 20140226
RANDOM_EFFECTS = 400
RANDOM_TABLES = 100
# Random sets up to this size among the first so many are probed with every function: a
# leave-one-out of 60 studies takes metafor as long as pooling thirty sets.
PROBED_STUDIES = 12
PROBED_RANDOM = 150


SelectionSteps = tuple[tuple[float, ...], Literal["negative", "positive"]]
THREE_PARAMETER: tuple[SelectionSteps, ...] = (((0.025,), "negative"), ((0.025,), "positive"))
# The worked example of metafor's documentation.
HACKSHAW: SelectionSteps = ((0.05, 0.10, 0.50), "positive")


@dataclass(frozen=True, eq=False)
class Study:
    """Effects with variances, and what the probing functions need where it is known.

    `thorough` sets are probed with every function, the others are pooled only.
    `selection` lists the selection models to fit: cutpoints, and the sign favoured.
    """

    name: str
    effects: FloatArray
    variances: FloatArray
    thorough: bool = True
    years: FloatArray | None = None
    groups: tuple[str, ...] | None = None
    moderator: FloatArray | None = None
    clusters: tuple[str, ...] | None = None
    selection: tuple[SelectionSteps, ...] = ()


@dataclass(frozen=True, eq=False)
class Tables:
    """2x2 tables, one a trial."""

    name: str
    events1: FloatArray
    n1: FloatArray
    events2: FloatArray
    n2: FloatArray


def published_effects() -> list[Study]:
    """The published data sets as effects and variances."""
    rows = pd.read_csv(PUBLISHED)
    studies = [_study(str(name), frame) for name, frame in rows.groupby("dataset", sort=False)]
    return [*studies, _even(studies[-1])]


def published_tables() -> list[Tables]:
    """The published data sets that are 2x2 tables."""
    rows = pd.read_csv(PUBLISHED).dropna(subset=["events1"])
    return [
        Tables(str(name), *(frame[c].to_numpy(float) for c in ("events1", "n1", "events2", "n2")))
        for name, frame in rows.groupby("dataset", sort=False)
    ]


def published_arms() -> pd.DataFrame:
    """Rows of the published data sets with means and standard deviations."""
    return pd.read_csv(PUBLISHED).dropna(subset=["mean1"])


def random_effects(count: int = RANDOM_EFFECTS) -> list[Study]:
    """Effects of 2 to 60 studies, from none to extreme heterogeneity, in any unit."""
    random = np.random.default_rng(SEED)
    sets = []
    for i in range(count):
        k = int(random.integers(2, 61))
        unit = 10.0 ** random.uniform(-3, 3)
        spread = random.choice([0.0, 0.5, 1.5, 3.0])
        variances = unit**2 * np.exp(random.normal(0, spread, k))
        tau2 = unit**2 * random.choice([0.0, 0.0, 0.05, 0.3, 1.0, 10.0, 1000.0])
        effects = random.normal(unit * random.normal(0, 2), np.sqrt(variances + tau2))
        thorough = i < PROBED_RANDOM and k <= PROBED_STUDIES
        selection = THREE_PARAMETER if thorough else ()
        sets.append(Study(f"random-{i:03d}", effects, variances, thorough, selection=selection))
    return sets


def random_tables(count: int = RANDOM_TABLES) -> list[Tables]:
    """2x2 tables of 2 to 40 trials; about a third of the sets are full of empty cells."""
    random = np.random.default_rng(SEED + 1)
    sets = []
    for i in range(count):
        k = int(random.integers(2, 41))
        n1, n2 = random.integers(5, 400, (2, k))
        rate = np.clip(random.choice([0.005, 0.1, 0.4, 0.9]) * random.lognormal(0, 0.5, k), 0, 0.99)
        risk = np.clip(rate * np.exp(random.normal(-0.2, 0.3, k)), 0, 0.99)
        events1, events2 = random.binomial(n1, risk), random.binomial(n2, rate)
        # A set in which nobody has the event in any trial cannot be pooled at all.
        events1[0] = max(1, events1[0])
        sets.append(
            Tables(f"tables-{i:03d}", *(x.astype(float) for x in (events1, n1, events2, n2)))
        )
    return sets


def _study(name: str, frame: pd.DataFrame) -> Study:
    frame = frame.reset_index(drop=True)
    if frame["events1"].notna().all():
        cells = (frame[c].to_numpy(float) for c in ("events1", "n1", "events2", "n2"))
        found = peto_log_odds_ratio(*cells) if name.startswith("egger") else log_risk_ratio(*cells)
        frame, y, v = frame[found.estimable], found.estimate, found.variance
        y, v = y[found.estimable], v[found.estimable]
    elif frame["mean1"].notna().all():
        arms = (frame[c] for c in ("n1", "mean1", "sd1", "n2", "mean2", "sd2"))
        found = smd(*arms)
        y, v = found.estimate, found.variance
    else:
        y, v = frame["yi"].to_numpy(float), frame["vi"].to_numpy(float)
    return Study(
        name=name,
        effects=y,
        variances=v,
        # 56 rows of 11 districts: here for the cluster-robust numbers.
        thorough=name != "konstantopoulos2011",
        years=_numbers(frame["year"]),
        groups=_labels(frame["group"]),
        moderator=_numbers(frame["moderator"]),
        clusters=_labels(frame["cluster"]),
        selection=THREE_PARAMETER + ((HACKSHAW,) if name == "hackshaw1998" else ()),
    )


def _even(study: Study) -> Study:
    """The same rows with each cluster's mean variance, where all forms of CR2 agree."""
    rows = pd.DataFrame({"cluster": study.clusters, "variance": study.variances})
    means = rows.groupby("cluster")["variance"].transform("mean").to_numpy()
    return replace(study, name=f"{study.name}-even", variances=means, selection=())


def _numbers(column: pd.Series) -> FloatArray | None:
    return None if column.isna().any() else column.to_numpy(float)


def _labels(column: pd.Series) -> tuple[str, ...] | None:
    return None if column.isna().any() else tuple(column.astype(str))
