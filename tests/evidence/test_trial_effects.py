"""One effect a trial: against numbers computed by hand, orientation, shared control groups."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.evidence.rows import Evidence
from analysis.evidence.trial_effects import TrialEffect, trial_effect
from analysis.protocol import MeasureName
from tests.evidence.rows import a_reported_row, a_row


def effect_of(evidence: Evidence, *row_ids: str, measure: MeasureName = "SMD") -> TrialEffect:
    """The effect that rows of the project's evidence give."""
    rows = {row.row_id: row for row in evidence.outcomes}
    return trial_effect(evidence.protocol, measure, [rows[row_id] for row_id in row_ids])


def test_an_smd_from_means_as_revman_computes_it(evidence: Evidence) -> None:
    """Friesen 2017, FIQ: 30, 53.39 (18.94) against 30, 64.59 (12.75).

    s2 = (29 x 18.94^2 + 29 x 12.75^2) / 58 = 260.64305, s = 16.144443; J = 1 - 3/231;
    g = J x (-11.2)/s = -0.68472757; Var = 60/900 + g^2/(2 x 56.06) = 0.07084836.
    """
    found = effect_of(evidence, "friesen-2017.disability.post.1")
    assert found.effect == pytest.approx(-0.68472757, abs=5e-9)
    assert found.variance == pytest.approx(0.07084836, abs=5e-9)
    assert found.variance_from == "arm data"


def test_a_risk_ratio_from_events(evidence: Evidence) -> None:
    """Huguet 2024: 24/108 against 13/113; RR 1.93162, Var = 1/24 - 1/108 + 1/13 - 1/113."""
    found = effect_of(evidence, "huguet-2024.pain.post.1", measure="RR")
    assert math.exp(-found.effect) == pytest.approx(1.931624, abs=5e-7)
    assert found.variance == pytest.approx(0.10048093, abs=5e-9)


def test_a_reported_effect_keeps_its_standard_error(evidence: Evidence) -> None:
    found = effect_of(evidence, "dear-2013.disability.post.1")
    assert (found.effect, found.variance) == (-0.578, pytest.approx(0.256**2))
    assert (found.variance_from, found.derivation) == ("standard error", "as reported")


def test_an_interval_gives_the_standard_error(evidence: Evidence) -> None:
    row = a_reported_row(-0.4, effect_ci_low=-0.7, effect_ci_high=-0.1)
    found = trial_effect(evidence.protocol, "SMD", [row])
    assert math.sqrt(found.variance) == pytest.approx(0.6 / (2 * 1.959964), rel=1e-6)
    assert found.variance_from == "interval"


def test_a_ratio_takes_its_standard_error_on_the_log_scale(evidence: Evidence) -> None:
    """DeBar 2025, RR 1.28 (1.06 to 1.55): SE = ln(1.55/1.06)/3.92 = 0.096936."""
    found = effect_of(evidence, "debar-2025.pain.post.1", measure="RR")
    assert found.effect == pytest.approx(-math.log(1.28))
    assert math.sqrt(found.variance) == pytest.approx(0.096936, abs=5e-6)


def test_arm_sizes_alone_give_the_variance_of_an_smd(evidence: Evidence) -> None:
    """Gendreau 2024, d 0.65, 140 against 135: 275/18900 + 0.65^2/(2 x 271.06)."""
    found = effect_of(evidence, "gendreau-2024.disability.post.1")
    assert found.effect == -0.65
    assert found.variance == pytest.approx(0.0145502646 + 0.000779347, abs=1e-9)
    assert found.variance_from == "arm sizes"


def test_a_mean_difference_becomes_an_smd_through_its_interval(evidence: Evidence) -> None:
    """Hearn 2018, -1.5 (-2.43 to -0.58), 26 against 26: t(50) = 2.008559 for the SD.

    SE = 1.85/(2 x 2.008559) = 0.460529; SD = SE/sqrt(2/26) = 1.660462; J = 1 - 3/199;
    g = -0.889745; Var = 52/676 + g^2/(2 x 48.06) = 0.0851591.
    """
    found = effect_of(evidence, "hearn-2018.depression.post.1")
    assert found.effect == pytest.approx(-0.889745, abs=2e-6)
    assert found.variance == pytest.approx(0.0851591, abs=2e-7)


