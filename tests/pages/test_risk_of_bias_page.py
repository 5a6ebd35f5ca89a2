"""Risk of bias with one tool, none, or trials whose participants nobody knows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from analysis.evidence.risk_of_bias_tools import DOMAINS
from analysis.evidence.rows import Evidence
from analysis.figures import showing
from analysis.pages import risk_of_bias_page as page
from analysis.pages.trials_page import trial_section

Shown = list[str]


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> Shown:
    """What a page displays: its paragraphs, and of a figure the words."""
    found: Shown = []
    monkeypatch.setattr("IPython.display.display", lambda output: found.append(output.data))
    monkeypatch.setattr(showing, "show", lambda figure, alt, name: found.append(alt))
    return found


def display(evidence: Evidence, tool: str) -> None:
    displays: tuple[Callable[[Evidence, str], None], ...] = (page.traffic_lights, page.bars)
    for each in displays:
        each(evidence, tool)


@pytest.mark.parametrize("tool", DOMAINS)
def test_a_tool_that_nobody_used_is_said_once(evidence: Evidence, tool: str, shown: Shown) -> None:
    others = tuple(row for row in evidence.risk_of_bias if row.tool != tool)
    display(replace(evidence, risk_of_bias=others), tool)
    assert shown == [f"<p>No included trial has been judged with {tool}.</p>"]


def test_no_judgement_at_all(evidence: Evidence, shown: Shown) -> None:
    nobody = replace(evidence, risk_of_bias=())
    for tool in DOMAINS:
        display(nobody, tool)
    assert len(shown) == len(DOMAINS)
    assert page.summary(nobody).startswith("<p>No included trial has judgements yet.")


def test_trials_of_unknown_size_have_lights_and_no_bars(evidence: Evidence, shown: Shown) -> None:
    trials = {
        name: replace(trial, n_analysed_total=None, n_randomised_total=None)
        for name, trial in evidence.trials.items()
    }
    display(replace(evidence, trials=trials), "RoB 2")
    assert len(shown) == 2
    assert shown[0].startswith("Risk of bias by RoB 2 in ")
    assert shown[1] == "<p>Of no trial judged with RoB 2 is the number of participants known.</p>"


def test_who_judged_and_where_two_differ(evidence: Evidence, shown: Shown) -> None:
    row = next(row for row in evidence.risk_of_bias if row.judgement == "low")
    apart = replace(row, assessed_by="anna", judgement="high")
    rows = (*evidence.risk_of_bias, apart)
    said = page.differences(replace(evidence, risk_of_bias=rows))
    assert f"{row.domain}" in said
    assert "<span>A</span>: high" in said
    assert "none yet: not assessed" in said
    assert "by A and by the people who compiled these sources: " in page.summary(
        replace(evidence, risk_of_bias=rows)
    )
    agreed = replace(row, assessed_by="consensus", judgement="high")
    said = page.differences(replace(evidence, risk_of_bias=(*rows, agreed)))
    assert "none yet" not in said
    assert page.differences(evidence).startswith("<p>No domain of a result was judged differently")


def test_trials_of_other_designs_are_shown_by_their_own_tools(
    evidence: Evidence, shown: Shown
) -> None:
    page.other_designs(evidence)
    assert shown == [
        "<p>No included trial has been judged with RoB 2 for cluster-randomised trials or "
        "RoB 2 for crossover trials.</p>"
    ]
    shown.clear()
    tool = "RoB 2 for crossover trials"
    row = next(row for row in evidence.risk_of_bias if row.tool == "RoB 2")
    judged = replace(row, tool=tool, domain="period and carryover effects")
    page.other_designs(replace(evidence, risk_of_bias=(*evidence.risk_of_bias, judged)))
    assert shown[0].startswith(f"Risk of bias by {tool} in 1 trial.")
    assert "Period and carryover effects" in shown[-1]


def test_signalling_answers_stand_beside_what_they_propose(evidence: Evidence) -> None:
    assert page.answers_table(evidence).startswith("<p>No assessor’s answers")
    row = next(r for r in evidence.risk_of_bias if r.domain == "missing outcome data")
    answered = replace(row, answers="3.1 N 3.2 PY", judgement="high", support="few remained")
    made = replace(evidence, risk_of_bias=(answered,))
    said = page.answers_table(made)
    for cell in ("3.1 N 3.2 PY", ">low<", ">high<", "few remained"):
        assert cell in said
    trial = made.trials[row.study_id]
    assert "3.1 N 3.2 PY" in trial_section(made, trial)
    assert '<th scope="col">Answers</th>' not in trial_section(evidence, trial)


def test_all_low_and_yet_unclear_overall_is_explained(evidence: Evidence) -> None:
    """Four domains at low risk are not the seven of the tool."""
    assert "not all 7 domains of RoB 1 were judged" in page.judgements_table(evidence, "RoB 1")
    whole = tuple(
        replace(row, domain=domain, judgement="low")
        for row in evidence.risk_of_bias
        if row.tool == "RoB 1"
        for domain in DOMAINS["RoB 1"]
    )
    rows = {(row.study_id, row.domain): row for row in whole}
    judged = replace(evidence, risk_of_bias=tuple(rows.values()))
    assert "not all" not in page.judgements_table(judged, "RoB 1")
