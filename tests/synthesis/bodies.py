"""Bodies of evidence with nothing to complain of, for the rules to be tried on."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from analysis.protocol_rules import CertaintyRules, InformationSize
from analysis.statistics.estimates import Heterogeneity, Interval, PooledEffect
from analysis.statistics.small_study_effects import AsymmetryTest, RegressionTest
from analysis.synthesis.certainty import Body, Step
from analysis.synthesis.risk_of_bias import RiskOfBias
from analysis.synthesis.study_effect import Measure, StudyEffect
from tests.figures.examples import study

# As a Cochrane editor would have them.
RULES = CertaintyRules(
    high_risk_weight=50,
    very_high_risk_weight=75,
    doubtful_weight=50,
    doubtful=("some concerns", "unclear", "not assessed"),
    unassessed_weight=50,
    inconsistency_i2=50,
    serious_inconsistency_i2=75,
    inconsistency_prediction_k=10,
    opposing_weight=25,
    information_size=InformationSize(smd=0.2, relative_change=0.25, alpha=0.05, power=0.8),
    very_few=100,
    indirect_weight=50,
    asymmetry_p=0.1,
    missing_results_one_in=3,
)
# As protocols had them that were frozen before the others.
FIRST_RULES = CertaintyRules.model_validate(
    {
        "high_risk_weight": 50, "doubtful_weight": 50, "inconsistency_i2": 50,
        "serious_inconsistency_i2": 75, "minimum_participants": 400, "minimum_events": 300,
        "very_few": 100, "egger_p": 0.1, "small_trial_participants": 100,
    }
)  # fmt: skip
SMD = Measure(name="SMD", label="standardised mean difference", sides=("therapy", "control"))
RR = Measure(name="RR", label="risk ratio of responders", ratio=True, benefit_above=True)


def a_study(index: int = 0, weight: float = 25.0, **changes: Any) -> StudyEffect:
    """A trial of 120 participants at low risk of bias whose interval is -0.6 to -0.2."""
    usual = {"risk_of_bias": RiskOfBias(tool="RoB 2", overall="low"), "label": f"Trial {index}"}
    return study(index, -0.4, 0.1, weight=weight).model_copy(update=usual | changes)


def of_risk(index: int, weight: float, overall: str) -> StudyEffect:
    return a_study(index, weight, risk_of_bias=RiskOfBias(tool="RoB 2", overall=overall))


def a_pooled(
    low: float = -0.6,
    high: float = -0.2,
    *,
    k: int = 4,
    i2: float | None = 20.0,
    prediction: tuple[float, float] | None = (-0.7, -0.1),
) -> PooledEffect:
    spread = i2 is not None and Heterogeneity(
        q=9.0, df=k - 1, p=0.03, tau2=0.02, tau2_interval=None, i2=i2, i2_interval=None,
        h2=1.0, h2_interval=None, i2_q=i2,
    )  # fmt: skip
    return PooledEffect(
        model="reml",
        k=k,
        estimate=(low + high) / 2,
        se=(high - low) / 4,
        interval=Interval(low, high, "wald"),
        statistic=-4.0,
        p=0.001,
        weights=(100 / k,) * k,
        prediction=Interval(*prediction, "t(k-2)", df=k - 2.0) if prediction else None,
        heterogeneity=spread or None,
    )


def a_body(studies: Sequence[StudyEffect] | None = None, **changes: Any) -> Body:
    """Four trials, 800 participants, nothing to complain of."""
    usual = Body(
        measure=SMD,
        smallest_important_difference=0.2,
        studies=tuple(studies) if studies else tuple(a_study(i) for i in range(4)),
        primary=a_pooled(),
        n_total=800,
        n_unknown=0,
        asymmetry=None,
    )
    return replace(usual, **changes)


def regression(
    p: float, slope: float = -1.4, test: AsymmetryTest = "pustejovsky-rodgers"
) -> RegressionTest:
    limit = Interval(-1, 1, "t")
    return RegressionTest("multiplicative", slope, 0.5, -2.0, 8, p, -0.1, limit, test)


def assert_step(step: Step, levels: int, *numbers: str, judged: bool = True) -> None:
    """The levels, what the reason names, and that the reason is one sentence."""
    assert (step.levels, step.judged) == (levels, judged), step.reason
    for number in numbers:
        assert number in step.reason, step.reason
    assert_one_sentence(step.reason)


def assert_one_sentence(said: str) -> None:
    assert re.fullmatch(r"[A-Z0-9].*[^.]\.", said), said
    assert not re.search(r"[.!?] +[A-Z]", said), said
