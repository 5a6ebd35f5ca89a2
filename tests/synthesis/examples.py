"""Small results as sentences are made from them."""

from __future__ import annotations

from dataclasses import replace

from analysis.evidence.trial_states import OutcomeInTrial, State
from analysis.statistics.estimates import Interval, PooledEffect
from analysis.synthesis.missing_results import MissingResults
from analysis.synthesis.study_effect import Measure
from tests.figures.examples import pooled

SMD = Measure(name="SMD", label="standardised mean difference")
RR = Measure(
    name="RR",
    label="risk ratio of responders",
    ratio=True,
    benefit_above=True,
    event="get clearly better",
)


def an_effect(estimate: float, low: float | None, high: float | None) -> PooledEffect:
    return replace(pooled(4), estimate=estimate, interval=Interval(low, high, "wald"))


def in_states(*states: State) -> MissingResults:
    """A question whose trials, of ten people each, are in these states."""
    return MissingResults(
        trials=tuple(
            OutcomeInTrial(study_id=f"t-{n}", label=f"T {n}", year=2000 + n, state=state,
                           participants=10, participants_from="row")
            for n, state in enumerate(states)
        )
    )  # fmt: skip
