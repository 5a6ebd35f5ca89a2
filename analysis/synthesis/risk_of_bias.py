"""What is known of a trial's risk of bias, and the rule where no overall judgement is given."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, cast

from analysis.evidence.risk_of_bias_tools import DOMAINS, OVERALL, WORDS, worst
from analysis.evidence.rows import Evidence
from analysis.evidence.rows import Judgement as JudgementRow
from analysis.protocol import Question
from analysis.protocol_rules import Frozen

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


def risk_of_bias(evidence: Evidence, study_id: str, question: Question | None = None) -> RiskOfBias:
    """The judgements of a trial, or of its result in a question.

    What is judged of a result goes before what is judged of its outcome, and that before the
    trial; of a trial whose results alone were judged, the worst of each domain is shown. A
    trial judged with both tools is shown by the newer one; their domains do not mix.
    """
    of_trial = [row for row in evidence.risk_of_bias if row.study_id == study_id]
    judged = [row for row in of_trial if _is_about(row, question)]
    if question is None and not judged:
        judged = sorted(of_trial, key=lambda row: WORDS[row.tool].index(row.judgement))
    if not judged:
        return RiskOfBias(tool=None, overall="not assessed")
    tool = max((row.tool for row in judged), key=TOOLS.index)
    # The last one said of a domain counts: the nearest to the result, else the worst.
    nearest_last = sorted(
        (row for row in judged if row.tool == tool),
        key=lambda row: (bool(row.outcome), bool(row.timepoint)) if question else (False, False),
    )
    judgements: dict[str, Judgement] = {row.domain: row.judgement for row in nearest_last}
    given = judgements.pop(OVERALL, None)
    domains = tuple(
        DomainJudgement(domain=domain, judgement=judgement)
        for domain, judgement in judgements.items()
    )
    overall = given or _overall(tool, judgements)
    return RiskOfBias(tool=tool, overall=overall, domains=domains)


def _is_about(row: JudgementRow, question: Question | None) -> bool:
    if question is None:
        return not row.outcome
    return row.outcome in ("", question.outcome) and row.timepoint in ("", question.timepoint)


def _overall(tool: str, judgements: Mapping[str, Judgement]) -> Judgement:
    """What the domains say where nobody judged the whole: their worst, if all were judged.

    Some of the domains cannot add up to low: without a high one RoB 1 has a word for that,
    RoB 2 has none.
    """
    found = cast(Judgement, worst(tool, judgements.values()))
    if found == "high" or set(judgements) >= set(DOMAINS[tool]):
        return found
    return "unclear" if tool == "RoB 1" else "not assessed"
