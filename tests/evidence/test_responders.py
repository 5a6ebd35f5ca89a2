"""Responders as standardised mean differences: by hand with metafor 3.8, and never instead of one.

Values of counts: `escalc(measure="OR", add=0.5, to="only0")`, times -sqrt(3)/pi; of ratios: the
limits turned at the control risk, their width on the log scale.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest

from analysis.evidence.chosen_rows import ChosenRows, chosen_rows, find_suspects, responder_rows
from analysis.evidence.reported import CannotGive
from analysis.evidence.responders import responders_effect
from analysis.evidence.rows import Evidence, OutcomeRow
from analysis.evidence.trial_effects import CLOSENESS
from analysis.statistics.conversions import odds_ratio_from_risk_ratio
from tests.evidence.rows import a_reported_row, a_row, a_trial, with_rows

PAIN = ("non-headache", "pain", "post")
NO_SCORES = {
    f"{what}_{arm}": None for what in ("n", "mean", "sd") for arm in ("intervention", "control")
}


def counts(events: tuple[float, float], totals: tuple[float, float], **more: Any) -> OutcomeRow:
    arms = ("intervention", "control")
    given = {f"events_{arm}": number for arm, number in zip(arms, events, strict=True)}
    given |= {f"total_{arm}": number for arm, number in zip(arms, totals, strict=True)}
    return a_row(**(NO_SCORES | {"format": "events", "higher_is": "better"} | given | more))


def ratio(measure: str, effect: float, **more: Any) -> OutcomeRow:
    usual = {"effect_measure": measure, "effect_favours_intervention_when": "above 1"}
    return a_reported_row(effect, **(usual | more))


REFERENCE = {
    "counts, Wilson 2023": (counts((24, 13), (166, 192)), -0.4656872407, 0.0398856683),
    "counts, Minen 2025": (counts((28, 16), (34, 35)), -0.9440378752, 0.0965122365),
    "an empty cell": (counts((0, 6), (40, 38)), 1.5354571719, 0.6715487226),
    "events of the bad outcome": (
        counts((12, 22), (40, 38), higher_is="worse"), -0.6427125373, 0.0690003840),
    "odds ratio": (
        ratio("OR", 2.3, effect_ci_low=1.2, effect_ci_high=4.41), -0.4592068667, 0.0335111352),
    "risk ratio, DeBar 2025": (
        ratio("RR", 1.28, effect_ci_low=1.06, effect_ci_high=1.55, control_risk=0.208),
        -0.1782112600, 0.0053456414),
    "hazard ratio": (
        ratio("HR", 1.9, effect_se=0.27, control_risk=0.18), -0.4054655854, 0.1803550352**2),
    "risk ratio of the bad event": (
        ratio("RR", 0.7, effect_se=0.12, control_risk=0.6,
              effect_favours_intervention_when="below 1"), -0.4014989280, 0.1160195146**2),
}  # fmt: skip


@pytest.mark.parametrize("name", REFERENCE)
def test_responders_as_an_smd(evidence: Evidence, name: str) -> None:
    row, effect, variance = REFERENCE[name]
    found = responders_effect(evidence.protocol, "SMD", row)
    assert found.effect == pytest.approx(effect, abs=1e-9)
    assert found.variance == pytest.approx(variance, abs=1e-9)
    assert CLOSENESS[found.closeness] == "a derived effect"
    assert found.derivation.endswith("by the logit")


def test_odds_of_a_risk_ratio() -> None:
    """Twice a tenth is a fifth: odds of 1 to 4 against 1 to 9."""
    assert odds_ratio_from_risk_ratio(2.0, 0.1) == pytest.approx(9 / 4)
    with pytest.raises(ValueError, match="a risk above 1"):
        odds_ratio_from_risk_ratio(3.0, 0.5)


@pytest.mark.parametrize(("row", "says"), [
    (a_row(), "scores, not responders"),
    (ratio("RR", 1.5, effect_se=0.2), "control_risk"),
    (ratio("RR", 1.5, effect_se=0.4, control_risk=0.6), "a risk above 1"),
    (counts((0, 0), (40, 40)), "nobody"),
])  # fmt: skip
def test_what_cannot_be_turned_says_why(evidence: Evidence, row: OutcomeRow, says: str) -> None:
    with pytest.raises(CannotGive, match=says):
        responders_effect(evidence.protocol, "SMD", row)


def converted(evidence: Evidence) -> ChosenRows:
    question = evidence.protocol.question(*PAIN)
    return responder_rows(evidence, question, chosen_rows(evidence, question))


def test_a_trial_with_scores_keeps_them(evidence: Evidence) -> None:
    responders = counts((24, 13), (60, 60), row_id="made-2020.pain.post.2")
    alone = converted(with_rows(evidence, [responders], a_trial(evidence)))
    assert [trial.study_id for trial in alone.trials] == ["made-2020"]
    both = converted(with_rows(evidence, [a_row(), responders], a_trial(evidence)))
    assert both == ChosenRows((), ())


def test_arms_that_share_a_control_count_once(evidence: Evidence) -> None:
    """9 of 40 and 11 of 60 against 5 of 50: 20 of 100."""
    rows = [
        counts((9, 5), (40, 50), row_id="made-2020.pain.post.1", contrast="a"),
        counts((11, 5), (60, 50), row_id="made-2020.pain.post.2", contrast="b"),
    ]
    (trial,) = converted(with_rows(evidence, rows, a_trial(evidence))).trials
    log_odds = math.log((20 / 80) / (5 / 45))
    assert trial.effect.effect == pytest.approx(-log_odds * math.sqrt(3) / math.pi)
    variance = 1 / 20 + 1 / 80 + 1 / 5 + 1 / 45
    assert trial.effect.variance == pytest.approx(variance * 3 / math.pi**2)
    assert trial.effect.events == (20, 5)


def test_small_arms_and_rows_that_may_not_be_used_stay_out(evidence: Evidence) -> None:
    for row in (
        counts((4, 2), (15, 40)),
        counts((24, 13), (60, 60), usable="no", not_usable_because="imputed"),
    ):
        assert converted(with_rows(evidence, [row], a_trial(evidence))).trials == ()


def test_nothing_is_turned_where_the_protocol_says_never(evidence: Evidence) -> None:
    rules = evidence.protocol.synthesis.model_copy(update={"convert_ratio": "never"})
    protocol = evidence.protocol.model_copy(update={"synthesis": rules})
    made = with_rows(evidence, [counts((24, 13), (60, 60))], a_trial(evidence))
    assert converted(made).trials
    assert converted(replace(made, protocol=protocol)) == ChosenRows((), ())


def test_a_suspect_trial_of_responders_is_found(evidence: Evidence) -> None:
    """A ratio in the middle of its interval, where a logarithm would lie."""
    row = ratio("OR", 1.2, effect_ci_low=0.3, effect_ci_high=2.1)
    rules = evidence.protocol.integrity.model_copy(update={"level_fit": 0.03})
    protocol = evidence.protocol.model_copy(update={"integrity": rules})
    made = replace(with_rows(evidence, [row], a_trial(evidence)), protocol=protocol)
    assert ("made-2020", "non-headache.pain.post") in find_suspects(made)
