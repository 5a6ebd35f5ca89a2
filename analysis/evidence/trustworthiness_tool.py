"""INSPECT-SR, the tool for the trustworthiness of a trial: its domains, their checks, its words.

Wilkinson et al. 2025, 10.1101/2025.09.03.25334905.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

TOOL = "INSPECT-SR"
# Where its checks are to be had with the guidance on each.
LINK = "https://inspect.sr"
# How many checks each domain has; they are numbered within it.
SIZES: Mapping[str, int] = MappingProxyType(
    {
        "notices after publication": 3,
        "conduct, governance and transparency": 5,
        "text and figures": 2,
        "results": 11,
    }
)
DOMAINS = tuple(SIZES)
# Its words for a judgement, the best first.
NO_CONCERNS = "no concerns"
WORDS = (NO_CONCERNS, "some concerns", "serious concerns")
# What a check asks, in short words of ours; one whose text we have not read has its number alone.
NAMES: Mapping[str, str] = MappingProxyType(
    {
        "1.1": "retraction",
        "1.2": "expression of concern or comments",
        "2.3": "registration against publication",
        "2.4": "implausible recruitment",
        "3.2": "figures manipulated or repeated",
        "4.1": "eligibility against data",
        "4.3": "implausible baseline",
        "4.6": "participant numbers",
        "4.8": "impossible means of integers",
        "4.9": "errors in statistical results",
    }
)
CHECKS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        domain: tuple(f"{place}.{check}" for check in range(1, size + 1))
        for place, (domain, size) in enumerate(SIZES.items(), start=1)
    }
)


def named(check: str) -> str:
    """A check by its number, and what it asks where we have read that."""
    return " ".join(filter(None, (check, NAMES.get(check))))
