"""Our numbers beside metafor's: one row a number, with its difference and its tolerance."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase

import numpy as np
import pandas as pd

from tests.validation.metafor.datasets import (
    RANDOM_EFFECTS,
    RANDOM_TABLES,
    Study,
    published_arms,
    published_effects,
    published_tables,
    random_effects,
    random_tables,
)
from tests.validation.metafor.ours import compute
from tests.validation.metafor.reference import PINNED_RANDOM, live, pinned

# The order in which two programs add the same numbers; largest where effects differ by
# ten thousand standard errors.
CLOSED_FORM = 1e-9
# metafor stops iterating tau2 at 1e-13 of the spread of the effects, which a small tau2
# or a small p value magnifies.
ITERATED = 1e-6
# metafor's maximum is found with numerical derivatives, its standard errors too.
SELECTION = 1e-3
# A different, equally unbiased, symmetric root in CR2 (see the README).
CLUSTER_UNEVEN = 2e-3

# Below this part of its natural unit a number is compared with the unit, not itself: a tau2
# of 1e-20 beside one of 0 is the same answer.
NEAR_ZERO = 1e-3


@dataclass(frozen=True)
class Rule:
    """How closely the quantities matching `pattern` agree; the first match counts."""

    pattern: str
    label: str
    tolerance: float
    note: str = ""


RULES = (
    Rule("effect.RD.*", "risk difference of each study", CLOSED_FORM),
    Rule("effect.SMD.*", "standardised mean difference, exact variant", CLOSED_FORM),
    Rule("effect.MD.*", "mean difference of each study", CLOSED_FORM),
    Rule("effect.*", "risk and odds ratio of each study", CLOSED_FORM),
    Rule(
        "mantel-haenszel.RD.*",
        "Mantel-Haenszel risk difference",
        CLOSED_FORM,
        "Its variance is RevMan's (Greenland & Robins 1985), not metafor's (Sato et al. 1989), "
        "and is compared with RevMan.",
    ),
    Rule(
        "mantel-haenszel.*",
        "Mantel-Haenszel risk and odds ratio",
        CLOSED_FORM,
        "metafor is told to add 0.5 to studies with an empty cell only, as RevMan does.",
    ),
    Rule("peto.*", "Peto odds ratio", CLOSED_FORM),
    Rule("pool.reml.hartung-knapp*", "REML, Hartung-Knapp interval", ITERATED),
    Rule("pool.reml.*", "REML: tau2, mean, Wald interval, I2, H2", ITERATED),
    Rule("pool.ml.*", "maximum likelihood", ITERATED),
    Rule("pool.paule-mandel.*", "Paule-Mandel", ITERATED),
    Rule("pool.empirical-bayes.*", "empirical Bayes", ITERATED),
    Rule("pool.*", "common, DerSimonian-Laird, Hedges, Hunter-Schmidt, Sidik-Jonkman", CLOSED_FORM),
    Rule("heterogeneity.*", "Cochran's Q and its p", CLOSED_FORM),
    Rule(
        "prediction",
        "prediction interval, t(k - 2)",
        ITERATED,
        "metafor 3.8 has no such interval: computed from its mean, standard error and tau2.",
    ),
    Rule("q-profile.*", "Q-profile interval of tau2, I2, H2", ITERATED),
    Rule("leave-one-out.dersimonian-laird.*", "leave-one-out, DerSimonian-Laird", CLOSED_FORM),
    Rule("leave-one-out.*", "leave-one-out, REML", ITERATED),
    Rule("influence.*", "influence diagnostics and Baujat coordinates", ITERATED),
    Rule("cumulative.*", "cumulative meta-analysis", ITERATED),
    Rule("gosh.*", "all subsets (GOSH)", CLOSED_FORM),
    Rule("egger.multiplicative.*", "Egger's test, weighted regression", CLOSED_FORM),
    Rule("egger.reml.*", "Egger's test, mixed-effects model", ITERATED),
    Rule("peese.*", "PEESE", CLOSED_FORM),
    Rule("begg.*", "Begg's rank correlation", CLOSED_FORM),
    Rule("trim-and-fill.*", "trim and fill", ITERATED),
    Rule(
        "selection.*",
        "selection models",
        SELECTION,
        "A model with no study on one side of a cutpoint is refused here; metafor fits it when "
        "that is the first side.",
    ),
    Rule("regression.*", "meta-regression, one moderator", ITERATED),
    Rule("two moderators.*", "meta-regression, two moderators", ITERATED),
    Rule("subgroups.*", "subgroup tests", ITERATED),
    Rule(
        "cluster-robust.*@konstantopoulos2011",
        "cluster-robust CR2, unequal variances in a cluster",
        CLUSTER_UNEVEN,
        "PyMARE takes another symmetric root than clubSandwich; both are unbiased.",
    ),
    Rule("cluster-robust.*", "cluster-robust CR2, equal variances in a cluster", ITERATED),
)

VARIANCE_SCALE = ("tau2", "variance", "tau2_del")
EFFECT_SCALE = ("estimate", "se", "low", "high", "limit", "prediction")
PER_CENT = ("i2", "r2", "weight")


def compare(*, with_r: bool) -> pd.DataFrame:
    """Compare on all data sets with R, or on the pinned ones without.

    One row a number: dataset, quantity, item, theirs, ours, difference, tolerance, rule.
    `difference` is relative to metafor's number, or to `NEAR_ZERO` times the natural unit
    where that is larger.
    """
    studies, tables, arms = inputs(with_r=with_r)
    theirs = live(studies, tables, arms) if with_r else pinned()
    return joined(theirs, compute(studies, tables, arms), studies)


def inputs(*, with_r: bool) -> tuple[list, list, pd.DataFrame]:
    """The data sets of a live or of a pinned comparison."""
    effects, tables = (RANDOM_EFFECTS, RANDOM_TABLES) if with_r else (PINNED_RANDOM, PINNED_RANDOM)
    return (
        [*published_effects(), *random_effects()[:effects]],
        [*published_tables(), *random_tables()[:tables]],
        published_arms(),
    )


def joined(theirs: pd.DataFrame, ours: pd.DataFrame, studies: list[Study]) -> pd.DataFrame:
    """The two tables side by side; a number one of them lacks is nan, and so its difference."""
    theirs = theirs[~theirs["quantity"].str.endswith(".failed") & (theirs["dataset"] != "all")]
    both = theirs.merge(
        ours, on=["dataset", "quantity", "item"], how="outer", suffixes=("_theirs", "_ours")
    ).rename(columns={"value_theirs": "theirs", "value_ours": "ours"})
    # A number that exists in neither (the interval of a study that cannot be estimated, the
    # empty subset) is agreed upon.
    both = both.dropna(subset=["theirs", "ours"], how="all").reset_index(drop=True)
    scale = np.maximum(both["theirs"].abs(), NEAR_ZERO * _units(both, studies))
    both["difference"] = (both["ours"] - both["theirs"]).abs() / scale
    rules = {key: _rule(*key) for key in set(zip(both["quantity"], both["dataset"], strict=True))}
    both["rule"] = [rules[key] for key in zip(both["quantity"], both["dataset"], strict=True)]
    both["tolerance"] = [rule.tolerance for rule in both["rule"]]
    return both


def _units(rows: pd.DataFrame, studies: list[Study]) -> pd.Series:
    """The natural unit of each number: of effects, the typical standard error."""
    typical = {study.name: float(np.median(study.variances)) for study in studies}
    variance = rows["dataset"].map(typical).fillna(1.0)
    last = rows["quantity"].str.rsplit(".", n=1).str[-1]
    unit = pd.Series(1.0, index=rows.index)
    unit = unit.mask(last.isin(PER_CENT), 100.0)
    unit = unit.mask(last.isin(EFFECT_SCALE), np.sqrt(variance))
    return unit.mask(last.isin(VARIANCE_SCALE), variance)


def _rule(quantity: str, dataset: str) -> Rule:
    for rule in RULES:
        if fnmatchcase(quantity, rule.pattern):
            return rule
        if fnmatchcase(f"{quantity}@{dataset}", rule.pattern):
            return rule
    raise KeyError(f"no rule says how closely {quantity} should agree")


def unexplained(table: pd.DataFrame, theirs_failed: set[tuple[str, str]]) -> pd.DataFrame:
    """Numbers that only one program has, apart from those the README explains."""
    lone = table[table["theirs"].isna() | table["ours"].isna()]
    explained = [
        _metafor_failed(row.dataset, row.quantity, theirs_failed)
        or (row.quantity.startswith("selection.") and np.isnan(row.ours))
        or (row.quantity.endswith(".r2") and np.isnan(row.ours))
        for row in lone.itertuples()
    ]
    return lone[~np.array(explained, dtype=bool)]


def _metafor_failed(dataset: str, quantity: str, failed: set[tuple[str, str]]) -> bool:
    return any(dataset == name and quantity.startswith(f"{what}.") for name, what in failed)


def failures(theirs: pd.DataFrame) -> set[tuple[str, str]]:
    """(dataset, function) of everything metafor could not compute."""
    rows = theirs[theirs["quantity"].str.endswith(".failed")]
    what = rows["quantity"].str.removesuffix(".failed")
    return set(zip(rows["dataset"], what, strict=True))
