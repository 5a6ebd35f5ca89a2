"""GRADE: each rule with a body of evidence that triggers it and a twin that does not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest

from analysis.evidence.load import load
from analysis.evidence.question_slice import slice_of
from analysis.evidence.rows import Decision, Evidence
from analysis.protocol import Protocol
from analysis.statistics.estimates import Heterogeneity, Interval, PooledEffect
from analysis.statistics.small_study_effects import RegressionTest
from analysis.synthesis.certainty import (
    Body,
    Step,
    imprecision,
    inconsistency,
    indirectness,
    publication_bias,
    rate,
    risk_of_bias,
)
from analysis.synthesis.question_result import Synthesis
from analysis.synthesis.risk_of_bias import RiskOfBias
from analysis.synthesis.study_effect import Measure, StudyEffect
from analysis.synthesis.synthesise import synthesise
from tests.evidence.folder import DataFolder
from tests.figures.examples import study

SMD = Measure(name="SMD", label="standardised mean difference")
RR = Measure(name="RR", label="risk ratio of responders", ratio=True, benefit_above=True)


@pytest.fixture
def protocol(evidence: Evidence) -> Protocol:
    return evidence.protocol


def a_study(index: int = 0, weight: float = 25.0, **changes: Any) -> StudyEffect:
    """A trial of 120 participants at low risk of bias whose interval is -0.6 to -0.2."""
    usual = {"risk_of_bias": RiskOfBias(tool="RoB 2", overall="low"), "label": f"Trial {index}"}
    return study(index, -0.4, 0.1, weight=weight).model_copy(update=usual | changes)


def of_risk(index: int, weight: float, overall: str) -> StudyEffect:
    return a_study(index, weight, risk_of_bias=RiskOfBias(tool="RoB 2", overall=overall))


def a_pooled(
    low: float = -0.6,
    high: float = -0.2,
    *,
    k: int = 4,
    i2: float | None = 20.0,
    prediction: tuple[float, float] | None = (-0.7, -0.1),
) -> PooledEffect:
    spread = i2 is not None and Heterogeneity(
        q=9.0, df=k - 1, p=0.03, tau2=0.02, tau2_interval=None, i2=i2, i2_interval=None,
        h2=1.0, h2_interval=None, i2_q=i2,
    )  # fmt: skip
    return PooledEffect(
        model="reml",
        k=k,
        estimate=(low + high) / 2,
        se=(high - low) / 4,
        interval=Interval(low, high, "wald"),
        statistic=-4.0,
        p=0.001,
        weights=(100 / k,) * k,
        prediction=Interval(*prediction, "t(k-2)", df=k - 2.0) if prediction else None,
        heterogeneity=spread or None,
    )


def a_body(studies: Sequence[StudyEffect] | None = None, **changes: Any) -> Body:
    """Four trials, 480 participants, nothing to complain of."""
    usual = Body(
        measure=SMD,
        smallest_important_difference=0.2,
        studies=tuple(studies) if studies else tuple(a_study(i) for i in range(4)),
        primary=a_pooled(),
        n_total=480,
        n_unknown=0,
        asymmetry=None,
    )
    return replace(usual, **changes)


def egger(p: float, slope: float = -1.4) -> RegressionTest:
    return RegressionTest("multiplicative", slope, 0.5, -2.0, 8, p, -0.1, Interval(-1, 1, "t"))


def assert_step(step: Step, levels: int, *numbers: str, judged: bool = True) -> None:
    assert (step.levels, step.judged) == (levels, judged), step.reason
    for number in numbers:
        assert number in step.reason


def test_nothing_to_complain_of_stays_high(protocol: Protocol) -> None:
    rated = rate(protocol, a_body())
    assert (rated.level, rated.proposed, rated.decided, rated.label) == (
        "high", "high", None, "proposed",
    )  # fmt: skip
    assert [step.domain for step in rated.steps] == [
        "risk of bias", "inconsistency", "imprecision", "indirectness", "publication bias",
    ]  # fmt: skip


class TestRiskOfBias:
    @pytest.mark.parametrize(
        ("high", "levels", "said"), [(50.04, 1, "50.04%"), (50.0, 0, "50.0%"), (12.5, 0, "12.5%")]
    )
    def test_more_than_half_of_the_weight(
        self, protocol: Protocol, high: float, levels: int, said: str
    ) -> None:
        body = a_body([of_risk(0, high, "high"), of_risk(1, 100 - high, "some concerns")])
        assert_step(risk_of_bias(body, protocol.certainty), levels, said, "above 50%")

    def test_weight_counts_not_trials(self, protocol: Protocol) -> None:
        light = [of_risk(i, 10, "high") for i in range(4)]
        body = a_body([*light, of_risk(5, 60, "low")])
        assert_step(risk_of_bias(body, protocol.certainty), 0, "40.0% of the weight")

    @pytest.mark.parametrize(
        ("high", "unclear", "unassessed", "levels"),
        [(20.0, 15.0, 15.0, 0), (20.0, 15.0, 16.0, 1), (0.0, 51.0, 0.0, 1), (0.0, 0.0, 100.0, 1)],
    )
    def test_a_risk_that_is_not_known_counts_against_the_evidence(
        self, protocol: Protocol, high: float, unclear: float, unassessed: float, levels: int
    ) -> None:
        studies = [
            of_risk(0, high, "high"),
            of_risk(1, unclear, "unclear"),
            of_risk(2, unassessed, "not assessed"),
            of_risk(3, 100 - high - unclear - unassessed, "low"),
        ]
        step = risk_of_bias(a_body(studies), protocol.certainty)
        together = f"together {high + unclear + unassessed:.1f}%"
        assert_step(step, levels, f"{unassessed:.1f}% from trials that nobody", together)


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
    def test_one_level(
        self, protocol: Protocol, i2: float, prediction: tuple[float, float], levels: int
    ) -> None:
        body = a_body(primary=a_pooled(i2=i2, prediction=prediction))
        step = inconsistency(body, protocol.certainty)
        assert_step(step, levels, f"I² is {i2}%", "50%")
        if levels:
            assert "(−0.90 to" in step.reason

    def test_a_limit_near_the_line_keeps_its_decimals(self, protocol: Protocol) -> None:
        body = a_body(primary=a_pooled(i2=60.0, prediction=(-0.9, -0.002)))
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

    @pytest.mark.parametrize(("i2", "judged"), [(60.0, False), (40.0, True)])
    def test_two_trials_have_no_prediction_interval(
        self, protocol: Protocol, i2: float, judged: bool
    ) -> None:
        body = a_body([a_study(0), a_study(1)], primary=a_pooled(k=2, i2=i2, prediction=None))
        assert_step(inconsistency(body, protocol.certainty), 0, f"{i2}%", judged=judged)


class TestImprecision:
    @pytest.mark.parametrize(
        ("low", "high", "levels", "said"),
        [
            (-0.3, 0.05, 1, "(−0.30 to 0.05) includes no difference (0) and the smallest"),
            (-0.05, 0.3, 1, "difference (0.20)"),
            (-0.3, 0.3, 1, "difference (−0.20 and 0.20)"),
            (-0.3, 0.0, 1, "(−0.30 to 0.00) includes"),
            (-0.2, 0.1, 1, "(−0.20)"),
            (-0.19, 0.1, 0, "but not the smallest important difference (−0.20 or 0.20)"),
            (-0.3, -0.001, 0, "(−0.30 to −0.001) excludes no difference"),
            (0.01, 0.3, 0, "excludes no difference"),
        ],
    )
    def test_interval(
        self, protocol: Protocol, low: float, high: float, levels: int, said: str
    ) -> None:
        body = a_body(primary=a_pooled(low, high))
        assert_step(imprecision(body, protocol.certainty), levels, said)

    @pytest.mark.parametrize(
        ("participants", "unknown", "levels", "said"),
        [
            (399, 0, 1, "399 participants, fewer than 400"),
            (400, 0, 0, "400 participants, at least 400"),
            (399, 2, 1, "399 participants (not known in 2 trials), fewer than 400"),
            (None, 4, 1, "No participants (not known in 4 trials), fewer than 400"),
            (100, 0, 1, "100 participants, fewer than 400"),
            (99, 0, 2, "fewer than 100, too"),
            (99, 1, 1, "99 participants (not known in 1 trial), fewer than 400"),
        ],
    )
    def test_participants(
        self, protocol: Protocol, participants: int | None, unknown: int, levels: int, said: str
    ) -> None:
        body = a_body(n_total=participants, n_unknown=unknown)
        assert_step(imprecision(body, protocol.certainty), levels, said)

    def test_both_take_two_levels(self, protocol: Protocol) -> None:
        body = a_body(primary=a_pooled(-0.3, 0.1), n_total=80)
        assert_step(imprecision(body, protocol.certainty), 2, "80 participants", "−0.30 to 0.10")

    @pytest.mark.parametrize(
        ("events", "levels", "said"),
        [(149, 1, "298 events, fewer than 300"), (150, 0, "300 events, at least 300")],
    )
    def test_events(self, protocol: Protocol, events: int, levels: int, said: str) -> None:
        each = {"events_intervention": events // 2, "events_control": events - events // 2}
        body = a_body(
            [a_study(i, **each) for i in range(2)],
            measure=RR,
            smallest_important_difference=None,
            n_total=900,
        )
        assert_step(imprecision(body, protocol.certainty), levels, said, "(1.22 to 1.82)")

    def test_a_ratio_without_smallest_important_difference(self, protocol: Protocol) -> None:
        events = {"events_intervention": 300, "events_control": 200}
        body = a_body(
            [a_study(**events)],
            measure=RR,
            smallest_important_difference=None,
            primary=a_pooled(-0.4, 0.1),
        )
        step = imprecision(body, protocol.certainty)
        assert_step(step, 1, "(0.90 to 1.49) includes no difference (1)", "sets no smallest")

    def test_an_unbounded_limit_reaches_everything_on_its_side(self, protocol: Protocol) -> None:
        one_sided = replace(a_pooled(), interval=Interval(None, 0.1, "wald"))
        step = imprecision(a_body(primary=one_sided), protocol.certainty)
        assert_step(step, 1, "(−∞ to 0.10)")


class TestIndirectness:
    def test_a_flag_takes_a_level(self) -> None:
        flagged = a_study(7, 12.5, indirectness="recruited from age 14", label="Young 2020")
        step = indirectness(a_body([flagged, a_study(1, 87.5)]))
        assert_step(
            step, 1, "1 trial of 2", "12.5% of the weight", "Young 2020: recruited from age 14"
        )

    def test_no_flag_takes_none(self) -> None:
        assert_step(indirectness(a_body()), 0, "None of 4 trials")


class TestPublicationBias:
    @pytest.mark.parametrize(
        ("p", "levels", "said"),
        [
            (0.099, 1, "p = 0.099, below 0.1; smaller trials have better results"),
            (0.1, 0, "p = 0.10, not below 0.1."),
        ],
    )
    def test_egger(self, protocol: Protocol, p: float, levels: int, said: str) -> None:
        body = a_body([a_study(i, 10) for i in range(10)], asymmetry=egger(p))
        step = publication_bias(body, protocol.certainty, 10)
        assert_step(step, levels, said, "Egger’s test with 10 trials")

    def test_the_direction_is_said(self, protocol: Protocol) -> None:
        body = a_body([a_study(i, 10) for i in range(10)], asymmetry=egger(0.01, slope=2.0))
        step = publication_bias(body, protocol.certainty, 10)
        assert "smaller trials have worse results" in step.reason

    @pytest.mark.parametrize("k", [9, 4])
    def test_no_test_with_few_trials(self, protocol: Protocol, k: int) -> None:
        body = a_body([a_study(i, 100 / k) for i in range(k)], asymmetry=egger(0.01))
        step = publication_bias(body, protocol.certainty, 10)
        assert_step(step, 0, f"{k} trials are fewer than the 10")

    def test_a_test_without_result_is_not_judged(self, protocol: Protocol) -> None:
        body = a_body([a_study(i, 10) for i in range(10)])
        step = publication_bias(body, protocol.certainty, 10)
        assert_step(step, 0, "no result", judged=False)

    @pytest.mark.parametrize(
        ("last", "levels"),
        [
            ({}, 1),
            ({"n_total": 100}, 0),
            ({"n_total": None}, 0),
            ({"effect": 0.1}, 0),
        ],
    )
    def test_all_small_and_favourable(
        self, protocol: Protocol, last: Mapping[str, Any], levels: int
    ) -> None:
        studies = [a_study(i, n_total=99) for i in range(3)]
        body = a_body([*studies, a_study(3, **({"n_total": 99} | last))])
        step = publication_bias(body, protocol.certainty, 10)
        assert_step(step, levels, "of 4 trials are small (fewer than 100", "of 4 favour")

    def test_one_trial_cannot_be_judged(self, protocol: Protocol) -> None:
        step = publication_bias(a_body([a_study(n_total=40)]), protocol.certainty, 10)
        assert_step(step, 0, "one trial", judged=False)


@pytest.mark.parametrize(
    ("changes", "level"),
    [
        ({}, "high"),
        ({"n_total": 399}, "moderate"),
        ({"n_total": 399, "primary": a_pooled(-0.3, 0.1)}, "low"),
        ({"n_total": 399, "primary": a_pooled(-0.3, 0.1, i2=60, prediction=(-1, 1))}, "very low"),
        (
            {
                "n_total": 399,
                "primary": a_pooled(-0.3, 0.1, i2=60, prediction=(-1, 1)),
                "studies": tuple(of_risk(i, 25, "high") for i in range(4)),
            },
            "very low",
        ),
    ],
)
def test_levels_add_up_and_stop_at_very_low(
    protocol: Protocol, changes: Mapping[str, Any], level: str
) -> None:
    assert rate(protocol, replace(a_body(), **changes)).level == level


CELL = ("non-headache", "pain", "post")
DOMAINS = ("risk of bias", "inconsistency", "imprecision", "indirectness", "publication bias")


def decided(domain: str, levels: int = 0, question: tuple[str, str, str] = CELL) -> Decision:
    reason, who = "as the guideline group sees it", "A. Person"
    return Decision(*question, domain, levels, reason, who, "2026-11-20")


class TestDecisions:
    def test_a_decision_stands_beside_the_proposal(self, protocol: Protocol) -> None:
        rated = rate(protocol, a_body(n_total=399), [decided("risk of bias", 2)])
        assert (rated.proposed, rated.decided, rated.level) == ("moderate", "very low", "very low")
        assert rated.label == "partly decided"
        step = rated.step("risk of bias")
        assert step.decision is not None
        assert (step.levels, step.levels_off, step.decision.decided_by) == (0, 2, "AP")

    def test_a_person_may_raise_what_the_rules_lowered(self, protocol: Protocol) -> None:
        rated = rate(protocol, a_body(n_total=399), [decided("imprecision", 0)])
        assert (rated.proposed, rated.level) == ("moderate", "high")

    def test_decided_when_every_domain_is(self, protocol: Protocol) -> None:
        rated = rate(protocol, a_body(), [decided(domain) for domain in DOMAINS])
        assert (rated.label, rated.decided) == ("decided", "high")

    def test_a_decision_reaches_its_cell_only(self, evidence: Evidence) -> None:
        changed = replace(evidence, decisions=(decided("indirectness", 1),))
        question, other = (
            evidence.protocol.question(*names)
            for names in (CELL, ("non-headache", "pain", "follow-up"))
        )
        rated = synthesise(changed, question).certainty
        assert rated is not None and rated.label == "partly decided"
        untouched = synthesise(changed, other).certainty
        assert untouched is not None and untouched.label == "proposed"
        parts, before = (slice_of(e, question).parts() for e in (changed, evidence))
        decision = "certainty.csv: non-headache, pain, post, indirectness"
        assert set(parts) - set(before) == {decision}
        assert slice_of(changed, other).parts() == slice_of(evidence, other).parts()


ROW = {"condition": "headache", "outcome": "disability", "timepoint": "post",
       "domain": "imprecision", "levels": "1", "reason": "wide", "decided_by": "A. Person",
       "date": "2026-11-20"}  # fmt: skip


class TestFile:
    def write(self, folder: DataFolder, *rows: Mapping[str, str]) -> list[Any]:
        header = folder.rows("certainty.csv")[0]
        folder.write("certainty.csv", [header, *([row[name] for name in header] for row in rows)])
        return folder.problems()

    def test_a_sound_decision_is_read(self, folder: DataFolder) -> None:
        assert self.write(folder, ROW) == []
        assert load(folder.path).decisions == (
            Decision("headache", "disability", "post", "imprecision", 1.0, "wide", "A. Person",
                     "2026-11-20"),
        )  # fmt: skip

    @pytest.mark.parametrize(
        ("questions", "column", "said"),
        [
            ({"outcome": "sleep"}, "outcome", "'sleep' was found"),
            ({"condition": "back pain"}, "condition", "'back pain' was found"),
            ({"timepoint": "later"}, "timepoint", "'later' was found"),
            ({"outcome": "satisfaction"}, "outcome", "headache.satisfaction.post: nothing to"),
            ({"domain": "precision"}, "domain", "expected one of: risk of bias"),
            ({"levels": "4"}, "levels", "from 0 to 3"),
            ({"levels": "1.5"}, "levels", "a whole number"),
            ({"levels": ""}, "levels", "a number was expected"),
            ({"reason": ""}, "reason", "blank"),
            ({"decided_by": ""}, "decided_by", "blank"),
            ({"date": "20 November 2026"}, "date", "YYYY-MM-DD"),
            ({"date": "2026-02-30"}, "date", "'2026-02-30' is not a day"),
        ],
    )
    def test_a_wrong_cell_is_named(
        self, folder: DataFolder, questions: Mapping[str, str], column: str, said: str
    ) -> None:
        problems = self.write(folder, ROW, {**ROW, "domain": "indirectness", **questions})
        assert [p[:3] for p in problems if said in p[3]] == [("certainty.csv", 3, column)]

    def test_a_domain_is_decided_once(self, folder: DataFolder) -> None:
        problems = self.write(folder, ROW, {**ROW, "levels": "2"})
        assert problems == [("certainty.csv", 3, "domain", "line 2 says this already")]


class TestProject:
    def test_every_pooled_cell_is_rated_and_no_other(
        self, syntheses: Mapping[str, Synthesis]
    ) -> None:
        for synthesis in syntheses.values():
            assert (synthesis.certainty is None) == (synthesis.primary is None)

    def test_no_person_has_decided_yet(self, syntheses: Mapping[str, Synthesis]) -> None:
        labels = {s.certainty.label for s in syntheses.values() if s.certainty}
        assert labels == {"proposed"}

    def test_headache_pain(self, syntheses: Mapping[str, Synthesis]) -> None:
        """Huguet 2024 alone: 24 + 13 events of 221 people, recruited from age 14."""
        rated = syntheses["headache.pain.post"].certainty
        assert rated is not None
        assert [step.levels for step in rated.steps] == [1, 0, 1, 1, 0]
        assert "100.0% from trials that nobody has assessed" in rated.step("risk of bias").reason
        assert "37 events, fewer than 300" in rated.step("imprecision").reason
        assert "221 participants, fewer than 400" in rated.step("imprecision").reason
        assert "recruited from age 14" in rated.step("indirectness").reason
        assert rated.level == "very low"

    def test_egger_is_the_one_of_the_small_study_section(
        self, syntheses: Mapping[str, Synthesis]
    ) -> None:
        tested = [s for s in syntheses.values() if s.sensitivity.small_study]
        assert tested
        for synthesis in tested:
            assert synthesis.certainty and synthesis.sensitivity.small_study
            egger_found = synthesis.sensitivity.small_study.asymmetry
            assert egger_found is not None
            step = synthesis.certainty.step("publication bias")
            assert f"p = {egger_found.p:.2f}" in step.reason
