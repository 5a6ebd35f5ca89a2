"""The figures that are rows of pooled effects: models, leave-one-out, cumulative."""

from __future__ import annotations

import math

import pytest

from analysis.figures.cumulative import cumulative_plot
from analysis.figures.leave_one_out import leave_one_out_plot
from analysis.figures.models import models_plot
from analysis.figures.style import render_svg
from analysis.statistics.cumulative import CumulativeStep
from analysis.statistics.leave_one_out import LeftOut
from analysis.statistics.results import Interval
from analysis.synthesis.model import Synthesis
from tests.figures import examples
from tests.figures.looking import arrows, collisions, markers, outside, texts

LONG = " and the collaborative Internet-delivered pain management programme investigators"


def with_models(synthesis: Synthesis) -> Synthesis:
    names = ("common", "dersimonian-laird", "reml", "paule-mandel")
    models = tuple(examples.pooled(12, -0.3 - i / 50, 0.12, model=m) for i, m in enumerate(names))
    return synthesis.model_copy(update={"models": models})


def fits(k: int) -> tuple[LeftOut, ...]:
    return tuple(
        LeftOut(
            omitted=i,
            k=k - 1,
            estimate=-0.31 + 0.01 * i,
            se=0.06,
            interval=Interval(-0.43 + 0.01 * i, -0.19 + 0.01 * i, "wald"),
            statistic=-5.0,
            p=0.0,
            q=10.0,
            q_p=0.3,
            tau2=0.02,
            i2=30.0 + i,
            h2=1.4,
        )
        for i in range(k)
    )


def steps(k: int) -> tuple[CumulativeStep, ...]:
    return tuple(
        CumulativeStep(added=i, pooled=examples.pooled(i + 1, -0.31, 2.0 / (i + 1) ** 2 + 0.1))
        for i in range(k)
    )


def probed(example: Synthesis) -> Synthesis:
    k = len(example.pooled_studies)
    return examples.with_robustness(example, leave_one_out=fits(k), cumulative=steps(k))


def test_models_are_named_and_the_primary_one_is_bold() -> None:
    figure = models_plot(with_models(examples.many(12)))
    found = texts(render_svg(figure))
    assert "Common effect" in found
    assert "Random effects, Paule-Mandel" in found
    [bold] = [t for t in figure.texts if t.get_text() == "Random effects, REML"]
    assert bold.get_fontweight() == "bold"
    with pytest.raises(ValueError, match="no models to compare"):
        models_plot(examples.many(12))


def test_other_estimators_follow_and_none_stands_twice() -> None:
    others = tuple(examples.pooled(12, model=m) for m in ("reml", "sidik-jonkman"))
    example = examples.with_robustness(with_models(examples.many(12)), estimators=others)
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
    assert len(list(markers(figure, "s"))) == 1
    assert len(list(markers(figure, "o"))) == 6
    assert arrows(figure)
    with pytest.raises(ValueError, match="no trials to add up"):
        cumulative_plot(examples.many(1))


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
