"""Each check of a single row: a planted error is found with its arithmetic, a clean twin is not."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest

from analysis.evidence.integrity import Finding, findings
from analysis.evidence.integrity.one_row import largest_smaller_arm
from analysis.evidence.rows import ControlGroup, Evidence, OutcomeRow
from analysis.statistics.effect_sizes import smd_variance_from_arm_sizes
from tests.evidence.rows import a_reported_row, a_row, a_trial, with_rows


def said(evidence: Evidence, row: OutcomeRow, **trial: Any) -> list[Finding]:
    return list(findings(with_rows(evidence, [row], a_trial(evidence, **trial))))


def one(evidence: Evidence, row: OutcomeRow, **trial: Any) -> tuple[str, str, str]:
    (finding,) = said(evidence, row, **trial)
    assert finding.row_ids == (row.row_id,)
    return finding.check, finding.severity, finding.text


def test_a_clean_row_of_each_format_says_nothing(evidence: Evidence) -> None:
    assert said(evidence, a_row()) == []
    assert said(evidence, a_reported_row(-0.4, effect_se=0.2)) == []
    interval = {"effect_ci_low": -0.79, "effect_ci_high": -0.01}
    assert said(evidence, a_reported_row(-0.4, effect_se=0.2, **interval)) == []


COPIED = {
    "baseline_mean_intervention": 4.0, "baseline_sd_intervention": 2.0,
    "baseline_mean_control": 4.8, "baseline_sd_control": 2.0,
}  # fmt: skip


def test_a_copied_baseline_is_suspect(evidence: Evidence) -> None:
    check, severity, text = one(evidence, a_row(**COPIED))
    assert (check, severity) == ("equals baseline", "suspect")
    assert "intervention arm: mean 4 and SD 2" in text
    assert "control arm: mean 4.8 and SD 2" in text


def test_one_arm_that_repeats_its_baseline_is_noted(evidence: Evidence) -> None:
    check, severity, text = one(evidence, a_row(**COPIED | {"baseline_mean_intervention": 5.5}))
    assert (check, severity) == ("equals baseline", "note")
    assert "intervention" not in text


def test_an_equal_mean_with_another_sd_is_no_copy(evidence: Evidence) -> None:
    twin = COPIED | {"baseline_sd_intervention": 1.9, "baseline_sd_control": 2.1}
    assert said(evidence, a_row(**twin)) == []


@pytest.mark.parametrize("mean", [-0.1, 10.1, 48.0])
def test_a_mean_outside_the_range_is_suspect(evidence: Evidence, mean: float) -> None:
    found = said(evidence, a_row(mean_control=mean))
    (finding,) = [finding for finding in found if finding.check == "outside range"]
    assert finding.severity == "suspect"
    assert f"control arm: mean {mean:g} lies outside the 0 to 10 of NRS" in finding.text


def test_a_baseline_mean_is_held_to_the_range_too(evidence: Evidence) -> None:
    check, _, text = one(evidence, a_row(baseline_mean_intervention=56.0))
    assert check == "outside range"
    assert "intervention arm at baseline" in text


def test_an_instrument_without_a_range_has_no_limits(evidence: Evidence) -> None:
    assert said(evidence, a_row(instrument="days of headache", mean_control=4.8)) == []


def test_an_sd_that_no_scores_have_is_suspect(evidence: Evidence) -> None:
    """25 scores of 0 and 25 of 10 spread as much as 50 scores from 0 to 10 can: SD 5.0508."""
    most = math.sqrt(50 * 5**2 / 49)
    row = a_row(mean_intervention=5.0, sd_intervention=round(most, 2))
    assert said(evidence, row) == []
    check, severity, text = one(evidence, replace(row, sd_intervention=5.2))
    assert (check, severity) == ("outside range", "suspect")
    assert "the SD can be 5.05 at most, not 5.2" in text


def test_more_participants_than_were_randomised_is_suspect(evidence: Evidence) -> None:
    sizes = {"n_randomised_intervention": 49.0, "n_randomised_total": 149.0}
    check, severity, text = one(evidence, a_row(), **sizes)
    assert (check, severity) == ("n above randomised", "suspect")
    assert "intervention arm: 50 participants, 49 randomised" in text
    assert said(evidence, a_row(), n_randomised_intervention=50.0, n_randomised_total=150.0) == []


def test_where_only_the_total_randomised_is_known_the_arms_are_added(evidence: Evidence) -> None:
    unknown = {"n_randomised_intervention": None, "n_randomised_control": None}
    check, _, text = one(evidence, a_row(), **unknown, n_randomised_total=99.0)
    assert check == "n above randomised"
    assert "100 participants in both arms, 99 randomised in all" in text
    assert said(evidence, a_row(), **unknown, n_randomised_total=100.0) == []
    assert said(evidence, a_row(), **unknown, n_randomised_total=None) == []


RESPONDERS = {
    "format": "events", "instrument": "at least 50% fewer headache days", "higher_is": "better",
    "events_intervention": 30.0, "total_intervention": 60.0,
    "events_control": 15.0, "total_control": 60.0,
}  # fmt: skip


def test_more_events_than_participants_is_suspect(evidence: Evidence) -> None:
    check, severity, text = one(evidence, a_row(**RESPONDERS | {"events_control": 61.0}))
    assert (check, severity) == ("events above n", "suspect")
    assert "control arm: 61 events, 60 participants" in text
    assert said(evidence, a_row(**RESPONDERS | {"events_control": 59.0})) == []


def test_more_events_than_were_randomised_is_suspect(evidence: Evidence) -> None:
    unusable = a_row(**RESPONDERS | {"events_control": 31.0, "total_control": None, "usable": "no"})
    check, _, text = one(evidence, unusable, n_randomised_control=30.0)
    assert check == "events above n"
    assert "control arm: 31 events, 30 randomised" in text
    assert said(evidence, unusable, n_randomised_control=31.0) == []


def interval(effect: float, low: float, high: float, **changes: Any) -> OutcomeRow:
    limits = {"effect_ci_low": low, "effect_ci_high": high}
    return a_reported_row(effect, **(limits | changes))


@pytest.mark.parametrize(
    ("row", "severity", "says"),
    [
        # The middle is 0.40; half the interval is 0.40 too.
        (interval(-0.46, -0.80, 0.00), "note", "middle of -0.8 to 0 is −0.40, not -0.46"),
        (interval(-0.65, -0.80, 0.00), "suspect", "middle of -0.8 to 0 is −0.40, not -0.65"),
        (interval(-0.41, -0.81, -0.01, effect_se=0.24), "note", "gives 0.47 on either side"),
        (interval(-0.4, -0.8, 0.0, effect_se=2.04), "suspect", "gives 4.00 on either side"),
        (
            interval(1.9, 1.06, 1.55, effect_measure="RR",
                     effect_favours_intervention_when="above 1"),
            "suspect", "middle of 1.06 to 1.55 is 1.28, not 1.9",
        ),
    ],
)  # fmt: skip
def test_effect_and_interval_that_do_not_agree(
    evidence: Evidence, row: OutcomeRow, severity: str, says: str
) -> None:
    (finding,) = [each for each in said(evidence, row) if each.check == "effect and interval"]
    assert finding.severity == severity
    assert says in finding.text


@pytest.mark.parametrize(
    "row",
    [
        # Off by what rounding to one and to two decimals does, a t quantile, a ratio's logs.
        interval(-0.4, -0.8, 0.1),
        interval(-0.44, -0.83, -0.04),
        interval(-0.4, -0.81, 0.01, effect_se=0.2),
        interval(1.28, 1.06, 1.55, effect_measure="RR", effect_favours_intervention_when="above 1"),
        interval(-5.7, -11.9, 0.6, effect_measure="MD", effect_se=3.16),
    ],
)
def test_effect_and_interval_that_agree(evidence: Evidence, row: OutcomeRow) -> None:
    assert said(evidence, row) == []


def test_a_standard_error_that_the_participants_cannot_give(evidence: Evidence) -> None:
    """200 participants give an SMD of 0 a standard error of sqrt(4/200) = 0.141 at best."""
    assert said(evidence, a_reported_row(-0.01, effect_se=0.142)) == []
    # An analysis of covariance may be somewhat more precise; ten times is a slip.
    assert said(evidence, a_reported_row(-0.01, effect_se=0.12)) == []
    check, severity, text = one(evidence, a_reported_row(-0.01, effect_se=0.1))
    assert (check, severity) == ("effect and interval", "note")
    assert "200 participants cannot give an SMD one below 0.141" in text
    assert one(evidence, a_reported_row(-0.01, effect_se=0.0142))[1] == "suspect"


def test_exact_zeros_are_noted(evidence: Evidence) -> None:
    assert one(evidence, a_reported_row(0.0, effect_se=0.2))[:2] == ("exact zero", "note")
    assert said(evidence, a_reported_row(0.001, effect_se=0.2)) == []
    assert one(evidence, a_row(mean_control=4.0))[:2] == ("exact zero", "note")
    assert said(evidence, a_row(mean_control=4.1)) == []


def test_a_small_arm_is_noted_where_it_is_stated(evidence: Evidence) -> None:
    check, severity, text = one(evidence, a_row(n_intervention=19.0))
    assert (check, severity) == ("small arm", "note")
    assert "(19 intervention, 50 control)" in text
    assert said(evidence, a_row(n_intervention=20.0)) == []


def test_a_small_arm_is_noted_where_the_standard_error_implies_it(evidence: Evidence) -> None:
    def reported(n1: int, n2: int) -> OutcomeRow:
        se = math.sqrt(float(smd_variance_from_arm_sizes(-0.4, n1, n2)))
        return a_reported_row(-0.4, effect_se=round(se, 4))

    check, severity, text = one(evidence, reported(19, 19))
    assert (check, severity) == ("small arm", "note")
    assert "at most 19 participants for the smaller arm, under 20" in text
    assert said(evidence, reported(20, 20)) == []
    assert one(evidence, reported(11, 60))[0] == "small arm"


def test_parts_of_a_group_are_no_small_arms(evidence: Evidence) -> None:
    """Control 14 and 13 of one group of 27, as arms and as the standard errors of the parts."""
    arms = [
        a_row(row_id=f"made-2020.pain.post.{i}", contrast=name, n_intervention=n, n_control=part)
        for i, (name, n, part) in enumerate((("a", 30.0, 14.0), ("b", 29.0, 13.0)), start=1)
    ]
    effects = [
        a_reported_row(-0.4, effect_se=0.34, row_id=row.row_id, contrast=row.contrast)
        for row in arms
    ]
    split = ControlGroup("made-2020", arms[0].source_id, "split", "said in the report")
    for rows in (arms, effects):
        made = with_rows(evidence, rows, a_trial(evidence))
        assert "small arm" in {finding.check for finding in findings(made)}
        parts = replace(made, control_groups=(split,))
        assert "small arm" not in {finding.check for finding in findings(parts)}


@pytest.mark.parametrize("effect", [0.0, -0.4, 1.8])
@pytest.mark.parametrize(("n1", "n2"), [(10, 10), (19, 19), (95, 95), (13, 23), (21, 26), (9, 90)])
def test_the_bound_of_the_smaller_arm_holds_and_is_reached(effect: float, n1: int, n2: int) -> None:
    largest = largest_smaller_arm(effect, float(smd_variance_from_arm_sizes(effect, n1, n2)))
    assert largest >= min(n1, n2) - 1e-9
    if n1 == n2:
        assert largest == pytest.approx(n1)


def test_the_bound_fits_the_arms_that_revmans_rows_have() -> None:
    """Buhrman 2004 in the baseline review: 21 and 26 participants behind SE 0.293508."""
    assert 21 <= largest_smaller_arm(-0.078946, 0.293508**2) < 24
