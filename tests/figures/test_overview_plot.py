from __future__ import annotations

import pytest

from analysis.figures.overview_plot import overview_plot
from analysis.figures.style import render_svg
from tests.figures import examples
from tests.figures.analyses import LABELS, every_question
from tests.figures.looking import collisions, markers, outside, texts


def test_every_cell_is_there_in_words_and_numbers() -> None:
    found = texts(render_svg(overview_plot(every_question(), LABELS)))
    assert found.count("Disability") == found.count("At follow-up") == 2
    assert found.count("−0.31 [−0.43 to −0.19]") == 6
    assert found.count("RR 1.63 [1.15 to 2.32]") == 2
    assert found.count("0") >= 4


def test_only_differences_are_on_the_axis() -> None:
    figure = overview_plot(every_question(), LABELS)
    assert len(markers(figure, "o")) == 6
    assert "Ratios have an axis of their own: numbers only." in texts(render_svg(figure))


def test_a_single_trial_is_a_square() -> None:
    single = examples.many(1).model_copy(update={"primary": examples.pooled(1)})
    assert len(markers(overview_plot([single], LABELS), "s")) == 1


def test_nothing_overlaps() -> None:
    figure = overview_plot(every_question(), LABELS)
    assert collisions(figure) == []
    assert outside(figure) == []


def test_no_cell_is_an_error() -> None:
    with pytest.raises(ValueError, match="at least one question"):
        overview_plot([], LABELS)
