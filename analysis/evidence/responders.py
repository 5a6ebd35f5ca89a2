"""Responders of a trial as a standardised mean difference, for a sensitivity analysis.

A share of people beyond a cut is less than their mean score, so such an effect is kept out of
the primary analysis; without it the trials that give nothing else would say nothing.
"""

from __future__ import annotations

from dataclasses import replace

from analysis.evidence.reported import CannotGive, OtherMeasure, Reported
from analysis.evidence.reported_arms import counts_of
from analysis.evidence.reported_effects import odds_of_responding
from analysis.evidence.rows import OutcomeRow
from analysis.evidence.trial_effects import TrialEffect, clustered, turned
from analysis.measures import MeasureName
from analysis.protocol import Protocol
from analysis.statistics.conversions import smd_from_log_odds_ratio

# The measures of an event that become odds ratios.
OF_RESPONDERS = frozenset({"OR", "RR", "HR"})
BY_THE_LOGIT = "odds ratio of responders turned into a standardised mean difference by the logit"


def responders_effect(protocol: Protocol, measure: MeasureName, row: OutcomeRow) -> TrialEffect:
    """The SMD that the responders of a row stand for; `CannotGive` says why there is none.

    By Hasselblad & Hedges 1995, 10.1037/0033-2909.117.1.167; negative favours the intervention.
    """
    if row.format != "events" and row.effect_measure not in OF_RESPONDERS:
        raise OtherMeasure("gives scores, not responders")
    if measure != "SMD":
        raise OtherMeasure("responders become a standardised mean difference, and nothing else")
    try:
        found = clustered(row, _by_the_logit(odds_of_responding(row)))
    except CannotGive:
        raise
    except ValueError as error:
        raise CannotGive(f"{row.row_id}: {error}") from error
    events = None
    if row.format == "events":
        first, _, second, _ = counts_of(row, good=True)
        events = first, second
    # Odds of the good event: as they stand, above no difference favours the intervention.
    return turned(found, flip=True, events=events)


def _by_the_logit(odds: Reported) -> Reported:
    effect, variance = smd_from_log_odds_ratio(odds.effect, odds.variance)
    return replace(
        odds,
        measure="SMD",
        effect=effect,
        variance=variance,
        steps=(*odds.steps, BY_THE_LOGIT),
    )
