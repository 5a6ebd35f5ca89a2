"""Cumulative meta-analysis against metafor's cumul of the BCG trials by year."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.statistics.cumulative import cumulative
from analysis.statistics.effect_sizes import log_risk_ratio
from analysis.statistics.pooling import pool
from analysis.statistics.tau2 import MANY_SETS
from tests.statistics.published import BCG_TABLES

BCG = log_risk_ratio(*BCG_TABLES)
BCG_YEARS = [1948, 1949, 1960, 1977, 1973, 1953, 1973, 1980, 1968, 1961, 1974, 1969, 1976]
# These were printed with metafor's default rule, which stops 1e-5 short of the maximum in tau2.
METAFOR_DEFAULT_STOP = 3e-6
BY_YEAR = np.argsort(BCG_YEARS, kind="stable").tolist()


def test_bcg_by_year():
    steps = cumulative(BCG.estimate, BCG.variance, BY_YEAR)
    early = [-0.889311, -1.325003, -0.97208, -1.001094, -1.101424, -0.973464, -0.901251]
    late = [-0.788566, -0.865607, -0.785211, -0.708206, -0.794768, -0.714532]
    assert [step.pooled.estimate for step in steps] == pytest.approx(
        [*early, *late], abs=METAFOR_DEFAULT_STOP
    )
    assert [step.added for step in steps] == BY_YEAR


def test_first_step_is_a_single_study_and_last_is_all():
    steps = cumulative(BCG.estimate, BCG.variance, BY_YEAR, interval="hartung-knapp")
    assert steps[0].pooled.model == "single study"
    assert steps[0].pooled.heterogeneity is None
    everything = pool(BCG.estimate, BCG.variance, interval="hartung-knapp")
    assert steps[-1].pooled.estimate == pytest.approx(everything.estimate, rel=1e-12)
    assert steps[-1].pooled.se == pytest.approx(everything.se, rel=1e-12)


@pytest.mark.parametrize("order", [[0, 1], [0, 0, 1], [1, 2, 3]])
def test_order_names_every_study_once(order):
    with pytest.raises(ValueError, match="every study once"):
        cumulative([0.1, 0.2, 0.3], [0.1, 0.1, 0.1], order)


@pytest.mark.parametrize("model", ["reml", "ml"])
@pytest.mark.parametrize("tau", [0.0, 0.05, 0.4])
@pytest.mark.parametrize("apart", [1, 1000])
def test_many_studies_at_once_are_what_each_pool_gives(model, tau, apart):
    random = np.random.default_rng(20)
    variances = 0.02 * apart ** random.uniform(0, 1, MANY_SETS)
    effects = random.normal(0, np.sqrt(variances + tau**2))
    steps = cumulative(effects, variances, range(MANY_SETS), model=model)
    for step in steps[1::7]:
        alone = pool(effects[: step.added + 1], variances[: step.added + 1], model=model)
        assert step.pooled.heterogeneity.tau2 == pytest.approx(
            alone.heterogeneity.tau2, rel=1e-11, abs=1e-14
        )
        assert step.pooled.estimate == pytest.approx(alone.estimate, rel=1e-11, abs=1e-14)
        assert step.pooled.p == pytest.approx(alone.p, rel=1e-10)
