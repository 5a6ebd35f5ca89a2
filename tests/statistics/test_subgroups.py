"""Subgroup tests against metafor 3.8 on the BCG trials (allocation)."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.statistics.effect_sizes import log_risk_ratio
from analysis.statistics.pooling import pool
from analysis.statistics.subgroups import subgroup_difference, subgroups
from tests.statistics.published import BCG_TABLES

BCG = log_risk_ratio(*BCG_TABLES)
LEVELS = {"r": "random", "a": "alternate", "s": "systematic"}
ALLOCATION = [LEVELS[letter] for letter in "rrrraarrrssss"]


def test_bcg_allocation():
    """Separate: rma per level, then rma(method="EE") of the three; common: mods = ~ alloc."""
    found = subgroups(BCG.estimate, BCG.variance, ALLOCATION)
    assert [group.name for group in found.subgroups] == ["random", "alternate", "systematic"]
    assert [group.estimate for group in found.subgroups] == pytest.approx(
        [-0.97096470426, -0.54079296185, -0.42420739151], rel=1e-8
    )
    assert found.separate.q == pytest.approx(1.8614449462, rel=1e-7)
    assert found.separate.df == 2
    assert found.separate.p == pytest.approx(0.39426875889, rel=1e-7)
    assert found.common.q == pytest.approx(1.7675114019, rel=1e-7)
    assert found.common.p == pytest.approx(0.41322803276, rel=1e-7)
    assert found.common_tau2 == pytest.approx(0.36150366432, rel=1e-7)


def test_a_subgroup_of_one_is_tested_and_not_pooled():
    labels = ["a", "a", "a", "b"]
    found = subgroups([0.1, 0.3, 0.2, 0.9], [0.01, 0.02, 0.03, 0.04], labels)
    lone = found.subgroups[1]
    assert lone.pooled is None
    assert (lone.estimate, lone.se) == pytest.approx((0.9, 0.2))
    assert lone.studies == (3,)
    assert found.separate.df == 1


def test_every_subgroup_of_one_leaves_no_common_tau2():
    found = subgroups([0.1, 0.5], [0.01, 0.02], ["a", "b"])
    assert found.common is None
    assert found.common_tau2 is None
    assert found.separate.q == pytest.approx(0.4**2 / 0.03)


def test_one_subgroup_has_no_test():
    found = subgroups([0.1, 0.5], [0.01, 0.02], ["a", "a"])
    assert found.separate.df == 0
    assert found.separate.p is None


def test_the_test_is_wald_whatever_interval_the_subgroups_show():
    shown = subgroups(BCG.estimate, BCG.variance, ALLOCATION, interval="hartung-knapp")
    assert shown.separate == subgroups(BCG.estimate, BCG.variance, ALLOCATION).separate
    assert shown.subgroups[0].pooled.interval.method == "hartung-knapp"


def test_common_effect_q_splits_into_between_and_within():
    total = pool(BCG.estimate, BCG.variance, model="common").heterogeneity.q
    found = subgroups(BCG.estimate, BCG.variance, ALLOCATION, model="common")
    within = sum(group.pooled.heterogeneity.q for group in found.subgroups)
    assert found.separate.q + within == pytest.approx(total, rel=1e-12)


def test_labels_of_another_length_are_refused():
    with pytest.raises(ValueError, match="13 studies but 2 subgroup labels"):
        subgroups(BCG.estimate, BCG.variance, ["a", "b"])


def test_equal_subgroups_do_not_differ():
    assert subgroup_difference(np.array([0.3, 0.3]), np.array([0.1, 0.2])).q == pytest.approx(0)
