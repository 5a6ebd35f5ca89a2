"""What is known of a trial's risk of bias, and the rule where no overall judgement is given."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, cast

from analysis.evidence.risk_of_bias_tools import AS_THE_WORST_DOMAIN, DOMAINS, OVERALL, WORDS, worst
from analysis.evidence.rows import Evidence
from analysis.evidence.rows import Judgement as JudgementRow
from analysis.evidence.settled_judgements import Settled, settled
from analysis.protocol import Question
from analysis.protocol_rules import Frozen

Judgement = Literal["low", "some concerns", "unclear", "high", "not assessed", "not judged"]
# The newer tool comes later, and what fits the trial's design last.
TOOLS = tuple(DOMAINS)


class DomainJudgement(Frozen):
    domain: str
    judgement: Judgement


class RiskOfBias(Frozen):
    """What is known of a trial's risk of bias; `overall` by the tool's own rule.

    A trial waits to be assessed, but where the protocol names no tool it is not judged, nor is
    any other.

    `differ` are the domains, the overall judgement among them, on which assessors differ and no
    consensus is there: they are not assessed.
    """

    tool: str | None
    overall: Judgement
    domains: tuple[DomainJudgement, ...] = ()
    differ: tuple[str, ...] = ()

    @property
    def is_asked(self) -> bool:
        """Whether the review judges risk of bias at all."""
        return self.overall != "not judged"

    @property
    def undecided(self) -> bool:
        """Whether there is no overall judgement because assessors differ."""
        return bool(self.differ) and self.overall == "not assessed"

    @property
    def in_words(self) -> str:
        """The overall judgement, and why there is none where assessors differ."""
        return f"{self.overall} (assessors differ)" if self.undecided else self.overall


def risk_of_bias(evidence: Evidence, study_id: str, question: Question | None = None) -> RiskOfBias:
    """The judgements of a trial, or of its result in a question.

    What is judged of a result goes before what is judged of its outcome, and that before the
    trial; of a trial whose results alone were judged, the worst of each domain is shown. A
    trial judged with several tools is shown by the last of `TOOLS`; their domains do not mix.
    """
    if not evidence.protocol.risk_of_bias.tools:
        return RiskOfBias(tool=None, overall="not judged")
    of_trial = settled(row for row in evidence.risk_of_bias if row.study_id == study_id)
    judged = [each for each in of_trial if _is_about(each.about, question)]
    if question is None and not judged:
        judged = sorted(of_trial, key=_how_bad)
    if not judged:
        return RiskOfBias(tool=None, overall="not assessed")
    tool = max((each.about.tool for each in judged), key=TOOLS.index)
    # The last one said of a domain counts: the nearest to the result, else the worst.
    nearest_last = sorted(
        (each for each in judged if each.about.tool == tool),
        key=lambda each: (
            (bool(each.about.outcome), bool(each.about.timepoint)) if question else (False, False)
        ),
    )
    counts = {each.about.domain: each.judgement for each in nearest_last}
    return RiskOfBias(
        tool=tool,
        overall=_overall(tool, counts),
        domains=tuple(
            DomainJudgement(domain=domain, judgement=cast(Judgement, judgement or "not assessed"))
            for domain, judgement in counts.items()
            if domain != OVERALL
        ),
        differ=tuple(domain for domain, judgement in counts.items() if judgement is None),
    )


def _is_about(row: JudgementRow, question: Question | None) -> bool:
    if question is None:
        return not row.outcome
    return row.outcome in ("", question.outcome) and row.timepoint in ("", question.timepoint)


def _how_bad(each: Settled[JudgementRow]) -> float:
    """The place of what counts in the tool's words; open is worse than all but the worst."""
    words = WORDS[each.about.tool]
    return words.index(each.judgement) if each.judgement else len(words) - 1.5


def _overall(tool: str, judgements: Mapping[str, str | None]) -> Judgement:
    """The overall judgement; what the domains say where nobody judged the whole.

    That is their worst, if all were judged. Some of the domains cannot add up to low: without a
    high one RoB 1 has a word for that, the others have none. A domain on which assessors differ
    may be the worst. In RoB 2 what was said of the whole trial is no better than a domain of
    the result; in RoB 1 the whole is judged by itself.
    """
    found = [judgement for judgement in judgements.values() if judgement]
    if judgements.get(OVERALL):
        stated = judgements[OVERALL]
        return cast(Judgement, worst(tool, found) if tool in AS_THE_WORST_DOMAIN else stated)
    if OVERALL in judgements and tool not in AS_THE_WORST_DOMAIN:
        return "not assessed"
    if "high" in found:
        return "high"
    if len(found) < len(judgements):
        return "not assessed"
    if set(judgements) >= set(DOMAINS[tool]):
        return cast(Judgement, worst(tool, found))
    return "unclear" if "unclear" in WORDS[tool] else "not assessed"
