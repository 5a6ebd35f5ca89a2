from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.figures.effect_scale import Scale, Span, effect_scale, shown_span
from analysis.synthesis.study_effect import Measure
from tests.figures.examples import RESPONDERS, SMD

FINITE = st.floats(-3, 3)


def test_a_ratio_with_benefit_above_turns_and_swaps_its_limits() -> None:
    span = shown_span(RESPONDERS, -math.log(2), -math.log(4), 0.0)
    assert (span.low, span.estimate, span.high) == pytest.approx((1, 2, 4))


def test_a_missing_limit_stays_on_its_side_as_shown() -> None:
    assert shown_span(SMD, -0.3, None, 0.1).low is None
    turned = shown_span(RESPONDERS, -0.3, None, 0.1)
    assert turned.high is None
    assert turned.low == pytest.approx(math.exp(-0.1))


def test_a_ratio_too_small_for_a_float_has_no_limit_there() -> None:
    span = shown_span(RESPONDERS, 0.0, -1.0, 800.0)
    assert (span.low, span.high) == (None, pytest.approx(math.e))


def test_one_very_wide_interval_does_not_squeeze_the_rest() -> None:
    narrow = [Span(-0.5, -0.3, -0.1), Span(-0.6, -0.2, 0.2), Span(-0.4, -0.2, 0.0)]
    scale = effect_scale(SMD, [*narrow, Span(-30.0, -0.2, 29.0)])
    assert -2 < scale.low < -0.6
    assert 0.2 < scale.high < 1.5


def test_an_estimate_far_from_all_others_is_beyond_the_axis() -> None:
    near = [Span(x - 0.2, x, x + 0.2) for x in (-0.5, -0.3, -0.1)]
    scale = effect_scale(SMD, [*near, Span(-40.2, -40.0, -39.8)])
    assert not scale.contains(-40.0)
    assert scale.high - scale.low < 3


def test_ratio_ticks_are_round_ratios_about_one() -> None:
    scale = effect_scale(RESPONDERS, [Span(0.3, 0.8, 2.6), Span(0.5, 1.9, 6.1)])
    assert 1.0 in scale.ticks
    assert {0.5, 2.0} <= set(scale.ticks)


@given(
    rows=st.lists(st.tuples(FINITE, st.floats(0.01, 2)), min_size=1, max_size=30),
    measure=st.sampled_from([SMD, RESPONDERS]),
)
def test_axis_holds_no_effect_the_band_and_a_few_ticks(
    rows: list[tuple[float, float]], measure: Measure
) -> None:
    turn = math.exp if measure.ratio else float
    spans = [Span(turn(e - h), turn(e), turn(e + h)) for e, h in rows]
    band = (turn(-0.2), turn(0.2))
    scale = effect_scale(measure, spans, band)
    assert all(scale.contains(value) for value in (*band, measure.no_effect))
    assert 2 <= len(scale.ticks) <= 8
    assert list(scale.ticks) == sorted(set(scale.ticks))
    assert all(scale.contains(tick) for tick in scale.ticks)


def test_a_single_estimate_without_limits_has_an_axis() -> None:
    scale = effect_scale(SMD, [Span(None, 0.0, None)])
    assert isinstance(scale, Scale)
    assert scale.low < 0 < scale.high
