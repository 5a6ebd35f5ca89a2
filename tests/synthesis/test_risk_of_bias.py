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


def a_judgement(domain: str, judgement: str, outcome: str = "", timepoint: str = "") -> Judgement:
    return Judgement("made-2020", "RoB 2", domain, judgement, support="",  # type: ignore[arg-type]
                     assessed_by="gandy-2022", outcome=outcome, timepoint=timepoint)  # fmt: skip


ALL_LOW = tuple(a_judgement(domain, "low") for domain in DOMAINS["RoB 2"])


def test_each_result_has_its_own_judgement(evidence: Evidence) -> None:
    """The result before its outcome, the outcome before the trial."""
    last = DOMAINS["RoB 2"][-1]
    rows = (
        *ALL_LOW,
        a_judgement(last, "some concerns", "pain"),
        a_judgement(last, "high", "pain", "post"),
    )
    changed = replace(evidence, risk_of_bias=rows)
    found = {
        (outcome, timepoint): risk_of_bias(
            changed, "made-2020", evidence.protocol.question("non-headache", outcome, timepoint)
        ).overall
        for outcome, timepoint in (
            ("pain", "post"),
            ("pain", "follow-up"),
            ("depression", "post"),
        )
    }
    assert list(found.values()) == ["high", "some concerns", "low"]


def test_a_trial_whose_results_alone_were_judged_is_as_its_worst(evidence: Evidence) -> None:
    first = DOMAINS["RoB 2"][0]
    rows = (
        a_judgement(first, "high", "pain", "post"),
        a_judgement(first, "low", "depression", "post"),
    )
    assert risk_of_bias(replace(evidence, risk_of_bias=rows), "made-2020").overall == "high"


def test_five_domains_at_low_are_low_and_fewer_are_not_assessed(evidence: Evidence) -> None:
    """RoB 2 has no word for unclear (Sterne 2019, 10.1136/bmj.l4898)."""
    for rows, overall in ((ALL_LOW, "low"), (ALL_LOW[:4], "not assessed")):
        assert risk_of_bias(replace(evidence, risk_of_bias=rows), "made-2020").overall == overall
