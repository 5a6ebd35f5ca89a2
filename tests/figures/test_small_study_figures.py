"""The figures with two scales: funnel, Baujat, GOSH, and the influence panels."""

from __future__ import annotations

from dataclasses import replace

import pytest
from matplotlib.collections import PolyCollection
from matplotlib.figure import Figure
from matplotlib.patches import Polygon

from analysis.figures.baujat_plot import baujat_plot
from analysis.figures.funnel_plot import funnel_plot
from analysis.figures.gosh_plot import gosh_plot
from analysis.figures.influence_plot import PANELS, influence_plot
from analysis.figures.point_labels import place_labels
from analysis.figures.style import render_svg
from analysis.statistics.estimates import Interval
from analysis.statistics.small_study_effects import FunnelContours
from tests.figures import examples
from tests.figures.analyses import CONTOURS, FILLED, influenced, subsets
from tests.figures.looking import collisions, markers, outside, texts


def hexagons(figure: Figure) -> list[int]:
    return [len(c.get_offsets()) for c in figure.findobj(PolyCollection) if len(c.get_offsets())]


def test_funnel_has_every_pooled_trial_and_the_filled_ones_hollow() -> None:
    figure = funnel_plot(examples.with_funnel(examples.many(12, suspect=True), CONTOURS, FILLED))
    faces = [point.get_markerfacecolor() for point in markers(figure, "o")]
    assert len(faces) == 14
    assert faces.count("white") == 2
    assert "Hollow: 2 trials supposed by trim and fill." in texts(render_svg(figure))


def test_funnel_contours_are_triangles_with_their_tip_at_no_effect() -> None:
    figure = funnel_plot(examples.with_funnel(examples.many(12), CONTOURS))
    triangles = [p.get_xy() for p in figure.axes[0].patches if isinstance(p, Polygon)]
    assert len(triangles) == 3
    for triangle in triangles:
        left, tip, right = triangle[:3]
        assert tuple(tip) == (0.0, 0.0)
        assert left[0] == pytest.approx(-right[0])
    assert figure.axes[0].get_ylim()[1] == 0.0


def test_every_trial_is_within_the_axes_of_the_funnel() -> None:
    for example in (examples.many(12), examples.responders()):
        contours = CONTOURS if not example.measure.ratio else _wide(CONTOURS)
        figure = funnel_plot(examples.with_funnel(example, contours))
        low, high = figure.axes[0].get_xlim()
        assert all(low <= point.get_xdata()[0] <= high for point in markers(figure, "o"))


def _wide(contours: FunnelContours) -> FunnelContours:
    return FunnelContours(0.0, 1.3, contours.contours, -0.49, Interval(-3.0, 2.0, "wald"))


def test_baujat_marks_influential_trials_and_names_the_farthest() -> None:
    figure = baujat_plot(influenced(examples.many(12)))
    assert len(list(markers(figure, "D"))) == 1
    assert examples.many(12).pooled_studies[11].label in texts(render_svg(figure))


def test_influence_has_a_panel_a_diagnostic_and_a_row_a_trial() -> None:
    figure = influence_plot(influenced(examples.many(12)))
    assert len(figure.axes) == len(PANELS)
    assert all(len(axes.lines) >= 12 for axes in figure.axes)
    [bold] = [t for t in figure.texts if t.get_text() == "Carpenter 2015"]
    assert bold.get_fontweight() == "bold"
    assert any(text.startswith("Diamond") for text in texts(render_svg(figure)))


def test_without_an_influential_trial_the_note_says_so() -> None:
    example = influenced(examples.many(12))
    harmless = tuple(replace(row, influential=False) for row in example.sensitivity.influence)
    quiet = examples.with_sensitivity(example, influence=harmless)
    for draw in (baujat_plot, influence_plot):
        found = texts(render_svg(draw(quiet)))
        assert "No trial is influential by the rule of Viechtbauer and Cheung." in found


def test_gosh_leaves_single_trials_out_and_splits_by_one() -> None:
    example = examples.many(6)
    assert len(hexagons(gosh_plot(example, subsets(6)))) == 1
    split = gosh_plot(example, subsets(6), split=0)
    assert len(split.axes) == 2
    found = texts(render_svg(split))
    assert "I² (%), subsets with Berman 2004" in found
    assert any("57 subsets of two or more" in text for text in found)
    with pytest.raises(ValueError, match="one trial has no subsets"):
        gosh_plot(examples.many(1), subsets(1))


def test_what_was_not_examined_is_not_drawn() -> None:
    for draw in (baujat_plot, influence_plot):
        with pytest.raises(ValueError, match="no influence diagnostics"):
            draw(examples.many(3))
    few = examples.with_sensitivity(examples.many(4), small_study_refused="4 of the 10 trials")
    with pytest.raises(ValueError, match=r"no funnel plot \(4 of the 10 trials\)"):
        funnel_plot(few)


def test_labels_keep_clear_of_points_and_of_each_other() -> None:
    points = [(50.0, 50.0), (54.0, 52.0), (150.0, 50.0), (52.0, 48.0)]
    within = (0.0, 0.0, 200.0, 100.0)
    placed = place_labels(points, [60.0] * 4, range(4), height=10.0, within=within)
    assert {label.index for label in placed} >= {0, 2}
    boxes = [(p.x, p.y - 5, p.x + 60, p.y + 5) for p in placed]
    for i, a in enumerate(boxes):
        assert a[0] >= 0 and a[2] <= 200
        assert all(a[0] >= b[2] or b[0] >= a[2] or a[1] >= b[3] or b[1] >= a[3] for b in boxes[:i])


@pytest.mark.parametrize("k", [4, 60])
def test_nothing_overlaps(k: int) -> None:
    example = examples.many(k, suffix=" and the collaborative pain investigators")
    figures = [
        funnel_plot(examples.with_funnel(example, CONTOURS, FILLED)),
        baujat_plot(influenced(example)),
        influence_plot(influenced(example)),
        gosh_plot(example, subsets(min(k, 8)), split=0),
    ]
    for figure in figures:
        assert collisions(figure) == []
        assert outside(figure) == []
