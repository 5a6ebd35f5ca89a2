"""What reports print, as effects: values by R 4.2.2 and metafor 3.8, to four decimals.

g and its standard error are RevMan's; how each number was made stands with its row.
"""

from __future__ import annotations

import math
from typing import Any

import pytest

from analysis.evidence.reported import CannotGive
from analysis.evidence.rows import Evidence, OutcomeRow
from analysis.evidence.trial_effects import CLOSENESS, TrialEffect, row_effect, trial_effect
from analysis.protocol import MeasureName
from tests.evidence.rows import a_reported_row, a_row


def arms(**numbers: Any) -> OutcomeRow:
    return a_row(**({"sd_intervention": None, "sd_control": None} | numbers))


def both(name: str, first: float | None, second: float | None) -> dict[str, float | None]:
    return {f"{name}_intervention": first, f"{name}_control": second}


def difference(effect: float, **numbers: Any) -> OutcomeRow:
    return a_reported_row(effect, effect_measure="MD", **numbers)


def ratio(effect: float, **numbers: Any) -> OutcomeRow:
    usual = {"effect_measure": "RR", "effect_favours_intervention_when": "above 1"}
    return a_reported_row(effect, **(usual | numbers))


def responders(events: tuple[float, float], totals: tuple[float, float], **more: Any) -> OutcomeRow:
    usual = {"format": "events", "higher_is": "better", **both("n", None, None),
             **both("mean", None, None), **both("sd", None, None),
             **both("events", *events), **both("total", *totals)}  # fmt: skip
    return a_row(**(usual | more))


SMDS: dict[str, tuple[OutcomeRow, float, float]] = {
    "standard errors of the means": (
        arms(**both("n", 61, 58), **both("mean", 4.1, 5.0), **both("se", 0.26, 0.27)),
        -0.4377, 0.1857),
    "medians and quartiles": (
        arms(format="medians", **both("n", 48, 51), **both("mean", None, None),
             **both("median", 4, 5), **both("q1", 2, 3), **both("q3", 5, 7)),
        -0.4957, 0.2043),
    "mean difference with standard error": (
        difference(-0.9, effect_se=0.33, **both("n", 71, 69)), -0.4585, 0.1713),
    "mean difference with exact p": (
        difference(-0.8, effect_p=0.013, **both("n", 57, 60)), -0.4636, 0.1875),
    "mean difference with F": (
        difference(-0.8, effect_f=2.5231**2, **both("n", 57, 60)), -0.4636, 0.1875),
    "total only": (difference(-0.8, effect_p=0.013, n_total=117), -0.4635, 0.1875),
    "interval of 99%": (
        a_reported_row(-0.38, effect_ci_low=-0.84, effect_ci_high=0.08, effect_level=99),
        -0.3800, 0.1786),
    "changes and the baseline's SDs": (
        arms(scores="change", **both("n", 58, 55), **both("mean", -9.4, -3.1),
             **both("sd", 11.0, 10.4), **both("baseline_sd", 16.2, 15.7)),
        -0.3921, 0.1283),
    "improvements": (
        arms(scores="improvement", **both("n", 58, 55), **both("mean", 9.4, 3.1),
             **both("sd", 11.0, 10.4), **both("baseline_sd", 16.2, 15.7)),
        -0.3921, 0.1283),
    "improvements where higher is better": (
        arms(scores="improvement", higher_is="better", **both("n", 58, 55),
             **both("mean", 9.4, 3.1), **both("sd", 11.0, 10.4),
             **both("baseline_sd", 16.2, 15.7)),
        -0.3921, 0.1283),
    "adjusted, with the SDs of the scores": (
        difference(-0.9, effect_ci_low=-1.42, effect_ci_high=-0.38, scores="adjusted",
                   **both("n", 75, 73), **both("sd", 2.2, 2.1)),
        -0.4162, 0.1251),
    "clusters": (
        arms(**both("n", 84, 80), **both("mean", 4.6, 5.3), **both("sd", 2.1, 2.2),
             design="cluster", cluster_size=12, icc=0.05),
        -0.3242, 0.1958),
    "crossover": (
        arms(**both("n", 24, 24), **both("mean", 4.0, 4.7), **both("sd", 1.9, 2.0),
             design="crossover", correlation=0.6),
        -0.3530, 0.1882),
    "an arm without spread": (
        arms(**both("n", 36, 35), **both("mean", 0, 1.4), **both("sd", 0, 2.2)),
        -0.8967, 0.2497),
}  # fmt: skip


@pytest.mark.parametrize("name", SMDS)
def test_a_standardised_mean_difference(evidence: Evidence, name: str) -> None:
    row, effect, se = SMDS[name]
    found = row_effect(evidence.protocol, "SMD", row)
    assert (round(found.effect, 4), round(math.sqrt(found.variance), 4)) == (effect, se)


RATIOS: dict[str, tuple[OutcomeRow, float, float]] = {
    # The log ratio 0.69 (SE 0.27) is 1.9937 (1.1745 to 3.3844).
    "a log ratio": (ratio(0.69, effect_se=0.27, effect_scale="log"), 1.9937, 0.27),
    "an odds ratio at a control risk": (
        ratio(2.3, effect_measure="OR", effect_ci_low=1.2, effect_ci_high=4.41,
              control_risk=0.18),
        1.8639, 0.2190),
    "counts after imputation": (responders((21.6, 11.3), (58, 57), counts="imputed"),
                                1.8785, 0.3162),
    # 33 of 64 against 48 of 62 did not respond: 31 of 64 against 14 of 62 did.
    "events of the bad outcome": (responders((33, 48), (64, 62), higher_is="worse"),
                                  2.1451, 0.2682),
    # 14 of 133 against 128 of 148 not cured: 119 of 133 against 20 of 148.
    "nearly everybody": (responders((14, 128), (133, 148), higher_is="worse"), 6.6211, 0.2102),
}  # fmt: skip


