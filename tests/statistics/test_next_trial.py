"""One more trial: all its effects at once as one by one, and the effect that tips an interval."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.statistics.intervals import IntervalMethod
from analysis.statistics.next_trial import limits_with, tipping_effect
from analysis.statistics.pooling import pool

EFFECTS = [-0.62, -0.35, -0.51, -0.18]
VARIANCES = [0.04, 0.06, 0.03, 0.05]
NEXT = 0.02
METHODS: tuple[IntervalMethod, ...] = ("wald", "hartung-knapp", "hartung-knapp-conservative")


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("model", ["common", "dersimonian-laird", "reml"])
def test_all_effects_at_once_are_those_one_by_one(method: IntervalMethod, model: str) -> None:
    found = np.linspace(-2, 2, 9)
    low, high = limits_with(
        EFFECTS, VARIANCES, found, NEXT, model=model, interval=lambda k, tau2: method
    )
    for at, effect in enumerate(found):
        one = pool(
            [*EFFECTS, float(effect)], [*VARIANCES, NEXT], model=model, interval=method
        ).interval
        assert low[at] == pytest.approx(one.low, abs=1e-9)
        assert high[at] == pytest.approx(one.high, abs=1e-9)


def test_the_interval_ends_at_no_difference_with_the_tipping_effect() -> None:
    def high(found: np.ndarray) -> np.ndarray:
        return limits_with(
            EFFECTS,
            VARIANCES,
            found,
            NEXT,
            model="reml",
            interval=lambda k, tau2: "hartung-knapp-conservative",
        )[1]

    effect = tipping_effect(high, -0.4, 2.0)
    assert effect is not None
    pooled = pool(
        [*EFFECTS, effect],
        [*VARIANCES, NEXT],
        model="reml",
        interval="hartung-knapp-conservative",
    )
    assert pooled.interval.high == pytest.approx(0, abs=1e-6)


def test_the_first_of_several_crossings_is_taken_and_none_is_none() -> None:
    assert tipping_effect(lambda x: np.sin(3 * x), -1.0, 2.0) == pytest.approx(0, abs=1e-8)
    assert tipping_effect(lambda x: np.sin(3 * x), -1.0, -2.0) == pytest.approx(
        -np.pi / 3, abs=1e-8
    )
    assert tipping_effect(lambda x: -1 - x**2, 0.0, 2.0) is None
    assert tipping_effect(lambda x: 1 + x**2, 0.5, 2.0) == 0.5
