"""Selection models against metafor 3.8 (selmodel, type "stepfun") on Hackshaw 1998."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.statistics.selection_model import selection_model
from tests.validation.metafor.datasets import published_effects

HACKSHAW_STEPS = (0.05, 0.10, 0.50, 1)


@pytest.fixture(scope="module")
def smoking():
    (found,) = (study for study in published_effects() if study.name == "hackshaw1998")
    return found.effects, found.variances


def test_hackshaw_four_intervals(smoking):
    found = selection_model(*smoking, steps=HACKSHAW_STEPS, favours="positive")
    assert [weight.weight for weight in found.weights] == pytest.approx(
        [1, 2.422079, 0.977543, 0.396713], abs=5e-6
    )
    assert found.tau2 == pytest.approx(0.03071325, abs=1e-7)
    assert found.likelihood_ratio == pytest.approx(7.066137, abs=1e-6)
    assert found.df == 3
    assert [weight.k for weight in found.weights] == [7, 8, 16, 6]
    assert found.estimate == pytest.approx(0.12174144, abs=1e-6)
    assert found.se == pytest.approx(0.12987975, abs=1e-6)
    assert found.tau2_se == pytest.approx(0.02711853, abs=1e-6)
    assert found.weights[1].se == pytest.approx(1.66085017, abs=1e-5)


def test_hackshaw_three_parameters(smoking):
    found = selection_model(*smoking, favours="positive")
    assert found.estimate == pytest.approx(0.19440150, abs=1e-7)
    assert found.se == pytest.approx(0.07978347, abs=1e-6)
    assert (found.interval.low, found.interval.high) == pytest.approx(
        (0.03802877, 0.35077424), abs=1e-6
    )
    assert found.weights[1].weight == pytest.approx(0.76439507, abs=1e-6)
    assert found.likelihood_ratio_p == pytest.approx(0.73225329, abs=1e-7)


def test_turning_effects_and_direction_together_changes_nothing_else(smoking):
    effects, variances = smoking
    found = selection_model(effects, variances, favours="positive")
    turned = selection_model(-effects, variances, favours="negative")
    assert turned.estimate == pytest.approx(-found.estimate, rel=1e-9)
    assert turned.likelihood_ratio == pytest.approx(found.likelihood_ratio, rel=1e-9)


@pytest.mark.parametrize("unit", [1e-4, 1e4])
def test_the_unit_of_the_effects_does_not_matter(smoking, unit):
    effects, variances = smoking
    found = selection_model(effects, variances, favours="positive")
    scaled = selection_model(effects * unit, variances * unit**2, favours="positive")
    assert scaled.estimate == pytest.approx(found.estimate * unit, rel=1e-7)
    assert scaled.tau2 == pytest.approx(found.tau2 * unit**2, rel=1e-6)
    assert scaled.weights[1].se == pytest.approx(found.weights[1].se, rel=1e-5)


def test_selection_put_into_the_data_is_found():
    """Half of 4 000 non-significant trials unpublished: the weight is near a half."""
    random = np.random.default_rng(11)
    v = random.uniform(0.02, 0.2, 4000)
    y = random.normal(-0.3, np.sqrt(v + 0.05))
    published = (y / np.sqrt(v) < -1.959964) | (random.random(4000) < 0.5)
    found = selection_model(y[published], v[published])
    weight = found.weights[1]
    assert abs(weight.weight - 0.5) < 3 * weight.se
    assert abs(found.estimate + 0.3) < 3 * found.se
    assert found.likelihood_ratio_p < 1e-6
    naive = float((y[published] / v[published]).sum() / (1 / v[published]).sum())
    assert naive < found.estimate


def test_an_empty_interval_is_refused():
    with pytest.raises(ValueError, match=r"one-sided p-value in \(0, 0.025\]"):
        selection_model([0.01, 0.02, -0.01, 0.03], [0.1, 0.2, 0.1, 0.3])


@pytest.mark.parametrize("steps", [(), (1,), (0, 0.5), (1.5,)])
def test_impossible_steps_are_refused(smoking, steps):
    with pytest.raises(ValueError, match="between 0 and 1"):
        selection_model(*smoking, steps=steps)


def test_fewer_studies_than_parameters_are_refused():
    with pytest.raises(ValueError, match="cannot estimate 3 parameters"):
        selection_model([-1.0, 0.1], [0.01, 0.1])
