"""From rows to a synthesis: against metafor, at k = 0 and k = 1, and what is kept out."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace

import pytest
from scipy.stats import t

from analysis.evidence.chosen_rows import chosen_rows
from analysis.evidence.rows import Evidence
from analysis.protocol import Question
from analysis.protocol_rules import SynthesisRules
from analysis.statistics.estimates import PooledEffect
from analysis.synthesis.comparisons import TrialSet
from analysis.synthesis.interval_rule import pool_by_protocol
from analysis.synthesis.next_evidence import NextEvidence
from analysis.synthesis.question_result import Synthesis
from analysis.synthesis.sensitivity import SensitivityAnalyses
from analysis.synthesis.study_effect import StudyEffect
from analysis.synthesis.synthesise import synthesise
from tests.evidence.rows import a_row, a_trial, with_rows
from tests.synthesis import reference
from tests.synthesis.present_rules import with_present_rules
from tests.synthesis.reference import Numbers
from tests.validation.metafor.reference import missing

# metafor and we reach REML's maximum by different searches; both are far below this.
SAME = {"rel": 1e-6, "abs": 1e-8}


@pytest.fixture(scope="module")
def disability(syntheses: Mapping[str, Synthesis]) -> Synthesis:
    """Non-headache, disability, after treatment: the largest question of the review."""
    return syntheses[".".join(reference.CELL)]


@pytest.fixture(scope="module")
def live(evidence: Evidence, disability: Synthesis) -> Numbers:
    if lacking := missing():
        pytest.skip(f"{lacking}: compared with the pinned numbers only")
    return reference.live(evidence, reference.chosen_rows(disability))


@pytest.fixture(scope="module")
def pinned() -> Numbers:
    return reference.read_numbers(reference.PINNED)


def assert_same(found: float | None, expected: float) -> None:
    assert found is not None
    assert found == pytest.approx(expected, **SAME)


def model_of(synthesis: Synthesis, model: str, interval: str) -> PooledEffect:
    (found,) = [
        pooled
        for pooled in synthesis.models
        if (pooled.model, pooled.interval.method) == (model, interval)
    ]
    return found


def assert_pools_like(numbers: Numbers, synthesis: Synthesis) -> None:
    for item, model in (("REML", "reml"), ("DL", "dersimonian-laird"), ("FE", "common")):
        pooled = model_of(synthesis, model, "wald")
        assert_same(pooled.estimate, numbers[item, "estimate"])
        assert_same(pooled.se, numbers[item, "se"])
        assert_same(pooled.interval.low, numbers[item, "low"])
        assert_same(pooled.interval.high, numbers[item, "high"])
        assert pooled.heterogeneity is not None
        assert_same(pooled.heterogeneity.q, numbers[item, "q"])
        if model != "common":
            assert_same(pooled.heterogeneity.tau2, numbers[item, "tau2"])
            assert_same(pooled.heterogeneity.i2, numbers[item, "i2"])


def test_effects_equal_those_computed_in_r(live: Numbers, disability: Synthesis) -> None:
    assert disability.k > 15
    for study in disability.pooled_studies:
        assert_same(study.effect, live[study.study_id, "effect"])
        assert_same(study.variance, live[study.study_id, "variance"])
        assert_same(study.weight, live[study.study_id, "weight"])


def test_models_equal_metafors(live: Numbers, disability: Synthesis) -> None:
    assert_pools_like(live, disability)


def test_the_primary_analysis_equals_metafors(live: Numbers, disability: Synthesis) -> None:
    """REML with Hartung-Knapp, prediction interval t(k - 2), Q-profile limits of tau2 and I2."""
    primary = disability.primary
    assert primary is not None and primary.heterogeneity is not None
    assert primary.prediction is not None and primary.heterogeneity.tau2_interval is not None
    assert (primary.model, primary.interval.method) == ("reml", "hartung-knapp")
    found = {
        "se": primary.se, "low": primary.interval.low, "high": primary.interval.high,
        "p": primary.p, "prediction_low": primary.prediction.low,
        "prediction_high": primary.prediction.high,
    }  # fmt: skip
    for quantity, value in found.items():
        assert_same(value, live["REML knha", quantity])
    assert primary.heterogeneity.i2_interval is not None
    for quantity, interval in (("tau2", primary.heterogeneity.tau2_interval),
                               ("i2", primary.heterogeneity.i2_interval)):  # fmt: skip
        assert_same(interval.low, live["REML knha", f"{quantity}_low"])
        assert_same(interval.high, live["REML knha", f"{quantity}_high"])


def test_the_present_rule_is_metafors_with_its_scale_floored_by_hand(
    evidence: Evidence, live: Numbers, disability: Synthesis
) -> None:
    """metafor 3.8 has no test by that name: the larger of its two standard errors, on t(k - 1)."""
    rules = with_present_rules(evidence).protocol.synthesis
    pooled = pool_by_protocol(rules, disability.pooled_studies)
    assert pooled is not None and pooled.interval.low is not None and pooled.prediction is not None
    se = max(live["REML", "se"], live["REML knha", "se"])
    assert_same(pooled.se, se)
    assert_same(pooled.interval.low, live["REML", "estimate"] - t.ppf(0.975, pooled.k - 1) * se)
    spread = math.sqrt(live["REML", "tau2"] + se**2)
    predicted = live["REML", "estimate"] - t.ppf(0.975, pooled.k - 2) * spread
    assert_same(pooled.prediction.low, predicted)


def test_effects_of_the_pinned_rows_are_what_r_made_of_them(
    evidence: Evidence, pinned: Numbers
) -> None:
    """Without R: a trial whose rows are still chosen has the effect pinned for it."""
    rows = reference.read_rows(reference.PINNED_ROWS)
    question = evidence.protocol.question(*reference.CELL)
    now = {
        trial.study_id: trial
        for trial in chosen_rows(evidence, question).trials
        if rows.get(trial.study_id) == tuple(row.row_id for row in trial.rows)
    }
    assert len(now) > 15, "write the reference again: ./review -m tests.synthesis.reference"
    for study_id, trial in now.items():
        assert_same(trial.effect.effect, pinned[study_id, "effect"])
        assert_same(trial.effect.variance, pinned[study_id, "variance"])


def test_pinned_effects_pool_as_metafor_pooled_them(
    evidence: Evidence, disability: Synthesis, pinned: Numbers
) -> None:
    """Without R, and whatever trials came since: the pinned effects give the pinned result."""
    trials = reference.read_rows(reference.PINNED_ROWS)
    like = disability.studies[0]
    studies = [
        like.model_copy(update={"study_id": study_id, "effect": pinned[study_id, "effect"],
                                "variance": pinned[study_id, "variance"]})
        for study_id in trials
    ]  # fmt: skip
    primary = pool_by_protocol(evidence.protocol.synthesis, studies)
    assert primary is not None and primary.heterogeneity is not None
    assert_same(primary.estimate, pinned["REML", "estimate"])
    assert_same(primary.heterogeneity.tau2, pinned["REML", "tau2"])
    assert_same(primary.interval.low, pinned["REML knha", "low"])
    assert_same(primary.interval.high, pinned["REML knha", "high"])


def test_what_is_answered_without_depth_is_the_same(
    evidence: Evidence, disability: Synthesis
) -> None:
    asked, whole = Question(**disability.question.model_dump()), disability
    small = whole.sensitivity.small_study
    assert small and small.asymmetry and whole.models and whole.next_evidence.trials
    assert synthesise(evidence, asked, in_depth=False) == whole.model_copy(
        update={
            "models": (),
            "sensitivity": SensitivityAnalyses(),
            "next_evidence": NextEvidence(),
        }
    )


def test_no_trial_means_no_estimate(syntheses: Mapping[str, Synthesis]) -> None:
    empty = [synthesis for synthesis in syntheses.values() if not synthesis.studies]
    assert empty
    for synthesis in empty:
        assert (synthesis.k, synthesis.n_total, synthesis.primary) == (0, None, None)
        assert synthesis.models == ()
        assert all(comparison.pooled is None for comparison in synthesis.comparisons)
        assert "no trial gives numbers that can be used yet" in synthesis.sentences.headline


def test_a_single_trial_is_its_own_result(syntheses: Mapping[str, Synthesis]) -> None:
    single = [synthesis for synthesis in syntheses.values() if synthesis.k == 1]
    assert single
    for synthesis in single:
        (study,), primary = synthesis.pooled_studies, synthesis.primary
        assert primary is not None
        assert primary.model == "single study"
        assert primary.heterogeneity is None and primary.prediction is None
        assert (primary.estimate, primary.se) == pytest.approx((study.effect, study.se))
        assert (primary.interval.low, primary.interval.high) == pytest.approx(
            (study.ci_low, study.ci_high)
        )
        assert synthesis.models == ()


@pytest.mark.parametrize(
    ("effects", "method"),
    [
        ([-0.5, -0.1], "wald"),
        ([-0.3, -0.3001, -0.2999], "wald"),
        ([-0.9, -0.1, 0.4], "hartung-knapp"),
    ],
    ids=["two trials", "three alike", "three apart"],
)
def test_the_interval_follows_the_protocols_rule(
    evidence: Evidence, disability: Synthesis, effects: list[float], method: str
) -> None:
    """Hartung-Knapp from three trials on and with heterogeneity; Wald otherwise."""
    rules = evidence.protocol.synthesis
    assert rules.interval.method == "hartung-knapp"
    assert (rules.interval.minimum_k, rules.interval.needs_heterogeneity) == (3, True)
    like = disability.studies[0]
    studies = [like.model_copy(update={"effect": e, "variance": 0.01}) for e in effects]
    pooled = pool_by_protocol(rules, studies)
    assert pooled is not None
    assert pooled.interval.method == method


def pooled_of(rules: SynthesisRules, studies: tuple[StudyEffect, ...]) -> float:
    pooled = pool_by_protocol(rules, studies)
    assert pooled is not None
    return pooled.estimate


def test_suspect_trials_are_shown_and_not_pooled(
    evidence: Evidence, syntheses: Mapping[str, Synthesis]
) -> None:
    synthesis = syntheses["non-headache.pain.follow-up"]
    (suspect,) = [study for study in synthesis.studies if study.suspect]
    assert suspect.study_id == "chiauzzi-2010"
    assert suspect.weight is None
    assert synthesis.k == len(synthesis.studies) - 1
    assert synthesis.primary is not None
    rules = evidence.protocol.synthesis
    assert synthesis.primary.estimate == pooled_of(rules, synthesis.pooled_studies)
    with_it = synthesis.comparison(TrialSet.WITH_SUSPECT)
    assert with_it.pooled is not None and with_it.k == len(synthesis.studies)
    assert with_it.pooled.estimate == pooled_of(rules, synthesis.studies)
    assert with_it.pooled.estimate < synthesis.primary.estimate - 0.2


def test_weights_add_up_and_counts_agree(syntheses: Mapping[str, Synthesis]) -> None:
    for synthesis in syntheses.values():
        pooled = synthesis.pooled_studies
        assert synthesis.k == len(pooled)
        if pooled:
            assert math.fsum(study.weight or 0 for study in pooled) == pytest.approx(100)
            known = [study.n_total for study in pooled if study.n_total is not None]
            assert synthesis.n_total == (sum(known) if known else None)
            assert synthesis.n_unknown == len(pooled) - len(known)


def test_comparisons_split_the_trials(syntheses: Mapping[str, Synthesis]) -> None:
    for synthesis in syntheses.values():
        pooled = {study.study_id for study in synthesis.pooled_studies}
        for one, other in ((TrialSet.BASELINE, TrialSet.LATER),
                           (TrialSet.INACTIVE, TrialSet.ACTIVE)):  # fmt: skip
            first = set(synthesis.comparison(one).study_ids)
            second = set(synthesis.comparison(other).study_ids)
            assert first | second == pooled
            assert not first & second


def test_published_estimates_point_the_same_way_as_ours(
    syntheses: Mapping[str, Synthesis],
) -> None:
    """Gandy 2022 prints benefits as positive, the 2014 review as negative or above 1."""
    disability = syntheses["non-headache.disability.post"].published
    by_review = {published.review: published for published in disability}
    assert by_review["cd010152"].estimate == -0.5
    gandy = by_review["gandy-2022"]
    assert (gandy.estimate, gandy.ci_low, gandy.ci_high) == (-0.28, -0.35, -0.21)
    ratio, other = syntheses["headache.pain.post"].published
    assert (ratio.is_comparable, ratio.is_baseline) == (True, True)
    # Gandy 2022 pooled standardised differences of all conditions: beside, never the same.
    assert (other.is_comparable, other.is_baseline) == (False, False)
    assert other.as_printed == "SMD 0.27 (0.21 to 0.33), where above zero favours therapy"
    assert ratio.estimate == pytest.approx(-math.log(7.28))
    assert ratio.ci_low < ratio.estimate < ratio.ci_high < 0


def test_a_row_that_gives_no_effect_is_set_aside_with_the_arithmetic(evidence: Evidence) -> None:
    nobody = a_row(format="events", higher_is="better", events_intervention=0.0,
                   total_intervention=50.0, events_control=0.0, total_control=50.0)  # fmt: skip
    trial = a_trial(evidence, condition="headache")
    question = evidence.protocol.question("headache", "pain", "post")
    synthesis = synthesise(with_rows(evidence, [nobody], trial), question)
    assert synthesis.k == 0
    (aside,) = synthesis.set_aside
    assert aside.rule == "not estimable"
    assert aside.row_id == nobody.row_id
    assert aside.reason.startswith("nobody in either arm had the event")


def test_a_participant_of_a_shared_control_group_counts_once(evidence: Evidence) -> None:
    rows = [a_row(contrast="a", row_id="made.1"), a_row(contrast="b", row_id="made.2")]
    question = evidence.protocol.question("non-headache", "pain", "post")
    synthesis = synthesise(with_rows(evidence, rows, a_trial(evidence)), question)
    assert synthesis.n_total == 150


def test_there_is_no_prediction_interval_below_the_protocols_minimum(evidence: Evidence) -> None:
    """Anxiety after treatment has three trials: one more is asked for, and none is given."""
    question = evidence.protocol.question("non-headache", "anxiety", "post")
    before = synthesise(evidence, question)
    assert before.k == evidence.protocol.synthesis.prediction_minimum_k == 3
    assert before.primary is not None
    assert before.primary.prediction is not None
    rules = evidence.protocol.synthesis.model_copy(update={"prediction_minimum_k": 4})
    protocol = evidence.protocol.model_copy(update={"synthesis": rules})
    after = synthesise(replace(evidence, protocol=protocol), question)
    assert after.primary is not None
    pooled = (after.primary, *after.models, *after.sensitivity.estimators)
    assert all(found.prediction is None for found in pooled)
    assert after.primary.interval == before.primary.interval
    assert "in a new setting" in before.sentences.headline
    assert "in a new setting" not in after.sentences.headline
