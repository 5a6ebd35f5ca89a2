"""The measures of effect that can be pooled, each declared once: scale, words, formulas."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

MeasureName = Literal["SMD", "MD", "RR", "OR", "RD", "HR", "IRR", "generic"]


@dataclass(frozen=True)
class MeasureKind:
    """A measure of effect, intervention against control.

    `arms` says which numbers of each arm it is computed from, by the `formula` of that name in
    `analysis.statistics.effect_sizes`; without, it is pooled as reports give it. `risk` names the
    function of `analysis.statistics.clinical` by which it moves a control risk; without, it
    says nothing of how many people. An `event` is something that happens to people, or does not;
    `quantity` and `how_many` say what of it is compared, before "people ...".
    `unit` stands behind a difference; where it is `None` the protocol says it. Where a number is
    a share of people, sentences say it in so many of them, `of_people`.
    `important` is the smallest important difference where the protocol names none, and an
    interval beyond `nothing_beyond` on both sides says nothing; both on the analysis scale.
    """

    label: str
    article: str
    heading: str
    ratio: bool = False
    event: bool = False
    unit: str | None = ""
    arms: Literal["means", "events", ""] = ""
    formula: str = ""
    risk: str = ""
    quantity: str = "the chance that"
    how_many: str = "how many"
    of_people: int = 0
    important: float | None = None
    nothing_beyond: float | None = None

    @property
    def no_effect(self) -> float:
        """The printed value that means no difference."""
        return 1.0 if self.ratio else 0.0

    @property
    def in_sentence(self) -> str:
        """`SMD`, `risk ratio`: the heading, as it stands inside a sentence."""
        return self.heading if self.heading.isupper() else self.label

    @property
    def named(self) -> str:
        """`a risk ratio`."""
        return f"{self.article} {self.label}"


# An SMD of 2, which no treatment has, as the logarithm of an odds ratio (Hasselblad & Hedges
# 1995, 10.1037/0033-2909.117.1.167): 38 times the odds.
SMD_2 = 2 * math.pi / math.sqrt(3)
MEASURES: Mapping[MeasureName, MeasureKind] = MappingProxyType(
    {
        "SMD": MeasureKind(
            "standardised mean difference", "a", "SMD", unit="SD", arms="means", formula="smd",
            risk="risk_by_smd", important=0.2, nothing_beyond=2.0,
        ),
        "MD": MeasureKind(
            "mean difference", "a", "MD", unit=None, arms="means", formula="mean_difference",
        ),
        "RR": MeasureKind(
            "risk ratio", "a", "Risk ratio", ratio=True, event=True, arms="events",
            formula="log_risk_ratio", nothing_beyond=SMD_2, risk="risk_by_log_risk_ratio",
        ),
        "OR": MeasureKind(
            "odds ratio", "an", "Odds ratio", ratio=True, event=True, arms="events",
            formula="log_odds_ratio", nothing_beyond=SMD_2, risk="risk_by_log_odds_ratio",
            quantity="the odds that",
        ),
        "RD": MeasureKind(
            "risk difference", "a", "Risk difference", event=True, arms="events",
            formula="risk_difference", nothing_beyond=1.0, risk="risk_by_risk_difference",
            of_people=100,
        ),
        "HR": MeasureKind(
            "hazard ratio", "a", "Hazard ratio", ratio=True, event=True,
            risk="risk_by_log_hazard_ratio", nothing_beyond=SMD_2, quantity="the hazard that",
        ),
        # Events over time at risk: without that time no share of people follows from it.
        "IRR": MeasureKind(
            "rate ratio", "a", "Rate ratio", ratio=True, event=True, quantity="the rate at which",
            how_many="how often", nothing_beyond=SMD_2,
        ),
        "generic": MeasureKind("difference", "a", "Difference", unit=None),
    }
)  # fmt: skip
RATIOS = frozenset(name for name, kind in MEASURES.items() if kind.ratio)
# What happens to people, or does not: the others are differences between scores.
EVENTS = frozenset(name for name, kind in MEASURES.items() if kind.event)
