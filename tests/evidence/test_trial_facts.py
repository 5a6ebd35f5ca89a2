"""Facts that no trial has, and results measured before the programme's end."""

from __future__ import annotations

from typing import Any

import pytest

from analysis.evidence.rows import Evidence
from tests.evidence.checked import found
from tests.evidence.rows import a_row

USUAL: dict[str, Any] = {"year": 2015.0, "mean_age": 46.0, "percent_women": 71.5}


@pytest.mark.parametrize(("changes", "noted"), [
    ({}, False),
    ({"year": 1915.0}, True),
    ({"year": 2051.0}, True),
    ({"mean_age": 4.6}, True),
    ({"percent_women": 0.715}, True),
    # 143 of 200 is 71.5, and no number of 200 is 71.3; of 197 analysed 140 is 71.1.
    ({"percent_women": 71.3}, True),
    ({"percent_women": 71.1, "n_analysed_total": 197.0}, False),
    ({"percent_women": 71.0}, False),
    ({"percent_women": None, "mean_age": None}, False),
])  # fmt: skip
def test_facts(evidence: Evidence, changes: dict[str, Any], noted: bool) -> None:
    expected = [("trial facts", "note", "made-2020")] if noted else []
    assert found(evidence, ["trial facts"], [a_row()], **(USUAL | changes)) == expected


@pytest.mark.parametrize(("timepoint", "weeks", "noted"), [
    ("post", 8.0, False),
    ("post", 6.0, False),
    # Two months, typed as weeks.
    ("post", 2.0, True),
    ("follow-up", 26.0, False),
    ("follow-up", 6.0, True),
    ("follow-up", None, False),
])  # fmt: skip
def test_measured_early(
    evidence: Evidence, timepoint: str, weeks: float | None, noted: bool
) -> None:
    row = a_row(timepoint=timepoint, weeks=weeks)
    severities = [s for _, s, _ in found(evidence, ["measured early"], [row], duration_weeks=8.0)]
    assert severities == (["note"] if noted else [])
