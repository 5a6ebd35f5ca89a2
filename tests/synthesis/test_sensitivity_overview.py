"""The variants of a question: what is gathered, what is left out, what counts as moving."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from analysis.statistics.estimates import Interval
from analysis.synthesis.comparisons import TrialSet
from analysis.synthesis.question_result import Synthesis
from analysis.synthesis.sensitivity_overview import (
    Family,
    Sensitivity,
    excludes_no_effect,
    sensitivity,
)

Results = Mapping[str, Synthesis]


def of(syntheses: Results, key: str) -> Sensitivity:
    found = sensitivity(syntheses[key])
    assert found is not None
    return found


def names(found: Sensitivity, family: Family) -> list[str]:
    return [variant.name for variant in found.variants if variant.family == family]


def test_a_question_without_two_pooled_trials_has_no_variants(syntheses: Results) -> None:
    for synthesis in syntheses.values():
        assert (sensitivity(synthesis) is None) == (synthesis.k < 2)


def test_every_estimator_is_there_and_the_primary_analysis_is_not(syntheses: Results) -> None:
    found = of(syntheses, "non-headache.disability.post")
    models = names(found, "models")
    assert len(models) == len(set(models))
    for estimator in (
        "DerSimonian-Laird", "REML", "maximum likelihood", "Paule-Mandel", "Hedges",
        "Sidik-Jonkman", "empirical Bayes", "Hunter-Schmidt",
    ):  # fmt: skip
        assert any(estimator in name for name in models), estimator
    assert found.primary.interval.method == "hartung-knapp"
    assert "random effects, REML; interval: Hartung-Knapp" not in models
    assert "random effects, REML; interval: Wald" in models


def test_every_trial_is_left_out_once(syntheses: Results) -> None:
    found = of(syntheses, "non-headache.depression.post")
    labels = [study.label for study in found.synthesis.pooled_studies]
    assert names(found, "leave one out") == [f"without {label}" for label in labels]
    assert {v.k for v in found.variants if v.family == "leave one out"} == {len(labels) - 1}


def test_a_set_that_leaves_nothing_out_is_no_variant(syntheses: Results) -> None:
    found = of(syntheses, "non-headache.pain.follow-up")
    everything = found.synthesis.comparison(TrialSet.INACTIVE)
    assert everything.k == found.synthesis.k
    assert everything.description not in names(found, "sets of trials")
    assert "trials with a suspect value included" in names(found, "sets of trials")


def test_nothing_rests_on_a_single_trial(syntheses: Results) -> None:
    for synthesis in syntheses.values():
        if found := sensitivity(synthesis):
            assert min(variant.k for variant in found.variants) >= 2
            assert all(spread.variants for spread in found.spreads)


def test_the_spread_is_that_of_the_published_result(syntheses: Results) -> None:
    found = of(syntheses, "headache.disability.post")
    spread = next(s for s in found.spreads if s.family == "leave one out")
    left_out = found.synthesis.sensitivity.leave_one_out
    assert spread.lowest.estimate == min(fit.estimate for fit in left_out)
    assert spread.highest.estimate == max(fit.estimate for fit in left_out)
    # Leaving out the one trial that favours therapy most turns the sign: Minen 2020.
    assert "without Minen 2020" in [variant.name for variant in found.turned]


@pytest.mark.parametrize(
    ("low", "high", "excludes"),
    [(-0.5, -0.1, True), (0.1, 0.5, True), (-0.5, 0.1, False), (-0.5, 0.0, False),
     (None, -0.1, True), (None, 0.1, False), (0.1, None, True), (None, None, False)],
)  # fmt: skip
def test_an_interval_excludes_no_effect_where_both_limits_are_on_one_side(
    low: float | None, high: float | None, excludes: bool
) -> None:
    assert excludes_no_effect(Interval(low, high, "wald")) is excludes
