"""Few false findings in a clean simulated review; errors planted in it are found."""

from __future__ import annotations

import pytest

from analysis.evidence.integrity import Finding, findings
from analysis.evidence.rows import Evidence
from tests.evidence.checked import with_rules
from tests.evidence.simulated_review import ERRORS, OUTCOMES, clean_review, plant

TRIALS, SEED = 200, 2013
# Least share that must be suspect. What is left of swapped arms, wrong signs and inflated effects
# looks like a true effect of the opposite or of a large size, what is left of baselines that
# stand for the end like a small imbalance; no arithmetic tells them apart.
LEAST_FOUND = {
    "SE for SD": 0.98,
    "effect made from SEs": 0.6,
    "swapped arms": 0.35,
    "wrong sign": 0.7,
    "shifted mean or SD": 0.95,
    "shifted effect": 0.5,
    "n doubled": 0.8,
    "baseline for end": 0.15,
    "shifted row": 0.5,
}


@pytest.fixture(scope="module")
def review(evidence: Evidence) -> Evidence:
    return with_rules(clean_review(evidence, TRIALS, SEED))


def suspects(review: Evidence) -> tuple[Finding, ...]:
    return tuple(finding for finding in findings(review) if finding.severity == "suspect")


def test_the_simulated_review_looks_like_a_review(review: Evidence) -> None:
    assert len(review.trials) == TRIALS
    assert {row.outcome for row in review.outcomes} == set(OUTCOMES)
    assert {row.timepoint for row in review.outcomes} == {"post", "follow-up"}
    assert {row.format for row in review.outcomes} == {"means", "effect"}
    sizes = [row.n_control for row in review.outcomes if row.n_control is not None]
    assert min(sizes) >= 20
    assert max(sizes) > 150


def test_at_most_one_per_cent_of_clean_trials_are_suspect(review: Evidence) -> None:
    false = {finding.study_id for finding in suspects(review)}
    assert len(false) <= 0.01 * TRIALS


def test_every_planted_error_is_one(review: Evidence) -> None:
    before = {row.row_id: row for row in review.outcomes}
    for error in ERRORS.values():
        planted, wrong = plant(review, error, SEED)
        changed = {row.row_id for row in planted.outcomes if row != before[row.row_id]}
        assert changed == set(wrong)
        assert len(wrong) == 0.1 * TRIALS


@pytest.mark.parametrize("kind", LEAST_FOUND)
def test_planted_errors_are_found(
    review: Evidence, kind: str, capsys: pytest.CaptureFixture[str]
) -> None:
    found = planted = 0
    for seed in range(3):
        wrong_review, wrong = plant(review, ERRORS[kind], SEED + seed)
        caught = {row_id for finding in suspects(wrong_review) for row_id in finding.row_ids}
        found, planted = found + len(caught & set(wrong)), planted + len(wrong)
    with capsys.disabled():
        print(f"\n{kind}: {found} of {planted} found", end=" ")
    assert found >= LEAST_FOUND[kind] * planted
