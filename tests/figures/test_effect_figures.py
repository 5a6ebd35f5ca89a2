"""The figures that are rows of pooled effects: models, leave-one-out, cumulative."""

from __future__ import annotations

import math

import pytest

from analysis.figures.cumulative_plot import cumulative_plot
from analysis.figures.forest_plot import forest_plot
from analysis.figures.leave_one_out_plot import leave_one_out_plot
from analysis.figures.marks import Text
from analysis.figures.models_plot import models_plot
from analysis.figures.overview_plot import overview_plot
from analysis.figures.sensitivity_plot import sensitivity_plot
from analysis.figures.style import render_svg
from analysis.synthesis.sensitivity_overview import Sensitivity
from tests.figures import examples
from tests.figures.analyses import probed, with_models
from tests.figures.looking import arrows, collisions, markers, marks, outside, texts

LONG = " and the collaborative Internet-delivered pain management programme investigators"


def test_models_are_named_and_the_primary_one_is_bold() -> None:
    figure = models_plot(with_models(examples.many(12)))
    found = texts(render_svg(figure))
    assert "Common effect" in found
    assert "Random effects, Paule-Mandel" in found
    bold = [text.text for text in marks(figure, Text) if text.bold]
    assert "Random effects, REML" in bold and "Common effect" not in bold
    with pytest.raises(ValueError, match="no models to compare"):
        models_plot(examples.many(12))


def test_other_estimators_follow_and_none_stands_twice() -> None:
    others = tuple(examples.pooled(12, model=m) for m in ("reml", "sidik-jonkman"))
    example = examples.with_sensitivity(with_models(examples.many(12)), estimators=others)
    found = texts(render_svg(models_plot(example)))
    assert found.count("Random effects, REML") == 1
    assert found.index("Random effects, Sidik-Jonkman") > found.index(
        "Random effects, Paule-Mandel"
    )


def test_leave_one_out_has_a_row_a_trial_and_all_below() -> None:
    example = probed(examples.many(5))
    found = texts(render_svg(leave_one_out_plot(example)))
    labels = [study.label for study in example.pooled_studies]
    assert [text for text in found if text in labels] == labels
    at = found.index("Bromberg 2005")
    assert found[at : at + 3] == ["Bromberg 2005", "−0.30 [−0.42 to −0.18]", "31%"]
    assert "None: all 5 trials" in found
    with pytest.raises(ValueError, match="no trial to leave out"):
        leave_one_out_plot(examples.many(1))


def test_cumulative_ends_in_all_trials_and_cuts_the_early_ones() -> None:
    figure = cumulative_plot(probed(examples.many(8)))
    assert len(markers(figure, "s")) == 1
    assert len(markers(figure, "o")) == 6
    assert arrows(figure)
    with pytest.raises(ValueError, match="no trials to add up"):
        cumulative_plot(examples.many(1))


def test_the_level_of_the_intervals_is_the_synthesis_own() -> None:
    example = probed(examples.many(8)).model_copy(update={"level": 0.9})
    assert example.primary is not None
    questions = [Sensitivity(example, example.primary, ())]
    for figure in (
        forest_plot(example),
        leave_one_out_plot(example),
        overview_plot([example], {}),
        sensitivity_plot(questions, {}),
    ):
        found = " ".join(texts(render_svg(figure)))
        assert "[90% CI]" in found and "95%" not in found


def test_suspect_trials_are_not_numbered() -> None:
    example = probed(examples.many(5, suspect=True))
    assert "Chiauzzi 2010" not in texts(render_svg(leave_one_out_plot(example)))


def test_ratios_are_shown_as_ratios() -> None:
    found = texts(render_svg(leave_one_out_plot(probed(examples.responders()))))
    low, high = math.exp(0.19), math.exp(0.43)
    assert f"{math.exp(0.31):.2f} [{low:.2f} to {high:.2f}]" in found


@pytest.mark.parametrize(("k", "suffix"), [(2, LONG), (15, LONG), (60, "")])
def test_nothing_overlaps(k: int, suffix: str) -> None:
    example = with_models(probed(examples.many(k, suffix=suffix)))
    for draw in (models_plot, leave_one_out_plot, cumulative_plot):
        figure = draw(example)
        assert collisions(figure) == []
        assert outside(figure) == []
