"""The rules of intervals that the living protocol has, for the trials of the frozen review."""

from __future__ import annotations

from dataclasses import replace

from analysis.evidence.rows import Evidence
from analysis.protocol_rules import BayesianRules, IntervalRule, TauPrior

INTERVAL = IntervalRule(
    method="hartung-knapp-conservative",
    minimum_k=3,
    needs_heterogeneity=False,
    bayesian_maximum_k=2,
)
COMPANION = BayesianRules(
    prior=TauPrior(distribution="half-normal", scale=0.5),
    alternatives=(
        TauPrior(distribution="half-normal", scale=1.0),
        TauPrior(distribution="half-Cauchy", scale=0.5),
    ),
    headline_maximum_k=4,
)


def with_present_rules(evidence: Evidence) -> Evidence:
    """The same evidence, to be pooled by these rules."""
    rules = evidence.protocol.synthesis.model_copy(
        update={
            "interval": INTERVAL,
            "bayesian": COMPANION,
            "prediction_headline_minimum_k": 10,
        }
    )
    protocol = evidence.protocol.model_copy(update={"synthesis": rules})
    return replace(evidence, protocol=protocol)
