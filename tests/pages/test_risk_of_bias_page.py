"""Risk of bias with one tool, none, or trials whose participants nobody knows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from analysis.evidence.risk_of_bias_tools import DOMAINS
from analysis.evidence.rows import Evidence
from analysis.figures import style
from analysis.pages import html
from analysis.pages import risk_of_bias_page as page

Shown = list[str]


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> Shown:
    """What a page displays: its paragraphs, and of a figure the words."""
    found: Shown = []
    monkeypatch.setattr(html, "display", lambda output: found.append(output.data))
    monkeypatch.setattr(style, "show", lambda figure, alt: found.append(alt))
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