@pytest.mark.parametrize(
    ("row_ids", "effect", "variance"),
    [
        # -(0.436 + 0.400 + 0.492)/3; (0.218^2 + 0.218^2 + 0.220^2
        #   + 0.218 x 0.218 + 2 x 0.218 x 0.220)/9 with 2r = 1
        (("dear-2015.disability.post.1", "dear-2015.disability.post.2",
          "dear-2015.disability.post.3"), -0.442666667, 0.031876889),
        # -(0.247 + 0.074)/2; (0.141^2 + 0.140^2 + 0.141 x 0.140)/4
        (("lin-2017.disability.post.1", "lin-2017.disability.post.2"), -0.1605, 0.01480525),
        # (0.421414 + 0)/2; (0.350525^2 + 0.356106^2 + 0.350525 x 0.356106)/4
        (("hedborg-2011.depression.post.1", "hedborg-2011.depression.post.2"),
         0.210707, 0.093625829),
    ],
    ids=["dear-2015", "lin-2017", "hedborg-2011"],
)  # fmt: skip
def test_contrasts_with_one_control_group_are_averaged_with_correlation_one_half(
    evidence: Evidence, row_ids: tuple[str, ...], effect: float, variance: float
) -> None:
    assert evidence.protocol.synthesis.shared_control_correlation == 0.5
    found = effect_of(evidence, *row_ids)
    assert found.effect == pytest.approx(effect, abs=5e-9)
    assert found.variance == pytest.approx(variance, abs=5e-9)
    assert found.derivation == (
        f"{len(row_ids)} contrasts that share one control group, averaged with correlation 0.5"
    )


def people(n: int, mean: float, sd: float) -> list[float]:
    """That many values of exactly that mean and standard deviation."""
    raw = [math.sin(7.3 * i) for i in range(n)]
    centre, spread = statistics.fmean(raw), statistics.stdev(raw)
    return [mean + sd * (value - centre) / spread for value in raw]


def test_arms_with_one_control_group_are_combined_as_if_they_had_been_one(
    evidence: Evidence,
) -> None:
    """Sanabria-Mazo 2023: the SMD of all treated people, simulated, against the one control."""
    rows = [row for row in evidence.outcomes
            if row.row_id.startswith("sanabria-mazo-2023.depression.post")]  # fmt: skip
    assert len(rows) == 2
    treated = people(52, 5.27, 5.75) + people(42, 4.67, 4.63)
    control = people(64, 7.28, 6.3)
    n1, n2 = len(treated), len(control)
    pooled = math.sqrt(
        ((n1 - 1) * statistics.variance(treated) + (n2 - 1) * statistics.variance(control))
        / (n1 + n2 - 2)
    )
    g = (1 - 3 / (4 * (n1 + n2) - 9)) * (statistics.fmean(treated) - statistics.fmean(control))
    found = trial_effect(evidence.protocol, "SMD", rows)
    assert found.effect == pytest.approx(g / pooled, rel=1e-9)
    assert "2 intervention arms combined into one" in found.derivation


def test_events_of_several_arms_are_added_up(evidence: Evidence) -> None:
    usual = {"format": "events", "higher_is": "better", "events_control": 5.0,
             "total_control": 50.0}  # fmt: skip
    rows = [
        a_row(contrast="a", events_intervention=9.0, total_intervention=40.0, **usual),
        a_row(contrast="b", events_intervention=11.0, total_intervention=60.0, **usual),
    ]
    found = trial_effect(evidence.protocol, "RR", rows)
    assert found.effect == pytest.approx(-math.log((20 / 100) / (5 / 50)))
    assert found.variance == pytest.approx(1 / 20 - 1 / 100 + 1 / 5 - 1 / 50)


