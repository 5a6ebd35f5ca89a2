"""Certainty of the evidence (GRADE): rules propose, a person decides.

Trials start at high certainty and lose levels in five domains. Each rule answers with a
`Step` that prints the numbers it looked at, whether or not they triggered it; thresholds
are the protocol's. A rule that the data cannot answer takes no level off and says so:
`judged` is false there, and a person has to look.
Source: GRADE, Guyatt et al. 2008, 10.1136/bmj.39489.470347.AD.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from analysis.evidence.people import initials
from analysis.evidence.rows import CertaintyDomain, Decision
from analysis.formatting import counted, limits, listed, number, p_value
from analysis.protocol import Protocol
from analysis.protocol_rules import CertaintyRules, Frozen
from analysis.statistics.estimates import Interval, PooledEffect
from analysis.statistics.small_study_effects import RegressionTest
from analysis.synthesis.sensitivity import ASYMMETRY_TESTS
from analysis.synthesis.study_effect import Measure, StudyEffect

Level = Literal["high", "moderate", "low", "very low"]
LEVELS: tuple[Level, ...] = ("high", "moderate", "low", "very low")
MOST_DECIMALS = 6


class DomainDecision(Frozen):
    """What a person decided for one domain, in place of what the rule proposes."""

    levels: int
    reason: str
    decided_by: str
    date: dt.date


class Step(Frozen):
    """One GRADE domain: the levels its rule proposes to take off, and the numbers why.

    `judged` is false where the data cannot answer the rule; `decision` is the person's, if
    there is one, and counts instead of `levels`.
    """

    domain: CertaintyDomain
    levels: int
    judged: bool
    reason: str
    decision: DomainDecision | None = None

    @property
    def triggered(self) -> bool:
        return self.levels > 0

    @property
    def levels_off(self) -> int:
        """The levels that count: the decision's where there is one, else the proposal's."""
        return self.levels if self.decision is None else self.decision.levels


class Certainty(Frozen):
    """The certainty of one pooled effect.

    `proposed` follows from the rules alone; `decided` from the decisions, with the proposal
    in the domains nobody has decided, and is `None` where there is no decision at all.
    """

    steps: tuple[Step, ...]
    proposed: Level
    decided: Level | None
    label: Literal["proposed", "partly decided", "decided"]

    @property
    def level(self) -> Level:
        """The level to show."""
        return self.decided or self.proposed

    def step(self, domain: CertaintyDomain) -> Step:
        """The step of that domain."""
        return next(step for step in self.steps if step.domain == domain)


@dataclass(frozen=True)
class Body:
    """The body of evidence of one question, as the rules see it: pooled trials only.

    `asymmetry` is `None` where the protocol allows no test (too few trials) or none exists.
    """

    measure: Measure
    smallest_important_difference: float | None
    studies: tuple[StudyEffect, ...]
    primary: PooledEffect
    n_total: int | None
    n_unknown: int
    asymmetry: RegressionTest | None

    @property
    def k(self) -> int:
        return len(self.studies)

    def judged(self, judgement: str) -> tuple[StudyEffect, ...]:
        """The trials with this overall risk of bias."""
        return tuple(s for s in self.studies if s.risk_of_bias.overall == judgement)

    def weight(self, studies: Iterable[StudyEffect]) -> float:
        """Per cent of the whole weight that these trials have."""
        whole = sum(study.weight or 0.0 for study in self.studies)
        return 100 * sum(study.weight or 0.0 for study in studies) / whole


def rate(protocol: Protocol, body: Body, decisions: Iterable[Decision] = ()) -> Certainty:
    """Apply the five rules to a body of evidence, then the decisions of a person.

    decisions: the rows of certainty.csv for this question, at most one a domain.
    Very low is the floor however many levels are taken off.
    """
    rules = protocol.certainty
    proposals = (
        risk_of_bias(body, rules),
        inconsistency(body, rules),
        imprecision(body, rules),
        indirectness(body),
        publication_bias(body, rules, protocol.synthesis.small_study_minimum_k),
    )
    by_domain = _by_domain(decisions)
    steps = tuple(
        step.model_copy(update={"decision": by_domain.get(step.domain)}) for step in proposals
    )
    proposed = _level(step.levels for step in steps)
    undecided = sum(step.decision is None for step in steps)
    if undecided == len(steps):
        return Certainty(steps=steps, proposed=proposed, decided=None, label="proposed")
    return Certainty(
        steps=steps,
        proposed=proposed,
        decided=_level(step.levels_off for step in steps),
        label="partly decided" if undecided else "decided",
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


def risk_of_bias(body: Body, rules: CertaintyRules) -> Step:
    """One level when too much of the weight is at high risk of bias, or at a risk not known.

    The weights are per cent of the primary analysis. A trial that nobody has assessed
    counts as unclear. Evidence that rests mostly on trials whose risk is high or unclear
    is not known to be sound, so it does not keep its level until somebody has looked.
    """
    high, unclear, unassessed = (
        body.weight(body.judged(word)) for word in ("high", "unclear", "not assessed")
    )
    doubtful = high + unclear + unassessed
    reason = (
        f"{_share(high, rules.high_risk_weight)} of the weight comes from trials at high risk of "
        f"bias, {_share(unclear)} from trials at unclear risk and {_share(unassessed)} from trials "
        f"that nobody has assessed, together {_share(doubtful, rules.doubtful_weight)}; the rule "
        f"takes a level off above {rules.high_risk_weight:g}% at high risk, or above "
        f"{rules.doubtful_weight:g}% together."
    )
    triggered = high > rules.high_risk_weight or doubtful > rules.doubtful_weight
    return _step("risk of bias", triggered, True, reason)


def inconsistency(body: Body, rules: CertaintyRules) -> Step:
    """One level for high I2 with a prediction interval on both sides; two for open conflict.

    One level: I2 at the threshold or above, and a prediction interval that holds both
    benefit and lack of benefit (no difference, or harm). Two levels: I2 at the higher
    threshold or above, and two trials whose own intervals exclude no difference in opposite
    directions. With one trial nothing can be judged; with two there is no prediction
    interval, so a high I2 is left to a person.
    """
    found = body.primary.heterogeneity
    if found is None:
        reason = "There is one trial, so inconsistency between trials cannot be judged."
        return _step("inconsistency", 0, False, reason)
    i2 = f"I² is {_share(found.i2, rules.inconsistency_i2, rules.serious_inconsistency_i2)}"
    if found.i2 < rules.inconsistency_i2:
        reason = f"{i2}, below the {rules.inconsistency_i2:g}% from which the rule looks further."
        return _step("inconsistency", 0, True, reason)
    better = [study.label for study in body.studies if study.ci_high < 0]
    worse = [study.label for study in body.studies if study.ci_low > 0]
    if found.i2 >= rules.serious_inconsistency_i2 and better and worse:
        reason = (
            f"{i2}, at least {rules.serious_inconsistency_i2:g}%, and trials whose intervals "
            f"exclude no difference point in opposite directions: {listed(better)} towards "
            f"benefit, {listed(worse)} towards harm."
        )
        return _step("inconsistency", 2, True, reason)
    return _by_prediction(body, rules, i2)


def _by_prediction(body: Body, rules: CertaintyRules, i2: str) -> Step:
    enough = f"{i2}, at least {rules.inconsistency_i2:g}%"
    interval = body.primary.prediction
    if interval is None:
        reason = (
            f"{enough}, but {counted(body.k, 'trial')} give no prediction interval, so the rule "
            "cannot be applied."
        )
        return _step("inconsistency", 0, False, reason)
    low, high = ends(interval)
    both = low < 0 <= high
    where = (
        "holds both benefit and lack of benefit" if both else "lies on one side of no difference"
    )
    shown = _shown(body.measure, interval, 0.0)
    reason = f"{enough}, and the prediction interval ({shown}) {where}."
    return _step("inconsistency", both, True, reason)


def imprecision(body: Body, rules: CertaintyRules) -> Step:
    """One level for an interval that leaves too much open, one for too little information.

    The interval: it includes no difference and the smallest important difference, on either
    side. Where the protocol sets no such difference for the measure, nothing says that an
    interval around no difference is narrow, and including no difference is enough.
    The information: participants, and for ratios also events in both arms, below the
    protocol's minimum. Only known numbers count. Both may apply: two levels. So few
    participants that one more trial could say anything take two levels by themselves.
    """
    wide, about_interval = _wide(body)
    few, about_size = _few(body, rules)
    reason = f"{about_interval} {about_size}"
    if body.n_total is not None and not body.n_unknown and body.n_total < rules.very_few:
        return _step("imprecision", 2, True, f"{reason} That is fewer than {rules.very_few}, too.")
    return _step("imprecision", wide + few, True, reason)


def _wide(body: Body) -> tuple[bool, str]:
    interval, important = body.primary.interval, body.smallest_important_difference
    measure = body.measure
    low, high = ends(interval)
    thresholds = () if important is None else (-important, important)
    said = f"The interval ({_shown(measure, interval, 0.0, *thresholds)})"
    nothing = f"no difference ({measure.no_effect:g})"
    if low > 0 or high < 0:
        return False, f"{said} excludes {nothing}."
    if important is None:
        return True, (
            f"{said} includes {nothing}, and the protocol sets no smallest important difference "
            "by which to call it narrow."
        )
    reached = [side for side in thresholds if low <= side <= high]
    if not reached:
        sides = " or ".join(number(measure.shown(side)) for side in thresholds)
        return False, (
            f"{said} includes {nothing} but not the smallest important difference ({sides})."
        )
    sides = listed([number(measure.shown(side)) for side in reached])
    return True, f"{said} includes {nothing} and the smallest important difference ({sides})."


def _few(body: Body, rules: CertaintyRules) -> tuple[bool, str]:
    few, said = _compared(
        body.n_total or 0, "participant", body.n_unknown, rules.minimum_participants
    )
    if not body.measure.ratio:
        return few, said
    events = [
        study.events_intervention + study.events_control
        for study in body.studies
        if study.events_intervention is not None and study.events_control is not None
    ]
    few_events, about_events = _compared(
        sum(events), "event", body.k - len(events), rules.minimum_events
    )
    return few or few_events, f"{said} {about_events}"


def _compared(found: int, unit: str, unknown: int, minimum: int) -> tuple[bool, str]:
    few = found < minimum
    missing = f" (not known in {counted(unknown, 'trial')})" if unknown else ""
    said = f"{counted(found, unit)}{missing}, {'fewer than' if few else 'at least'} {minimum:,}."
    return few, f"{said[0].upper()}{said[1:]}"


def indirectness(body: Body) -> Step:
    """One level when any pooled trial is flagged as not quite the review's question.

    The flags are the column `indirectness` of studies.csv; the weight of the flagged trials
    is printed, so that a person can overrule a flag on a trial that hardly counts.
    """
    flagged = [study for study in body.studies if study.indirectness]
    if not flagged:
        reason = f"None of {counted(body.k, 'trial')} is flagged as not quite the question."
        if body.k == 1:
            reason = "The trial is not flagged as not quite the question."
        return _step("indirectness", 0, True, reason)
    flags = "; ".join(f"{study.label}: {study.indirectness}" for study in flagged)
    reason = (
        f"{counted(len(flagged), 'trial')} of {body.k}, with {_share(body.weight(flagged))} of the "
        f"weight, {'is' if len(flagged) == 1 else 'are'} flagged ({flags})."
    )
    return _step("indirectness", 1, True, reason)


def publication_bias(body: Body, rules: CertaintyRules, minimum_k: int) -> Step:
    """One level when small trials differ from large ones, or when all are small and favourable.

    The regression test of the funnel counts from `minimum_k` trials on, whichever way it
    points; the direction is printed. "All small and favourable": two trials or more, each
    with fewer participants than the protocol's limit and an estimate that favours the
    intervention; a trial whose number is not known does not count as small. One trial cannot
    be judged.
    """
    if body.k == 1:
        reason = "There is one trial, so missing results cannot be judged."
        return _step("publication bias", 0, False, reason)
    by_test, about_test, judged = _asymmetry(body, rules, minimum_k)
    limit = rules.small_trial_participants
    small = [s for s in body.studies if s.n_total is not None and s.n_total < limit]
    favourable = [study for study in body.studies if study.effect < 0]
    all_small = len(small) == len(favourable) == body.k
    reason = (
        f"{about_test} {len(small)} of {body.k} trials are small (fewer than {limit:,} "
        f"participants) and {len(favourable)} of {body.k} favour the therapy."
    )
    return _step("publication bias", by_test or all_small, judged or all_small, reason)


def _asymmetry(body: Body, rules: CertaintyRules, minimum_k: int) -> tuple[bool, str, bool]:
    """Whether the regression test triggers, what it says, and whether it could be judged."""
    if body.k < minimum_k:
        said = f"{body.k} trials are fewer than the {minimum_k} a test for asymmetry needs."
        return False, said, True
    if body.asymmetry is None:
        return False, f"The test for asymmetry has no result for these {body.k} trials.", False
    found = body.asymmetry
    triggered = found.p < rules.egger_p
    said = (
        f"{ASYMMETRY_TESTS[found.test]} test with {body.k} trials: {p_value(found.p)}, "
        f"{'below' if triggered else 'not below'} {rules.egger_p:g}"
    )
    if triggered:
        # What p does not tell apart has no direction.
        said += f"; smaller trials have {'better' if found.slope < 0 else 'worse'} results"
    return triggered, f"{said}.", True


def _step(domain: CertaintyDomain, levels: int, judged: bool, reason: str) -> Step:
    return Step(domain=domain, levels=int(levels), judged=judged, reason=reason)


def ends(interval: Interval) -> tuple[float, float]:
    """The limits, infinite where there is none."""
    low = -math.inf if interval.low is None else interval.low
    return low, math.inf if interval.high is None else interval.high


def _share(per_cent: float, *thresholds: float) -> str:
    return f"{number(per_cent, _decimals(per_cent, thresholds, 1))}%"


def _shown(measure: Measure, interval: Interval, *thresholds: float) -> str:
    """The interval as a reader sees it, next to the thresholds it is compared with."""
    shown = measure.shown_limits(interval.low, interval.high)
    compared = [measure.shown(threshold) for threshold in thresholds]
    low, high = (
        None if limit is None else number(limit, _decimals(limit, compared, 2)) for limit in shown
    )
    unbounded = limits(None, None, ratio=measure.ratio).split(" to ")
    return f"{low or unbounded[0]} to {high or unbounded[1]}"


def _decimals(value: float, thresholds: Iterable[float], decimals: int) -> int:
    """As many decimals as keep a value from printing as a threshold that it is not."""
    near = [other for other in thresholds if other != value]
    while decimals < MOST_DECIMALS and any(
        round(value, decimals) == round(other, decimals) for other in near
    ):
        decimals += 1
    return decimals
