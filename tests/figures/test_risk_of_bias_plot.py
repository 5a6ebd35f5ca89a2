from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from analysis.evidence.risk_of_bias_tools import DOMAINS
from analysis.figures.judgements import JUDGEMENTS, MARKS
from analysis.figures.risk_of_bias_plot import (
    Assessment,
    domains_of,
    question_bars,
    summary_bars,
    traffic_light,
)
from analysis.figures.style import render_svg
from tests.figures.looking import areas, collisions, contrast, luminance, outside, texts
from tests.figures.trials import QUESTIONS, ROB2, TRIALS, assessment


def test_judgements_differ_in_letter_and_shape_and_in_grey() -> None:
    marks = [MARKS[judgement] for judgement in JUDGEMENTS]
    assert len({mark.letter for mark in marks}) == len(marks)
    assert len({(mark.corners, mark.turn) for mark in marks}) == len(marks)
    greys = sorted((luminance(mark.face) for mark in marks if mark.corners), reverse=True)
    assert all((lighter + 0.05) / (darker + 0.05) > 1.25 for lighter, darker in pairwise(greys))


def test_letters_can_be_read_on_their_tints() -> None:
    assert all(contrast(mark.face, mark.ink) >= 4.5 for mark in MARKS.values())


def test_each_cell_has_its_letter_and_a_missing_domain_a_dash() -> None:
    found = texts(render_svg(traffic_light(TRIALS)))
    at = found.index("Carpenter 2012")
    assert found[at : at + 8] == ["Carpenter 2012", "141", "L", "H", "S", "–", "–", "H"]


def test_domains_stand_in_the_order_of_the_tool() -> None:
    assert domains_of(TRIALS[2:]) == ROB2
    assert domains_of(TRIALS[2:3]) == ROB2[:3]
    rob1 = assessment(
        "A 2010", ("low",), "unclear", 5, tool="RoB 1", domains=("incomplete outcome data",)
    )
    assert domains_of([rob1]) == ("incomplete outcome data",)
    notes = texts(render_svg(traffic_light([rob1])))
    assert any(text.startswith("RoB 1 domains without a judgement here: random") for text in notes)


@pytest.mark.parametrize("tool", DOMAINS)
def test_every_domain_of_a_tool_that_was_judged_is_drawn_as_judged(tool: str) -> None:
    domains = DOMAINS[tool]
    trial = assessment("A 2010", ("high",) * len(domains), "low", 5, tool=tool, domains=domains)
    assert domains_of([trial]) == domains
    found = texts(render_svg(traffic_light([trial])))
    at = found.index("A 2010")
    assert found[at : at + len(domains) + 3] == ["A 2010", "5", *"H" * len(domains), "L"]
    words = " ".join(found).lower()
    assert all(word in words for domain in domains for word in domain.split())
    assert "without a judgement" not in words


def test_one_figure_shows_one_tool() -> None:
    other = assessment("A 2010", ("low",), "low", 5, tool="RoB 1", domains=("other bias",))
    with pytest.raises(ValueError, match=r"one tool, not RoB 1, RoB 2"):
        traffic_light([*TRIALS, other])
    with pytest.raises(ValueError, match="not no trial"):
        traffic_light([])


def test_bars_are_weighted_by_participants() -> None:
    figure = summary_bars(TRIALS)
    faces = [MARKS[judgement].face for judgement in JUDGEMENTS]
    widths = [np.ptp(bar.path.vertices[:, 0]) for bar in areas(figure, *faces)]
    assert widths[-2] / widths[-1] == pytest.approx(69 / 201)
    found = texts(render_svg(figure))
    assert "L 26%" in found
    assert "H 74%" in found
    assert "Left out, number of participants not known: 1 trial." in found


def test_each_question_has_a_bar_of_its_own_trials() -> None:
    found = texts(render_svg(question_bars(QUESTIONS)))
    at = found.index("Disability after treatment")
    assert found[at + 1 : at + 3] == ["L 26%", "H 74%"]
    assert found[found.index("Pain after treatment") + 1] == "L 100%"
    assert "Left out, number of participants not known: 1 trial." in found
    with pytest.raises(ValueError, match="no trial has a known number"):
        question_bars({"Headache": {"Pain": TRIALS[3:]}})


def test_bars_need_a_known_number() -> None:
    with pytest.raises(ValueError, match="no trial has a known number"):
        summary_bars(TRIALS[3:])


@pytest.mark.parametrize("name", ["", " of the collaborative Internet-delivered programme " * 3])
def test_nothing_overlaps(name: str) -> None:
    trials = [Assessment(t.label + name, t.risk_of_bias, t.n) for t in TRIALS * 10]
    for figure in (traffic_light(trials), summary_bars(trials)):
        assert collisions(figure) == []
        assert outside(figure) == []
