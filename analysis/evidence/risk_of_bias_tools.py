"""The tools for risk of bias: the domains that each judges, in its order, and its words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

# Judged beside the domains, by its own rule in each tool.
OVERALL = "overall"

ROB_2 = (
    "randomisation process",
    "deviations from intended interventions",
    "missing outcome data",
    "measurement of the outcome",
    "selection of the reported result",
)
# In the order of the one that is shown: what fits the trial's design before what fits any.
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
        "RoB 2": ROB_2,
        # Both as their versions of 18 March 2021 have them, see LINKS.
        "RoB 2 for cluster-randomised trials": (
            ROB_2[0],
            "timing of identification or recruitment of participants",
            *ROB_2[1:],
        ),
        "RoB 2 for crossover trials": (ROB_2[0], "period and carryover effects", *ROB_2[1:]),
    }
)
# Where a tool is to be had with its questions, which its licence does not let us repeat here.
LINKS: Mapping[str, str] = MappingProxyType(
    {
        "RoB 1": "https://doi.org/10.1136/bmj.d5928",
        "RoB 2": "https://www.riskofbias.info/welcome/rob-2-0-tool/current-version-of-rob-2",
        "RoB 2 for cluster-randomised trials": (
            "https://www.riskofbias.info/welcome/rob-2-0-tool/rob-2-for-cluster-randomized-trials"
        ),
        "RoB 2 for crossover trials": (
            "https://www.riskofbias.info/welcome/rob-2-0-tool/rob-2-for-crossover-trials"
        ),
    }
)
# Each tool's words for a judgement, the best first.
WORDS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {tool: ("low", "unclear" if tool == "RoB 1" else "some concerns", "high") for tool in DOMAINS}
)
# Whose overall judgement is at best as their worst domain (Sterne 2019, 10.1136/bmj.l4898).
AS_THE_WORST_DOMAIN = tuple(tool for tool in DOMAINS if tool != "RoB 1")


def worst(tool: str, judgements: Iterable[str]) -> str:
    """The worst of some judgements of one tool."""
    return max(judgements, key=WORDS[tool].index)
