"""Risk of bias: how much of the weight comes from trials that are, or may be, biased."""

from __future__ import annotations

from analysis.formatting import listed
from analysis.protocol_rules import CertaintyRules
from analysis.synthesis.certainty import Body, Step, Unassessed
from analysis.synthesis.grade.rule_numbers import share, threshold_text

# RoB 2 says "some concerns" where RoB 1 says "unclear".
KINDS = (
    (("high",), "trials at high risk of bias"),
    (("some concerns", "unclear"), "trials with some concerns or an unclear risk of bias"),
    (("not assessed",), "trials whose risk of bias nobody has assessed"),
)


def risk_of_bias(body: Body, rules: CertaintyRules) -> Step:
    """A level where too much of the weight is at high risk or doubtful, two where most is high.

    The weights are per cent of the primary analysis. Evidence that rests mostly on trials with
    some concerns, at an unclear risk or not assessed is not known to be sound, so it does not
    keep its level until somebody has looked.
    """
    if not any(study.risk_of_bias.is_asked for study in body.studies):
        reason = "The protocol names no tool for risk of bias, so nobody judges it."
        return Step(domain="risk of bias", levels=0, judged=False, reason=reason)
    counted = ("high", *rules.doubtful)
    parts = [
        (body.weight(body.judged(*(word for word in words if word in counted))), whose)
        for words, whose in KINDS
    ]
    high, doubtful = parts[0][0], sum(weight for weight, _ in parts)
    if not doubtful:
        reason = "None of the weight comes from trials at high risk of bias or in doubt."
        return Step(domain="risk of bias", levels=0, judged=True, reason=reason)
    levels, decided = _levels(high, doubtful, rules)
    bounds = rules.high_risk_weight, rules.very_high_risk_weight, rules.doubtful_weight
    shares = [f"{share(weight, *bounds)} {{}}from {whose}" for weight, whose in parts if weight]
    said = listed([shares[0].format("of the weight comes "), *(s.format("") for s in shares[1:])])
    together = f", together {share(doubtful, *bounds)}" if len(shares) > 1 else ""
    reason = f"{said}{together}: {decided}."
    return Step(domain="risk of bias", levels=levels, judged=True, reason=reason)


def _levels(high: float, doubtful: float, rules: CertaintyRules) -> tuple[int, str]:
    """The levels, and the threshold that decided."""
    for levels, bound in ((2, rules.very_high_risk_weight), (1, rules.high_risk_weight)):
        if high > bound:
            return levels, f"more than {threshold_text(bound)} is at high risk"
    how = "in doubt or at high risk" if high else "in doubt"
    doubt = f"more than {threshold_text(rules.doubtful_weight)} is {how}"
    return (1, doubt) if doubtful > rules.doubtful_weight else (0, f"not {doubt}")


def unassessed(body: Body, rules: CertaintyRules) -> Unassessed | None:
    """The trials that nobody has assessed, where so much of the weight is theirs."""
    trials = body.judged("not assessed")
    weight = body.weight(trials)
    if weight <= rules.unassessed_weight:
        return None
    return Unassessed(trials=len(trials), weight=weight)