@pytest.mark.parametrize(
    "change",
    [
        {"n_control": 51.0, "n_intervention": 49.0},
        {"mean_control": 4.9, "mean_intervention": 3.0},
        {"higher_is": "better"},
    ],
)
def test_arms_are_not_combined_where_the_control_group_is_not_one(
    evidence: Evidence, change: dict[str, object]
) -> None:
    rows = [a_row(contrast="a"), a_row(contrast="b", **change)]
    with pytest.raises(ValueError, match=r"made-2020\.pain\.post\.1 and its other contrasts"):
        trial_effect(evidence.protocol, "SMD", rows)


@pytest.mark.parametrize(
    ("row_id", "measure", "favours_therapy"),
    [
        # Physical function, higher is better: 41.1 against 38.9 favours therapy.
        ("williams-2010.disability.post.1", "SMD", True),
        # Quality of life, higher is better: 34.7 against 32.82.
        ("friesen-2017.qol.post.1", "SMD", True),
        # Pain, higher is worse: 54.14 against 50.56 does not.
        ("kristjansdottir-2013.pain.post.1", "SMD", False),
        # Reported as positive in favour of therapy.
        ("dear-2021.disability.post.1", "SMD", True),
        # Reported as negative in favour of therapy: +0.05 does not favour it.
        ("ruehlman-2012.depression.follow-up.1", "SMD", False),
        ("lorig-2008.pain.follow-up.1", "SMD", True),
        # More responders with therapy.
        ("huguet-2024.pain.post.1", "RR", True),
        ("debar-2025.pain.post.1", "RR", True),
    ],
)
def test_negative_favours_the_intervention(
    evidence: Evidence, row_id: str, measure: MeasureName, favours_therapy: bool
) -> None:
    assert (effect_of(evidence, row_id, measure=measure).effect < 0) is favours_therapy


def test_an_effect_of_zero_has_no_sign(evidence: Evidence) -> None:
    found = effect_of(evidence, "buhrman-2004.disability.post.1")
    assert math.copysign(1, found.effect) == 1


def test_no_instrument_has_two_directions(evidence: Evidence) -> None:
    """The same scale cannot be better when higher in one row and worse in another."""
    directions: dict[str, set[str]] = {}
    for row in evidence.outcomes:
        if row.instrument:
            directions.setdefault(row.instrument, set()).add(row.higher_is)
    assert {name for name, found in directions.items() if len(found) > 1} == set()


def test_reported_standard_errors_fit_their_intervals(evidence: Evidence) -> None:
    """Where a row gives both, width/3.92 is the standard error, but for rounding."""
    both = [
        row
        for row in evidence.outcomes
        if row.effect_se is not None and row.effect_ci_low is not None
    ]
    assert len(both) >= 20
    for row in both:
        assert row.effect_ci_high is not None and row.effect_ci_low is not None
        width = row.effect_ci_high - row.effect_ci_low
        assert width / 3.92 == pytest.approx(row.effect_se, rel=0.02), row.row_id


arm = st.tuples(
    st.integers(2, 400),
    st.floats(-50, 50, allow_subnormal=False),
    st.floats(0.1, 40),
)


def of_arm(name: str, values: tuple[float, float, float]) -> dict[str, float]:
    return dict(zip((f"n_{name}", f"mean_{name}", f"sd_{name}"), values, strict=True))


@given(arms=st.tuples(arm, arm), higher=st.sampled_from(["worse", "better"]))
def test_swapping_arms_or_turning_the_scale_turns_the_sign_only(
    evidence: Evidence, arms: Sequence[tuple[int, float, float]], higher: str
) -> None:
    (n1, m1, s1), (n2, m2, s2) = arms
    first, second = (float(n1), m1, s1), (float(n2), m2, s2)
    row = a_row(higher_is=higher, **of_arm("intervention", first), **of_arm("control", second))
    swapped = a_row(higher_is=higher, **of_arm("intervention", second), **of_arm("control", first))
    turned = replace(row, higher_is="better" if higher == "worse" else "worse")
    found, *others = (
        trial_effect(evidence.protocol, "SMD", [made]) for made in (row, swapped, turned)
    )
    for other in others:
        assert other.effect == pytest.approx(-found.effect, abs=1e-12)
        assert other.variance == pytest.approx(found.variance)
    assert found.effect == 0 or (found.effect < 0) is ((m1 < m2) is (higher == "worse"))
