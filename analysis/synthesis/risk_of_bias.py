"""What is known of a trial's risk of bias, and the rule where no overall judgement is given."""

from __future__ import annotations

from typing import Literal

from analysis.evidence.risk_of_bias_tools import DOMAINS, OVERALL
from analysis.evidence.rows import Evidence
from analysis.protocol import Frozen

Judgement = Literal["low", "some concerns", "unclear", "high", "not assessed"]
# The newer tool comes later.
TOOLS = tuple(DOMAINS)


class DomainJudgement(Frozen):
    domain: str
    judgement: Judgement


class RiskOfBias(Frozen):
    """What is known of a trial's risk of bias; `overall` by the tool's own rule."""

    tool: str | None
    overall: Judgement
    domains: tuple[DomainJudgement, ...] = ()


def risk_of_bias(evidence: Evidence, study_id: str) -> RiskOfBias:
    """A trial's judgements; where no overall one is given, high if any is, else unclear.

    Without an overall judgement only some domains of the tool were judged, which
    cannot add up to low. A trial judged with both tools is shown by the newer one; their
    domains do not mix.
    """
    judged = [row for row in evidence.risk_of_bias if row.study_id == study_id]
    if not judged:
        return RiskOfBias(tool=None, overall="not assessed")
    tool = max((row.tool for row in judged), key=TOOLS.index)
    judgements: dict[str, Judgement] = {
        row.domain: row.judgement for row in judged if row.tool == tool
    }
    any_high = "high" in judgements.values()
    overall = judgements.pop(OVERALL, "high" if any_high else "unclear")
    domains = tuple(
        DomainJudgement(domain=domain, judgement=judgement)
        for domain, judgement in judgements.items()
    )
    return RiskOfBias(tool=tool, overall=overall, domains=domains)
