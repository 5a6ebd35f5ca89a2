from __future__ import annotations

import pytest

from analysis.figures.sensitivity_plot import sensitivity_plot
from analysis.figures.style import render_svg
from analysis.synthesis.sensitivity_overview import Sensitivity
from tests.figures import examples
from tests.figures.analyses import LABELS, question, questions, variants
from tests.figures.looking import arrows, collisions, markers, outside, texts


def test_each_variant_is_a_mark_and_each_family_says_its_range() -> None:
    figure = sensitivity_plot(questions(), LABELS)
    assert len(markers(figure, "D")) == 1
    assert len(markers(figure, "|")) == 12
    assert len(markers(figure, "o")) == 3 + 3  # the primary analyses and the models
    said = texts(render_svg(figure))
    assert "other models (2)" in said and "−0.25 to −0.20" in said
    assert "0.04" in said
    assert said.count("−0.31 [−0.43 to −0.19]") == 3


def test_each_condition_is_headed_once() -> None:
    said = texts(render_svg(sensitivity_plot(questions(), LABELS)))
    assert said.count("Headache") == 1
    assert sum(text.startswith("Non-headache") for text in said) == 1


def test_every_variant_is_on_the_axis() -> None:
    far = question("headache", variants("sets of trials", -2.4))
    assert arrows(sensitivity_plot([far], LABELS)) == []


def test_nothing_overlaps() -> None:
    figure = sensitivity_plot(questions(), LABELS)
    assert collisions(figure) == []
    assert outside(figure) == []


def test_ratios_are_on_an_axis_of_their_own() -> None:
    responders = examples.responders()
    assert responders.primary is not None
    ratios = Sensitivity(responders, responders.primary, (variants("models", -0.5, -0.4),))
    figure = sensitivity_plot([ratios], LABELS)
    said = texts(render_svg(figure))
    assert "1.63 [1.15 to 2.32]" in said and "1.49 to 1.65" in said
    assert arrows(figure) == []
    with pytest.raises(ValueError, match="axis of their own"):
        sensitivity_plot([*questions(), ratios], LABELS)


def test_nothing_is_an_error() -> None:
    with pytest.raises(ValueError, match="at least one question"):
        sensitivity_plot([], LABELS)
