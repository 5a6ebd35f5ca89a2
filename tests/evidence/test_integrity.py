"""Implausible effects: found in the present data and where planted, not in clean twins."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from analysis.evidence.integrity import CellEffect, suspects
from analysis.protocol import Cell, IntegrityRules
from analysis.synthesis.model import Synthesis

RULES = IntegrityRules(large_smd=1.0, outlier_multiple=3.0)
POST = Cell(condition="non-headache", outcome="pain", timepoint="post")
LATER = Cell(condition="non-headache", outcome="pain", timepoint="follow-up")
# A trial of 25 an arm: an SMD of 0.3 becomes 0.3 x sqrt(25) when SE is read as SD.
TRUE, INFLATED = -0.3, -1.5


def test_chiauzzi_at_follow_up_is_the_one_suspect_of_the_review(
    syntheses: Mapping[str, Synthesis],
) -> None:
    found = {
        (study.study_id, key)
        for key, synthesis in syntheses.items()
        for study in synthesis.studies
        if study.suspect
    }
    assert found == {
        ("chiauzzi-2010", f"non-headache.{outcome}.follow-up")
        for outcome in ("pain", "depression", "anxiety")
    }


def test_a_large_effect_that_lasts_is_not_suspect(syntheses: Mapping[str, Synthesis]) -> None:
    """Simister 2018, disability: -1.25 after treatment and -1.56 later are of one piece."""
    for timepoint in ("post", "follow-up"):
        (study,) = [study for study in syntheses[f"non-headache.disability.{timepoint}"].studies
                    if study.study_id == "simister-2018"]  # fmt: skip
        assert abs(study.effect) > RULES.large_smd
        assert study.suspect == ()


def test_a_planted_standard_error_is_found_beside_the_trials_other_time_point() -> None:
    effects = [CellEffect("planted", POST, TRUE), CellEffect("planted", LATER, INFLATED)]
    found = suspects(effects, RULES)
    assert set(found) == {("planted", LATER.key)}
    (finding,) = found["planted", LATER.key]
    assert "SMD −1.50" in finding
    assert "0.30" in finding


def test_a_planted_standard_error_is_found_beside_the_other_trials() -> None:
    others = [CellEffect(f"clean-{n}", POST, effect) for n, effect in enumerate((-0.2, -0.4, 0.1))]
    found = suspects([*others, CellEffect("planted", POST, INFLATED)], RULES)
    assert set(found) == {("planted", POST.key)}


def test_the_clean_twin_is_not_suspect() -> None:
    others = [CellEffect(f"clean-{n}", POST, effect) for n, effect in enumerate((-0.2, -0.4, 0.1))]
    twin = [CellEffect("twin", POST, TRUE), CellEffect("twin", LATER, TRUE)]
    assert not suspects([*others, *twin], RULES)


@pytest.mark.parametrize("effect", [-1.0, 1.0, -0.99])
def test_an_effect_up_to_the_limit_is_not_suspect(effect: float) -> None:
    others = [CellEffect(f"clean-{n}", POST, 0.01) for n in range(4)]
    assert not suspects([*others, CellEffect("large", POST, effect)], RULES)


def test_an_effect_with_nothing_beside_it_is_not_judged() -> None:
    assert not suspects([CellEffect("alone", POST, -2.5)], RULES)
    one_other = [CellEffect("alone", POST, -2.5), CellEffect("other", POST, -0.1)]
    assert not suspects(one_other, RULES)


def test_a_swapped_sign_is_as_suspect_as_a_large_benefit() -> None:
    effects = [CellEffect("planted", POST, -0.2), CellEffect("planted", LATER, 1.4)]
    assert set(suspects(effects, RULES)) == {("planted", LATER.key)}
