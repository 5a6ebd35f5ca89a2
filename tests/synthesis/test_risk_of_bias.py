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


def a_judgement(
    domain: str, judgement: str, outcome: str = "", timepoint: str = "", by: str = "gandy-2022",
    tool: str = "RoB 2",
) -> Judgement:  # fmt: skip
    return Judgement("made-2020", tool, domain, judgement, support="",  # type: ignore[arg-type]
                     assessed_by=by, outcome=outcome, timepoint=timepoint)  # fmt: skip


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


def test_an_overall_judgement_is_no_better_than_a_domain_of_the_result(
    evidence: Evidence,
) -> None:
    """The trial is low, a domain of one of its results is not: that result is not low either."""
    last = DOMAINS["RoB 2"][-1]
    rows = (
        *ALL_LOW,
        a_judgement(OVERALL, "low"),
        a_judgement(last, "some concerns", "pain"),
        a_judgement(last, "high", "pain", "post"),
    )
    changed = replace(evidence, risk_of_bias=rows)
    found = [
        risk_of_bias(
            changed, "made-2020", evidence.protocol.question("non-headache", outcome, timepoint)
        ).overall
        for outcome, timepoint in (("pain", "post"), ("pain", "follow-up"), ("anxiety", "post"))
    ]
    assert found == ["high", "some concerns", "low"]


def test_assessors_who_differ_on_the_whole_may_agree_on_a_high_domain(evidence: Evidence) -> None:
    """In RoB 2 the result is high then; in RoB 1 the whole is a judgement of its own."""
    for tool, overall in (("RoB 2", "high"), ("RoB 1", "not assessed")):
        middle = "some concerns" if tool == "RoB 2" else "unclear"
        rows = (
            a_judgement(DOMAINS[tool][0], "high", tool=tool),
            a_judgement(OVERALL, "high", by="anna", tool=tool),
            a_judgement(OVERALL, middle, by="ben", tool=tool),
        )
        found = risk_of_bias(replace(evidence, risk_of_bias=rows), "made-2020")
        assert (found.overall, found.differ) == (overall, (OVERALL,))


def test_two_assessors_who_differ_leave_the_domain_open_until_they_agree(
    evidence: Evidence,
) -> None:
    first = DOMAINS["RoB 2"][0]
    apart = (*ALL_LOW, a_judgement(first, "some concerns", by="anna"))
    found = risk_of_bias(replace(evidence, risk_of_bias=apart), "made-2020")
    assert (found.overall, found.differ) == ("not assessed", (first,))
    assert found.domains[0].judgement == "not assessed"
    assert found.in_words == "not assessed (assessors differ)"
    settled = (*apart, a_judgement(first, "some concerns", by="consensus"))
    found = risk_of_bias(replace(evidence, risk_of_bias=settled), "made-2020")
    assert (found.overall, found.differ, found.in_words) == ("some concerns", (), "some concerns")


def test_two_who_agree_are_as_one(evidence: Evidence) -> None:
    twice = (*ALL_LOW, *(replace(row, assessed_by="anna") for row in ALL_LOW))
    one, two = (
        risk_of_bias(replace(evidence, risk_of_bias=rows), "made-2020") for rows in (ALL_LOW, twice)
    )
    assert one == two


def test_an_agreed_high_is_high_whatever_is_open(evidence: Evidence) -> None:
    first, second, *_ = DOMAINS["RoB 1"]
    rows = (
        a_judgement(first, "high", by="anna", tool="RoB 1"),
        a_judgement(second, "low", by="anna", tool="RoB 1"),
        a_judgement(second, "unclear", by="ben", tool="RoB 1"),
    )
    found = risk_of_bias(replace(evidence, risk_of_bias=rows), "made-2020")
    assert (found.overall, found.differ, found.undecided) == ("high", (second,), False)
    found = risk_of_bias(replace(evidence, risk_of_bias=rows[1:]), "made-2020")
    assert (found.overall, found.undecided) == ("not assessed", True)


def test_who_differ_on_the_overall_judgement_alone_leave_it_open(evidence: Evidence) -> None:
    rows = (
        *ALL_LOW,
        a_judgement(OVERALL, "low", by="anna"),
        a_judgement(OVERALL, "some concerns", by="ben"),
    )
    found = risk_of_bias(replace(evidence, risk_of_bias=rows), "made-2020")
    assert (found.overall, found.differ) == ("not assessed", (OVERALL,))


def test_a_judgement_of_the_result_is_no_difference_with_that_of_the_trial(
    evidence: Evidence,
) -> None:
    first = DOMAINS["RoB 2"][0]
    rows = (*ALL_LOW, a_judgement(first, "high", "pain", "post", by="anna"))
    asked = evidence.protocol.question("non-headache", "pain", "post")
    found = risk_of_bias(replace(evidence, risk_of_bias=rows), "made-2020", asked)
    assert (found.overall, found.differ) == ("high", ())


@pytest.mark.parametrize("tool", [tool for tool in DOMAINS if tool not in ("RoB 1", "RoB 2")])
def test_a_tool_for_another_design_needs_its_own_domain(evidence: Evidence, tool: str) -> None:
    """Six domains, one of which RoB 2 has not (riskofbias.info, 18 March 2021)."""
    (own,) = set(DOMAINS[tool]) - set(DOMAINS["RoB 2"])
    rows = tuple(a_judgement(domain, "low", tool=tool) for domain in DOMAINS[tool])
    found = risk_of_bias(replace(evidence, risk_of_bias=(*ALL_LOW, *rows)), "made-2020")
    assert (found.tool, found.overall, len(found.domains)) == (tool, "low", 6)
    without = tuple(row for row in rows if row.domain != own)
    found = risk_of_bias(replace(evidence, risk_of_bias=without), "made-2020")
    assert found.overall == "not assessed"
