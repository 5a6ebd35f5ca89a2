"""Every tool with which people judge trials: what they judge, in which words, in which file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from analysis.evidence import risk_of_bias_tools, signalling, trustworthiness_tool
from analysis.evidence.risk_of_bias_tools import OVERALL


@dataclass(frozen=True)
class Instrument:
    """A tool: the domains in its order, its words with the best first, and where it is to be had.

    `file` keeps what is judged with it, `answers_in` is its column for what was answered within a
    domain, `asks` the question for that. `of_results` says whether single results are judged with
    it or only whole trials, `bounded` whether the whole is at best as its worst domain.
    """

    name: str
    domains: tuple[str, ...]
    words: tuple[str, ...]
    link: str
    file: str
    answers_in: str = ""
    asks: Mapping[str, str] = field(default_factory=dict)
    of_results: bool = True
    bounded: bool = True

    @property
    def judged(self) -> tuple[str, ...]:
        """All that a person judges: the domains, then the whole."""
        return (*self.domains, OVERALL)

    def worst(self, judgements: list[str]) -> str:
        """The worst of some judgements; blank where there is none."""
        return max(judgements, key=self.words.index, default="")


INSPECT_SR = Instrument(
    trustworthiness_tool.TOOL,
    trustworthiness_tool.DOMAINS,
    trustworthiness_tool.WORDS,
    trustworthiness_tool.LINK,
    "trustworthiness",
    answers_in="checks",
    asks=dict.fromkeys(
        trustworthiness_tool.DOMAINS, "numbers of the checks that raise a concern, if any"
    ),
    of_results=False,
    bounded=False,
)
ANSWERS_ASKED = {
    domain: f"answers to {numbers[0]} to {numbers[-1]} with Y, PY, PN, N, NI or NA, "
    f"as {numbers[0]} Y; nothing to keep none"
    for domain, numbers in signalling.QUESTIONS.items()
}
INSTRUMENTS: Mapping[str, Instrument] = MappingProxyType(
    {
        each.name: each
        for each in (
            INSPECT_SR,
            *(
                Instrument(
                    tool,
                    domains,
                    risk_of_bias_tools.WORDS[tool],
                    risk_of_bias_tools.LINKS[tool],
                    "risk_of_bias",
                    answers_in="answers",
                    asks=ANSWERS_ASKED if tool == signalling.TOOL else {},
                    bounded=tool in risk_of_bias_tools.AS_THE_WORST_DOMAIN,
                )
                for tool, domains in risk_of_bias_tools.DOMAINS.items()
            ),
        )
    }
)
