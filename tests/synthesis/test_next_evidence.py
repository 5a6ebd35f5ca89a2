"""What would change an answer: the tipping effect is added, pooled again, and held against zero."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from analysis.evidence.load import load
from analysis.evidence.rows import Evidence
from analysis.protocol_rules import SynthesisRules
from analysis.synthesis.interval_rule import pool_by_rule
from analysis.synthesis.next_evidence import NextEvidence, NextTrial, variance_of_one
from analysis.synthesis.question_result import Synthesis
from analysis.synthesis.study_effect import Measure, effects_of
from analysis.synthesis.synthesise import synthesise, synthesise_all
from analysis.synthesis.wording.next_words import next_sentences
from tests.evidence.folder import LIVING
from tests.synthesis import every_measure

STEP = 1e-3
# None of them is among the effects that are looked at, and most are near no difference.
SHARES = (-29 / 37, -11 / 37, -3 / 37, -1 / 37, 2 / 37, 5 / 37, 17 / 37)
Asked = tuple[Synthesis, NextTrial, SynthesisRules]


@pytest.fixture(scope="module")
def living() -> Mapping[str, Synthesis]:
    return synthesise_all(load(LIVING))


@pytest.fixture(scope="module")
def asked(
    evidence: Evidence, syntheses: Mapping[str, Synthesis], living: Mapping[str, Synthesis]
) -> list[Asked]:
    """Every further trial of three reviews, which go by different rules of the interval."""
    in_hours, outlier = _with_an_outlier()
    reviews = (
        (evidence.protocol.synthesis, syntheses),
        (load(LIVING).protocol.synthesis, living),
        (in_hours.protocol.synthesis, {outlier.question.key: outlier}),
    )
    return [
        (synthesis, trial, rules)
        for rules, found in reviews
        for synthesis in found.values()
        for trial in synthesis.next_evidence.trials
    ]


def _with_an_outlier() -> tuple[Evidence, Synthesis]:
    """Differences in hours, one of them far from the others: ten times as far is looked.

    A narrow part of that range tips, with two of the effects that a sentence is held against.
    """
    evidence, _ = every_measure.reviewed(every_measure.Case("MD", False, "benefit"))
    first, *others = evidence.outcomes
    far = replace(first, mean_intervention=3.0)
    changed = replace(evidence, outcomes=(far, *others))
    return changed, synthesise(changed, every_measure.asked(changed))


def _excludes(synthesis: Synthesis, trial: NextTrial, effect: float, rules: SynthesisRules) -> bool:
    """Whether the interval excludes no difference once the trial has found this effect."""
    effects, variances = effects_of(synthesis.pooled_studies)
    of_one = variance_of_one(synthesis.pooled_studies)
    assert of_one
    pooled = pool_by_rule(
        rules,
        [*effects, effect],
        [*variances, of_one / trial.people],
        model=rules.primary_model,
    )
    low, high = pooled.interval.low, pooled.interval.high
    assert low is not None and high is not None
    return low > 0 or high < 0


def test_within_a_stretch_the_answer_is_another_and_beyond_both_ends_as_now(
    asked: list[Asked],
) -> None:
    ends = 0
    for synthesis, trial, rules in asked:
        now = bool(synthesis.next_evidence.excludes)
        for low, high in trial.tips:
            for end, inwards in ((low, STEP), (high, -STEP)):
                if end is not None:
                    ends += 1
                    assert _excludes(synthesis, trial, end + inwards, rules) is not now
                    assert _excludes(synthesis, trial, end - inwards, rules) is now
    assert ends > 3


def test_a_sentence_holds_for_every_effect_that_it_is_about(
    asked: list[Asked],
) -> None:
    steady = [trial for _, trial, _ in asked if not trial.tips]
    assert 0 < len(steady) < len(asked)
    for synthesis, trial, rules in asked:
        found = synthesis.next_evidence
        for share in SHARES:
            effect = found.range * share
            tipped = any(
                (low is None or low < effect) and (high is None or effect < high)
                for low, high in trial.tips
            )
            assert _excludes(synthesis, trial, effect, rules) is (tipped is not found.excludes), (
                synthesis.title,
                trial,
                effect,
            )


def test_a_stretch_is_said_with_both_its_ends_and_on_the_scale_that_is_printed() -> None:
    difference = Measure(name="SMD", label="standardised mean difference", ratio=False)
    ratio = Measure(
        name="RR", label="risk ratio", ratio=True, benefit_above=True, event="get better"
    )
    between = NextTrial(people=90, tips=((-0.21, -0.14), (0.5, None)))
    found = NextEvidence(excludes=False, trials=(between,), range=2.0)
    (said,) = next_sentences(difference, 3, 100, 0, found)
    assert said.endswith(
        "of −0.21 to −0.14, or of 0.50 or more (of all effects between −2.00 and 2.00)."
    )
    # On the analysis scale below zero is the benefit, which here is a ratio above 1.
    (said,) = next_sentences(ratio, 3, 100, 0, found)
    assert "a risk ratio of 0.61 or less, or of 1.15 to 1.23 (" in said


def test_one_trial_and_none_say_what_would_come_first(syntheses: Mapping[str, Synthesis]) -> None:
    for synthesis in syntheses.values():
        found = synthesis.next_evidence
        said = " ".join(next_sentences(synthesis.measure, synthesis.k, synthesis.n_total, 0, found))
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
        found, n, unknown = synthesis.next_evidence, synthesis.n_total, synthesis.n_unknown
        said = next_sentences(synthesis.measure, synthesis.k, n, unknown, found)[0]
        assert found.needed is not None
        if n is not None and n < found.needed:
            assert f"{found.needed - n:,} more than the {n:,} there are" in said
        elif n is not None:
            assert f"no more than the {n:,} there are" in said
            assert "certainty" not in said  # other rules on their number may lower it
        assert ("whose number we do not have" in said) is (n is not None and unknown > 0)
    assert any(s.n_unknown for s in asked)
