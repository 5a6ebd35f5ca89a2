"""Rows with each other's numbers, decimal points that slipped, events typed twice."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from analysis.evidence.rows import Evidence, OutcomeRow
from tests.evidence.checked import found
from tests.evidence.rows import a_reported_row, a_row


def of(study_id: str, question: str = "pain.post", **changes: Any) -> OutcomeRow:
    outcome, timepoint = question.split(".")
    return a_row(
        study_id=study_id, outcome=outcome, timepoint=timepoint,
        row_id=f"{study_id}.{question}.1", **changes,
    )  # fmt: skip


def test_numbers_copied_to_another_time_point(evidence: Evidence) -> None:
    row = of("a-2020")
    copied = replace(row, row_id="a-2020.pain.follow-up.1", timepoint="follow-up", weeks=26.0)
    assert found(evidence, ["copied numbers"], [row, copied]) == [
        ("copied numbers", "suspect", "a-2020.pain.post.1"),
        ("copied numbers", "suspect", "a-2020.pain.follow-up.1"),
    ]
    other = replace(copied, mean_intervention=3.9)
    assert found(evidence, ["copied numbers"], [row, other]) == []


def test_a_second_source_of_one_result_is_no_copy(evidence: Evidence) -> None:
    row = of("a-2020")
    again = replace(row, row_id="a-2020.pain.post.2", source_id="cd010152-rows")
    assert found(evidence, ["copied numbers"], [row, again]) == []


def test_two_effects_that_agree_in_the_effect_alone_are_no_copy(evidence: Evidence) -> None:
    first = a_reported_row(-0.4, effect_se=0.2)
    second = replace(first, row_id="made-2020.pain.follow-up.1", timepoint="follow-up")
    assert found(evidence, ["copied numbers"], [first, second]) == []
    limits = {"effect_ci_low": -0.79, "effect_ci_high": -0.01}
    twins = [replace(row, **limits) for row in (first, second)]
    assert len(found(evidence, ["copied numbers"], twins)) == 2


@pytest.mark.parametrize(("changes", "alike"), [
    # The same report read from another table: two decimals instead of one.
    ({"mean_intervention": 4.04, "sd_intervention": 1.97, "mean_control": 4.83}, True),
    # One number of the six mistyped.
    ({"mean_control": 8.4}, True),
    ({"mean_control": 8.4, "sd_control": 2.7}, False),
    ({"n_intervention": 61.0, "n_control": 47.0}, False),
])  # fmt: skip
def test_one_trial_under_two_names(
    evidence: Evidence, changes: dict[str, Any], alike: bool
) -> None:
    usual = {"mean_intervention": 4.0, "mean_control": 4.8, "sd_control": 2.1}
    first, second = of("a-2020", **usual), of("b-2021", **(usual | changes))
    expected = [("duplicate report", "note", row.row_id) for row in (first, second)]
    assert found(evidence, ["duplicate report"], [first, second]) == (expected if alike else [])


@pytest.mark.parametrize(("instrument", "severity"), [("NRS", "suspect"), ("PDI", "note")])
def test_a_decimal_point_that_slipped_in_a_whole_row(
    evidence: Evidence, instrument: str, severity: str
) -> None:
    """An SMD is blind to it; the other trials with the instrument are not."""
    usual = [of(f"{name}-2020", instrument=instrument, mean_control=4.8 + i / 9, n_control=40.0 + i)
             for i, name in enumerate("abc")]  # fmt: skip
    slipped = of("d-2020", instrument=instrument, n_control=33.0, mean_intervention=0.41,
                 sd_intervention=0.2, mean_control=0.52, sd_control=0.21)  # fmt: skip
    assert found(evidence, ["decimal shift"], [*usual, slipped]) == [
        ("decimal shift", severity, slipped.row_id)
    ]
    assert found(evidence, ["decimal shift"], usual) == []


def test_equal_events_in_both_arms(evidence: Evidence) -> None:
    counts = {"format": "events", "higher_is": "better", "total_intervention": 60.0,
              "total_control": 58.0, "events_intervention": 22.0}  # fmt: skip
    blank = dict.fromkeys(("n_intervention", "mean_intervention", "sd_intervention",
                           "n_control", "mean_control", "sd_control"))  # fmt: skip
    for events, severities in ((22.0, ["note"]), (21.0, [])):
        row = a_row(**(counts | blank | {"events_control": events}))
        assert [s for _, s, _ in found(evidence, ["exact zero"], [row])] == severities
