"""What would change an answer: the tipping effect is added, pooled again, and held against zero."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from analysis.evidence.load import load
from analysis.evidence.rows import Evidence
from analysis.protocol_rules import SynthesisRules
from analysis.synthesis.interval_rule import pool_by_rule
from analysis.synthesis.next_evidence import NextTrial, variance_of_one
from analysis.synthesis.question_result import Synthesis
from analysis.synthesis.study_effect import effects_of
from analysis.synthesis.synthesise import synthesise_all
from analysis.synthesis.wording.next_words import next_sentences
from tests.evidence.folder import LIVING

STEP = 1e-3


@pytest.fixture(scope="module")
def rules(evidence: Evidence) -> SynthesisRules:
    return evidence.protocol.synthesis


@pytest.fixture(scope="module")
def living() -> Mapping[str, Synthesis]:
    return synthesise_all(load(LIVING))


@pytest.fixture(scope="module")
def tipped(syntheses: Mapping[str, Synthesis]) -> list[tuple[Synthesis, NextTrial]]:
    found = [
        (synthesis, trial)
        for synthesis in syntheses.values()
        for trial in synthesis.next_evidence.trials
        if trial.effect is not None
    ]
    assert found
    return found


def _near(synthesis: Synthesis, trial: NextTrial, effect: float, rules: SynthesisRules) -> float:
    """The limit next to no difference with the trial, on the side of the present estimate."""
    effects, variances = effects_of(synthesis.pooled_studies)
    of_one = variance_of_one(synthesis.pooled_studies)
    assert of_one and synthesis.concluded
    pooled = pool_by_rule(
        rules,
        [*effects, effect],
        [*variances, of_one / trial.people],
        model=rules.primary_model,
    )
    low, high = pooled.interval.low, pooled.interval.high
    assert low is not None and high is not None
    return high if synthesis.concluded.estimate < 0 else low


def test_on_one_side_of_it_the_answer_is_as_now_and_on_the_other_it_is_not(
    tipped: list[tuple[Synthesis, NextTrial]], rules: SynthesisRules
) -> None:
    for synthesis, trial in tipped:
        assert trial.effect is not None and synthesis.concluded
        found = synthesis.next_evidence
        side = -1 if synthesis.concluded.estimate < 0 else 1
        step = STEP if found.upwards else -STEP
        beyond = side * _near(synthesis, trial, trial.effect + step, rules) > 0
        before = side * _near(synthesis, trial, trial.effect - step, rules) > 0
        assert (before, beyond) == (found.excludes, not found.excludes), synthesis.title


def test_where_no_effect_is_named_none_in_the_range_tips_it(
    syntheses: Mapping[str, Synthesis], rules: SynthesisRules
) -> None:
    steady = [
        (synthesis, trial)
        for synthesis in syntheses.values()
        for trial in synthesis.next_evidence.trials
        if trial.effect is None
    ]
    assert steady
    for synthesis, trial in steady:
        assert synthesis.concluded
        found = synthesis.next_evidence
        side = -1 if synthesis.concluded.estimate < 0 else 1
        for share in range(-10, 11):
            effect = found.range * share / 10
            if found.excludes is (side * (effect - synthesis.concluded.estimate) > 0):
                continue  # away from where an answer could tip
            kept = side * _near(synthesis, trial, effect, rules) > 0
            assert kept is found.excludes, (synthesis.title, effect)


def test_one_trial_and_none_say_what_would_come_first(syntheses: Mapping[str, Synthesis]) -> None:
    for synthesis in syntheses.values():
        found = synthesis.next_evidence
        said = " ".join(next_sentences(synthesis.measure, synthesis.k, synthesis.n_total, found))
        if synthesis.k < 2:
            assert found.trials == ()
            assert ("first trial" if synthesis.k == 0 else "a second would show") in said
        else:
            assert "no difference" in said


def test_participants_that_are_missing_are_those_to_the_information_size(
    living: Mapping[str, Synthesis],
) -> None:
    asked = [s for s in living.values() if s.next_evidence.needed]
    assert asked
    for synthesis in asked:
        found, n = synthesis.next_evidence, synthesis.n_total
        said = next_sentences(synthesis.measure, synthesis.k, n, found)[0]
        assert found.needed is not None
        if n is not None and n < found.needed:
            assert f"{found.needed - n:,} more than the {n:,} there are" in said
        elif n is not None:
            assert "would not change this" in said
