"""The rule on arm sizes: n of the row, else analysed, else randomised; under 20 is out."""

from __future__ import annotations

import pytest

from analysis.evidence.eligibility import arm_sizes, too_small
from analysis.evidence.rows import Evidence
from analysis.evidence.selection import select
from tests.evidence.rows import a_reported_row, a_row, a_trial


@pytest.mark.parametrize(
    ("row", "analysed", "expected"),
    [
        # The row's own sizes come first, whatever the trial says.
        ((30.0, 25.0), 40.0, (30, 25, 55, "row")),
        ((None, None), 150.0, (None, None, 150, "analysed")),
        ((None, None), None, (100, 100, 200, "randomised")),
        # One arm alone is not an answer.
        ((30.0, None), 150.0, (None, None, 150, "analysed")),
    ],
)
def test_sizes_are_read_in_the_protocols_order(
    evidence: Evidence,
    row: tuple[float | None, float | None],
    analysed: float | None,
    expected: tuple[int | None, int | None, int, str],
) -> None:
    made = a_reported_row(-0.2, n_intervention=row[0], n_control=row[1], effect_se=0.1)
    found = arm_sizes(evidence.protocol, a_trial(evidence, n_analysed_total=analysed), [made])
    assert (found.intervention, found.control, found.total, found.read_from) == expected


def test_a_trial_without_any_size_is_not_judged(evidence: Evidence) -> None:
    unknown = a_trial(
        evidence,
        n_randomised_intervention=None,
        n_randomised_control=None,
        n_randomised_total=None,
    )
    row = a_reported_row(-0.2, effect_se=0.1)
    assert arm_sizes(evidence.protocol, unknown, [row]).total is None
    assert too_small(evidence.protocol, unknown, row) is None


def test_events_are_counted_by_their_totals(evidence: Evidence) -> None:
    row = a_row(format="events", n_intervention=None, n_control=None,
                events_intervention=5.0, total_intervention=19.0,
                events_control=3.0, total_control=40.0)  # fmt: skip
    reason = too_small(evidence.protocol, a_trial(evidence), row)
    assert reason is not None
    assert "19 intervention, 40 control" in reason


@pytest.mark.parametrize(("smaller", "out"), [(19.0, True), (20.0, False)])
def test_the_limit_is_twenty_in_either_arm(evidence: Evidence, smaller: float, out: bool) -> None:
    assert evidence.protocol.eligibility.minimum_arm_size == 20
    for sizes in ({"n_control": smaller}, {"n_intervention": smaller}):
        reason = too_small(evidence.protocol, a_trial(evidence), a_row(**sizes))
        assert (reason is not None) is out


@pytest.mark.parametrize(("total", "out"), [(39.0, True), (40.0, False)])
def test_a_total_under_two_arms_of_twenty_hides_a_small_arm(
    evidence: Evidence, total: float, out: bool
) -> None:
    trial = a_trial(evidence, n_analysed_total=total)
    reason = too_small(evidence.protocol, trial, a_reported_row(-0.2, effect_se=0.1))
    assert (reason is not None) is out


@pytest.mark.parametrize(
    ("row_id", "says"),
    [
        # Included by its status, 60 randomised, but 38 analysed.
        ("knoerl-2018.disability.post.1", "38 analysed in both arms together"),
        ("menga-2014.disability.post.1", "17 intervention, 27 control"),
        ("nhu-2024.depression.post.1", "17 intervention, 18 control"),
    ],
)
def test_the_small_trials_of_the_review(evidence: Evidence, row_id: str, says: str) -> None:
    row = next(row for row in evidence.outcomes if row.row_id == row_id)
    reason = too_small(evidence.protocol, evidence.trials[row.study_id], row)
    assert reason is not None
    assert says in reason


def test_knoerl_is_out_by_the_rule_where_its_status_says_included(evidence: Evidence) -> None:
    assert evidence.trials["knoerl-2018"].status == "included"
    question = evidence.protocol.question("non-headache", "disability", "post")
    selection = select(evidence, question)
    assert all(rows[0].study_id != "knoerl-2018" for rows in selection.chosen)
    (aside,) = [aside for aside in selection.set_aside if aside.study_id == "knoerl-2018"]
    assert aside.rule == "arm size"
    assert "38" in aside.reason


def test_excluded_trials_are_set_aside_with_the_reason_of_their_status(evidence: Evidence) -> None:
    question = evidence.protocol.question("non-headache", "disability", "post")
    asides = {a.study_id: a for a in select(evidence, question).set_aside}
    for study_id in ("menga-2014", "nhu-2024"):
        assert asides[study_id].rule == "trial excluded"
        assert asides[study_id].reason == evidence.trials[study_id].reason


def test_parts_of_a_split_control_group_were_one_group_at_extraction(evidence: Evidence) -> None:
    """Therapy 30 and 29, control 14 and 13: each part is under 20, the group of 27 is not."""
    rows = [
        a_row(contrast=name, n_intervention=therapy, n_control=control)
        for name, therapy, control in (("a", 30.0, 14.0), ("b", 29.0, 13.0))
    ]
    trial = a_trial(evidence)
    assert "14 control" in (too_small(evidence.protocol, trial, rows[0]) or "")
    assert too_small(evidence.protocol, trial, rows[0], rows, "split") is None
    assert arm_sizes(evidence.protocol, trial, rows, "split").control == 27
