"""The desk's judging of trials, domain by domain, and its settling of what two people differ on.

RoB 2 and any other tool of the protocol, of a trial or of one of its results, and INSPECT-SR.
"""

from __future__ import annotations

from dataclasses import replace

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from analysis.desk.assessment_pages import (
    ASSESS,
    SETTLE,
    Filled,
    address,
    agreed,
    show_domain,
    show_whole,
    there,
    without,
)
from analysis.desk.desk import desk_of, evidence_of, form_of, tell, who_of
from analysis.desk.desk_page import go_to
from analysis.desk.judged_forms import result_label, said, trial_of
from analysis.desk.saving import is_as_seen, save
from analysis.evidence import signalling
from analysis.evidence.instruments import INSPECT_SR
from analysis.evidence.rows import Evidence
from analysis.evidence.trustworthiness_tool import CHECKS
from analysis.files.clock import now
from analysis.files.problems import ReviewError, short
from analysis.files.slugs import CONSENSUS
from analysis.files.withdrawals import carry_out
from analysis.formatting import listed
from analysis.screening.judging import (
    Judged,
    judge,
    tool_for,
    waiting,
    withdrawn_judgement,
)
from analysis.screening.settling import may_change, may_see, unfinished


def look(request: Request) -> Response:
    """The domain that is asked for, or the first that waits."""
    evidence, judged = _asked(request)
    domain = request.query_params.get("domain", "")
    if not domain:
        domain = next(iter(waiting(evidence, judged)), "")
        if not domain and judged.who != CONSENSUS:
            return show_whole(request, evidence, judged)
    elif domain not in judged.instrument.judged:
        raise ReviewError(f"{short(domain)} is no domain of {judged.tool}.")
    if not domain:
        tell(request, "Nothing is left to settle here: nobody differs.")
        return go_to("/judge")
    own = there(evidence, judged, domain)
    settling = judged.who == CONSENSUS and not own.judgement
    start = agreed(evidence, judged, domain) if settling else own
    return show_domain(request, evidence, judged, domain, start, own)


def answer(request: Request) -> Response:
    """What the person judged of a domain, kept; or what the answers propose; or taken back."""
    evidence, judged = _asked(request)
    form = form_of(request)
    domain = said(form, "domain")
    if domain not in judged.instrument.judged:
        raise ReviewError(f"{short(domain)} is no domain of {judged.tool}.")
    act, own, data = said(form, "act"), there(evidence, judged, domain), desk_of(request).data
    typed = _typed(form, judged, domain)
    if act == "propose":
        return show_domain(request, evidence, judged, domain, typed, own)
    if judged.who != CONSENSUS and own.judgement and not may_change(evidence, judged):
        raise ReviewError("Somebody else has judged this too: what you differ on is settled.")
    if not is_as_seen(form, *own.cells):
        if act != "take back" and own == typed:  # sent twice
            return _go_on(request, evidence, judged, domain)
        return show_domain(request, evidence, judged, domain, typed, own, meanwhile=True)
    about = f"{judged.study_id} {domain} ({judged.tool})"
    try:
        if act == "take back":
            plan = withdrawn_judgement(data, judged, domain)
            save(request, lambda: carry_out(data, plan, judged.who, now(), ""), f"undo {about}")
            tell(request, f"Taken back: {domain}. It waits again, and stays on record.")
            return go_to(address(judged, domain, without(request)))
        save(
            request,
            lambda: judge(
                data,
                judged,
                domain,
                typed.judgement,
                typed.support,
                answers=typed.answers,
                again=bool(own.judgement),
            ),
            f"judge {about}",
        )
    except ReviewError as error:
        return show_domain(request, evidence, judged, domain, typed, own, error=error)
    done = "Settled" if judged.who == CONSENSUS else "Saved"
    tell(request, f"{done}: {domain}, {typed.judgement}.")
    return _go_on(request, evidence_of(request), judged, domain)


def _go_on(request: Request, evidence: Evidence, judged: Judged, domain: str) -> Response:
    if judged.who == CONSENSUS:
        return go_to(address(judged, without=without(request)))
    return go_to(address(judged, _following(evidence, judged, domain)))


def _asked(request: Request) -> tuple[Evidence, Judged]:
    """What the address asks to judge or to settle; ReviewError where that is not there, or not yet.

    Where it is settled, this person may see by now what others judged.
    """
    who, asked = who_of(request), request.query_params
    evidence = evidence_of(request)
    trial = trial_of(evidence, request)
    tool = tool_for(evidence, trial.study_id, asked.get("tool", ""))
    if not tool:
        raise ReviewError("The protocol names no tool for risk of bias.")
    judged = Judged(trial.study_id, tool, who, asked.get("outcome", ""), asked.get("timepoint", ""))
    result_label(evidence, judged.outcome, judged.timepoint)
    if judged.outcome and not judged.instrument.of_results:
        raise ReviewError(f"{tool} judges a trial, and none of its results.")
    if judged.timepoint and not judged.outcome:
        raise ReviewError("A time point alone is no result: its outcome is needed.")
    if request.url.path.startswith(SETTLE):
        if not may_see(evidence, judged, without(request)):
            raise ReviewError(
                "This is settled once everybody who has begun to judge it has judged every domain"
                + _who_has_not(evidence, judged)
            )
        judged = replace(judged, who=CONSENSUS)
    return evidence, judged


def _who_has_not(evidence: Evidence, judged: Judged) -> str:
    missing = unfinished(evidence, judged)
    return f": {listed(missing)} {'has' if len(missing) == 1 else 'have'} not." if missing else "."


def _typed(form: FormData, judged: Judged, domain: str) -> Filled:
    """What the form says; answers between spaces, in the tool's order."""
    if judged.tool == INSPECT_SR.name:
        checks = [check for check in CHECKS.get(domain, ()) if check in form.getlist("check")]
        answers = " ".join(checks)
    else:
        numbers = signalling.QUESTIONS.get(domain, ()) if judged.tool == signalling.TOOL else ()
        given = ((number, said(form, f"answer.{number}")) for number in numbers)
        answers = " ".join(f"{number} {answer}" for number, answer in given if answer)
    return Filled(said(form, "judgement"), answers, " ".join(said(form, "support").split()))


def _following(evidence: Evidence, judged: Judged, domain: str) -> str:
    """The domain that waits behind this one; blank where none does."""
    left, every = waiting(evidence, judged), judged.instrument.judged
    behind = every[every.index(domain) + 1 :]
    return next((each for each in (*behind, *every) if each in left), "")


ROUTES = [
    Route(f"{ASSESS}/{{study}}", look, methods=["GET"]),
    Route(f"{ASSESS}/{{study}}", answer, methods=["POST"]),
    Route(f"{SETTLE}/{{study}}", look, methods=["GET"]),
    Route(f"{SETTLE}/{{study}}", answer, methods=["POST"]),
]
