"""The conditions side by side: what is compared, what is refused, and the test by hand."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from scipy.stats import chi2

from analysis.evidence.rows import Evidence
from analysis.synthesis.conditions import ConditionContrast, across_conditions
from analysis.synthesis.question_result import Synthesis

Results = Mapping[str, Synthesis]


@pytest.fixture(scope="module")
def contrasts(evidence: Evidence, syntheses: Results) -> dict[str, ConditionContrast]:
    found = across_conditions(evidence.protocol, syntheses)
    return {f"{contrast.outcome}.{contrast.timepoint}": contrast for contrast in found}


def test_only_questions_with_an_estimate_in_both_conditions_are_listed(
    contrasts: dict[str, ConditionContrast], syntheses: Results
) -> None:
    both = {
        key.partition(".")[2]
        for key, synthesis in syntheses.items()
        if key.startswith("headache.") and synthesis.primary and syntheses[f"non-{key}"].primary
    }
    assert set(contrasts) == both
    assert "anxiety.post" not in contrasts


@pytest.mark.parametrize("question", ["disability.post", "depression.post"])
def test_the_difference_is_the_hand_computed_q(
    contrasts: dict[str, ConditionContrast], syntheses: Results, question: str
) -> None:
    """With two groups Q = (a - b)^2 / (Var a + Var b), from the Wald results of the pages."""
    wald = [
        next(
            model
            for model in syntheses[f"{condition}.{question}"].models
            if (model.model, model.interval.method) == ("reml", "wald")
        )
        for condition in ("headache", "non-headache")
    ]
    q = (wald[0].estimate - wald[1].estimate) ** 2 / (wald[0].se ** 2 + wald[1].se ** 2)
    result = contrasts[question].result
    assert result is not None
    assert result.separate.q == pytest.approx(q, rel=1e-6)
    assert result.separate.df == 1
    assert result.separate.p == pytest.approx(chi2.sf(q, 1), rel=1e-6)
    assert [group.name for group in result.subgroups] == ["headache", "non-headache"]


def test_two_measures_are_not_compared(contrasts: dict[str, ConditionContrast]) -> None:
    contrast = contrasts["pain.post"]
    assert contrast.result is None
    assert contrast.refused is not None
    assert "headache pools the risk ratio of responders" in contrast.refused


def test_a_condition_below_the_protocols_minimum_is_not_compared(
    evidence: Evidence, syntheses: Results
) -> None:
    rules = evidence.protocol.synthesis.model_copy(update={"subgroup_minimum_k": 3})
    protocol = evidence.protocol.model_copy(update={"synthesis": rules})
    found = {f"{c.outcome}.{c.timepoint}": c for c in across_conditions(protocol, syntheses)}
    contrast = found["depression.post"]
    assert contrast.result is None
    assert contrast.refused is not None
    assert "fewer than 3 trials (headache: 2;" in contrast.refused
