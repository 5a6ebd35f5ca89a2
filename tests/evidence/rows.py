"""Small evidence made from the project's own: a trial and its rows with some fields changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from analysis.evidence.rows import Evidence, OutcomeRow, Trial
from analysis.files.columns import columns

BLANK: dict[str, Any] = {
    column.name: None if column.is_number else "" for column in columns(OutcomeRow)
}


def a_trial(evidence: Evidence, **changes: Any) -> Trial:
    """An included trial of non-headache pain with 100 randomised to each arm."""
    trial = evidence.trials["simister-2018"]
    sizes = {"n_randomised_intervention": 100.0, "n_randomised_control": 100.0,
             "n_randomised_total": 200.0, "n_analysed_total": None}  # fmt: skip
    return replace(trial, **({"study_id": "made-2020"} | sizes | changes))


def a_row(**changes: Any) -> OutcomeRow:
    """A usable row of pain after treatment: two arms of 50, g of about -0.4."""
    usual = {
        "row_id": "made-2020.pain.post.1", "study_id": "made-2020", "outcome": "pain",
        "instrument": "NRS", "higher_is": "worse", "timepoint": "post", "format": "means",
        "n_intervention": 50.0, "mean_intervention": 4.0, "sd_intervention": 2.0,
        "n_control": 50.0, "mean_control": 4.8, "sd_control": 2.0,
        "usable": "yes", "source_id": "gandy-2022", "verified": "no",
    }  # fmt: skip
    return OutcomeRow(**(BLANK | usual | changes))


def a_reported_row(effect: float, **changes: Any) -> OutcomeRow:
    """A row that gives an effect only; favours the intervention when negative."""
    usual = {"format": "effect", "effect_measure": "SMD", "effect": effect,
             "effect_favours_intervention_when": "negative",
             "n_intervention": None, "mean_intervention": None, "sd_intervention": None,
             "n_control": None, "mean_control": None, "sd_control": None}  # fmt: skip
    return a_row(**(usual | changes))


def with_rows(evidence: Evidence, rows: Sequence[OutcomeRow], trial: Trial) -> Evidence:
    """The evidence with one trial's rows instead of all."""
    return replace(evidence, trials={trial.study_id: trial}, outcomes=tuple(rows))


def corrected(evidence: Evidence, row_id: str, **changes: Any) -> Evidence:
    """The evidence with one row that says something else."""
    assert row_id in {row.row_id for row in evidence.outcomes}
    rows = (replace(r, **changes) if r.row_id == row_id else r for r in evidence.outcomes)
    return replace(evidence, outcomes=tuple(rows))
