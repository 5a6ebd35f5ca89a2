"""Effects in clinical terms against published worked examples."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.statistics.clinical import (
    number_needed_to_treat,
    points_on_scale,
    risk_by_log_hazard_ratio,
    risk_by_log_odds_ratio,
    risk_by_log_risk_ratio,
    risk_by_risk_difference,
    risk_by_smd,
)
from analysis.statistics.estimates import Interval


def interval(low: float, high: float) -> Interval:
    return Interval(low, high, "wald")


def test_points_on_a_scale():
    found = points_on_scale(
        -0.4, interval(-0.6, -0.2), 2.1, scale="pain, 0 to 10", sd_source="control arms, 8 trials"
    )
    assert found.estimate == pytest.approx(-0.84)
    assert (found.interval.low, found.interval.high) == pytest.approx((-1.26, -0.42))
    assert found.assumed == "pain, 0 to 10, SD 2.1 (control arms, 8 trials)"


def test_number_needed_to_treat_of_an_smd():
    """The worked example of dmetar's NNT: d = 0.245, CER = 0.35 gives 10.61533."""
    found = number_needed_to_treat(
        risk_by_smd, -0.245, interval(-0.5, -0.1), 0.35, event_is_good=True
    )
    assert found.number == pytest.approx(10.61533, abs=5.1e-6)
    assert found.direction == "benefit"
    assert found.best[0] < found.number < found.worst[0]
    assert found.risk_interval.low < found.risk < found.risk_interval.high


def test_number_needed_to_treat_of_a_risk_ratio():
    """Cochrane Handbook: RR 0.92 at 300 per 1000 is 24 fewer per 1000, NNT 41.7."""
    found = number_needed_to_treat(
        risk_by_log_risk_ratio,
        math.log(0.92),
        interval(math.log(0.85), math.log(0.99)),
        0.3,
        event_is_good=False,
    )
    assert found.per_1000 == pytest.approx(24)
    assert found.number == pytest.approx(1 / 0.024)
    assert (found.per_1000_interval.low, found.per_1000_interval.high) == pytest.approx((3, 45))
    assert found.direction == "benefit"


@pytest.mark.parametrize(
    ("risk_by", "control", "effect", "expected"),
    [
        # Cochrane Handbook 15.4.4.3: an odds ratio of 0.73 at a control risk of 0.27.
        (risk_by_log_odds_ratio, 0.27, math.log(0.73), 0.212598),
        # Proportional hazards: survival of 0.9 to the power of 0.6.
        (risk_by_log_hazard_ratio, 0.1, math.log(0.6), 0.061260),
        (risk_by_risk_difference, 0.1, -0.04, 0.06),
        (risk_by_risk_difference, 0.1, -0.4, 0.0),
        (risk_by_log_risk_ratio, 0.6, math.log(3), 1.0),
    ],
)
def test_the_risk_that_follows_from_a_control_risk(risk_by, control, effect, expected):
    assert risk_by(control, effect) == pytest.approx(expected, abs=5.1e-7)
    assert risk_by(control, 0.0) == pytest.approx(control, rel=1e-12)


def test_an_interval_across_no_effect_runs_through_infinity():
    """Altman 1998: from a number needed to benefit through infinity to one to harm."""
    found = number_needed_to_treat(risk_by_smd, -0.1, interval(-0.3, 0.1), 0.3, event_is_good=True)
    assert found.direction == found.best[1] == "benefit"
    assert found.worst[1] == "harm"
    assert found.per_1000_interval.low < 0 < found.per_1000_interval.high


def test_no_effect_has_no_number():
    found = number_needed_to_treat(risk_by_smd, 0.0, interval(-0.2, 0.2), 0.5, event_is_good=True)
    assert (found.number, found.direction) == (None, "none")


def test_a_risk_never_exceeds_one():
    found = number_needed_to_treat(
        risk_by_log_risk_ratio,
        math.log(1.5),
        interval(math.log(1.1), math.log(4)),
        0.6,
        event_is_good=True,
    )
    assert found.risk_interval.high == 1.0
    assert found.best == (pytest.approx(2.5), "benefit")


@given(st.floats(-3, 3), st.floats(0.01, 0.99))
def test_benefit_of_a_good_event_is_harm_of_its_absence(effect, risk):
    """The NNT for one more responder is the NNT for one fewer non-responder."""
    more = number_needed_to_treat(
        risk_by_smd, effect, interval(effect, effect), risk, event_is_good=True
    )
    fewer = number_needed_to_treat(
        risk_by_smd, -effect, interval(-effect, -effect), 1 - risk, event_is_good=True
    )
    assert more.per_1000 == pytest.approx(-fewer.per_1000, abs=1e-9)


@pytest.mark.parametrize("risk", [0.0, 1.0, -0.2, math.nan])
def test_impossible_control_risks_are_refused(risk):
    with pytest.raises(ValueError, match="between 0 and 1"):
        number_needed_to_treat(risk_by_smd, -0.3, interval(-0.5, -0.1), risk, event_is_good=True)


@pytest.mark.parametrize("sd", [0.0, -1.0, math.nan])
def test_impossible_standard_deviations_are_refused(sd):
    with pytest.raises(ValueError, match="positive"):
        points_on_scale(-0.3, interval(-0.5, -0.1), sd, scale="pain", sd_source="a trial")
