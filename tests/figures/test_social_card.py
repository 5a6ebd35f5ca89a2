from __future__ import annotations

from analysis.figures.social_card import DPI, Answer, social_card
from analysis.figures.style import render_svg
from tests.figures import examples
from tests.figures.looking import collisions, image, markers, outside, texts

TITLE = "Internet-delivered psychological therapies for chronic pain in adults"


def answers(count: int) -> list[Answer]:
    return [Answer(f"quality of life {i}", examples.many(5 + i)) for i in range(count)]


def test_the_card_has_its_title_its_version_and_a_line_an_answer() -> None:
    figure = social_card(TITLE, "Version 2026.11", "After treatment", answers(3))
    said = texts(render_svg(figure))
    assert " ".join(said).count("Internet-delivered") == 1
    assert "Version 2026.11" in said and "Quality of life 2" in said
    assert len(markers(figure, "o")) == 3


def test_ratios_have_a_card_too() -> None:
    pair = [Answer(name, examples.responders()) for name in ("death", "relapse")]
    figure = social_card(TITLE, "Version", "After treatment", [*pair, *answers(1)])
    said = texts(render_svg(figure))
    assert "Death" in said and "Quality of life 0" not in said and "Risk ratio" in said
    assert len(markers(figure, "o")) == 2


def test_other_measures_questions_without_an_estimate_and_the_seventh_are_left_out() -> None:
    others = [Answer("pain", examples.responders()), Answer("anxiety", examples.synthesis(()))]
    figure = social_card(TITLE, "Version", "After treatment", [*others, *answers(7)])
    said = texts(render_svg(figure))
    assert "Pain" not in said and "Anxiety" not in said
    assert len(markers(figure, "o")) == 6


def test_without_answers_the_card_still_has_its_title() -> None:
    said = texts(render_svg(social_card(TITLE, "Version", "After treatment", [])))
    assert "Version" in said and "After treatment" not in said


def test_nothing_overlaps() -> None:
    figure = social_card(f"{TITLE}, {TITLE}", "Version", "After treatment", answers(6))
    assert collisions(figure) == []
    assert outside(figure) == []


def test_it_has_the_size_that_networks_show() -> None:
    assert image(social_card(TITLE, "Version", "After", answers(2)), DPI).size == (1200, 630)
