"""What the page on acceptability says: every included trial, none twice, no number untold."""

from __future__ import annotations

import dataclasses

from analysis.evidence.rows import Evidence
from analysis.pages.acceptability_page import comparisons_table, reporting, statements_table
from analysis.synthesis.acceptability import NOT_REPORTED, reported
from tests.synthesis.asked_about import counted_row


def test_the_sentence_names_the_trials_that_do_not_report(evidence: Evidence) -> None:
    said = reporting(evidence, "harms")
    found = reported(evidence, "harms")
    assert f"For {len(found.unseen)} trials we have seen nothing" in said
    assert all(trial.label in said for trial in found.silent)


def test_excluded_trials_and_rows_that_only_say_no_are_not_in_the_table(
    evidence: Evidence,
) -> None:
    shown = statements_table(evidence, "harms", "Harms")
    assert "Gendreau 2024" in shown
    assert "Menga 2014" not in shown
    assert NOT_REPORTED not in shown


def test_both_arms_stand_side_by_side_under_the_names_of_the_trial(evidence: Evidence) -> None:
    rows = (
        counted_row("friesen-2017", "intervention", arm="all <online> arms", percent=25.0),
        counted_row("friesen-2017", "control", percent=53.0),
    )
    shown = comparisons_table(dataclasses.replace(evidence, acceptability=rows), "harms", "Harms")
    assert "<td>25%<small> all &lt;online&gt; arms</small></td><td>53%</td>" in shown
    assert "counts not known" in shown


def test_where_no_trial_counts_both_arms_that_is_said(evidence: Evidence) -> None:
    rows = (counted_row("friesen-2017", "intervention", percent=25.0),)
    shown = comparisons_table(dataclasses.replace(evidence, acceptability=rows), "harms", "Harms")
    assert "No trial gives numbers of both arms about harms." in shown
