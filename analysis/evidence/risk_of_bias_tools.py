"""The tools for risk of bias and the domains that each judges, in the tool's order."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

# Judged beside the domains, by its own rule in each tool.
OVERALL = "overall"

DOMAINS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        # Higgins et al. 2011, 10.1136/bmj.d5928.
        "RoB 1": (
            "random sequence generation",
            "allocation concealment",
            "blinding of participants and personnel",
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
