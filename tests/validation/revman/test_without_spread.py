"""What RevMan does with an arm whose SD is 0, beside what the engine does."""

from __future__ import annotations

import pandas as pd
import pytest

from analysis.statistics.effect_sizes import mean_difference
from analysis.statistics.pooling import pool
from tests.validation.revman import compare


def test_an_arm_without_spread_is_not_estimable_as_revman_has_it():
    """A published analysis with an SD of 0 in one arm: RevMan pools one of two studies, 0.38."""
    rows = pd.DataFrame([[14, 3.14, 1.61, 19, 2.76, 1.60], [2, 6, 0, 2, 0.5, 0.71]])
    rows.columns = pd.Index(compare.ARMS)
    ours = mean_difference(*rows.to_numpy(dtype=float).T)
    assert pool(ours.estimate, ours.variance, model="common").estimate == pytest.approx(
        3.2436, abs=5e-5
    )
    theirs = compare.as_revman_estimates(ours, rows)
    assert theirs.estimable.tolist() == [True, False]
    assert theirs.estimate[theirs.estimable] == pytest.approx([0.38])
