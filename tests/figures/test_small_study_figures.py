"""The figures with two scales: funnel, Baujat, GOSH, and the influence panels."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from matplotlib.figure import Figure
from matplotlib.markers import TICKLEFT
from matplotlib.path import Path

from analysis.figures import style
from analysis.figures.baujat_plot import baujat_plot
from analysis.figures.framing import LEFT, MARGIN, TOP
from analysis.figures.funnel_plot import HEIGHT, SHADES, funnel_plot
from analysis.figures.gosh_plot import gosh_plot
from analysis.figures.influence_plot import PANELS, influence_plot
from analysis.figures.marks import Marker, Text
from analysis.figures.point_labels import place_labels
from analysis.figures.style import render_svg
from analysis.statistics.estimates import Interval
from analysis.statistics.gosh import gosh
from analysis.statistics.small_study_effects import FunnelContours
from tests.figures import examples
from tests.figures.analyses import CONTOURS, FILLED, influenced, subsets
from tests.figures.looking import areas, collisions, markers, marks, outside, texts


def hexagons(figure: Figure, left: float, right: float) -> int:
    """How many hexagons have their middle between those points of the sheet."""
    found = [mark.x for mark in marks(figure, Marker) if isinstance(mark.kind, Path)]
    return sum(left < x < right for x in found)


def test_funnel_has_every_pooled_trial_and_the_filled_ones_hollow() -> None:
    figure = funnel_plot(examples.with_funnel(examples.many(12, suspect=True), CONTOURS, FILLED))
    faces = [point.look.face for point in markers(figure, "o")]
    assert len(faces) == 14
    assert faces.count("#ffffff") == 2
    assert "Hollow: 2 trials supposed by trim and fill." in texts(render_svg(figure))


def test_funnel_contours_are_triangles_with_their_tip_at_no_effect() -> None:
    figure = funnel_plot(examples.with_funnel(examples.many(12), CONTOURS))
    triangles = [s.path.vertices for s in areas(figure, *SHADES[:3]) if len(s.path.vertices) == 4]
    [no_effect] = {text.x for text in marks(figure, Text) if text.text == "0.0"}
    [top] = {tick.y for tick in markers(figure, TICKLEFT) if tick.y == triangles[0][1][1]}
    assert len(triangles) == 3
    for left, tip, right, _ in triangles:
        assert tuple(tip) == (no_effect, top)
        assert no_effect - left[0] == pytest.approx(right[0] - no_effect)
        assert left[1] == right[1] > top


def test_every_trial_is_within_the_axes_of_the_funnel() -> None:
    for example in (examples.many(12), examples.responders()):
        contours = CONTOURS if not example.measure.ratio else _wide(CONTOURS)
        figure = funnel_plot(examples.with_funnel(example, contours))
        assert len(markers(figure, "o")) == len(example.pooled_studies)
        assert all(LEFT <= point.x <= style.WIDTH - MARGIN for point in markers(figure, "o"))
        assert all(TOP <= point.y <= TOP + HEIGHT for point in markers(figure, "o"))


def _wide(contours: FunnelContours) -> FunnelContours:
    return FunnelContours(0.0, 1.3, contours.contours, -0.49, Interval(-3.0, 2.0, "wald"))


def test_baujat_marks_influential_trials_and_names_the_farthest() -> None:
    figure = baujat_plot(influenced(examples.many(12)))
    assert len(markers(figure, "D")) == 1
    assert examples.many(12).pooled_studies[11].label in texts(render_svg(figure))


def test_influence_has_a_panel_a_diagnostic_and_a_row_a_trial() -> None:
    figure = influence_plot(influenced(examples.many(12)))
    points = Counter(point.y for kind in ("o", "D") for point in markers(figure, kind))
    assert list(points.values()) == 12 * [len(PANELS)]
    [bold] = [text for text in marks(figure, Text) if text.text == "Carpenter 2015"]
    assert bold.bold
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
    middle = style.WIDTH / 2
    assert hexagons(gosh_plot(example, subsets(6)), 0.0, style.WIDTH)
    split = gosh_plot(example, subsets(6), split=0)
    assert hexagons(split, 0.0, middle) and hexagons(split, middle, style.WIDTH)
    found = texts(render_svg(split))
    assert "I² (%), subsets with Berman 2004" in found
    assert any("57 subsets of two or more" in text for text in found)
    with pytest.raises(ValueError, match="one trial has no subsets"):
        gosh_plot(examples.many(1), subsets(1))


def test_gosh_of_ratios_lies_where_the_axis_shows_them() -> None:
    """Responders got better in every trial, so every subset has a ratio above 1."""
    example = examples.responders()
    effects = [study.effect for study in example.studies]
    figure = gosh_plot(example, gosh(effects, [study.variance for study in example.studies]))
    (one,) = (text.x for text in marks(figure, Text) if text.text in ("1", "1.0"))
    assert hexagons(figure, one, style.WIDTH) > 1
    assert hexagons(figure, 0.0, one) == 0


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
