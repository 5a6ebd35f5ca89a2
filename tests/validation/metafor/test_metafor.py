"""Every statistic of the package against metafor: live where R is, pinned everywhere."""

from __future__ import annotations

import pandas as pd
import pytest

from tests.validation.metafor import reference
from tests.validation.metafor.compare import RULES, failures, inputs, joined, unexplained
from tests.validation.metafor.ours import compute

pytestmark = pytest.mark.xdist_group("metafor")  # R takes long: begun early, by one worker

# Numbers a live comparison must at least reach: a data set lost on the way would go unnoticed.
LIVE_NUMBERS = 100_000
PINNED_NUMBERS = 12_000


def beyond_tolerance(table: pd.DataFrame) -> pd.DataFrame:
    worse = table[table["difference"] > table["tolerance"]]
    return worse.sort_values("difference", ascending=False).drop(columns="rule").head(20)


@pytest.fixture(scope="module")
def lacking() -> str | None:
    """What a live comparison lacks here, or `None`."""
    return reference.missing()


@pytest.fixture(scope="module")
def ours(lacking: str | None) -> pd.DataFrame:
    """The package's numbers for all data sets that are compared here, computed once."""
    return compute(*inputs(with_r=not lacking))


@pytest.fixture(scope="module")
def from_pinned(ours: pd.DataFrame) -> pd.DataFrame:
    studies, tables, arms = inputs(with_r=False)
    named = {*arms["dataset"], *(one.name for one in (*studies, *tables))}
    return joined(reference.pinned(), ours[ours["dataset"].isin(named)], studies)


def test_pinned_numbers_agree(from_pinned: pd.DataFrame) -> None:
    worse = beyond_tolerance(from_pinned)
    assert worse.empty, f"\n{worse.to_string()}"
    assert from_pinned["difference"].notna().sum() > PINNED_NUMBERS


def test_pinned_numbers_cover_every_rule(from_pinned: pd.DataFrame) -> None:
    compared = from_pinned.dropna(subset=["difference"])
    covered = {rule.pattern for rule in compared["rule"]}
    expected = {r.pattern for r in RULES if not r.pattern.startswith(reference.ONLY_LIVE)}
    assert covered == expected


def test_every_pinned_number_is_computed_here_too(from_pinned: pd.DataFrame) -> None:
    theirs_only = from_pinned[from_pinned["ours"].isna()]
    lone = unexplained(theirs_only, failures(reference.pinned()))
    assert lone.empty, f"\n{lone.drop(columns='rule').to_string()}"


def test_live_numbers_agree(lacking: str | None, ours: pd.DataFrame) -> None:
    if lacking:
        pytest.skip(f"{lacking}: metafor compared with its pinned numbers only")
    studies, tables, arms = inputs(with_r=True)
    theirs = reference.live(studies, tables, arms)
    table = joined(theirs, ours, studies)
    worse = beyond_tolerance(table)
    assert worse.empty, f"\n{worse.to_string()}"
    assert table["difference"].notna().sum() > LIVE_NUMBERS
    lone = unexplained(table, failures(theirs))
    assert lone.empty, f"\n{lone.drop(columns='rule').head(20).to_string()}"


def test_metafor_pools_every_data_set() -> None:
    """Were REML of some set to fail in R, that set would silently not be compared."""
    failed = {what for _, what in failures(reference.pinned())}
    assert not [what for what in failed if what.startswith(("pool", "heterogeneity"))]
