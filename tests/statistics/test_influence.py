"""Influence diagnostics against metafor's influence() and its rule for influential studies."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.statistics.effect_sizes import log_risk_ratio
from analysis.statistics.influence import Influence, influence
from analysis.statistics.leave_one_out import leave_one_out
from analysis.statistics.pooling import pool
from tests.statistics.published import BCG_TABLES, RAUDENBUSH_EFFECTS, RAUDENBUSH_VARIANCES

BCG = log_risk_ratio(*BCG_TABLES)
# Printed with metafor's default rule, which stops 1e-5 short of the maximum in tau2.
METAFOR_DEFAULT_STOP = 5e-7


def diagnose(y, v, model="reml") -> tuple[Influence, ...]:
    tau2 = pool(y, v, model=model).heterogeneity.tau2
    return influence(y, v, tau2, leave_one_out(y, v, model=model))


def test_bcg_first_trial():
    first = diagnose(BCG.estimate, BCG.variance)[0]
    assert first.rstudent == pytest.approx(-0.2181425, abs=METAFOR_DEFAULT_STOP)
    assert first.dffits == pytest.approx(-0.0407076, abs=METAFOR_DEFAULT_STOP)
    assert first.cook_d == pytest.approx(0.0017165, abs=METAFOR_DEFAULT_STOP)
    assert first.hat == pytest.approx(0.0505948, abs=METAFOR_DEFAULT_STOP)
    assert first.weight == pytest.approx(100 * first.hat)
    assert first.tau2_del == pytest.approx(0.336156745, abs=METAFOR_DEFAULT_STOP)
    assert first.qe_del == pytest.approx(151.582573, abs=5e-7)
    # metafor 3.8 at a threshold of 1e-13: influence(rma(yi, vi)) and baujat().
    assert first.cov_r == pytest.approx(1.1164489861, rel=1e-8)
    assert first.dfbs == pytest.approx(-0.04026588917, rel=1e-7)
    assert first.baujat_x == pytest.approx(0.047818340547, rel=1e-8)
    assert first.baujat_y == pytest.approx(0.0015375009185, rel=1e-7)


def test_leverages_sum_to_one_and_weights_to_a_hundred():
    rows = diagnose(RAUDENBUSH_EFFECTS, RAUDENBUSH_VARIANCES)
    assert sum(row.hat for row in rows) == pytest.approx(1)
    assert sum(row.weight for row in rows) == pytest.approx(100)


def test_an_outlier_is_flagged_and_its_neighbours_are_not():
    effects = np.r_[np.linspace(-0.05, 0.05, 9), 4.0]
    rows = diagnose(effects, np.full(10, 0.04))
    assert [row.study for row in rows if row.influential] == [9]
    assert rows[9].rstudent > 3


def test_common_effect_baujat_x_adds_up_to_q():
    rows = diagnose(BCG.estimate, BCG.variance, model="common")
    q = pool(BCG.estimate, BCG.variance, model="common").heterogeneity.q
    assert sum(row.baujat_x for row in rows) == pytest.approx(q, rel=1e-12)


def test_the_fits_must_be_of_these_studies():
    left_out = leave_one_out(BCG.estimate, BCG.variance)
    with pytest.raises(ValueError, match="one fit a study"):
        influence(BCG.estimate, BCG.variance, 0.3, left_out[1:])
