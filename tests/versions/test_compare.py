"""Old against new: which trials came, which way the estimate moved, whether the conclusion did."""

from __future__ import annotations

import math
from collections.abc import Mapping
from itertools import pairwise

import pytest

from analysis.statistics.estimates import PooledEffect
from analysis.statistics.pooling import single_study
from analysis.synthesis.certainty import Unassessed
from analysis.synthesis.comparisons import TrialSet
from analysis.synthesis.question_result import Synthesis
from analysis.versions.compare import compare, conclusion_rules, kind_of_version
from analysis.versions.state import QuestionState, certainty_text, state_of

IMPORTANT = 0.2


def estimate(low: float, high: float) -> PooledEffect:
    """A result with that 95% interval."""
    return single_study((low + high) / 2, ((high - low) / (2 * 1.959963984540054)) ** 2)


@pytest.mark.parametrize(
    ("before", "now", "rules"),
    [
        ((-0.6, -0.3), (-0.55, -0.25), ()),
        ((-0.1, 0.15), (-0.15, 0.1), ("the direction changed",)),
        ((-0.1, 0.05), (-0.15, -0.01), ("the interval now excludes no difference",)),
        ((-0.15, -0.01), (-0.1, 0.05), ("the interval now includes no difference",)),
        ((-0.5, -0.1), (-0.5, -0.25),
         ("the interval now excludes the smallest important difference",)),
        ((-0.15, -0.05), (-0.3, -0.05),
         ("the interval now includes the smallest important difference",)),
        ((-0.5, -0.3), (0.3, 0.5), ("the direction changed",)),
        ((-0.5, 0.4), (0.3, 0.9),
         ("the direction changed", "the interval now excludes no difference",
          "the interval now excludes the smallest important difference")),
    ],
)  # fmt: skip
def test_what_changes_a_conclusion(
    before: tuple[float, float], now: tuple[float, float], rules: tuple[str, ...]
) -> None:
    assert conclusion_rules(estimate(*before), estimate(*now), IMPORTANT) == rules


def test_without_a_smallest_important_difference_it_is_not_asked() -> None:
    assert conclusion_rules(estimate(-0.5, -0.1), estimate(-0.5, -0.25), None) == ()


def test_a_first_estimate_is_a_change_a_lost_one_too_and_none_twice_is_not() -> None:
    some = estimate(-0.5, -0.1)
    assert conclusion_rules(None, some, IMPORTANT) == ("there was no estimate before",)
    assert conclusion_rules(some, None, IMPORTANT) == ("there is none any more",)
    assert conclusion_rules(None, None, IMPORTANT) == ()


@pytest.fixture(scope="module")
def now(syntheses: Mapping[str, Synthesis]) -> dict[str, QuestionState]:
    return {key: state_of(synthesis) for key, synthesis in syntheses.items()}


def without(states: dict[str, QuestionState], key: str, study_id: str) -> dict[str, QuestionState]:
    """The states as they were before one trial came to one question."""
    state = states[key]
    trials = tuple(trial for trial in state.trials if trial.study_id != study_id)
    assert len(trials) == len(state.trials) - 1
    return {**states, key: state.model_copy(update={"trials": trials, "k": state.k - 1})}


def test_the_same_twice_is_no_new_evidence(now: dict[str, QuestionState]) -> None:
    changes = compare(now, now)
    assert [change.state.question.key for change in changes] == list(now)
    assert not any(change.anything or change.rules or change.new_trials for change in changes)
    assert kind_of_version(changes, {}) == "no new evidence"


def test_a_trial_that_came_is_named_in_its_cell_only(now: dict[str, QuestionState]) -> None:
    key = "non-headache.disability.post"
    changes = compare(without(now, key, "gendreau-2024"), now)
    named = {
        change.state.question.key: change.new_trials for change in changes if change.new_trials
    }
    assert named == {key: ("Gendreau 2024",)}
    assert kind_of_version(changes, {}) == "new evidence, conclusions unchanged"


def test_a_trial_that_left_is_named_too(now: dict[str, QuestionState]) -> None:
    key = "non-headache.pain.post"
    gone = now[key].trials[0]
    changes = compare(now, without(now, key, gone.study_id))
    (change,) = [change for change in changes if change.lost_trials]
    assert change.lost_trials == (gone.label,)


