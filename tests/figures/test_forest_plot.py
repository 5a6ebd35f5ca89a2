from __future__ import annotations

import math
from itertools import product

import pytest
from matplotlib.markers import TICKDOWN

from analysis.evidence.rows import Evidence
from analysis.figures import palette
from analysis.figures.effect_labels import favours
from analysis.figures.forest_plot import forest_plot
from analysis.figures.marks import Text
from analysis.figures.style import render_svg
from analysis.formatting import limits
from analysis.synthesis.bayesian_companion import companion
from tests.figures import examples
from tests.figures.looking import (
    areas,
    arrows,
    boxes,
    collisions,
    markers,
    marks,
    outside,
    texts,
)
from tests.synthesis.present_rules import with_present_rules

LONG = " and the collaborative Internet-delivered pain management programme investigators"
UNBROKEN = "-Hedman-Lagerlöf-Wolfenstein-Schleswig-Holstein-Sonderburg"


@pytest.mark.parametrize(
    ("k", "suffix"),
    [*product((1, 2, 15), ("", LONG, UNBROKEN)), (60, LONG)],
)
def test_no_text_overlaps_or_leaves_the_figure(k: int, suffix: str) -> None:
    figure = forest_plot(examples.many(k, suffix=suffix, suspect=k > 2))
    assert collisions(figure) == []
    assert outside(figure) == []


def test_groups_and_ratios_do_not_overlap_either() -> None:
    for example in (examples.many(12, active_from=8, suspect=True), examples.responders()):
        figure = forest_plot(example)
        assert collisions(figure) == []
        assert outside(figure) == []


def test_every_trial_is_there_as_text_by_year() -> None:
    example = examples.many(15)
    found = [
        text
        for text in texts(render_svg(forest_plot(example)))
        if text in {study.label for study in example.studies}
    ]
    assert found == [s.label for s in sorted(example.studies, key=lambda s: (s.year, s.label))]


def test_numbers_have_true_minus_signs_and_two_decimals() -> None:
    found = texts(render_svg(forest_plot(examples.many(12))))
    assert "−0.31 [−0.43 to −0.19]" in found
    assert "[−0.67 to 0.05]" in found
    assert not any("-0" in text for text in found)


def test_heterogeneity_and_method_stand_below() -> None:
    notes = " ".join(texts(render_svg(forest_plot(examples.many(10)))))
    assert "Random effects, REML; Hartung-Knapp interval, 9 df." in notes
    assert "τ² = 0.021, I² = 44% [0% to 78%], Q = 17.31 on 9 df, p = 0.044" in notes


def test_two_trials_say_which_interval_conclusions_read(evidence: Evidence) -> None:
    two, rules = examples.many(2), with_present_rules(evidence).protocol.synthesis
    found = companion(rules, two.measure, 0.2, two.pooled_studies)
    assert found is not None
    figure = forest_plot(two.model_copy(update={"bayesian": found}))
    low, high = found.posterior.interval.low, found.posterior.interval.high
    said = f"With 2 trials conclusions read the Bayesian interval, {limits(low, high)}."
    assert said in " ".join(texts(render_svg(figure)))
    assert outside(figure) == []


def test_a_single_trial_has_neither_diamond_nor_prediction() -> None:
    figure = forest_plot(examples.many(1))
    found = texts(render_svg(figure))
    assert not any(text.startswith("All ") for text in found)
    assert "Prediction interval" not in found
    assert areas(figure, palette.POOLED) == []
    assert areas(forest_plot(examples.many(2)), palette.POOLED)


def test_no_trial_is_an_error_that_says_so() -> None:
    with pytest.raises(ValueError, match=r"Pain, non-headache, post: no trial has a usable number"):
        forest_plot(examples.synthesis(()))


