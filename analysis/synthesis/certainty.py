"""The certainty of the evidence (GRADE): what is rated, and what a rating is.

Trials start at high certainty and lose levels in five domains. The rules of
`analysis.synthesis.grade` propose, a person decides.
Source: GRADE, Guyatt et al. 2008, 10.1136/bmj.39489.470347.AD.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from analysis.evidence.rows import CertaintyDomain
from analysis.formatting import MINUS, counted, day
from analysis.protocol_rules import Frozen
from analysis.statistics.estimates import Interval, PooledEffect
from analysis.statistics.small_study_effects import RegressionTest
from analysis.synthesis.missing_results import MissingResults
from analysis.synthesis.study_effect import Measure, StudyEffect

Level = Literal["high", "moderate", "low", "very low"]
LEVELS: tuple[Level, ...] = ("high", "moderate", "low", "very low")


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

    @property
    def outcome_text(self) -> str:
        """What the domain does to the certainty, in a few words: `imprecision −1`."""
        if self.levels_off:
            return f"{self.domain} {MINUS}{self.levels_off}"
        if self.decision is None and not self.judged:
            return f"{self.domain} not judged"
        return f"{self.domain} none"

    @property
    def decision_text(self) -> str:
        """What a person decided, why, who and when; that nobody has, otherwise."""
        made = self.decision
        if made is None:
            return "none yet"
        levels = counted(made.levels, "level")
        return f"{levels} off: {made.reason} ({made.decided_by}, {day(made.date)})"


class Unassessed(Frozen):
    """The pooled trials whose risk of bias nobody has assessed, and their weight in per cent."""

    trials: int
    weight: float


class Certainty(Frozen):
    """The certainty of one pooled effect.

    `proposed` follows from the rules alone; `decided` from the decisions, with the proposal
    in the domains nobody has decided, and is `None` where there is no decision at all.
    `provisional` is what makes the rating provisional: trials that nobody has assessed and that
    have more of the weight than the protocol allows a rating to rest on.
    """

    steps: tuple[Step, ...]
    proposed: Level
    decided: Level | None
    label: Literal["proposed", "partly decided", "decided"]
    provisional: Unassessed | None = None

    @property
    def level(self) -> Level:
        """The level to show."""
        return self.decided or self.proposed

    @property
    def rating(self) -> str:
        """The level as it is printed: `low`, or `at most low` while it is provisional."""
        return rating_text(self.level, provisional=self.provisional is not None)

    @property
    def symbol(self) -> str:
        """`⊕⊕⊖⊖`: a mark for each level, filled down from the top."""
        missing = LEVELS.index(self.level)
        return "⊕" * (len(LEVELS) - missing) + "⊖" * missing

    @property
    def standing(self) -> str:
        """What the rating rests on: `proposed`, or until when it is provisional as well."""
        if self.provisional is None:
            return self.label
        trials = counted(self.provisional.trials, "trial")
        return f"{self.label}; provisional until somebody has assessed the risk of bias of {trials}"

    @property
    def standing_in_short(self) -> str:
        """The same where there is no room: `proposed; provisional, 3 trials not assessed`."""
        if self.provisional is None:
            return self.label
        return (
            f"{self.label}; provisional, {counted(self.provisional.trials, 'trial')} not assessed"
        )

    def step(self, domain: CertaintyDomain) -> Step:
        """The step of that domain."""
        return next(step for step in self.steps if step.domain == domain)


def rating_text(level: Level, *, provisional: bool) -> str:
    """A level as it is printed: `low`, or `at most low` while the rating is provisional.

    Below very low there is nothing, so that `at most` would say nothing there.
    """
    return f"at most {level}" if provisional and level != LEVELS[-1] else level


@dataclass(frozen=True)
class Body:
    """The body of evidence of one question, as the rules see it: pooled trials only.

    `asymmetry` is `None` where the protocol allows no test (too few trials) or none exists.
    `indirect_instruments` are those that the protocol calls indirect for the outcome, with why.
    `missing` is what became of the question in every included trial, pooled or not.
    `concluded_from` is the Bayesian interval where conclusions read that, not the primary one.
    """

    measure: Measure
    smallest_important_difference: float | None
    studies: tuple[StudyEffect, ...]
    primary: PooledEffect
    n_total: int | None
    n_unknown: int
    asymmetry: RegressionTest | None
    indirect_instruments: Mapping[str, str] = field(default_factory=dict)
    missing: MissingResults = field(default_factory=MissingResults)
    concluded_from: Interval | None = None

    @property
    def k(self) -> int:
        return len(self.studies)

    @property
    def interval(self) -> Interval:
        """The interval that conclusions read."""
        return self.concluded_from or self.primary.interval

    def judged(self, *judgements: str) -> tuple[StudyEffect, ...]:
        """The trials with one of these overall risks of bias."""
        return tuple(s for s in self.studies if s.risk_of_bias.overall in judgements)

    def weight(self, studies: Iterable[StudyEffect]) -> float:
        """Per cent of the whole weight that these trials have."""
        whole = sum(study.weight or 0.0 for study in self.studies)
        return 100 * sum(study.weight or 0.0 for study in studies) / whole


def ends(interval: Interval) -> tuple[float, float]:
    """The limits, infinite where there is none."""
    low = -math.inf if interval.low is None else interval.low
    return low, math.inf if interval.high is None else interval.high
