"""Every number RevMan 5 recorded for 292 analyses of Cochrane reviews, beside ours.

The files are read where they lie, `../shared/validation` beside the project, and are
no part of it. What is compared:

- every study of every analysis: effect, variance, standard error, whether estimable;
- every subgroup: effect, interval, chi2, tau2, and the test of subgroup differences;
- every total RevMan prints: effect, interval, weights, chi2, df, p, tau2, I2, Z, p;
- where RevMan prints subtotals only, chi2, df, tau2 and I2 of the total in the file.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from analysis.statistics.effect_sizes import (
    Effects,
    log_odds_ratio,
    log_risk_ratio,
    mean_difference,
    peto_log_odds_ratio,
    risk_difference,
    smd,
)
from analysis.statistics.estimates import PooledEffect
from analysis.statistics.pooling import pool
from analysis.statistics.subgroups import subgroup_difference
from analysis.statistics.two_by_two import pool_mantel_haenszel, pool_peto

VALIDATION = Path(__file__).resolve().parents[3].parent / "shared" / "validation"
FILES = ("revman-continuous.csv", "revman-dichotomous.csv")

# Both sides compute the same formulas in double precision; the files keep 15 digits.
TOLERANCE = 1e-9
# RevMan approximates its chi2 and normal distributions: its p of its own chi2 and df is
# up to 2.8e-7 from the exact one, as an absolute difference.
P_TOLERANCE = 1e-6
# Below this a number is compared absolutely: 0 has no relative difference.
NEAR_ZERO = 1e-3
# Made with an older RevMan, which took chi2 - sum of the subgroups' chi2 for the test of
# subgroup differences in random-effects analyses too. Today's test is compared elsewhere.
OLDER_SUBGROUP_TEST = (
    "10.1002/14651858.CD000442 CMP-001.03",
    "10.1002/14651858.CD000527 CMP-001.06",
)

ARMS = [
    "study_total_1",
    "study_mean_1",
    "study_sd_1",
    "study_total_2",
    "study_mean_2",
    "study_sd_2",
]
CELLS = ["study_events_1", "study_total_1", "study_events_2", "study_total_2"]
EFFECT: dict[str, tuple[Callable[..., Effects], list[str]]] = {
    "MD": (mean_difference, ARMS),
    "SMD": (smd, ARMS),
    "RR": (log_risk_ratio, CELLS),
    "OR": (log_odds_ratio, CELLS),
    "RD": (risk_difference, CELLS),
    "PETO_OR": (peto_log_odds_ratio, CELLS),
}
COLUMNS = ["analysis", "level", "quantity", "item", "theirs", "ours"]

Numbers = Iterator[tuple[str, str, str, float, float]]


@dataclass(frozen=True)
class Analysis:
    """One analysis of a Cochrane review: a row a study, twice if in two subgroups."""

    name: str
    rows: pd.DataFrame

    def __getitem__(self, column: str) -> float:
        return float(self.rows[column].iloc[0])

    @property
    def measure(self) -> str:
        return str(self.rows["effect_measure"].iloc[0])

    @property
    def random(self) -> bool:
        return bool(self.rows["random"].iloc[0] == "YES")

    @property
    def shows(self) -> str:
        """`total`, `subtotals` or `studies`: the highest level RevMan pooled and printed."""
        totals = str(self.rows["totals"].iloc[0])
        if not self._complete:
            return "studies"
        return {"YES": "total", "SUB": "subtotals", "NO": "studies"}[totals]

    @property
    def _complete(self) -> bool:
        """Whether every study RevMan pooled is in the file.

        `studies` counts a trial once however many subgroups it is in, so the degrees of
        freedom and the participants decide, not the number of rows.
        """
        estimable = int((self.rows["study_estimable"] == "YES").sum())
        return estimable - 1 == self["df"] and self.rows["study_total_1"].sum() == self["total_1"]


def missing_files() -> list[str]:
    """The validation files that are not there."""
    return [str(VALIDATION / name) for name in FILES if not (VALIDATION / name).is_file()]


def analyses() -> list[Analysis]:
    """All analyses of both files, in their order."""
    found = []
    for name in FILES:
        rows = pd.read_csv(VALIDATION / name)
        for (review, number), group in rows.groupby(["review_doi", "id"], sort=False):
            found.append(Analysis(f"{review} {number}", group.reset_index(drop=True)))
    return found


def compare() -> pd.DataFrame:
    """One row a number: where it stands, RevMan's, ours, their difference, its tolerance.

    `difference` is relative, absolute for p values and for numbers below `NEAR_ZERO`.
    """
    numbers = [(a.name, *number) for a in analyses() for number in _numbers(a)]
    table = pd.DataFrame(numbers, columns=COLUMNS)
    is_p = table["quantity"].str.startswith("p ")
    scale = np.where(is_p, 1.0, np.maximum(table["theirs"].abs(), NEAR_ZERO))
    table["difference"] = (table["ours"] - table["theirs"]).abs() / scale
    table["tolerance"] = np.where(is_p, P_TOLERANCE, TOLERANCE)
    return table


def _numbers(analysis: Analysis) -> Numbers:
    yield from _study_numbers(analysis)
    if analysis.shows == "studies":
        return
    pooled = _pool(analysis, analysis.rows)
    yield from _heterogeneity_numbers(analysis, pooled)
    if analysis.shows == "total":
        yield from _total_numbers(analysis, pooled)
    if analysis.rows["subgroups"].iloc[0] == "YES":
        yield from _subgroup_numbers(analysis)


def _study_numbers(analysis: Analysis) -> Numbers:
    effects = _effects(analysis, analysis.rows)
    theirs = analysis.rows
    for i, study in enumerate(theirs["study_id"]):
        estimable = theirs["study_estimable"][i] == "YES"
        yield "study", "estimable", study, float(estimable), float(effects.estimable[i])
        if estimable:
            shown = _shown(analysis, float(effects.estimate[i]))
            variance = float(effects.variance[i])
            yield "study", "effect", study, theirs["study_effect_size"][i], shown
            yield "study", "variance", study, theirs["study_var"][i], variance
            yield "study", "standard error", study, theirs["study_se"][i], math.sqrt(variance)


def _heterogeneity_numbers(analysis: Analysis, pooled: PooledEffect) -> Numbers:
    found = pooled.heterogeneity
    assert found is not None, f"{analysis.name} has one study"
    yield "total", "chi2", "", analysis["chi2"], found.q
    yield "total", "df", "", analysis["df"], found.df
    yield "total", "p of chi2", "", analysis["p_chi2"], found.p if found.p is not None else 1.0
    yield "total", "tau2", "", analysis["tau2"], found.tau2
    yield "total", "I2 from tau2", "", analysis["i2"], found.i2
    yield "total", "I2 from Q", "", analysis["i2"], found.i2_q


def _total_numbers(analysis: Analysis, pooled: PooledEffect) -> Numbers:
    yield from _mean_numbers(analysis, pooled, "total", "", analysis.rows.iloc[0], "")
    yield "total", "Z", "", analysis["z"], abs(pooled.statistic)
    yield "total", "p of Z", "", analysis["p_z"], pooled.p
    weights = dict.fromkeys(analysis.rows.index, 0.0)
    estimable = analysis.rows.index[analysis.rows["study_estimable"] == "YES"]
    of_estimable = [weight for weight in pooled.weights if weight > 0]
    weights |= dict(zip(estimable, of_estimable, strict=True))
    for i, study in enumerate(analysis.rows["study_id"]):
        yield "study", "weight", study, analysis.rows["study_weight"][i], weights[i]


def _subgroup_numbers(analysis: Analysis) -> Numbers:
    means, variances = [], []
    for _, rows in analysis.rows.groupby("subgroup_id", sort=False):
        if not (rows["study_estimable"] == "YES").any():
            continue
        pooled, theirs = _pool(analysis, rows), rows.iloc[0]
        name = str(theirs["subgroup_name"])
        yield from _mean_numbers(analysis, pooled, "subgroup", name, theirs, "subgroup_")
        found = pooled.heterogeneity
        yield "subgroup", "chi2", name, theirs["subgroup_chi2"], found.q if found else 0.0
        yield "subgroup", "tau2", name, theirs["subgroup_tau2"], found.tau2 if found else 0.0
        means.append(pooled.estimate)
        variances.append(pooled.se**2)
    if len(means) > 1 and _has_subgroup_test(analysis):
        test = subgroup_difference(means, variances)
        assert test.p is not None, f"{analysis.name} has one subgroup"
        yield "total", "Q between subgroups", "", analysis["q"], test.q
        yield "total", "p of Q between subgroups", "", analysis["p_q"], test.p


def _has_subgroup_test(analysis: Analysis) -> bool:
    """RevMan writes Q = 0 with p = 0 where the authors switched the test off."""
    switched_off = analysis["q"] == 0 and analysis["p_q"] == 0
    return not switched_off and analysis.name not in OLDER_SUBGROUP_TEST


def _mean_numbers(
    analysis: Analysis,
    pooled: PooledEffect,
    level: str,
    item: str,
    theirs: pd.Series,
    prefix: str,
) -> Numbers:
    low, high = pooled.interval.low, pooled.interval.high
    assert low is not None and high is not None, "a mean has both limits"
    for quantity, column, ours in (
        ("effect", "effect_size", pooled.estimate),
        ("lower limit", "ci_start", low),
        ("upper limit", "ci_end", high),
    ):
        yield level, quantity, item, theirs[prefix + column], _shown(analysis, ours)


def _effects(analysis: Analysis, rows: pd.DataFrame) -> Effects:
    effect, columns = EFFECT[analysis.measure]
    found = effect(*rows[columns].to_numpy(dtype=float).T)
    return as_revman_estimates(found, rows) if columns is ARMS else found


def as_revman_estimates(effects: Effects, rows: pd.DataFrame) -> Effects:
    """RevMan estimates nothing from an arm whose SD is 0; the engine does if the other varies."""
    varies = (rows[["study_sd_1", "study_sd_2"]] > 0).all(axis=1).to_numpy()
    return replace(effects, estimable=effects.estimable & varies)


def _pool(analysis: Analysis, rows: pd.DataFrame) -> PooledEffect:
    method = rows["method"].iloc[0]
    if method == "PETO":
        return pool_peto(*rows[CELLS].to_numpy(dtype=float).T)
    if method == "MH":
        return pool_mantel_haenszel(
            *rows[CELLS].to_numpy(dtype=float).T, measure=analysis.measure, random=analysis.random
        )
    effects = _effects(analysis, rows)
    return pool(
        effects.estimate[effects.estimable],
        effects.variance[effects.estimable],
        model="dersimonian-laird" if analysis.random else "common",
    )


def _shown(analysis: Analysis, effect: float) -> float:
    """The effect as RevMan prints it: ratios exponentiated."""
    return math.exp(effect) if analysis.measure in ("RR", "OR", "PETO_OR") else effect
