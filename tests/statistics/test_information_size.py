"""The optimal information size against R 4.2.2: power.t.test and power.prop.test."""

from __future__ import annotations

import math

import pytest

from analysis.statistics.information_size import participants_for_risks, participants_for_smd


@pytest.mark.parametrize(
    ("smd", "alpha", "power", "each", "by_t_test"),
    [
        # power.t.test(delta = smd, sig.level = alpha, power = power)$n
        (0.2, 0.05, 0.8, 393, 393.4067),
        (-0.2, 0.05, 0.8, 393, 393.4067),
        (0.5, 0.01, 0.9, 120, 120.7055),
        (0.1, 0.05, 0.8, 1_570, 1570.736888),
    ],
)
def test_participants_for_a_difference(
    smd: float, alpha: float, power: float, each: int, by_t_test: float
) -> None:
    """The t test asks for z^2 / 4 more, 0.96 at 5% and 1.66 at 1% (Guenther 1981)."""
    found = participants_for_smd(smd, alpha=alpha, power=power)
    assert found == each
    more = {0.05: 0.9604, 0.01: 1.6587}[alpha]
    assert found == math.ceil(by_t_test - more)


@pytest.mark.parametrize(
    ("control", "other", "alpha", "power", "each"),
    [
        # power.prop.test(p1 = control, p2 = other, sig.level = alpha, power = power)$n
        (0.2, 0.25, 0.05, 0.8, 1093.739),
        (0.2, 0.15, 0.05, 0.8, 905.3658),
        (0.1, 0.125, 0.05, 0.8, 2506.538),
        (0.4, 0.5, 0.01, 0.9, 734.0537596),
        (0.9, 0.675, 0.05, 0.8, 50.69464719),
    ],
)
def test_participants_to_tell_two_risks_apart(
    control: float, other: float, alpha: float, power: float, each: float
) -> None:
    found = participants_for_risks(control, other, alpha=alpha, power=power)
    assert found == math.ceil(each)
    assert participants_for_risks(other, control, alpha=alpha, power=power) == found
