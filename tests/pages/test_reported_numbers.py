"""The trial pages show all that a row of outcomes.csv was filled with, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from analysis.evidence.rows import Evidence, OutcomeRow
from analysis.evidence.verification import COLUMNS as VERIFICATION
from analysis.files.columns import columns
from analysis.pages.reported_numbers import arm_reported, effect_reported, how_measured
from analysis.pages.trials_page import results_table
from tests.evidence.rows import BLANK, a_reported_row, a_row

# What names a row, and what other pages say of it: the direction of its scale and whether it
# may be pooled stand with the questions, who verified it on the page of data integrity.
NAMES = {"row_id", "study_id", "format", "higher_is", "usable", *VERIFICATION}
SHOWN = [column for column in columns(OutcomeRow) if column.name not in NAMES]
NOTHING: dict[str, Any] = {
    column.name: BLANK[column.name]
    for column in columns(OutcomeRow)
    if column.name not in NAMES | {"outcome", "timepoint", "source_id"}
}


def filled() -> OutcomeRow:
    """A row with something in every column, whatever its format."""
    examples: dict[str, Any] = {
        column.name: float(column.example) if column.is_number else column.example
        for column in columns(OutcomeRow)
    }
    return OutcomeRow(**(examples | {"source_id": "gandy-2022", "outcome": "pain"}))


@pytest.mark.parametrize("name", [column.name for column in SHOWN])
def test_what_was_filled_in_is_shown(evidence: Evidence, name: str) -> None:
    other = {"outcome": "anxiety", "timepoint": "follow-up", "source_id": "cd010152"}
    row, trial = filled(), evidence.trials["dear-2013"]
    less = replace(row, **{name: other.get(name, BLANK[name])})
    assert results_table(evidence, trial, [row]) != results_table(evidence, trial, [less])


def test_a_row_without_any_number_shows_none(evidence: Evidence) -> None:
    for kind in ("means", "medians", "events", "effect"):
        row = replace(a_row(), **NOTHING, format=kind, usable="no")
        assert arm_reported(row, "intervention") == effect_reported(row) == ""
        assert how_measured(row) == []
        table = results_table(evidence, evidence.trials["dear-2013"], [row])
        assert "nan" not in table
        assert "None" not in table


def test_an_arm_is_worded_by_what_it_has() -> None:
    blank = replace(a_row(), **NOTHING)
    means = replace(blank, n_control=30.0, mean_control=-4.99, sd_control=1.663)
    assert arm_reported(means, "control") == "n 30, mean −4.99, SD 1.66"
    medians = replace(blank, n_control=48.0, median_control=4.0, q1_control=2.0, q3_control=5.0)
    assert arm_reported(medians, "control") == "n 48, median 4.00, quartiles 2.00 to 5.00"
    limits = {"mean_ci_low_control": 3.59, "mean_ci_high_control": 4.61, "effect_level": 90.0}
    interval = replace(blank, **limits)
    assert arm_reported(interval, "control") == "90% interval of the mean 3.59 to 4.61"
    assert arm_reported(replace(blank, total_control=25.0), "control") == "not seen of 25"
    assert arm_reported(replace(blank, events_control=2.5), "control") == "2.5 of not seen"


def test_an_effect_is_worded_by_what_it_has() -> None:
    row = a_reported_row(-0.38, effect_ci_low=-0.84, effect_ci_high=0.08, effect_level=99.0)
    said = "SMD −0.38 (99% −0.84 to 0.08); negative favours the intervention"
    assert effect_reported(row) == said
    ratio = a_reported_row(0.69, effect_measure="RR", effect_scale="log", effect_se=0.27)
    assert effect_reported(ratio).startswith("log RR 0.69, SE 0.270;")
    tested = a_reported_row(-0.8, effect_p=0.0004, effect_t=-2.52, n_total=117.0)
    assert effect_reported(tested).startswith("SMD −0.80, t −2.52, p 0.0004, n of both arms 117;")
    one = a_reported_row(-0.4, effect_sides="one", effect_ci_high=-0.02)
    assert "(one-sided −∞ to −0.02)" in effect_reported(one)
