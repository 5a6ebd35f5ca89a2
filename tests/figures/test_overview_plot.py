from __future__ import annotations

from dataclasses import replace

import pytest

from analysis.figures.overview_plot import overview_plot
from analysis.figures.style import render_svg
from tests.figures import examples
from tests.figures.analyses import LABELS, every_question, measured_alike
from tests.figures.looking import collisions, markers, outside, texts


def test_every_cell_is_there_in_words_and_numbers() -> None:
    differences, _ = measured_alike()
    figure = overview_plot(differences, LABELS)
    found = texts(render_svg(figure))
    assert found.count("Disability") == found.count("At follow-up") == 2
    assert found.count("Pain") == 1  # where it is a difference
    assert found.count("−0.31 [−0.43 to −0.19]") == len(markers(figure, "o")) == 6
    assert found.count("0") >= 4


def test_ratios_have_an_axis_of_their_own() -> None:
    _, ratios = measured_alike()
    figure = overview_plot(ratios, LABELS)
    found = texts(render_svg(figure))
    assert found.count("1.63 [1.15 to 2.32]") == len(markers(figure, "o")) == 2
    assert "RR [95% CI]" in found and "1" in found
    with pytest.raises(ValueError, match="an axis of their own"):
        overview_plot(every_question(), LABELS)


def test_a_single_trial_stands_where_a_pooled_estimate_would() -> None:
    """Also where more is better, and an effect is shown the other way round than it is kept."""
    places = []
    for trials, kind in ((1, "s"), (4, "o")):
        effect = replace(examples.pooled(trials, -0.49, 0.35), prediction=None)
        asked = examples.responders().model_copy(update={"primary": effect})
        (mark,) = markers(overview_plot([asked], LABELS), kind)
        places.append(mark.x)
    assert places[0] == pytest.approx(places[1])


def test_a_single_trial_is_a_square() -> None:
    single = examples.many(1).model_copy(update={"primary": examples.pooled(1)})
    assert len(markers(overview_plot([single], LABELS), "s")) == 1


def test_nothing_overlaps() -> None:
    for alike in measured_alike():
        figure = overview_plot(alike, LABELS)
        assert collisions(figure) == []
        assert outside(figure) == []
    single = replace(examples.pooled(1, -0.66, 0.62), prediction=None)
    asked = examples.responders().model_copy(
        update={"primary": single, "smallest_important_difference": None}
    )
    assert outside(overview_plot([asked], LABELS)) == []


def test_no_cell_is_an_error() -> None:
    with pytest.raises(ValueError, match="at least one question"):
        overview_plot([], LABELS)
