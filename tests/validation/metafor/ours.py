"""The same numbers as `reference.R` writes, from this package, under the same names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
import pandas as pd

from analysis.statistics.cluster_robust import cluster_robust
from analysis.statistics.cumulative import cumulative
from analysis.statistics.effect_sizes import (
    log_odds_ratio,
    log_risk_ratio,
    mean_difference,
    risk_difference,
    smd,
)
from analysis.statistics.estimates import PooledEffect
from analysis.statistics.gosh import gosh
from analysis.statistics.influence import influence
from analysis.statistics.leave_one_out import leave_one_out
from analysis.statistics.meta_regression import indicators, meta_regression
from analysis.statistics.pooling import pool
from analysis.statistics.selection_model import selection_model
from analysis.statistics.small_study_effects import begg_test, egger_test, pet_peese
from analysis.statistics.subgroups import subgroups
from analysis.statistics.tau2 import TAU2_MODELS
from analysis.statistics.trim_and_fill import trim_and_fill
from analysis.statistics.two_by_two import pool_mantel_haenszel, pool_peto
from tests.validation.metafor.datasets import Study, Tables

Numbers = Iterator[tuple[str, Iterable[float | None]]]

REGRESSIONS = ("common", "dersimonian-laird", "hedges", "ml", "reml")
ADJUSTED = ("hartung-knapp", "hartung-knapp-conservative")
ALL_SUBSETS_OF = 9
HARTUNG_KNAPP_LEFT_OUT_OF = 15


def compute(studies: Sequence[Study], tables: Sequence[Tables], arms: pd.DataFrame) -> pd.DataFrame:
    """dataset, quantity, item, value of everything metafor is asked for."""
    rows = [
        (name, quantity, item, np.nan if value is None else float(value))
        for name, numbers in _all(studies, tables, arms)
        for quantity, values in numbers
        for item, value in enumerate(values)
    ]
    return pd.DataFrame(rows, columns=["dataset", "quantity", "item", "value"])


def _all(
    studies: Sequence[Study], tables: Sequence[Tables], arms: pd.DataFrame
) -> Iterator[tuple[str, Numbers]]:
    for study in studies:
        yield study.name, _pooling(study)
        if study.clusters is not None:
            yield study.name, _cluster_robust(study)
        if study.thorough:
            yield study.name, _probing(study)
    for table in tables:
        yield table.name, _two_by_two(table)
    for name, frame in arms.groupby("dataset", sort=False):
        yield str(name), _arms(frame)


def _pooling(study: Study) -> Numbers:
    y, v = study.effects, study.variances
    for model in TAU2_MODELS:
        found = pool(y, v, model=model)
        yield from _pooled(f"pool.{model}", found)
        if model != "reml":
            continue
        spread, prediction = found.heterogeneity, found.prediction
        yield "heterogeneity.q", [spread.q]
        yield "heterogeneity.p", [spread.p]
        if prediction is not None:
            yield "prediction", [prediction.low, prediction.high]
        for name in ("tau2", "i2", "h2"):
            limits = getattr(spread, f"{name}_interval")
            yield f"q-profile.{name}", [limits.low, limits.high]
    for interval in ADJUSTED:
        found = pool(y, v, interval=interval)
        yield from _mean(f"pool.reml.{interval}", found)


def _pooled(prefix: str, found: PooledEffect) -> Numbers:
    yield f"{prefix}.estimate", [found.estimate]
    yield from _mean(prefix, found)
    for name in ("tau2", "i2", "h2"):
        yield f"{prefix}.{name}", [getattr(found.heterogeneity, name)]


def _mean(prefix: str, found: PooledEffect) -> Numbers:
    yield f"{prefix}.se", [found.se]
    yield f"{prefix}.low", [found.interval.low]
    yield f"{prefix}.high", [found.interval.high]
    yield f"{prefix}.p", [found.p]


def _probing(study: Study) -> Numbers:
    yield from _leave_one_out(study)
    yield from _influence(study)
    if len(study.effects) <= ALL_SUBSETS_OF:
        yield from _gosh(study)
    if len(study.effects) > 2:
        yield from _small_studies(study)
    yield from _selection(study)
    if study.years is not None:
        yield from _cumulative(study)
    if study.moderator is not None:
        yield from _regression("regression", study, study.moderator[:, None])
        both = np.column_stack([study.moderator, study.years])
        yield from _regression("two moderators", study, both)
    if study.groups is not None:
        yield from _subgroups(study)


def _leave_one_out(study: Study) -> Numbers:
    names = ("estimate", "se", "p", "q", "q_p", "tau2", "i2", "h2")
    for model in ("reml", "dersimonian-laird"):
        found = leave_one_out(study.effects, study.variances, model=model)
        for name in names:
            yield f"leave-one-out.{model}.{name}", [getattr(row, name) for row in found]
        yield f"leave-one-out.{model}.low", [row.interval.low for row in found]
        yield f"leave-one-out.{model}.high", [row.interval.high for row in found]
    if len(study.effects) <= HARTUNG_KNAPP_LEFT_OUT_OF:
        found = leave_one_out(study.effects, study.variances, interval="hartung-knapp")
        yield "leave-one-out.hartung-knapp.se", [row.se for row in found]
        yield "leave-one-out.hartung-knapp.low", [row.interval.low for row in found]
        yield "leave-one-out.hartung-knapp.p", [row.p for row in found]


def _influence(study: Study) -> Numbers:
    y, v = study.effects, study.variances
    tau2 = pool(y, v).heterogeneity.tau2
    found = influence(y, v, tau2, leave_one_out(y, v))
    for name in vars(found[0]):
        if name != "study":
            yield f"influence.{name}", [getattr(row, name) for row in found]


def _gosh(study: Study) -> Numbers:
    for model in ("dersimonian-laird", "common"):
        found = gosh(study.effects, study.variances, model=model)
        for name in ("k", "q", "i2", "tau2", "estimate"):
            yield f"gosh.{model}.{name}", getattr(found, name)


def _small_studies(study: Study) -> Numbers:
    y, v = study.effects, study.variances
    begg = begg_test(y, v)
    yield "begg.tau", [begg.tau]
    yield "begg.p", [begg.p]
    if np.ptp(v) == 0:
        return
    for model in ("multiplicative", "reml"):
        egger = egger_test(y, v, model=model)
        for name in ("slope", "se", "statistic", "p", "limit"):
            yield f"egger.{model}.{name}", [getattr(egger, name)]
        yield f"egger.{model}.low", [egger.limit_interval.low]
        yield f"egger.{model}.high", [egger.limit_interval.high]
    extrapolated = pet_peese(y, v)
    yield "peese.estimate", [extrapolated.peese]
    yield "peese.p", [extrapolated.peese_p]
    yield "peese.low", [extrapolated.peese_interval.low]
    yield "peese.high", [extrapolated.peese_interval.high]
    for estimator in ("L0", "R0"):
        filled = trim_and_fill(y, v, estimator=estimator)
        prefix = f"trim-and-fill.{estimator}"
        yield f"{prefix}.missing", [filled.missing]
        yield f"{prefix}.missing_se", [filled.missing_se]
        yield f"{prefix}.right", [filled.side == "right"]
        yield f"{prefix}.estimate", [filled.pooled.estimate]
        yield f"{prefix}.se", [filled.pooled.se]
        yield f"{prefix}.tau2", [filled.pooled.heterogeneity.tau2]
        if estimator == "R0":
            yield f"{prefix}.no_missing_p", [filled.no_missing_p]


def _selection(study: Study) -> Numbers:
    for steps, favours in study.selection:
        prefix = f"selection.{' '.join(map(str, steps))}.{favours}"
        try:
            found = selection_model(study.effects, study.variances, steps=steps, favours=favours)
        except ValueError:
            continue
        yield f"{prefix}.estimate", [found.estimate]
        yield f"{prefix}.se", [found.se]
        yield f"{prefix}.tau2", [found.tau2]
        yield f"{prefix}.weights", [weight.weight for weight in found.weights]
        yield f"{prefix}.weights_se", [weight.se for weight in found.weights[1:]]
        yield f"{prefix}.loglik", [found.log_likelihood]
        yield f"{prefix}.likelihood_ratio", [found.likelihood_ratio]
        yield f"{prefix}.likelihood_ratio_p", [found.likelihood_ratio_p]


def _cumulative(study: Study) -> Numbers:
    order = np.argsort(study.years, kind="stable").tolist()
    steps = [step.pooled for step in cumulative(study.effects, study.variances, order)]
    yield "cumulative.estimate", [step.estimate for step in steps]
    yield "cumulative.se", [step.se for step in steps]
    yield "cumulative.low", [step.interval.low for step in steps]
    yield "cumulative.high", [step.interval.high for step in steps]
    yield (
        "cumulative.tau2",
        [step.heterogeneity.tau2 if step.heterogeneity else 0.0 for step in steps],
    )


def _regression(what: str, study: Study, moderators: np.ndarray) -> Numbers:
    names = [f"x{i}" for i in range(moderators.shape[1])]
    for model in REGRESSIONS:
        for interval in ("wald", *ADJUSTED) if model == "reml" else ("wald",):
            found = meta_regression(
                study.effects,
                study.variances,
                moderators,
                names,
                model=model,
                interval=interval,
                trials_per_moderator=1,
            )
            prefix = f"{what}.{model}.{interval}"
            rows = found.coefficients
            yield f"{prefix}.coefficients", [row.estimate for row in rows]
            yield f"{prefix}.se", [row.se for row in rows]
            yield f"{prefix}.low", [row.interval.low for row in rows]
            yield f"{prefix}.high", [row.interval.high for row in rows]
            yield f"{prefix}.p", [row.p for row in rows]
            yield f"{prefix}.qm", [found.moderators.statistic]
            yield f"{prefix}.qm_p", [found.moderators.p]
            if interval == "wald":
                yield f"{prefix}.qe", [found.residual.q]
                yield f"{prefix}.qe_p", [found.residual.p]
                yield f"{prefix}.tau2", [found.residual.tau2]
                yield f"{prefix}.i2", [found.residual.i2]
                if model != "common":
                    yield f"{prefix}.r2", [found.r2]


def _subgroups(study: Study) -> Numbers:
    found = subgroups(study.effects, study.variances, study.groups)
    yield "subgroups.separate.estimate", [group.estimate for group in found.subgroups]
    yield "subgroups.separate.se", [group.se for group in found.subgroups]
    yield "subgroups.separate.q", [found.separate.q]
    yield "subgroups.separate.p", [found.separate.p]
    yield "subgroups.common.q", [found.common.q]
    yield "subgroups.common.p", [found.common.p]
    yield "subgroups.common.tau2", [found.common_tau2]
    # The test with a common tau2 is the meta-regression on the subgroups' indicators.
    columns, names = indicators(study.groups, reference=study.groups[0])
    moderated = meta_regression(
        study.effects, study.variances, columns, names, trials_per_moderator=1
    )
    yield "subgroups.common.qm", [moderated.moderators.statistic]


def _cluster_robust(study: Study) -> Numbers:
    found = cluster_robust(study.effects, study.variances, study.clusters)
    yield "cluster-robust.estimate", [found.estimate]
    yield "cluster-robust.se", [found.se]
    yield "cluster-robust.df", [found.interval.df]
    yield "cluster-robust.low", [found.interval.low]
    yield "cluster-robust.high", [found.interval.high]
    yield "cluster-robust.p", [found.p]


def _two_by_two(table: Tables) -> Numbers:
    cells = (table.events1, table.n1, table.events2, table.n2)
    effects = {"RR": log_risk_ratio, "OR": log_odds_ratio, "RD": risk_difference}
    for measure, effect in effects.items():
        found = effect(*cells)
        yield f"effect.{measure}.estimate", found.estimate
        yield f"effect.{measure}.variance", found.variance
        pooled = pool_mantel_haenszel(*cells, measure=measure)
        yield from _fixed(f"mantel-haenszel.{measure}", pooled, variance=measure != "RD")
    yield from _fixed("peto", pool_peto(*cells))


def _fixed(prefix: str, found: PooledEffect, *, variance: bool = True) -> Numbers:
    yield f"{prefix}.estimate", [found.estimate]
    yield f"{prefix}.q", [found.heterogeneity.q if found.heterogeneity else 0.0]
    if variance:
        yield from _mean(prefix, found)


def _arms(frame: pd.DataFrame) -> Numbers:
    arms = [frame[c].to_numpy(float) for c in ("n1", "mean1", "sd1", "n2", "mean2", "sd2")]
    for name, found in {"SMD": smd(*arms, variant="exact"), "MD": mean_difference(*arms)}.items():
        yield f"effect.{name}.estimate", found.estimate
        yield f"effect.{name}.variance", found.variance
