"""One more trial: all its effects at once as one by one, and the effect that tips an interval."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.statistics.intervals import IntervalMethod
from analysis.statistics.next_trial import limits_with, looked_at, stretches
from analysis.statistics.pooling import pool

EFFECTS = [-0.62, -0.35, -0.51, -0.18]
VARIANCES = [0.04, 0.06, 0.03, 0.05]
NEXT = 0.02
EVEN = np.linspace(-2.0, 2.0, 201)
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


def _limits(found: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return limits_with(
        EFFECTS,
        VARIANCES,
        found,
        NEXT,
        model="reml",
        interval=lambda k, tau2: "hartung-knapp-conservative",
    )


def test_the_interval_ends_at_no_difference_where_a_stretch_does() -> None:
    *_, (first, last) = stretches(lambda found: _limits(found)[1], EVEN)
    assert first is not None and last is None
    pooled = pool(
        [*EFFECTS, first],
        [*VARIANCES, NEXT],
        model="reml",
        interval="hartung-knapp-conservative",
    )
    assert pooled.interval.high == pytest.approx(0, abs=1e-6)


def test_a_trial_that_finds_too_much_makes_an_interval_wider_again() -> None:
    """Four trials around no difference: a fifth tips them by what it finds, not by all beyond."""
    effects, variances = [-0.05, -0.12, 0.02, -0.2], [0.02, 0.01, 0.03, 0.02]

    def beyond(found: np.ndarray) -> np.ndarray:
        low, high = limits_with(
            effects,
            variances,
            found,
            0.003,
            model="reml",
            interval=lambda k, tau2: "hartung-knapp-conservative",
        )
        return np.maximum(low, -high)

    ((first, last),) = stretches(beyond, EVEN)
    assert first is not None and last is not None and -2 < first < last < 0
    middle = (first + last) / 2
    assert [
        float(beyond(np.array([at]))[0]) >= 0 for at in (first - 0.01, middle, last + 0.01)
    ] == [
        False,
        True,
        False,
    ]


def test_every_stretch_is_found_and_an_end_that_nobody_looked_beyond_is_none() -> None:
    found = stretches(lambda x: np.sin(3 * x), EVEN)
    assert [end for stretch in found for end in stretch] == [
        None,
        pytest.approx(-np.pi / 3, abs=1e-8),
        pytest.approx(0, abs=1e-8),
        pytest.approx(np.pi / 3, abs=1e-8),
    ]
    assert stretches(lambda x: -1 - x**2, EVEN) == ()
    assert stretches(lambda x: 1 + x**2, EVEN) == ((None, None),)


def _by_revman(k: int, tau2: float) -> IntervalMethod:
    return "hartung-knapp" if tau2 > 0 else "wald"


@pytest.mark.parametrize(
    ("effects", "variances", "variance", "tipping"),
    [
        ([0.1, -0.1, 0.2, -0.2, 0.7, -2.2], [2.1, 3.0, 2.1, 1.8, 2.6, 1.5], 0.42, 1),
        ([23.45, -1.58, -1.47], [40.75, 0.46, 0.69], 0.69, -1),
    ],
)
def test_one_trial_far_from_the_others_hides_no_stretch(
    effects: list[float], variances: list[float], variance: float, tipping: int
) -> None:
    """Both stretches lie between two of 201 even steps over ten times the largest effect."""

    def beyond(found: np.ndarray) -> np.ndarray:
        low, high = limits_with(
            effects, variances, found, variance, model="reml", interval=_by_revman
        )
        return tipping * np.maximum(low, -high)

    farthest = 10 * max(map(abs, effects))
    found = stretches(beyond, looked_at(effects, variances, variance, farthest))
    dense = np.linspace(-4, 4, 4001)
    within = beyond(dense) >= 0
    ends = dense[1:][within[1:] != within[:-1]]
    assert len(ends) == 2
    assert [end for stretch in found for end in stretch if end is not None] == pytest.approx(
        ends.tolist(), abs=0.002
    )
    assert not np.any(np.diff(beyond(np.linspace(-farthest, farthest, 201)) >= 0))


def test_a_curve_that_only_just_crosses_between_two_points_is_followed() -> None:
    """Its top lies a ten-thousandth above zero, three tenths of a step beside a point."""
    top = EVEN[77] + 0.3 * (EVEN[1] - EVEN[0])
    ((first, last),) = stretches(lambda x: 1e-8 - (x - top) ** 2, EVEN)
    assert (first, last) == (
        pytest.approx(top - 1e-4, abs=1e-6),
        pytest.approx(top + 1e-4, abs=1e-6),
    )
    ((_, first), (last, _)) = stretches(lambda x: (x - top) ** 2 - 1e-8, EVEN)
    assert (first, last) == (
        pytest.approx(top - 1e-4, abs=1e-6),
        pytest.approx(top + 1e-4, abs=1e-6),
    )
