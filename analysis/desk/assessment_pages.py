"""The pages on which a domain is judged or settled: what stands on them, and for whom.

What another assessor judged is read only where this person may see it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from analysis.desk.desk_page import page
from analysis.desk.judged_forms import report_of, result_label, why_not
from analysis.desk.saving import seen
from analysis.evidence import signalling
from analysis.evidence.instruments import INSPECT_SR
from analysis.evidence.risk_of_bias_tools import OVERALL
from analysis.evidence.rows import Evidence
from analysis.evidence.settled_judgements import Judged as Row
from analysis.evidence.settled_judgements import settled
from analysis.evidence.trustworthiness import proposals
from analysis.evidence.trustworthiness_tool import CHECKS, named
from analysis.files.problems import ReviewError
from analysis.files.slugs import CONSENSUS
from analysis.screening.judging import (
    Judged,
    proposed_from,
    said_by_others,
    waiting,
    worst_domain,
)
from analysis.screening.settling import may_change, may_see, unfinished

ASSESS, SETTLE = "/judge/assess", "/judge/settle"
IN_WORDS = {
    "Y": "yes",
    "PY": "probably yes",
    "PN": "probably no",
    "N": "no",
    "NI": "no information",
    "NA": "not applicable",
}


@dataclass(frozen=True)
class Filled:
    """What a form says of one domain."""

    judgement: str = ""
    answers: str = ""
    support: str = ""

    @property
    def cells(self) -> tuple[str, str, str]:
        return self.judgement, self.answers, self.support

    @property
    def by_number(self) -> Mapping[str, str]:
        """The answers to signalling questions by number."""
        return dict(signalling.read_answers(self.answers))


def address(judged: Judged, domain: str = "", without: Sequence[str] = ()) -> str:
    """The page on which this is judged, or settled, without waiting for some perhaps."""
    asked = {
        "tool": judged.tool,
        "outcome": judged.outcome,
        "timepoint": judged.timepoint,
        "domain": domain,
    }
    said = {name: value for name, value in asked.items() if value}
    query = urlencode({**said, "without": without}, doseq=True)
    first = SETTLE if judged.who == CONSENSUS else ASSESS
    return f"{first}/{judged.study_id}?{query}"


def without(request: Request) -> list[str]:
    """For whom this is settled without waiting: the page that is asked for names them."""
    return request.query_params.getlist("without")


def filled(row: Row | None, answers_in: str) -> Filled:
    """What stands in the file of one domain."""
    if row is None:
        return Filled()
    return Filled(row.judgement, getattr(row, answers_in, ""), row.support)


def there(evidence: Evidence, judged: Judged, domain: str) -> Filled:
    """What this person, or the consensus, has judged already."""
    rows = said_by_others(evidence, judged, domain)
    own = next((row for row in rows if row.assessed_by == judged.who), None)
    return filled(own, judged.instrument.answers_in)


def agreed(evidence: Evidence, judged: Judged, domain: str) -> Filled:
    """To begin with where two differ: the answers that all of them gave."""
    rows = said_by_others(evidence, judged, domain)
    given = [filled(row, judged.instrument.answers_in) for row in rows]
    if judged.tool != signalling.TOOL or not given:
        return Filled()
    first, *others = (each.by_number for each in given)
    same = (
        f"{number} {answer}"
        for number, answer in first.items()
        if all(other.get(number) == answer for other in others)
    )
    return Filled(answers=" ".join(same))


def _proposal(evidence: Evidence, judged: Judged, domain: str, answers: str) -> str:
    """What the tool says of the domain, in a sentence; blank where it says nothing."""
    if domain == OVERALL:
        least = worst_domain(evidence, judged) if judged.who != CONSENSUS else ""
        if not least:
            return ""
        bound = "The whole is not better than its worst domain, which is"
        return f"{bound if judged.instrument.bounded else 'The worst domain is'} {least}."
    if judged.tool != signalling.TOOL or not answers:
        return ""
    try:
        found = proposed_from(judged, domain, answers)
    except ReviewError as error:
        return f"{error}."
    if found:
        return f"The answers propose: {found}."
    return "The answers do not propose a judgement yet: a question that the tool asks is open."


def show_domain(
    request: Request,
    evidence: Evidence,
    judged: Judged,
    domain: str,
    typed: Filled,
    own: Filled,
    *,
    meanwhile: bool = False,
    error: ReviewError | None = None,
) -> Response:
    """One domain: what is `typed` so far, over what this person has saved as their `own`.

    `meanwhile`: it was saved while the person looked, and both are shown.
    """
    column, problem = why_not(error) if error else ("", "")
    settling = judged.who == CONSENSUS
    return page(
        request,
        "judge/assess.html",
        status=422 if problem or meanwhile else 200,
        **_about(evidence, judged),
        here=address(judged, domain, without(request)),
        missing=[name for name in unfinished(evidence, judged) if settling],
        domain=domain,
        domains=_steps(evidence, judged, domain, without(request)),
        typed=typed,
        questions=_questions(judged, domain, typed),
        checks=_checks(evidence, judged, domain, typed),
        proposal=_proposal(evidence, judged, domain, typed.answers),
        others=_side_by_side(evidence, judged, domain) if settling else [],
        own=own,
        fixed=not settling and bool(own.judgement) and not may_change(evidence, judged),
        seen=seen(*own.cells),
        meanwhile=meanwhile,
        wrong=column if column in ("judgement", "support", "answers", "checks") else "",
        problem=problem,
    )


def _about(evidence: Evidence, judged: Judged) -> dict[str, Any]:
    """What is judged, and with which tool, for the page to say."""
    trial = evidence.trials[judged.study_id]
    return {
        "trial": trial,
        "report": report_of(trial),
        "judged": judged,
        "tool": judged.instrument,
        "result": result_label(evidence, judged.outcome, judged.timepoint),
        "settling": judged.who == CONSENSUS,
    }


def _steps(
    evidence: Evidence, judged: Judged, here: str, missing: Sequence[str]
) -> list[dict[str, object]]:
    """The domains with their address, and what this person has judged of each."""
    every = waiting(evidence, judged) if judged.who == CONSENSUS else judged.instrument.judged
    return [
        {
            "name": domain,
            "address": address(judged, domain, missing),
            "judgement": there(evidence, judged, domain).judgement,
            "here": domain == here,
        }
        for domain in every
    ]


def _questions(judged: Judged, domain: str, typed: Filled) -> list[dict[str, object]]:
    """The signalling questions of the domain by number, the answers each permits, and the one."""
    if judged.tool != signalling.TOOL:
        return []
    return [
        {
            "number": number,
            "answer": typed.by_number.get(number, ""),
            "choices": [(word, IN_WORDS[word]) for word in signalling.PERMITTED[number]],
        }
        for number in signalling.QUESTIONS.get(domain, ())
    ]


def _checks(
    evidence: Evidence, judged: Judged, domain: str, typed: Filled
) -> list[dict[str, object]]:
    """The checks of INSPECT-SR in the domain, what the data say on each, and which is chosen."""
    if judged.tool != INSPECT_SR.name:
        return []
    given = proposals(evidence)[judged.study_id]
    return [
        {
            "number": check,
            "name": named(check),
            "data": [proposal for proposal in given if proposal.check == check],
            "raised": check in typed.answers.split(),
        }
        for check in CHECKS.get(domain, ())
    ]


def _side_by_side(evidence: Evidence, judged: Judged, domain: str) -> list[tuple[str, Filled]]:
    """What each assessor judged, who is not the consensus."""
    return [
        (row.assessed_by, filled(row, judged.instrument.answers_in))
        for row in said_by_others(evidence, judged, domain)
        if row.assessed_by != CONSENSUS
    ]


def show_whole(request: Request, evidence: Evidence, judged: Judged) -> Response:
    """Everything is judged: what this person said, and what others did once that may be seen."""
    shown, missing = may_see(evidence, judged), unfinished(evidence, judged)
    found = {}
    for each in settled(
        row
        for domain in judged.instrument.judged
        for row in said_by_others(evidence, judged, domain)
        if shown or row.assessed_by == judged.who
    ):
        found[each.about.domain] = each
    names = dict.fromkeys(row.assessed_by for each in found.values() for row in each.assessors)
    return page(
        request,
        "judge/assessed.html",
        **_about(evidence, judged),
        rows=[
            {
                "domain": domain,
                "address": address(judged, domain),
                "said": [
                    next((r for r in found[domain].said if r.assessed_by == name), None)
                    for name in names
                ],
                "counts": found[domain].judgement if shown else None,
                "agreed": shown and any(r.assessed_by == CONSENSUS for r in found[domain].said),
                "settled": address(replace(judged, who=CONSENSUS), domain),
            }
            for domain in judged.instrument.judged
            if domain in found
        ],
        names=list(names),
        shown=shown and len(names) > 1,
        differ=shown and any(each.judgement is None for each in found.values()),
        settle=address(replace(judged, who=CONSENSUS)),
        missing=missing,
        settle_without=address(replace(judged, who=CONSENSUS), without=missing),
    )
