"""GRADE: each rule at its boundary, on both sides, and what its sentence says there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from analysis.evidence.rows import Evidence
from analysis.evidence.trial_states import OutcomeInTrial, State
from analysis.protocol import Protocol
from analysis.protocol_rules import CertaintyRules
from analysis.statistics.estimates import Interval
from analysis.synthesis.grade.imprecision_rule import imprecision
from analysis.synthesis.grade.inconsistency_rule import inconsistency
from analysis.synthesis.grade.indirectness_rule import indirectness
from analysis.synthesis.grade.publication_bias_rule import publication_bias
from analysis.synthesis.grade.risk_of_bias_rule import risk_of_bias, unassessed
from analysis.synthesis.missing_results import MissingResults
from tests.synthesis.bodies import (
    FIRST_RULES,
    RR,
    RULES,
    a_body,
    a_pooled,
    a_study,
    assert_step,
    of_risk,
    regression,
)


@pytest.fixture
def protocol(evidence: Evidence) -> Protocol:
    return evidence.protocol.model_copy(update={"certainty": RULES})


@pytest.fixture
def first(evidence: Evidence) -> Protocol:
    return evidence.protocol.model_copy(update={"certainty": FIRST_RULES})


class TestRiskOfBias:
    @pytest.mark.parametrize(
        ("high", "levels", "said"),
        [
            (
                75.04,
                2,
                "75.04% of the weight comes from trials at high risk of bias: more than 75%",
            ),
            (
                75.0,
                1,
                "75.0% of the weight comes from trials at high risk of bias: more than 50% is at",
            ),
            (
                50.04,
                1,
                "50.04% of the weight comes from trials at high risk of bias: more than 50%",
            ),
            (50.0, 0, "50.0% of the weight comes from trials at high risk of bias: not more than"),
            (0.0, 0, "None of the weight comes from trials at high risk of bias or in doubt."),
        ],
    )
    def test_weight_at_high_risk(
        self, protocol: Protocol, high: float, levels: int, said: str
    ) -> None:
        body = a_body([of_risk(0, high, "high"), of_risk(1, 100 - high, "low")])
        assert_step(risk_of_bias(body, protocol.certainty), levels, said)

    def test_weight_counts_not_trials(self, protocol: Protocol) -> None:
        light = [of_risk(i, 10, "high") for i in range(4)]
        body = a_body([*light, of_risk(5, 60, "low")])
        assert_step(risk_of_bias(body, protocol.certainty), 0, "40.0% of the weight")

    @pytest.mark.parametrize("word", ["some concerns", "unclear", "not assessed"])
    @pytest.mark.parametrize(("weight", "levels"), [(30.0, 0), (30.1, 1)])
    def test_what_is_not_known_to_be_sound_is_doubtful(
        self, protocol: Protocol, word: str, weight: float, levels: int
    ) -> None:
        studies = [
            of_risk(0, 20.0, "high"),
            of_risk(1, weight, word),
            of_risk(2, 80.0 - weight, "low"),
        ]
        step = risk_of_bias(a_body(studies), protocol.certainty)
        compared = "more than 50%" if levels else "not more than 50%"
        assert_step(
            step, levels, f"together {20 + weight:.1f}%: {compared} is in doubt or at high risk."
        )

    def test_the_kinds_of_doubt_add_up(self, protocol: Protocol) -> None:
        words = ("some concerns", "unclear", "not assessed", "low")
        studies = [of_risk(i, 17.0, word) for i, word in enumerate(words[:3])]
        step = risk_of_bias(a_body([*studies, of_risk(3, 49.0, "low")]), protocol.certainty)
        assert_step(step, 1, "34.0% of the weight comes from trials with some concerns or an")
        assert (
            "17.0% from trials whose risk of bias nobody has assessed, together 51.0%"
            in step.reason
        )

    @pytest.mark.parametrize(("weight", "provisional"), [(50.0, False), (50.1, True)])
    def test_provisional_while_most_of_the_weight_is_not_assessed(
        self, protocol: Protocol, weight: float, provisional: bool
    ) -> None:
        studies = [of_risk(0, weight / 2, "not assessed"), of_risk(1, weight / 2, "not assessed")]
        body = a_body([*studies, of_risk(2, 100 - weight, "high")])
        found = unassessed(body, protocol.certainty)
        assert (found is not None) == provisional
        if found:
            assert (found.trials, found.weight) == (2, pytest.approx(weight))


def of_effects(*effects: tuple[float, float]) -> list[Any]:
    """Trials with these weights and effects, no interval excluding no difference."""
    return [
        a_study(i, weight, effect=effect, ci_low=effect - 1, ci_high=effect + 1)
        for i, (weight, effect) in enumerate(effects)
    ]


TEN = [(10.0, -0.4)] * 10


class TestInconsistency:
    @pytest.mark.parametrize(
        ("i2", "prediction", "levels"),
        [
            (50.0, (-0.9, 0.1), 1),
            (50.0, (-0.9, 0.0), 1),
            (50.0, (-0.9, -0.002), 0),
            (49.9, (-0.9, 0.1), 0),
            (50.0, (0.1, 0.9), 0),
        ],
    )
    def test_from_ten_trials_on_the_prediction_interval_decides(
        self, protocol: Protocol, i2: float, prediction: tuple[float, float], levels: int
    ) -> None:
        body = a_body(of_effects(*TEN), primary=a_pooled(k=10, i2=i2, prediction=prediction))
        step = inconsistency(body, protocol.certainty)
        assert_step(step, levels, f"I² is {i2}%", "50%")
        assert ("prediction interval" in step.reason) == (i2 >= 50)
        if levels:
            assert "(−0.90 to" in step.reason

    def test_sides_do_not_count_from_ten_trials_on(self, protocol: Protocol) -> None:
        sides = [(10.0, -0.4)] * 5 + [(10.0, 0.4)] * 5
        body = a_body(of_effects(*sides), primary=a_pooled(k=10, i2=60, prediction=(-0.9, -0.1)))
        assert_step(inconsistency(body, protocol.certainty), 0, "lies on one side of no difference")

    @pytest.mark.parametrize(
        ("harm", "levels"), [(25.0, 1), (24.96, 0), (75.0, 1), (75.1, 0), (0.0, 0)]
    )
    def test_of_nine_trials_the_weight_on_each_side_decides(
        self, protocol: Protocol, harm: float, levels: int
    ) -> None:
        seven = [((100 - harm) / 7, -0.4)] * 7
        studies = of_effects(*seven, (harm / 2, 0.3), (harm / 2, 0.2))
        # The prediction interval would say the opposite each time.
        opposite = (-0.9, -0.1) if levels else (-0.9, 0.9)
        body = a_body(studies, primary=a_pooled(k=9, i2=50.0, prediction=opposite))
        step = inconsistency(body, protocol.certainty)
        assert_step(step, levels, "I² is 50.0%, at least 50%", judged=bool(levels))
        assert ("at least 25% on each side" in step.reason) == bool(levels)
        if harm == 24.96:
            assert "24.96% control" in step.reason

    def test_an_estimate_of_no_difference_is_on_no_side(self, protocol: Protocol) -> None:
        body = a_body(of_effects((50, -0.4), (50, 0.0)), primary=a_pooled(k=2, i2=60))
        step = inconsistency(body, protocol.certainty)
        assert_step(step, 0, "0.0% control", "2 trials are too few", judged=False)

    def test_of_two_trials_too(self, protocol: Protocol) -> None:
        studies = of_effects((60, -0.4), (40, 0.2))
        body = a_body(studies, primary=a_pooled(k=2, i2=50.0, prediction=None))
        assert_step(inconsistency(body, protocol.certainty), 1, "60.0%", "40.0%")

    def test_a_low_i2_looks_no_further(self, protocol: Protocol) -> None:
        studies = of_effects((50, -0.4), (50, 0.2))
        body = a_body(studies, primary=a_pooled(k=2, i2=49.98, prediction=None))
        assert_step(inconsistency(body, protocol.certainty), 0, "I² is 49.98%, below the 50%")

    def test_a_limit_near_the_line_keeps_its_decimals(self, protocol: Protocol) -> None:
        primary = a_pooled(k=10, i2=60.0, prediction=(-0.9, -0.002))
        body = a_body(of_effects(*TEN), primary=primary)
        assert "(−0.90 to −0.002)" in inconsistency(body, protocol.certainty).reason

    @pytest.mark.parametrize(
        ("i2", "harmed", "levels"),
        [(75.0, (0.1, 0.5), 2), (74.9, (0.1, 0.5), 1), (75.0, (-0.1, 0.5), 1)],
    )
    def test_two_levels_for_trials_that_contradict_each_other(
        self, protocol: Protocol, i2: float, harmed: tuple[float, float], levels: int
    ) -> None:
        other = a_study(9, ci_low=harmed[0], ci_high=harmed[1], effect=0.3, label="Harmed 2020")
        body = a_body([a_study(0), a_study(1), other], primary=a_pooled(i2=i2, prediction=(-1, 1)))
        step = inconsistency(body, protocol.certainty)
        assert_step(step, levels, f"{i2}%")
        assert ("Harmed 2020 towards harm" in step.reason) == (levels == 2)

    def test_one_trial_cannot_be_judged(self, protocol: Protocol) -> None:
        body = a_body([a_study(weight=100)], primary=a_pooled(k=1, i2=None, prediction=None))
        assert_step(inconsistency(body, protocol.certainty), 0, "one trial", judged=False)


class TestImprecision:
    @pytest.mark.parametrize(
        ("low", "high", "levels", "said"),
        [
            (-0.3, 0.05, 1, "(−0.30 to 0.05) includes no difference (0) and the smallest"),
            (-0.05, 0.3, 1, "difference (0.20)"),
            (-0.3, 0.3, 1, "difference (−0.20 and 0.20)"),
            (-0.3, 0.0, 1, "(−0.30 to 0.00) includes"),
            (-0.2, 0.1, 1, "(−0.20)"),
            (-0.1999, 0.1, 0, "(−0.1999 to 0.10) includes no difference (0) but not the smallest"),
            (-0.19, 0.1, 0, "but not the smallest important difference (−0.20 or 0.20)"),
            (-0.3, -0.001, 0, "(−0.30 to −0.001) excludes no difference"),
            (0.01, 0.3, 0, "excludes no difference"),
        ],
    )
    def test_interval(
        self, protocol: Protocol, low: float, high: float, levels: int, said: str
    ) -> None:
        body = a_body(primary=a_pooled(low, high))
        assert_step(imprecision(protocol, body), levels, said)

    @pytest.mark.parametrize(
        ("participants", "unknown", "levels", "said"),
        [
            (786, 0, 0, "786 participants are at least the 786 of the optimal information size"),
            (785, 0, 1, "785 participants are fewer than the 786 of the optimal information size"),
            (785, 2, 1, "785 participants (not known in 2 trials) are fewer than the 786"),
            (None, 4, 1, "no known participants (not known in 4 trials) are fewer than the 786"),
            (100, 0, 1, "100 participants are fewer than the 786"),
            (99, 0, 2, "99 participants are fewer than 100."),
            (99, 1, 1, "99 participants (not known in 1 trial) are fewer than the 786"),
            (2_000, 0, 0, "(a difference of 0.2 SD, α 0.05, power 80%)"),
        ],
    )
    def test_participants(
        self, protocol: Protocol, participants: int | None, unknown: int, levels: int, said: str
    ) -> None:
        body = a_body(n_total=participants, n_unknown=unknown)
        assert_step(imprecision(protocol, body), levels, said)

    def test_both_take_two_levels(self, protocol: Protocol) -> None:
        wide = a_body(primary=a_pooled(-0.3, 0.1), n_total=785)
        assert_step(imprecision(protocol, wide), 2, "785 participants", "−0.30 to 0.10")
        very_few = replace(wide, n_total=80)
        assert_step(imprecision(protocol, very_few), 2, "80 participants", "−0.30 to 0.10")

    def test_another_effect_asks_for_another_size(self, protocol: Protocol) -> None:
        size = protocol.certainty.information_size
        assert size is not None
        larger = size.model_copy(update={"smd": 0.4})
        rules = protocol.certainty.model_copy(update={"information_size": larger})
        changed = protocol.model_copy(update={"certainty": rules})
        assert_step(imprecision(changed, a_body(n_total=198)), 0, "at least the 198", "0.4 SD")
        assert_step(imprecision(changed, a_body(n_total=197)), 1, "fewer than the 198")

    def test_two_trials_are_read_by_the_bayesian_interval(self, protocol: Protocol) -> None:
        wider = Interval(-0.9, 0.1, "bayesian")  # type: ignore[arg-type]
        body = a_body(primary=a_pooled(k=2), concluded_from=wider)
        assert_step(
            imprecision(protocol, body), 1, "The Bayesian interval (−0.90 to 0.10) includes"
        )

    @pytest.mark.parametrize(
        ("participants", "levels", "said"),
        [
            # power.prop.test(p1 = .2, p2 = .25, power = .8) of R 4.2.2: 1093.739 in each arm.
            (2_188, 0, "2,188 participants are at least the 2,188"),
            (2_187, 1, "2,187 participants are fewer than the 2,188"),
        ],
    )
    def test_a_ratio_by_its_control_risk(
        self, protocol: Protocol, participants: int, levels: int, said: str
    ) -> None:
        arms = {"events_intervention": 40, "events_control": 20, "n_intervention": 100,
                "n_control": 100}  # fmt: skip
        body = a_body(
            [a_study(i, **arms) for i in range(2)],
            measure=RR,
            smallest_important_difference=None,
            n_total=participants,
        )
        assumed = "(a relative change of 25% from a control risk of 20.0%, 40 of 200 in the control"
        assert_step(imprecision(protocol, body), levels, said, assumed, "(1.22 to 1.82) excludes")

    @pytest.mark.parametrize(
        ("good", "events", "needed"),
        # power.prop.test(p1 = .2, p2 = .15), (p1 = .9, p2 = .675): 905.3658 and 50.6946; where
        # more than everybody would respond, the change is towards harm.
        [(False, 20, "1,812"), (True, 90, "102")],
    )
    def test_the_change_is_towards_benefit(
        self, protocol: Protocol, good: bool, events: int, needed: str
    ) -> None:
        measure = RR.model_copy(update={"benefit_above": good})
        arms = {"events_intervention": 40, "events_control": events, "n_control": 100}
        body = a_body([a_study(**arms)], measure=measure, n_total=5_000)
        assert_step(imprecision(protocol, body), 0, f"at least the {needed} of")

    def test_a_ratio_without_events_takes_the_smallest_assumed_risk(
        self, protocol: Protocol
    ) -> None:
        body = a_body([a_study()], measure=RR, n_total=5_014)
        # power.prop.test(p1 = .1, p2 = .125, power = .8): 2506.538 in each arm.
        step = imprecision(protocol, body)
        assert_step(step, 0, "at least the 5,014", "from a control risk of 10.0%, assumed")

    def test_a_protocol_need_not_assume_a_risk(self, protocol: Protocol) -> None:
        clinical = protocol.clinical.model_copy(update={"control_risks": ()})
        without = protocol.model_copy(update={"clinical": clinical})
        said = "5,014 participants took part; how many are enough cannot be said"
        assert_step(imprecision(without, a_body([a_study()], measure=RR, n_total=5_014)), 0, said)
        events = {"events_control": 20, "n_control": 100}
        body = a_body([a_study(**events)], measure=RR, n_total=5_000)
        assert_step(imprecision(without, body), 0, "control risk of 20.0%")

    def test_a_ratio_without_smallest_important_difference(self, protocol: Protocol) -> None:
        events = {"events_intervention": 300, "events_control": 200, "n_control": 1000}
        body = a_body(
            [a_study(**events)],
            measure=RR,
            smallest_important_difference=None,
            primary=a_pooled(-0.4, 0.1),
            n_total=5_000,
        )
        step = imprecision(protocol, body)
        assert_step(step, 1, "(0.90 to 1.49) includes no difference (1)", "sets no smallest")

    def test_an_unbounded_limit_reaches_everything_on_its_side(self, protocol: Protocol) -> None:
        one_sided = replace(a_pooled(), interval=Interval(None, 0.1, "wald"))
        step = imprecision(protocol, a_body(primary=one_sided))
        assert_step(step, 1, "(−∞ to 0.10)")


class TestIndirectness:
    @pytest.mark.parametrize(("weight", "levels"), [(50.04, 1), (50.0, 0), (12.5, 0)])
    def test_by_trial(self, protocol: Protocol, weight: float, levels: int) -> None:
        flagged = a_study(7, weight, indirectness="recruited from age 14", label="Young 2020")
        step = indirectness(a_body([flagged, a_study(1, 100 - weight)]), protocol.certainty)
        compared = "more than 50%" if levels else "not more than 50%"
        shown = {50.04: "50.04", 50.0: "50.0", 12.5: "12.5"}[weight]
        said = f"{shown}% of the weight, {compared}, comes from 1 trial of 2 that is indirect"
        assert_step(step, levels, said, "(Young 2020: recruited from age 14)")

    @pytest.mark.parametrize(("instrument", "levels"), [("SF-12 MCS", 1), ("SF-12", 0)])
    def test_by_instrument(self, protocol: Protocol, instrument: str, levels: int) -> None:
        of_mind = {"SF-12 MCS": "measures mental health alone"}
        studies = [a_study(0, 51, instrument=instrument), a_study(1, 49, instrument="SF-12")]
        body = a_body(studies, indirect_instruments=of_mind)
        step = indirectness(body, protocol.certainty)
        assert_step(step, levels)
        assert ("Trial 0: SF-12 MCS measures mental health alone" in step.reason) == bool(levels)

    def test_instrument_and_trial_add_up_and_count_once(self, protocol: Protocol) -> None:
        by_both = a_study(0, 26, instrument="X", indirectness="another question")
        by_trial = a_study(1, 25, indirectness="another one")
        body = a_body(
            [by_both, by_trial, a_study(2, 49)], indirect_instruments={"X": "is another thing"}
        )
        step = indirectness(body, protocol.certainty)
        assert_step(step, 1, "51.0% of the weight", "another question, X is another thing; Trial 1")

    def test_no_flag_takes_none(self, protocol: Protocol) -> None:
        rules = protocol.certainty
        assert_step(indirectness(a_body(), rules), 0, "None of 4 trials is indirect")
        one = a_body([a_study(weight=100)])
        assert_step(indirectness(one, rules), 0, "The one trial is not indirect")


class TestPublicationBias:
    @pytest.mark.parametrize(
        ("p", "levels", "said"),
        [
            (0.099, 1, "p = 0.099, below 0.1: smaller trials have better results"),
            (0.09996, 1, "p = 0.09996, below 0.1"),
            (0.1, 0, "p = 0.10, not below 0.1: it does not tell small trials from large"),
            (0.86, 0, "p = 0.86, not below 0.1"),
        ],
    )
    def test_the_test_of_the_funnel(
        self, protocol: Protocol, p: float, levels: int, said: str
    ) -> None:
        body = a_body([a_study(i, 10) for i in range(10)], asymmetry=regression(p))
        step = publication_bias(body, protocol.certainty, 10)
        assert_step(step, levels, said, "Pustejovsky and Rodgers’ test with 10 trials gives")
        assert ("better" in step.reason) == bool(levels)

    def test_the_direction_is_said(self, protocol: Protocol) -> None:
        body = a_body([a_study(i, 10) for i in range(10)], asymmetry=regression(0.01, slope=2.0))
        step = publication_bias(body, protocol.certainty, 10)
        assert "smaller trials have worse results" in step.reason

    def test_arms_that_are_assumed_are_said(self, protocol: Protocol) -> None:
        whole = [a_study(i, 10, n_intervention=None, n_control=None, n_total=90) for i in (0, 1)]
        studies = [*whole, *(a_study(i, 10) for i in range(2, 10))]
        body = a_body(studies, asymmetry=regression(0.5))
        step = publication_bias(body, protocol.certainty, 10)
        assert_step(step, 0, "with 10 trials (in 2 trials arms of one size assumed) gives p")
        other = replace(body, asymmetry=regression(0.5, test="egger"))
        assert "assumed" not in publication_bias(other, protocol.certainty, 10).reason

    @pytest.mark.parametrize(
        ("k", "said"), [(9, "There are 9 trials"), (2, "are 2"), (1, "There is 1 trial, fewer")]
    )
    def test_few_trials_are_never_judged(self, protocol: Protocol, k: int, said: str) -> None:
        small = [a_study(i, 100 / k, n_total=20, effect=-0.9) for i in range(k)]
        body = a_body(small, asymmetry=regression(0.01))
        step = publication_bias(body, protocol.certainty, 10)
        assert_step(step, 0, said, "fewer than the 10 that", judged=False)

    def test_a_test_without_result_is_not_judged(self, protocol: Protocol) -> None:
        body = a_body([a_study(i, 10) for i in range(10)])
        step = publication_bias(body, protocol.certainty, 10)
        assert_step(step, 0, "no result", judged=False)


def in_state(state: State, participants: int | None) -> OutcomeInTrial:
    return OutcomeInTrial(
        study_id="made-2020", label="Made 2020", year=2020, state=state, participants=participants,
        participants_from=None,
    )  # fmt: skip


def of_states(*states: tuple[State, int | None]) -> MissingResults:
    return MissingResults(trials=tuple(in_state(*each) for each in states))


class TestMissingResults:
    @pytest.mark.parametrize(
        ("missing", "levels", "said"),
        [
            (100, 0, "hold 100 of the 300 participants in whom it was measured (33.3%), not more"),
            (101, 1, "hold 101 of the 301 participants in whom it was measured (33.6%), more than"),
            (0, 0, "hold 0 of the 200 participants in whom it was measured (0.0%), not more than"),
        ],
    )
    def test_more_than_a_third(
        self, protocol: Protocol, missing: int, levels: int, said: str
    ) -> None:
        states = of_states(
            (State.POOLED, 120), (State.SENSITIVITY, 50), (State.LEFT_OUT, 30),
            (State.NO_NUMBERS, missing), (State.NOT_MEASURED, 900),
        )  # fmt: skip
        step = publication_bias(a_body(missing=states), protocol.certainty, 10)
        assert_step(step, levels, said, "one in 3.", "There are 4 trials")

    def test_what_is_not_known_is_said_and_left_to_a_person(self, protocol: Protocol) -> None:
        known = ((State.POOLED, 120), (State.NO_NUMBERS, 10), (State.NO_NUMBERS, None))
        body = a_body(missing=of_states(*known, (State.NOT_KNOWN, 900)))
        step = publication_bias(body, protocol.certainty, 10)
        said = "one in 3; in 1 trial it is not known whether it was measured."
        assert_step(step, 0, "10 of the 130 participants", said, judged=False)
        tested = a_body(
            [a_study(i, 10) for i in range(10)],
            missing=of_states(*known, (State.NOT_KNOWN, 900)),
            asymmetry=regression(0.5),
        )
        assert_step(publication_bias(tested, protocol.certainty, 10), 0, "p = 0.50, not below")

    def test_with_the_test_of_the_funnel_it_takes_one_level(self, protocol: Protocol) -> None:
        states = of_states((State.POOLED, 120), (State.NO_NUMBERS, 900))
        studies = [a_study(i, 10) for i in range(10)]
        body = a_body(studies, missing=states, asymmetry=regression(0.01))
        step = publication_bias(body, protocol.certainty, 10)
        assert_step(step, 1, "p = 0.010, below 0.1", "(88.2%), more than one in 3")

    def test_a_review_that_knows_nothing_of_what_was_measured_says_nothing(
        self, protocol: Protocol
    ) -> None:
        body = a_body(missing=of_states((State.NOT_KNOWN, 900)))
        step = publication_bias(body, protocol.certainty, 10)
        assert_step(step, 0, "fewer than the 10 that a test for asymmetry needs.", judged=False)


class TestFirstRules:
    """Releases were rated by them and follow from their own data."""

    @pytest.mark.parametrize(
        ("high", "judgement", "levels"),
        [
            (100.0, "low", 1),
            (0.0, "some concerns", 0),
            (0.0, "unclear", 1),
            (0.0, "not assessed", 1),
        ],
    )
    def test_risk_of_bias(self, high: float, judgement: str, levels: int) -> None:
        body = a_body([of_risk(0, high, "high"), of_risk(1, 100 - high, judgement)])
        assert_step(risk_of_bias(body, FIRST_RULES), levels)
        assert unassessed(body, FIRST_RULES) is None

    @pytest.mark.parametrize(
        ("participants", "levels", "said"),
        [(400, 0, "400 participants are at least the 400."), (399, 1, "fewer than the 400.")],
    )
    def test_participants(self, first: Protocol, participants: int, levels: int, said: str) -> None:
        assert_step(imprecision(first, a_body(n_total=participants)), levels, said)

    @pytest.mark.parametrize(
        ("events", "levels", "said"),
        [(149, 1, "and 298 events are fewer than the 300"), (150, 0, "at least the 300")],
    )
    def test_events(self, first: Protocol, events: int, levels: int, said: str) -> None:
        each = {"events_intervention": events // 2, "events_control": events - events // 2}
        studies = [a_study(i, **each) for i in range(2)]
        body = a_body(studies, measure=RR, smallest_important_difference=None, n_total=900)
        assert_step(imprecision(first, body), levels, said)

    @pytest.mark.parametrize("k", [2, 3, 9])
    def test_inconsistency(self, k: int) -> None:
        studies = of_effects(*[(100 / k, -0.4)] * k)
        prediction = (-0.9, 0.1) if k > 2 else None
        body = a_body(studies, primary=a_pooled(k=k, i2=60, prediction=prediction))
        assert_step(inconsistency(body, FIRST_RULES), int(k > 2), judged=k > 2)

    @pytest.mark.parametrize(
        ("last", "levels"),
        [({}, 1), ({"n_total": 100}, 0), ({"n_total": None}, 0), ({"effect": 0.1}, 0)],
    )
    def test_all_small_and_favourable(self, last: Mapping[str, Any], levels: int) -> None:
        studies = [a_study(i, n_total=99) for i in range(3)]
        body = a_body([*studies, a_study(3, **({"n_total": 99} | last))])
        step = publication_bias(body, FIRST_RULES, 10)
        said = ("of 4 have fewer than 100 participants", "of 4 favour therapy")
        assert_step(step, levels, *said, judged=bool(levels))

    def test_any_flag_takes_a_level(self) -> None:
        flagged = a_study(7, 1, indirectness="recruited from age 14")
        assert_step(indirectness(a_body([flagged, a_study(1, 99)]), FIRST_RULES), 1, "more than 0%")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"minimum_participants": 400}, "not both"),
        ({"information_size": None}, "either information_size is set or"),
        ({"minimum_events": 300}, "goes with minimum_participants"),
        ({"very_high_risk_weight": 40}, "is not below high_risk_weight"),
    ],
)
def test_rules_that_contradict_each_other_are_refused(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        CertaintyRules.model_validate(RULES.model_dump() | changes)
