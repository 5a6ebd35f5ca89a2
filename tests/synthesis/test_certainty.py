"""The rating that follows from the rules, what a person decided, and how it is printed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from analysis.evidence.load import load
from analysis.evidence.question_slice import slice_of
from analysis.evidence.rows import Decision, Evidence
from analysis.protocol import Protocol
from analysis.synthesis.certainty import Certainty, Unassessed, rating_text
from analysis.synthesis.grade.rating import rate
from analysis.synthesis.question_result import Synthesis
from analysis.synthesis.synthesise import synthesise
from tests.evidence.folder import DataFolder
from tests.synthesis.bodies import RULES, a_body, a_pooled, of_risk


@pytest.fixture
def protocol(evidence: Evidence) -> Protocol:
    return evidence.protocol.model_copy(update={"certainty": RULES})


def test_nothing_to_complain_of_stays_high(protocol: Protocol) -> None:
    rated = rate(protocol, a_body())
    assert (rated.level, rated.proposed, rated.decided, rated.label) == (
        "high", "high", None, "proposed",
    )  # fmt: skip
    assert [step.domain for step in rated.steps] == [
        "risk of bias", "inconsistency", "imprecision", "indirectness", "publication bias",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "level"),
    [
        ({}, "high"),
        ({"n_total": 785}, "moderate"),
        ({"n_total": 785, "primary": a_pooled(-0.3, 0.1)}, "low"),
        (
            {
                "n_total": 785,
                "primary": a_pooled(-0.3, 0.1),
                "studies": tuple(of_risk(i, 25, "unclear") for i in range(4)),
            },
            "very low",
        ),
        (
            {
                "n_total": 785,
                "primary": a_pooled(-0.3, 0.1),
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


@pytest.mark.parametrize(
    ("provisional", "rating", "standing"),
    [
        (None, "low", "proposed"),
        (
            Unassessed(trials=3, weight=62.0),
            "at most low",
            "proposed; provisional until somebody has assessed the risk of bias of 3 trials",
        ),
    ],
)
def test_a_provisional_rating_says_until_when(
    provisional: Unassessed | None, rating: str, standing: str
) -> None:
    rated = Certainty(
        steps=(), proposed="low", decided=None, label="proposed", provisional=provisional
    )
    assert (rated.rating, rated.standing) == (rating, standing)
    assert Certainty.model_validate_json(rated.model_dump_json()) == rated


def test_nothing_is_at_most_the_lowest_level() -> None:
    assert rating_text("low", provisional=True) == "at most low"
    assert rating_text("very low", provisional=True) == "very low"


def test_a_rating_from_before_there_were_provisional_ones_is_read() -> None:
    old = {"steps": [], "proposed": "low", "decided": None, "label": "proposed"}
    assert Certainty.model_validate(old).rating == "low"


CELL = ("non-headache", "pain", "post")
DOMAINS = ("risk of bias", "inconsistency", "imprecision", "indirectness", "publication bias")


def decided(domain: str, levels: int = 0, question: tuple[str, str, str] = CELL) -> Decision:
    reason, who = "as the guideline group sees it", "A. Person"
    return Decision(*question, domain, levels, reason, who, "2026-11-20")


class TestDecisions:
    def test_a_decision_stands_beside_the_proposal(self, protocol: Protocol) -> None:
        rated = rate(protocol, a_body(n_total=785), [decided("risk of bias", 2)])
        assert (rated.proposed, rated.decided, rated.level) == ("moderate", "very low", "very low")
        assert rated.label == "partly decided"
        step = rated.step("risk of bias")
        assert step.decision is not None
        assert (step.levels, step.levels_off, step.decision.decided_by) == (0, 2, "AP")

    def test_a_person_may_raise_what_the_rules_lowered(self, protocol: Protocol) -> None:
        rated = rate(protocol, a_body(n_total=785), [decided("imprecision", 0)])
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
        assert rated.step("risk of bias").reason == (
            "100.0% of the weight comes from trials whose risk of bias nobody has assessed: "
            "more than 50% is in doubt."
        )
        said = rated.step("imprecision").reason
        assert (
            "221 participants are fewer than the 400 and 37 events are fewer than the 300" in said
        )
        assert "recruited from age 14" in rated.step("indirectness").reason
        assert rated.level == "very low"

    def test_the_test_is_the_one_of_the_small_study_section(
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
