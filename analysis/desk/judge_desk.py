"""The desk's judging: what there is to judge, trial by trial, and what two people differ on."""

from __future__ import annotations

from collections import Counter

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from analysis.desk import assessment_desk, certainty_desk, rulings_desk, verification_desk
from analysis.desk.assessment_pages import address
from analysis.desk.desk import evidence_of, who_of
from analysis.desk.desk_page import page
from analysis.desk.judged_forms import report_of, result_label, trial_of
from analysis.evidence.instruments import INSPECT_SR
from analysis.evidence.integrity import findings
from analysis.evidence.rows import Evidence
from analysis.evidence.settled_judgements import judgements
from analysis.evidence.verification import is_verified
from analysis.formatting import counted, sentence_case
from analysis.screening.certainty_decisions import DOMAINS, decided_on
from analysis.screening.judging import Judged, tool_for, waiting
from analysis.screening.settling import to_settle


def overview(request: Request) -> Response:
    """Every included trial with what waits; of judgements this person's own alone."""
    who, evidence = who_of(request), evidence_of(request)
    rows = Counter(row.study_id for row in evidence.outcomes)
    seen = Counter(row.study_id for row in evidence.outcomes if is_verified(row))
    own = Counter(
        (row.study_id, row.tool == INSPECT_SR.name)
        for row in judgements(evidence)
        if row.assessed_by == who
    )
    trials = [
        {
            "trial": trial,
            "rows": rows[trial.study_id],
            "seen": seen[trial.study_id],
            "trust": address(Judged(trial.study_id, INSPECT_SR.name, who)),
            "trusted": f"{own[trial.study_id, True]} of {len(INSPECT_SR.judged)}",
            "judged": _domains(own[trial.study_id, False]),
        }
        for trial in evidence.included
    ]
    return page(
        request,
        "judge/overview.html",
        trials=trials,
        rows=rows.total(),
        seen=seen.total(),
        unruled=sum(each.severity == "suspect" and not each.ruling for each in findings(evidence)),
        questions=len(certainty_desk.questions_with_rows(evidence)),
        decided=_decided(evidence),
        settle=[
            {
                "address": address(each),
                "label": evidence.trials[each.study_id].label,
                "about": f"{result_label(evidence, each.outcome, each.timepoint)}, {each.tool}",
            }
            for each in to_settle(evidence, who)
        ],
    )


def _decided(evidence: Evidence) -> int:
    """The questions of which every domain of certainty is decided."""
    return sum(
        len(decided_on(evidence, question)) == len(DOMAINS)
        for question in certainty_desk.questions_with_rows(evidence)
    )


def _domains(judged: int) -> str:
    return f"{counted(judged, 'domain')} judged" if judged else "not begun"


def trial_page(request: Request) -> Response:
    """What can be judged of one trial: its numbers, the whole of it, each of its results."""
    who, evidence = who_of(request), evidence_of(request)
    trial = trial_of(evidence, request)
    tool = tool_for(evidence, trial.study_id, request.query_params.get("tool", ""))
    rows = [row for row in evidence.outcomes if row.study_id == trial.study_id]
    asked = dict.fromkeys((("", ""), *((row.outcome, row.timepoint) for row in rows)))
    here = f"/judge/trial/{trial.study_id}"
    return page(
        request,
        "judge/trial.html",
        trial=trial,
        report=report_of(trial),
        rows=len(rows),
        seen=sum(map(is_verified, rows)),
        trust=_progress(evidence, Judged(trial.study_id, INSPECT_SR.name, who)),
        tools=[
            (name, f"{here}?tool={name.replace(' ', '+')}", name == tool)
            for name in evidence.protocol.risk_of_bias.tools
        ],
        results=[
            _progress(evidence, Judged(trial.study_id, tool, who, *result))
            for result in (asked if tool else ())
        ],
        findings=rulings_desk.listed(
            evidence, [each for each in findings(evidence) if each.study_id == trial.study_id]
        ),
    )


def _progress(evidence: Evidence, judged: Judged) -> dict[str, object]:
    """How many domains this person has judged of it, and where to go on."""
    every = len(judged.instrument.judged)
    return {
        "tool": judged.tool,
        "label": sentence_case(result_label(evidence, judged.outcome, judged.timepoint)),
        "address": address(judged),
        "done": every - len(waiting(evidence, judged)),
        "every": every,
    }


ROUTES = [
    Route("/judge", overview, methods=["GET"]),
    Route("/judge/trial/{study}", trial_page, methods=["GET"]),
    *verification_desk.ROUTES,
    *assessment_desk.ROUTES,
    *rulings_desk.ROUTES,
    *certainty_desk.ROUTES,
]