@pytest.mark.parametrize("name", RATIOS)
def test_a_risk_ratio_of_responders(evidence: Evidence, name: str) -> None:
    row, expected, se = RATIOS[name]
    found = row_effect(evidence.protocol, "RR", row)
    assert round(math.exp(-found.effect), 4) == expected
    assert math.sqrt(found.variance) == pytest.approx(se, abs=5e-4)


def test_a_ratio_of_the_bad_event_needs_the_control_risk(evidence: Evidence) -> None:
    bad = {"effect_ci_low": 0.4, "effect_ci_high": 0.625,
           "effect_favours_intervention_when": "below 1"}  # fmt: skip
    with pytest.raises(CannotGive, match="control_risk"):
        row_effect(evidence.protocol, "RR", ratio(0.5, **bad))
    found = row_effect(evidence.protocol, "RR", ratio(0.5, control_risk=0.2, **bad))
    assert math.exp(-found.effect) == pytest.approx(0.9 / 0.8)


def test_an_odds_ratio_turns_over(evidence: Evidence) -> None:
    """1/2.3 of the bad event at 82% is 2.3 of the good one at 18%."""
    bad = ratio(1 / 2.3, effect_measure="OR", effect_ci_low=1 / 4.41, effect_ci_high=1 / 1.2,
                effect_favours_intervention_when="below 1", control_risk=0.82)  # fmt: skip
    found = row_effect(evidence.protocol, "RR", bad)
    assert round(math.exp(-found.effect), 4) == 1.8639


def combined(
    evidence: Evidence, *rows: OutcomeRow, measure: MeasureName = "SMD", **options: Any
) -> TrialEffect:
    return trial_effect(evidence.protocol, measure, rows, **options)


def test_one_therapy_and_two_controls(evidence: Evidence) -> None:
    """50: 5.4 (2.1) and 49: 4.9 (2.2) together are 99: 5.1525 (2.1538)."""
    therapy = {"n_intervention": 52.0, "mean_intervention": 4.3, "sd_intervention": 2.0}
    controls = [
        a_row(contrast=name, **therapy, n_control=n, mean_control=mean, sd_control=sd)
        for name, n, mean, sd in (("a", 50.0, 5.4, 2.1), ("b", 49.0, 4.9, 2.2))
    ]
    found = combined(evidence, *controls)
    assert (round(found.effect, 4), round(math.sqrt(found.variance), 4)) == (-0.4035, 0.1729)
    assert found.derivation.endswith("2 control groups combined into one")


def test_events_of_several_therapy_arms_add_up(evidence: Evidence) -> None:
    rows = [
        responders((events, 9), (total, 51), contrast=name)
        for name, events, total in (("a", 17, 50), ("b", 21, 52))
    ]
    found = combined(evidence, *rows, measure="RR")
    assert math.exp(-found.effect) == pytest.approx(2.1111, abs=5e-5)
    assert found.events == (38, 9)


def test_separate_groups_share_nobody(evidence: Evidence) -> None:
    effects = [a_reported_row(-0.3, effect_se=0.2), a_reported_row(-0.6, effect_se=0.3)]
    found = combined(evidence, *effects, sharing="separate")
    assert found.effect == pytest.approx(-0.3923077, abs=5e-8)
    assert math.sqrt(found.variance) == pytest.approx(0.1664101, abs=5e-8)


@pytest.mark.parametrize(("row", "says"), [
    (arms(scores="change", **both("sd", 2.0, 2.0)), "the SDs of the scores"),
    (arms(), "standard error or interval"),
    (arms(design="crossover", **both("sd", 2.0, 2.0)), "a correlation between them"),
    (difference(-0.5, **both("n", 50, 50)), "t, F or exact p value"),
    (difference(-0.5, effect_ci_low=-1, effect_ci_high=0, scores="adjusted",
                **both("n", 50, 50)), "SD of residuals"),
    (difference(-0.5, effect_se=0.2), "no participants of each arm"),
    (arms(format="medians", **both("median", 4, 5)), "quartiles, the extremes or both"),
])  # fmt: skip
def test_what_a_row_lacks_is_said(evidence: Evidence, row: OutcomeRow, says: str) -> None:
    with pytest.raises(CannotGive, match=says):
        row_effect(evidence.protocol, "SMD", row)


@pytest.mark.parametrize(("changes", "closeness", "derived", "assumed"), [
    ({}, "arm-level data", False, ()),
    ({"format": "effect", "effect_measure": "SMD", "effect": -0.3, "effect_se": 0.2,
      "effect_favours_intervention_when": "negative"},
     "an effect in this measure with its own uncertainty", False, ()),
    ({**both("sd", None, None), **both("se", 0.2, 0.2)}, "a derived effect", True, ()),
    ({"scores": "change", "correlation": 0.7}, "a derived effect", True,
     ("a correlation of 0.7 between two measurements of one person",)),
    ({"scores": "change", "correlation": 0.7, "correlation_from": "report"},
     "a derived effect", True, ()),
    ({"design": "cluster", "cluster_size": 12.0, "icc": 0.05}, "a derived effect", True,
     ("an intraclass correlation of 0.05",)),
])  # fmt: skip
def test_what_was_derived_or_assumed_is_named(
    evidence: Evidence, changes: dict[str, Any], closeness: str, derived: bool,
    assumed: tuple[str, ...],
) -> None:  # fmt: skip
    found = row_effect(evidence.protocol, "SMD", a_row(**changes))
    assert CLOSENESS[found.closeness] == closeness
    assert bool(found.derived) == derived
    assert found.assumed == assumed
