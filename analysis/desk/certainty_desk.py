"""The desk's certainty: what the rules propose for a question, and what a person decides."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from analysis.desk.assessment_pages import address
from analysis.desk.desk import desk_of, evidence_of, form_of, tell, who_of
from analysis.desk.desk_page import go_to, page
from analysis.desk.judged_forms import said
from analysis.desk.saving import is_as_seen, save, seen
from analysis.evidence.instruments import INSPECT_SR
from analysis.evidence.integrity.finding import question_of
from analysis.evidence.rows import Decision, Evidence
from analysis.files.clock import now, today
from analysis.files.problems import ReviewError
from analysis.files.withdrawals import carry_out
from analysis.protocol import Question
from analysis.screening.certainty_decisions import (
    DOMAINS,
    LEVELS,
    decide,
    decided_on,
    question_called,
    withdrawn_certainty,
)
from analysis.screening.judging import Judged
from analysis.screening.settling import begun_not_ended
from analysis.synthesis.certainty import Step
from analysis.synthesis.estimate_text import named_estimate
from analysis.synthesis.question_result import Synthesis
from analysis.synthesis.synthesise import synthesise

CERTAINTY = "/judge/certainty"


def questions_with_rows(evidence: Evidence) -> list[Question]:
    """The questions of which any row of an included trial speaks, in the protocol's order."""
    included = {trial.study_id for trial in evidence.included}
    asked = {question_of(evidence, row) for row in evidence.outcomes if row.study_id in included}
    return [question for question in evidence.protocol.questions if question in asked]


def overview(request: Request) -> Response:
    """Every question of which there are results, and how many domains are decided."""
    who_of(request)
    evidence = evidence_of(request)
    return page(
        request,
        "judge/certainties.html",
        every=len(DOMAINS),
        questions=[
            (
                f"{CERTAINTY}/{question.slug}",
                evidence.protocol.question_title(question),
                len(decided_on(evidence, question)),
            )
            for question in questions_with_rows(evidence)
        ],
    )


def look(request: Request) -> Response:
    """One question, domain by domain."""
    evidence = evidence_of(request)
    question = _question(request, evidence)
    if begun := _still_judging(evidence, question, who_of(request)):
        return page(
            request,
            "judge/not_yet.html",
            title=evidence.protocol.question_title(question),
            begun=[(address(each), evidence.trials[each.study_id].label) for each in begun],
        )
    return _show(request, evidence, question)


def answer(request: Request) -> Response:
    """What a person decided on a domain, kept or taken back."""
    who, evidence = who_of(request), evidence_of(request)
    question = _question(request, evidence)
    form = form_of(request)
    domain, act, data = said(form, "domain"), said(form, "act"), desk_of(request).data
    typed = {name: said(form, name) for name in ("levels", "reason")}
    if domain not in DOMAINS:
        return _show(request, evidence, question, problem="This is no domain of certainty.")
    # What was decided stands beneath the heading of its domain.
    there = f"{CERTAINTY}/{question.slug}#{domain.replace(' ', '-')}"
    about = f"{question.key} {domain}"
    if not is_as_seen(form, *_stands(evidence, question, domain)):
        made = decided_on(evidence, question).get(domain)
        own = made and {"levels": f"{made.levels:g}", "reason": made.reason, "by": made.decided_by}
        if act != "take back" and own == {**typed, "by": who}:  # sent twice
            return go_to(there)
        return _show(request, evidence, question, domain, typed, meanwhile=True)
    try:
        if act == "take back":
            plan = withdrawn_certainty(data, question, domain)
            save(request, lambda: carry_out(data, plan, who, now(), ""), f"undo certainty {about}")
            tell(request, f"Taken back: {domain}. What the rules propose counts again.")
            return go_to(there)
        if act == "as proposed":
            step = _proposed(evidence, question, domain)
            typed = {"levels": str(step.levels), "reason": step.reason}
        save(
            request,
            lambda: decide(data, question, domain, typed["levels"], typed["reason"], who, today()),
            f"decide certainty {about}",
        )
    except ReviewError as error:
        return _show(request, evidence, question, domain, typed, problem=str(error))
    tell(request, f"Saved: {domain}.")
    return go_to(there)


def _question(request: Request, evidence: Evidence) -> Question:
    return question_called(evidence, str(request.path_params["question"]))


def _still_judging(evidence: Evidence, question: Question, who: str) -> list[Judged]:
    """Whose risk of bias this person is judging: weights would tell what others did."""
    return [
        each
        for each in begun_not_ended(evidence, who)
        if each.tool != INSPECT_SR.name
        and evidence.trials[each.study_id].condition == question.condition
        and each.outcome in ("", question.outcome)
        and each.timepoint in ("", question.timepoint)
    ]


def _proposed(evidence: Evidence, question: Question, domain: str) -> Step:
    """What the rule of a domain proposes; ReviewError where there is nothing to rate."""
    found = answered(evidence, question).certainty
    if found is None:
        raise ReviewError("No trial answers this question: there is nothing to rate.")
    return next(step for step in found.steps if step.domain == domain)


def answered(evidence: Evidence, question: Question) -> Synthesis:
    """The answer to a question, worked out once while the evidence is the same."""
    return evidence.once(
        (synthesise, question), lambda: synthesise(evidence, question, in_depth=False)
    )


def _stands(evidence: Evidence, question: Question, domain: str) -> tuple[str, ...]:
    """What a form about a domain would overwrite."""
    made = decided_on(evidence, question).get(domain)
    return (str(made.levels), made.reason, made.decided_by, made.date) if made else ()


def _show(
    request: Request,
    evidence: Evidence,
    question: Question,
    domain: str = "",
    typed: dict[str, str] | None = None,
    *,
    meanwhile: bool = False,
    problem: str = "",
) -> Response:
    found = answered(evidence, question)
    decided = decided_on(evidence, question)
    steps = [
        {
            "step": step,
            "made": decided.get(step.domain),
            "typed": typed if typed and step.domain == domain else _start(decided, step),
            "seen": seen(*_stands(evidence, question, step.domain)),
            "meanwhile": meanwhile and step.domain == domain,
            "problem": problem if step.domain == domain else "",
        }
        for step in (found.certainty.steps if found.certainty else ())
    ]
    return page(
        request,
        "judge/certainty.html",
        status=422 if meanwhile or problem else 200,
        here=f"{CERTAINTY}/{question.slug}",
        found=found,
        estimate=named_estimate(found.measure, found.primary),
        certainty=found.certainty,
        steps=steps,
        levels=LEVELS,
        problem=problem if domain not in DOMAINS else "",
    )


def _start(decided: Mapping[str, Decision], step: Step) -> dict[str, str]:
    """What a form begins with: the decision that there is, or the levels that the rule proposes."""
    made = decided.get(step.domain)
    if made:
        return {"levels": f"{made.levels:g}", "reason": made.reason}
    return {"levels": str(step.levels), "reason": ""}


ROUTES = [
    Route(CERTAINTY, overview, methods=["GET"]),
    Route(f"{CERTAINTY}/{{question}}", look, methods=["GET"]),
    Route(f"{CERTAINTY}/{{question}}", answer, methods=["POST"]),
]