def test_trials_of_which_each_is_suspect_are_drawn_without_a_total() -> None:
    trial = examples.study(3, -1.8, 0.1, weight=None)
    found = texts(render_svg(forest_plot(examples.synthesis((trial,)))))
    assert "not pooled" in found and trial.label in found
    assert not any(text.startswith("All ") for text in found)


def test_suspect_trials_are_hollow_and_labelled() -> None:
    figure = forest_plot(examples.many(12, suspect=True))
    faces = [square.look.face for square in markers(figure, "s")]
    assert faces.count("#ffffff") == 1
    found = texts(render_svg(figure))
    assert found.count("not pooled") == 1
    assert any(text.startswith("Hollow square") for text in found)


def test_area_of_squares_is_proportional_to_weight() -> None:
    studies = tuple(
        examples.study(i, -0.3, 0.2, weight=w) for i, w in enumerate((40.0, 40.0, 10.0, 10.0))
    )
    figure = forest_plot(examples.synthesis(studies, primary=examples.pooled(4)))
    sides = sorted(square.size for square in markers(figure, "s"))
    assert sides[-1] ** 2 / sides[0] ** 2 == pytest.approx(4.0)


def test_groups_need_two_pooled_trials_against_each_comparator() -> None:
    assert "Active comparator" in texts(render_svg(forest_plot(examples.many(4, active_from=2))))
    assert "Active comparator" not in texts(
        render_svg(forest_plot(examples.many(4, active_from=3)))
    )


def test_group_diamonds_come_from_the_comparisons() -> None:
    grouped = examples.many(12, active_from=8)
    found = texts(render_svg(forest_plot(grouped)))
    assert "Subtotal, 8 trials" in found
    assert "−0.36 [−0.51 to −0.21]" in found
    bare = grouped.model_copy(update={"comparisons": ()})
    found = texts(render_svg(forest_plot(bare)))
    assert "Inactive comparator" in found
    assert not any(text.startswith("Subtotal") for text in found)


def test_favours_therapy_is_left_for_differences_and_right_for_responders() -> None:
    assert favours(examples.SMD) == ("Favours therapy", "Favours control")
    assert favours(examples.RESPONDERS) == ("Favours control", "Favours therapy")
    positions = {text: box.x0 for text, box in boxes(forest_plot(examples.responders()))}
    assert positions["← Favours control"] < positions["Favours therapy →"]


def test_ratios_stand_on_a_log_axis_as_shown() -> None:
    figure = forest_plot(examples.responders())
    places = {text.text: text.x for text in marks(figure, Text)}
    ticks = {value: places[f"{value:g}"] for value in (0.5, 1, 2, 5)}
    doubling = ticks[1] - ticks[0.5]
    assert ticks[2] - ticks[1] == pytest.approx(doubling)
    assert ticks[5] - ticks[1] == pytest.approx(math.log2(5) * doubling)
    assert [tick.x for tick in markers(figure, TICKDOWN)] == list(ticks.values())
    found = texts(render_svg(figure))
    assert "1.63 [1.15 to 2.32]" in found
    assert "28/60" in found


def test_wide_and_one_sided_intervals_end_in_arrows() -> None:
    assert [arrow.kind for arrow in arrows(forest_plot(examples.responders()))] == ["<", ">"]
    figure = forest_plot(examples.one_sided(5))
    assert [arrow.kind for arrow in arrows(figure)] == ["<"]
    assert "−0.31 [−∞ to −0.19]" in texts(render_svg(figure))


def test_the_band_is_the_smallest_important_difference() -> None:
    notes = " ".join(texts(render_svg(forest_plot(examples.responders()))))
    assert "(0.80 to 1.25)" in notes
    without = examples.many(3).model_copy(update={"smallest_important_difference": None})
    assert not any(text.startswith("Shaded") for text in texts(render_svg(forest_plot(without))))


def test_unknown_numbers_are_dashes() -> None:
    example = examples.synthesis((examples.study(1, -0.2, 0.1, weight=100.0, n=None),))
    assert "–" in texts(render_svg(forest_plot(example)))
