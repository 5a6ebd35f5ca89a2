"""Absolute numbers: against hand calculation, the trial's own counts and another normal table."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from statistics import NormalDist, median
from typing import Any

import pytest

from analysis.evidence.question_slice import slice_of
from analysis.evidence.reference_sd import ReferenceSd, reference_rows, reference_sd
from analysis.evidence.rows import Evidence
from analysis.protocol import Protocol
from analysis.protocol_rules import ReviewWords
from analysis.statistics.clinical import (
    Reexpressed,
    number_needed_to_treat,
    risk_by_log_risk_ratio,
    risk_by_smd,
)
from analysis.statistics.estimates import Interval
from analysis.synthesis.clinical_terms import (
    AbsoluteEffect,
    absolute_effects,
    clinical,
)
from analysis.synthesis.question_result import Synthesis
from analysis.synthesis.study_effect import Measure
from analysis.synthesis.wording.clinical_text import (
    People,
    absolute_text,
    corresponding_people,
    difference_text,
    in_people,
    needed_text,
    people_compared,
    people_shown,
    points_text,
)
from tests.evidence.folder import DataFolder
from tests.evidence.rows import corrected
from tests.figures.examples import study
from tests.synthesis.examples import RR, SMD, an_effect

WORDS = ReviewWords(with_intervention="with therapy")
DROPOUT = Measure(name="RR", label="risk ratio of dropping out", ratio=True)


def test_headache_responders_are_the_trials_own_counts(
    syntheses: Mapping[str, Synthesis],
) -> None:
    """One trial, 24 of 108 against 13 of 113: the risk with therapy must be 24 / 108 again."""
    (effect,) = syntheses["headache.pain.post"].clinical.absolute
    numbers = effect.numbers
    assert numbers.control_risk == pytest.approx(13 / 113, rel=1e-12)
    assert numbers.risk == pytest.approx(24 / 108, rel=1e-12)
    assert numbers.per_1000 == pytest.approx(1000 * (24 / 108 - 13 / 113), rel=1e-12)
    # By hand: log RR 0.6584, variance 1/24 - 1/108 + 1/13 - 1/113 = 0.10049.
    half = NormalDist().inv_cdf(0.975) * math.sqrt(1 / 24 - 1 / 108 + 1 / 13 - 1 / 113)
    ratio = (24 / 108) / (13 / 113)
    assert numbers.risk_interval.low == pytest.approx(13 / 113 * ratio * math.exp(-half), rel=1e-9)
    assert numbers.risk_interval.high == pytest.approx(13 / 113 * ratio * math.exp(half), rel=1e-9)
    assert absolute_text(WORDS, RR, effect) == (
        "If 115 of 1,000 people get clearly better in the control group (13 of 113 in the control "
        "arm of Huguet 2024: at least 50% fewer headache days), 222 do with therapy: 107 more "
        "(4 more to 299 more); number needed to treat 10 (4 to 231)"
    )
    assert people_compared(WORDS, RR, effect) == (
        "Of 100 people, about 22 instead of 12 get clearly better (without it: 13 of 113 in the "
        "control arm of Huguet 2024: at least 50% fewer headache days)."
    )
    assert in_people(effect) == People(of=100, without=12, with_it=22, least=12, most=41)


def test_a_rare_event_is_told_of_a_thousand() -> None:
    """Risks of 1% and, with a ratio of 0.5 (0.3 to 0.9), 0.5% (0.3% to 0.9%)."""
    numbers = number_needed_to_treat(
        risk_by_log_risk_ratio,
        math.log(0.5),
        Interval(math.log(0.3), math.log(0.9), "wald"),
        0.01,
        event_is_good=False,
    )
    effect = AbsoluteEffect(source="1 of 100 in the control arms", numbers=numbers)
    assert in_people(effect) == People(of=1000, without=10, with_it=5, least=3, most=9)
    assert people_compared(WORDS, RR, effect).startswith("Of 1,000 people, about 5 instead of 10 ")


def test_all_but_a_few_are_told_of_a_thousand_and_never_as_all() -> None:
    """Risks of 99% and, with a ratio of 1.0099 (1.001 to 1.01009), 99.98% (99.1% to 99.999%)."""
    numbers = number_needed_to_treat(
        risk_by_log_risk_ratio,
        math.log(1.0099),
        Interval(math.log(1.001), math.log(1.01009), "wald"),
        0.99,
        event_is_good=True,
    )
    effect = AbsoluteEffect(source="99 of 100 in the control arms", numbers=numbers)
    assert in_people(effect) == People(of=1000, without=990, with_it=1000, least=991, most=1000)
    assert corresponding_people(effect) == "more than 999 (991 to more than 999)"
    assert ", more than 999 do with therapy" in absolute_text(WORDS, RR, effect)


def test_questionnaires_use_the_protocols_risks(protocol_of: Protocol) -> None:
    """From a table of the normal distribution: Phi(-0.7816) = 0.2172, Phi(-0.3416) = 0.3663."""
    tenth, fifth = absolute_effects(protocol_of, SMD, (), an_effect(-0.5, -0.7, -0.3))
    assert (tenth.numbers.control_risk, fifth.numbers.control_risk) == (0.1, 0.2)
    assert tenth.numbers.risk == pytest.approx(0.2172, abs=5e-5)
    assert fifth.numbers.risk == pytest.approx(0.3663, abs=5e-5)
    assert tenth.source == fifth.source == "assumed"
    assert absolute_text(WORDS, SMD, tenth) == (
        "If 100 of 1,000 people get clearly better in the control group (assumed), 217 do with "
        "therapy: 117 more (63 more to 180 more); number needed to treat 9 (6 to 16)"
    )
    assert people_compared(WORDS, SMD, tenth) == (
        "If 10 of 100 people get clearly better without it, about 22 do with it."
    )
    assert people_shown(WORDS, SMD, tenth) == (
        "Of 100 people, 10 get clearly better in the control group (assumed) and about 22 with "
        "therapy (16 to 28)."
    )


@pytest.fixture
def protocol_of(evidence: Evidence) -> Protocol:
    return evidence.protocol


def test_all_cells_agree_with_another_normal_distribution(
    syntheses: Mapping[str, Synthesis],
) -> None:
    normal = NormalDist()
    checked = 0
    for synthesis in syntheses.values():
        if synthesis.primary is None or synthesis.measure.ratio:
            continue
        for effect in synthesis.clinical.absolute:
            start = normal.inv_cdf(effect.numbers.control_risk)
            risk = normal.cdf(start - synthesis.primary.estimate)
            assert effect.numbers.risk == pytest.approx(risk, rel=1e-9)
            checked += 1
    assert checked >= 20


@pytest.mark.parametrize("gain", [False, True])
def test_points_are_gained_where_more_is_good(protocol_of: Protocol, gain: bool) -> None:
    """Half an SD in favour of the intervention, on scales that point either way."""
    reference = ReferenceSd(2.0, "the 0 to 10 scale", "made up", higher_is_better=gain)
    found = clinical(protocol_of, SMD, (), an_effect(-0.5, -0.7, -0.3), reference)
    assert found.points is not None
    way = "higher" if gain else "lower"
    assert points_text(found.points) == f"1.00 points {way} (0.60 to 1.40 {way})"


def test_control_arms_are_added_up(protocol_of: Protocol) -> None:
    studies = (
        study(0, -0.5, 0.3, weight=50, n=100, events=(20, 10)),
        study(1, -0.5, 0.3, weight=40, n=300, events=(50, 30)),
        study(2, -0.5, 0.3, weight=10, n=300, label="Uncounted 2020"),
    )
    (effect,) = absolute_effects(protocol_of, RR, studies, an_effect(-math.log(1.5), -0.7, -0.1))
    assert effect.numbers.control_risk == pytest.approx(40 / 200)
    assert effect.numbers.per_1000 == pytest.approx(100)
    assert effect.source.startswith("40 of 200 in the control arms of ")
    assert "Uncounted" not in effect.source


@pytest.mark.parametrize("events", [None, (5, 0), (60, 60)])
def test_without_a_usable_control_risk_the_protocols_stand_in(
    protocol_of: Protocol, events: tuple[int, int] | None
) -> None:
    studies = (study(0, -0.5, 0.3, weight=100, n=120, events=events),)
    found = absolute_effects(protocol_of, RR, studies, an_effect(-0.4, -0.7, -0.1))
    assert [effect.numbers.control_risk for effect in found] == [0.1, 0.2]


def test_an_unwanted_event_is_not_turned_round(protocol_of: Protocol) -> None:
    studies = (study(0, -0.5, 0.3, weight=100, n=200, events=(15, 30)),)
    (effect,) = absolute_effects(
        protocol_of, DROPOUT, studies, an_effect(math.log(0.5), math.log(0.25), math.log(0.8))
    )
    assert effect.numbers.risk == pytest.approx(0.15)
    assert effect.numbers.per_1000 == pytest.approx(150)  # 150 fewer events: the therapy's benefit
    assert difference_text(effect) == "150 fewer (225 fewer to 60 fewer)"


class TestPoints:
    def test_pain(self, evidence: Evidence, syntheses: Mapping[str, Synthesis]) -> None:
        """Control arms on BPI severity after treatment: Friesen 1.28, Williams 1.5."""
        synthesis = syntheses["non-headache.pain.post"]
        assert synthesis.primary and synthesis.clinical.points
        points = synthesis.clinical.points
        assert points.estimate == pytest.approx(synthesis.primary.estimate * (1.28 + 1.5) / 2)
        for named in ("0 to 10", "SD 1.39", "Friesen 2017 1.28", "Williams 2010 1.5", "median"):
            assert named in points.assumed

    def test_depression(self, evidence: Evidence) -> None:
        found = reference_sd(
            evidence, evidence.protocol.question("non-headache", "depression", "post")
        )
        assert found is not None
        assert found.sd == pytest.approx(median([5.44, 5.82, 3.99, 4.7])) == pytest.approx(5.07)
        assert found.scale == "the 0 to 27 scale of PHQ-9"

    def test_follow_up_uses_the_arms_after_treatment(self, evidence: Evidence) -> None:
        questions = [
            evidence.protocol.question("non-headache", "depression", timepoint)
            for timepoint in ("post", "follow-up")
        ]
        post, later = (reference_sd(evidence, question) for question in questions)
        assert post == later

    @pytest.mark.parametrize(
        ("change", "follows"),
        [
            ({"sd_control": 5.5}, True),
            ({"usable": "no"}, True),
            ({"mean_intervention": 4.5}, False),
            ({"note": "read again"}, False),
        ],
    )
    def test_follow_up_is_made_from_the_standard_deviations_only(
        self, evidence: Evidence, change: Mapping[str, Any], follows: bool
    ) -> None:
        post, later = (
            evidence.protocol.question("non-headache", "depression", timepoint)
            for timepoint in ("post", "follow-up")
        )
        at = reference_rows(evidence, later)[0].row_id
        changed = corrected(evidence, at, **change)
        assert slice_of(changed, post).parts() != slice_of(evidence, post).parts()
        moved = slice_of(changed, later).parts() != slice_of(evidence, later).parts()
        assert moved is follows

    @pytest.mark.parametrize(
        ("change", "trials"),
        [
            ({}, {"friesen-2017", "williams-2010"}),
            ({"usable": "no"}, {"williams-2010"}),
            ({"instrument": "SF-MPQ"}, {"williams-2010"}),
            ({"timepoint": "follow-up"}, {"williams-2010"}),
            ({"format": "effect"}, {"williams-2010"}),
        ],
    )
    def test_which_rows(
        self, evidence: Evidence, change: Mapping[str, Any], trials: set[str]
    ) -> None:
        rows = [
            replace(row, **change) if row.row_id == "friesen-2017.pain.post.1" else row
            for row in evidence.outcomes
        ]
        question = evidence.protocol.question("non-headache", "pain", "post")
        found = reference_rows(replace(evidence, outcomes=tuple(rows)), question)
        assert {row.study_id for row in found} == trials

    def test_a_trial_gives_its_preferred_instrument_once(self, evidence: Evidence) -> None:
        bpi = next(r for r in evidence.outcomes if r.row_id == "friesen-2017.pain.post.1")
        nrs = replace(bpi, row_id="friesen-2017.pain.post.9", instrument="NRS", sd_control=2.2)
        question = evidence.protocol.question("non-headache", "pain", "post")
        changed = replace(evidence, outcomes=(*evidence.outcomes, nrs))
        assert nrs in reference_rows(changed, question) and bpi not in reference_rows(
            changed, question
        )
        found = reference_sd(changed, question)
        assert found is not None and found.sd == pytest.approx((2.2 + 1.5) / 2)

    def test_suspect_and_excluded_trials_and_the_other_condition_do_not_count(
        self, evidence: Evidence
    ) -> None:
        question = evidence.protocol.question("non-headache", "pain", "post")
        assert {r.study_id for r in reference_rows(evidence, question, {"friesen-2017"})} == {
            "williams-2010"
        }
        assert "nhu-2024" not in {r.study_id for r in reference_rows(evidence, question)}
        headache = evidence.protocol.question("headache", "pain", "post")
        assert reference_sd(evidence, headache) is None

    @pytest.mark.parametrize(
        ("estimate", "low", "high", "text"),
        [
            (-0.87, -1.39, -0.35, "0.87 points lower (0.35 to 1.39 lower)"),
            (0.4, 0.1, 0.7, "0.40 points higher (0.10 to 0.70 higher)"),
            (-0.12, -0.29, 0.05, "0.12 points lower (0.29 lower to 0.05 higher)"),
            (-0.12, None, 0.05, "0.12 points lower"),
        ],
    )
    def test_text(self, estimate: float, low: float | None, high: float, text: str) -> None:
        assert points_text(Reexpressed(estimate, Interval(low, high, "wald"), "")) == text


class TestNumberNeeded:
    @pytest.mark.parametrize(
        ("interval", "text"),
        [
            ((-0.7, -0.3), "number needed to treat 9 (6 to 16)"),
            (
                (-0.7, 0.1),
                "number needed to treat 9 (6 for benefit, through infinity, to 60 for harm)",
            ),
            (
                (-0.7, 0.0),
                "number needed to treat 9 (6 for benefit, through infinity, to ∞ for harm)",
            ),
        ],
    )
    def test_benefit(self, interval: tuple[float, float], text: str) -> None:
        numbers = number_needed_to_treat(
            risk_by_smd, -0.5, Interval(*interval, "wald"), 0.1, event_is_good=True
        )
        assert needed_text(numbers) == text

    def test_harm_is_rounded_down(self) -> None:
        """Risk 0.2 x 0.7 = 0.14: 60 fewer responders in 1,000, one in 16.7."""
        interval = Interval(math.log(0.5), math.log(0.9), "wald")
        numbers = number_needed_to_treat(
            risk_by_log_risk_ratio, math.log(0.7), interval, 0.2, event_is_good=True
        )
        assert needed_text(numbers) == "number needed to harm 16 (10 to 50)"

    def test_no_difference_needs_no_number(self) -> None:
        numbers = number_needed_to_treat(
            risk_by_smd, 0.0, Interval(-0.1, 0.1, "wald"), 0.1, event_is_good=True
        )
        assert needed_text(numbers) == ""
        text = absolute_text(WORDS, SMD, AbsoluteEffect(source="assumed", numbers=numbers))
        assert "100 do with therapy: 0 more (" in text and not text.endswith("; ")


class TestProtocol:
    @pytest.mark.parametrize(
        ("old", "new", "column", "said"),
        [
            ("    GAD-7: [0, 21]\n", "", None, "points_on of anxiety"),
            ("points_on: [NRS, BPI severity]", "points_on: [NRS, VAS]", None, "points_on of pain"),
            ("BAI: [0, 63]", "BAI: [63, 0]", "clinical.instrument_ranges", "BAI: a range is"),
            ("control_risks: [0.1, 0.2]", "control_risks: [10, 20]", "clinical.control_risks.0",
             "less than 1"),
            ("very_few: 100", "very_few: 0", "certainty.very_few", "greater than or equal to 1"),
        ],
    )  # fmt: skip
    def test_a_wrong_setting_is_refused(
        self, folder: DataFolder, old: str, new: str, column: str | None, said: str
    ) -> None:
        folder.replace("protocol.yml", old, new)
        found = [(p[2], p[3]) for p in folder.problems()]
        assert any(name == column and said in message for name, message in found), found

    def test_every_mean_lies_within_its_instruments_range(self, evidence: Evidence) -> None:
        ranges = evidence.protocol.clinical.instrument_ranges
        for row in evidence.outcomes:
            if row.format == "means" and row.instrument in ranges:
                low, high = ranges[row.instrument]
                for mean in (row.mean_intervention, row.mean_control):
                    assert mean is None or low <= mean <= high, row.row_id
