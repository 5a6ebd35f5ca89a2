"""The rating that follows from the rules of all domains and a person's decisions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from analysis.evidence.people import initials
from analysis.evidence.rows import CertaintyDomain, Decision
from analysis.protocol import Protocol
from analysis.synthesis.certainty import LEVELS, Body, Certainty, DomainDecision, Level
from analysis.synthesis.grade.imprecision_rule import imprecision
from analysis.synthesis.grade.inconsistency_rule import inconsistency
from analysis.synthesis.grade.indirectness_rule import indirectness
from analysis.synthesis.grade.publication_bias_rule import publication_bias
from analysis.synthesis.grade.risk_of_bias_rule import risk_of_bias, unassessed


def rate(protocol: Protocol, body: Body, decisions: Iterable[Decision] = ()) -> Certainty:
    """Apply the five rules to a body of evidence, then the decisions of a person.

    decisions: the rows of certainty.csv for this question, at most one a domain.
    Very low is the floor however many levels are taken off.
    """
    rules = protocol.certainty
    proposals = (
        risk_of_bias(body, rules),
        inconsistency(body, rules),
        imprecision(protocol, body),
        indirectness(body, rules),
        publication_bias(body, rules, protocol.synthesis.small_study_minimum_k),
    )
    by_domain = _by_domain(decisions)
    steps = tuple(
        step.model_copy(update={"decision": by_domain.get(step.domain)}) for step in proposals
    )
    proposed = _level(step.levels for step in steps)
    provisional = unassessed(body, rules)
    undecided = sum(step.decision is None for step in steps)
    if undecided == len(steps):
        return Certainty(
            steps=steps, proposed=proposed, decided=None, label="proposed", provisional=provisional
        )
    return Certainty(
        steps=steps,
        proposed=proposed,
        decided=_level(step.levels_off for step in steps),
        label="partly decided" if undecided else "decided",
        provisional=provisional,
    )


def _by_domain(rows: Iterable[Decision]) -> dict[CertaintyDomain, DomainDecision]:
    return {
        row.domain: DomainDecision(
            levels=round(row.levels),
            reason=row.reason,
            decided_by=initials(row.decided_by),
            date=dt.date.fromisoformat(row.date),
        )
        for row in rows
    }


def _level(levels: Iterable[int]) -> Level:
    return LEVELS[min(sum(levels), len(LEVELS) - 1)]
