"""What is known of harms and satisfaction: counted over every included trial, none twice."""

from __future__ import annotations

import dataclasses

import pytest

from analysis.evidence.rows import Evidence
from analysis.pages.acceptability_page import NOT_REPORTED, reporting, split, statements_table
from analysis.pages.trials_page import included

SUBJECTS = ("harms", "satisfaction", "attrition", "adherence", "participation")


@pytest.mark.parametrize("what", SUBJECTS)
def test_every_included_trial_is_in_one_of_three_groups(evidence: Evidence, what: str) -> None:
    groups = split(evidence, what)
    labels = [label for group in groups for label in group]
    assert sorted(labels) == sorted(trial.label for trial in included(evidence))


def test_a_trial_that_says_it_reports_nothing_is_told_from_one_not_seen(
    evidence: Evidence,
) -> None:
    reported, silent, unseen = split(evidence, "harms")
    assert "Gendreau 2024" in reported
    assert "Friesen 2017" in silent
    assert "Lorig 2008" in unseen


def test_one_statement_outweighs_another_source_that_saw_none(evidence: Evidence) -> None:
    row = next(row for row in evidence.acceptability if row.study_id == "friesen-2017")
    said = dataclasses.replace(row, what="harms", value="2", unit="events")
    both = dataclasses.replace(evidence, acceptability=(*evidence.acceptability, said))
    reported, silent, _ = split(both, "harms")
    assert "Friesen 2017" in reported
    assert "Friesen 2017" not in silent


def test_the_sentence_names_the_trials_that_do_not_report(evidence: Evidence) -> None:
    said = reporting(evidence, "harms")
    _, silent, unseen = split(evidence, "harms")
    assert f"For {len(unseen)} trials we have seen nothing" in said
    assert all(label in said for label in silent)


def test_excluded_trials_and_rows_that_only_say_no_are_not_in_the_table(
    evidence: Evidence,
) -> None:
    shown = statements_table(evidence, "harms", "Harms")
    assert "Gendreau 2024" in shown
    assert "Menga 2014" not in shown
    assert NOT_REPORTED not in shown