def test_a_suspect_trial_is_not_counted_as_evidence(now: dict[str, QuestionState]) -> None:
    """Chiauzzi 2010 at follow-up is shown and not pooled: its coming changes no estimate."""
    key = "non-headache.pain.follow-up"
    state = now[key]
    trials = tuple(trial for trial in state.trials if trial.study_id != "chiauzzi-2010")
    before = {**now, key: state.model_copy(update={"trials": trials})}
    assert not any(change.new_trials for change in compare(before, now))


def test_a_corrected_effect_is_a_moved_trial(now: dict[str, QuestionState]) -> None:
    key = "non-headache.pain.post"
    first, *others = now[key].trials
    moved = first.model_copy(update={"effect": first.effect + 0.1})
    before = {**now, key: now[key].model_copy(update={"trials": (moved, *others)})}
    (change,) = [change for change in compare(before, now) if change.moved_trials]
    assert (change.state.question.key, change.moved_trials) == (key, (first.label,))


@pytest.mark.parametrize(
    ("before", "now", "direction"),
    [
        ((-0.5, -0.1), (-0.6, -0.2), "lower"),
        ((-0.5, -0.1), (-0.4, 0.0), "higher"),
        ((-0.5, -0.1), (-0.504, -0.1), "same"),
        ((-0.508, -0.1), (-0.512, -0.1), "lower"),
        (None, (-0.4, 0.0), "new"),
        ((-0.4, 0.0), None, "gone"),
        (None, None, "none"),
    ],
)  # fmt: skip
def test_the_direction_of_an_estimate(
    syntheses: Mapping[str, Synthesis],
    before: tuple[float, float] | None,
    now: tuple[float, float] | None,
    direction: str,
) -> None:
    state = state_of(syntheses["non-headache.pain.post"])
    states = [
        {"x": state.model_copy(update={"primary": estimate(*interval) if interval else None})}
        for interval in (before, now)
    ]
    (change,) = compare(*states)
    assert change.direction == direction


def test_the_baseline_trials_are_pooled_as_in_2014(
    syntheses: Mapping[str, Synthesis],
) -> None:
    """The baseline trials by the methods of 2014 are DerSimonian-Laird with Wald intervals."""
    for synthesis in syntheses.values():
        then = synthesis.comparison(TrialSet.AS_BASELINE)
        if then.pooled is not None and then.k > 1:
            assert then.pooled.model == "dersimonian-laird"
            assert then.pooled.interval.method == "wald"
        baseline = {study.study_id for study in synthesis.studies if study.in_baseline_review}
        assert set(then.study_ids) == baseline


def test_estimates_move_continuously_with_the_interval() -> None:
    """No rule fires for a shift too small to print; each of them fires once along the way."""
    results = [estimate(centre - 0.15, centre + 0.15) for centre in
               (x / 1000 for x in range(-500, 501, 5))]  # fmt: skip
    fired = [rule for a, b in pairwise(results) for rule in conclusion_rules(a, b, IMPORTANT)]
    assert sorted(fired) == sorted([
        "the interval now includes the smallest important difference",
        "the interval now includes no difference",
        "the interval now excludes the smallest important difference",
        "the interval now excludes no difference",
    ])  # fmt: skip
    assert math.isclose(results[0].estimate, -0.5)


def test_a_provisional_rating_is_one_in_a_version_too(syntheses: Mapping[str, Synthesis]) -> None:
    """A release from before there were provisional ratings is read as it was said."""
    found = syntheses["headache.pain.post"]
    assert found.certainty is not None
    provisional = found.certainty.model_copy(
        update={"provisional": Unassessed(trials=1, weight=100.0)}
    )
    now = state_of(found.model_copy(update={"certainty": provisional}))
    assert certainty_text(now) == "very low (provisional)"
    old = now.model_dump(mode="json")
    del old["provisional"]
    before = QuestionState.model_validate(old)
    assert (before.provisional, certainty_text(before)) == (False, "very low")
    (change,) = compare({"headache.pain.post": before}, {"headache.pain.post": now})
    assert change.anything
    assert not change.rules
