"""What no trial gives is found without another row; each planted error beside its clean twin."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from analysis.evidence.integrity import findings
from analysis.evidence.integrity.plausibility import PLAUSIBILITY
from analysis.evidence.rows import Evidence, OutcomeRow
from tests.evidence.rows import a_reported_row, a_row, a_trial, with_rows

LIMITS = {"largest_smd": 2.0, "smallest_sd_share": 0.05, "late_weeks": 8.0, "level_fit": 0.03}


def found(
    evidence: Evidence, row: OutcomeRow, limits: dict[str, Any] = LIMITS
) -> list[tuple[str, str]]:
    protocol = evidence.protocol
    rules = protocol.integrity.model_copy(update=limits)
    made = with_rows(evidence, [row], a_trial(evidence, duration_weeks=8.0))
    made = replace(made, protocol=protocol.model_copy(update={"integrity": rules}))
    return [(f.check, f.severity) for f in findings(made) if f.check in PLAUSIBILITY]


SES = {"mean_intervention": 4.1, "mean_control": 5.0, "n_intervention": 61.0, "n_control": 58.0}


@pytest.mark.parametrize(("row", "expected"), [
    # Standard errors in the columns of SDs, and in their own.
    (a_row(**SES, sd_intervention=0.26, sd_control=0.27), [("implausible size", "suspect")]),
    (a_row(**SES, sd_intervention=None, sd_control=None, se_intervention=0.26, se_control=0.27),
     []),
    # log RR .69 (.16 to 1.22) typed as a ratio, as what it is, and as the ratio that it is.
    (a_reported_row(0.69, effect_measure="RR", effect_ci_low=0.16, effect_ci_high=1.22,
                    effect_favours_intervention_when="above 1"),
     [("scale of the ratio", "suspect")]),
    (a_reported_row(0.69, effect_measure="RR", effect_ci_low=0.16, effect_ci_high=1.22,
                    effect_favours_intervention_when="above 1", effect_scale="log"), []),
    (a_reported_row(1.99, effect_measure="RR", effect_ci_low=1.17, effect_ci_high=3.38,
                    effect_favours_intervention_when="above 1"), []),
    (a_row(weeks=26.0), [("measured late", "note")]),
    (a_row(weeks=10.0), []),
    # 63 against 61: 99% is 0.46 on either side, typed as 95% and as what it is.
    (a_reported_row(-0.38, effect_ci_low=-0.846, effect_ci_high=0.086,
                    n_intervention=63.0, n_control=61.0), [("level of the interval", "suspect")]),
    (a_reported_row(-0.38, effect_ci_low=-0.846, effect_ci_high=0.086, effect_level=99.0,
                    n_intervention=63.0, n_control=61.0), []),
    (a_reported_row(-0.38, effect_ci_low=-0.735, effect_ci_high=-0.025,
                    n_intervention=63.0, n_control=61.0), []),
])  # fmt: skip
def test_what_is_found(
    evidence: Evidence, row: OutcomeRow, expected: list[tuple[str, str]]
) -> None:
    assert found(evidence, row) == expected


def test_a_protocol_without_these_limits_finds_nothing(evidence: Evidence) -> None:
    wrong = a_row(**SES, sd_intervention=0.26, sd_control=0.27, weeks=52.0)
    assert found(evidence, wrong, dict.fromkeys(LIMITS)) == []


def test_an_interval_is_read_at_the_level_of_its_report(evidence: Evidence) -> None:
    """The level of the review's own intervals changes no finding."""
    narrower = evidence.protocol.synthesis.model_copy(update={"level": 0.9})
    changed = replace(
        evidence, protocol=evidence.protocol.model_copy(update={"synthesis": narrower})
    )
    first, second = (
        [f for f in findings(one) if f.check == "effect and interval"]
        for one in (evidence, changed)
    )
    assert first == second


def test_changes_are_no_scores(evidence: Evidence) -> None:
    """A change of −3.4 does not lie outside a scale of 0 to 10 points."""
    change = a_row(scores="change", mean_intervention=-3.4, mean_control=-1.1,
                   baseline_sd_intervention=2.0, baseline_sd_control=2.1)  # fmt: skip
    made = with_rows(evidence, [change], a_trial(evidence))
    assert [f.check for f in findings(made) if f.check == "outside range"] == []
