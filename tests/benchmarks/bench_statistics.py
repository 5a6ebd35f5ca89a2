"""How long the statistics of a page take, beside metafor.

`./review -m tests.benchmarks.bench_statistics`; not part of the test suite, because a time
is a property of a machine.
"""

from __future__ import annotations

import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

from analysis.statistics.arrays import FloatArray
from analysis.statistics.bayesian import bayesian
from analysis.statistics.gosh import gosh
from analysis.statistics.influence import influence
from analysis.statistics.leave_one_out import leave_one_out
from analysis.statistics.pooling import pool, with_interval
from tests.validation.metafor.reference import missing

ROUNDS = 5
SYNTHESES = 1000
STUDIES = 10
GOSH_STUDIES = 15
# metafor takes about a tenth of a second a synthesis: enough for a stable median.
SYNTHESES_IN_R = 20
MODELS = ("common", "dersimonian-laird", "reml")

Effects = tuple[FloatArray, FloatArray]


def random_effects(count: int, studies: int) -> list[Effects]:
    """Effects of mixed heterogeneity, from none to much."""
    random = np.random.default_rng(2013)
    sets = []
    for _ in range(count):
        v = random.uniform(0.01, 0.15, studies)
        tau2 = random.choice([0.0, 0.02, 0.2])
        sets.append((random.normal(-0.3, np.sqrt(v + tau2)), v))
    return sets


def synthesise(effects: FloatArray, variances: FloatArray) -> None:
    """Three models with both intervals, prediction, Q-profile; leave-one-out; influence."""
    for model in MODELS:
        pooled = pool(effects, variances, model=model)
        with_interval(pooled, effects, variances, "hartung-knapp")
    assert pooled.heterogeneity is not None
    left_out = leave_one_out(effects, variances)
    influence(effects, variances, pooled.heterogeneity.tau2, left_out)


def median_seconds(work: Callable[[], object]) -> float:
    """Median of the rounds, after one that pays for the imports."""
    work()
    times = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def posteriors() -> float:
    """Seconds of as many Bayesian companions."""
    sets = random_effects(SYNTHESES, STUDIES)
    return median_seconds(lambda: [bayesian(*effects, scale=0.5) for effects in sets])


def ours() -> tuple[float, float]:
    """Seconds of all the syntheses, and of one GOSH."""
    sets = random_effects(SYNTHESES, STUDIES)
    subsets = random_effects(1, GOSH_STUDIES)[0]
    return (
        median_seconds(lambda: [synthesise(*effects) for effects in sets]),
        median_seconds(lambda: gosh(*subsets)),
    )


def theirs() -> tuple[float, float]:
    """Seconds metafor takes a synthesis, and for one GOSH."""
    named = dict(enumerate(random_effects(SYNTHESES_IN_R, STUDIES)))
    named["gosh"] = random_effects(1, GOSH_STUDIES)[0]
    rows = pd.concat(
        [
            pd.DataFrame({"synthesis": name, "effect": effects, "variance": variances})
            for name, (effects, variances) in named.items()
        ]
    )
    with tempfile.TemporaryDirectory() as folder:
        inputs = Path(folder) / "effects.csv"
        rows.to_csv(inputs, index=False)
        script = Path(__file__).with_suffix(".R")
        done = subprocess.run(
            ["Rscript", str(script), str(inputs)], check=True, capture_output=True, text=True
        )
    one, subsets = (float(line) for line in done.stdout.split())
    return one * SYNTHESES, subsets


def main() -> None:
    """Print both, and the ratios where R is."""
    works = (f"{SYNTHESES} syntheses of {STUDIES} studies", f"GOSH of {GOSH_STUDIES} studies")
    lacking = missing()
    metafor = (None, None) if lacking else theirs()
    for work, our_time, their_time in zip(works, ours(), metafor, strict=True):
        beside = (
            f"not compared: {lacking}"
            if their_time is None
            else f"metafor {their_time:8.3f} s   {their_time / our_time:6.0f} x"
        )
        print(f"{work:34} {our_time:8.3f} s   {beside}")
    print(f"{SYNTHESES} posteriors of {STUDIES} studies".ljust(34), f"{posteriors():8.3f} s")


if __name__ == "__main__":
    main()
