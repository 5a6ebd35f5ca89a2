"""A trial's risk of bias: the tool's overall judgement, or what its domains allow."""

from __future__ import annotations

from dataclasses import replace

import pytest

from analysis.evidence.risk_of_bias_tools import DOMAINS, OVERALL
from analysis.evidence.rows import Evidence, Judgement
from analysis.synthesis.risk_of_bias import risk_of_bias

SEQUENCE, CONCEALMENT, *_ = DOMAINS["RoB 1"]


def judged(evidence: Evidence, *rows: tuple[str, str, str]) -> Evidence:
    """The evidence with these judgements only: tool, domain, judgement."""
    made = (Judgement("made-2020", *row, support="", assessed_by="gandy-2022") for row in rows)
    return replace(evidence, risk_of_bias=tuple(made))


@pytest.mark.parametrize(
    ("judgements", "overall"),
    [
        ({SEQUENCE: "low", OVERALL: "low"}, "low"),
        ({SEQUENCE: "high", OVERALL: "unclear"}, "unclear"),
        ({SEQUENCE: "low", CONCEALMENT: "high"}, "high"),
        ({SEQUENCE: "low", CONCEALMENT: "low"}, "unclear"),
    ],
    ids=["stated", "stated against a domain", "a domain is high", "only some domains"],
)
def test_overall_is_what_is_stated_or_what_some_domains_allow(
    evidence: Evidence, judgements: dict[str, str], overall: str
) -> None:
    rows = [("RoB 1", domain, judgement) for domain, judgement in judgements.items()]
    found = risk_of_bias(judged(evidence, *rows), "made-2020")
    assert (found.tool, found.overall) == ("RoB 1", overall)
    assert [item.domain for item in found.domains] == [d for d in judgements if d != OVERALL]


def test_a_trial_nobody_judged_is_not_assessed(evidence: Evidence) -> None:
    found = risk_of_bias(judged(evidence), "made-2020")
    assert (found.tool, found.overall, found.domains) == (None, "not assessed", ())


def test_of_two_tools_the_newer_is_shown_alone(evidence: Evidence) -> None:
    later = DOMAINS["RoB 2"][0]
    rows = [
        ("RoB 2", later, "low"),
        ("RoB 2", OVERALL, "some concerns"),
        ("RoB 1", SEQUENCE, "high"),
    ]
    found = risk_of_bias(judged(evidence, *rows), "made-2020")
    assert (found.tool, found.overall) == ("RoB 2", "some concerns")
    assert [item.domain for item in found.domains] == [later]
