"""The tools for risk of bias: the domains that each judges, in its order, and its words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

# Judged beside the domains, by its own rule in each tool.
OVERALL = "overall"

DOMAINS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        # Higgins et al. 2011, 10.1136/bmj.d5928.
        "RoB 1": (
            "random sequence generation",
            "allocation concealment",
            "blinding of participants",
            "blinding of outcome assessment",
            "incomplete outcome data",
            "selective reporting",
            "other bias",
        ),
        # Sterne et al. 2019, 10.1136/bmj.l4898.
        "RoB 2": (
            "randomisation process",
            "deviations from intended interventions",
            "missing outcome data",
            "measurement of the outcome",
            "selection of the reported result",
        ),
    }
)
# Each tool's words for a judgement, the best first.
WORDS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "RoB 1": ("low", "unclear", "high"),
        "RoB 2": ("low", "some concerns", "high"),
    }
)


def worst(tool: str, judgements: Iterable[str]) -> str:
    """The worst of some judgements of one tool."""
    return max(judgements, key=WORDS[tool].index)
