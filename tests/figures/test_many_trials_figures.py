"""Figures of 400 trials: as high as others, as light, and with the numbers of all."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from matplotlib.figure import Figure

from analysis.evidence.trial_states import State
from analysis.figures.baujat_plot import baujat_plot
from analysis.figures.cumulative_plot import cumulative_plot
from analysis.figures.evidence_map import MapRow, evidence_map
from analysis.figures.forest_plot import forest_plot
from analysis.figures.influence_plot import influence_plot
from analysis.figures.leave_one_out_plot import leave_one_out_plot
from analysis.figures.many_trials import MOST_ROWS
from analysis.figures.risk_of_bias_plot import traffic_light
from analysis.figures.showing import inline_svg, numbers_of
from analysis.figures.style import POINTS_PER_INCH, render_svg
from tests.figures import analyses, examples, trials
from tests.figures.looking import collisions, outside, texts

HIGHEST, HEAVIEST = 800.0, 40_000  # points, bytes
K = 400
MANY = examples.many(K)
PROBED = analyses.probed(MANY)
INFLUENCED = analyses.influenced(MANY)
JUDGED = [
    trials.assessment(f"Trial {i}", ("low", "high", "some concerns")[: 1 + i % 3], "high", 10 + i)
    for i in range(K)
]
MAPPED = [MapRow(f"Trial {i}", tuple(State)[i % 4 : i % 4 + 2]) for i in range(K)]
DRAWN: dict[str, Callable[[], Figure]] = {
    "forest": lambda: forest_plot(MANY),
    "leave one out": lambda: leave_one_out_plot(PROBED),
    "influence": lambda: influence_plot(INFLUENCED),
    "Baujat": lambda: baujat_plot(INFLUENCED),
    "traffic light": lambda: traffic_light(JUDGED),
    "evidence map": lambda: evidence_map("After treatment", ("Pain", "Anxiety"), MAPPED),
}


@pytest.mark.parametrize("name", DRAWN)
def test_a_figure_of_many_trials_is_read_at_a_glance_and_has_all_their_numbers(name: str) -> None:
    figure = DRAWN[name]()
    assert figure.get_figheight() * POINTS_PER_INCH < HIGHEST
    assert len(inline_svg(figure, name)) < HEAVIEST
    assert collisions(figure) == [] and outside(figure) == []
    names = [next(iter(row.values())) for row in numbers_of(figure)]
    assert len(names) - K in (0, 1, 2)  # and the pooled effect with its prediction


def test_the_cumulative_plot_of_many_trials_has_a_row_a_year() -> None:
    figure = cumulative_plot(PROBED)
    rows = numbers_of(figure)
    steps = {study.year: at + 1 for at, study in enumerate(MANY.pooled_studies)}
    assert {str(row["Up to the year"]): int(str(row["Trials"])) for row in rows} == {
        str(year): k for year, k in steps.items()
    }


def test_trials_that_are_alike_are_put_together_and_counted() -> None:
    said = texts(render_svg(DRAWN["traffic light"]()))
    assert sum(int(text.split()[0]) for text in said if text.endswith(" trials")) == K
    participants = sum(assessment.n or 0 for assessment in JUDGED)
    counts = [text.replace(",", "") for text in said]
    assert sum(int(text) for text in counts if text.isdigit()) == participants


def test_few_trials_keep_their_names() -> None:
    said = texts(render_svg(forest_plot(examples.many(MOST_ROWS))))
    assert examples.many(MOST_ROWS).studies[0].label in said
    assert examples.many(K).studies[0].label not in texts(render_svg(forest_plot(MANY)))
