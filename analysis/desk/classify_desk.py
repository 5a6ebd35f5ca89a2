"""The desk's classifying: trials that wait for somebody to say whether they are of the review."""

from __future__ import annotations

from collections.abc import Iterator

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from analysis.desk.desk import desk_of, evidence_of, form_of, tell, who_of
from analysis.desk.desk_page import go_to, page
from analysis.desk.judged_forms import report_of, said, trial_of, why_not
from analysis.desk.saving import is_as_seen, save, seen
from analysis.evidence.rows import Evidence, Trial
from analysis.files.clock import now, today
from analysis.files.problems import ReviewError
from analysis.files.withdrawals import carry_out
from analysis.screening.classification import (
    WORDS,
    awaiting_trials,
    classified_trials,
    classify,
    status_in_words,
    withdrawn_classification,
)
from analysis.screening.decision_files import LAST_STAGE
from analysis.screening.decisions import Screening, Verdict

TRIALS = "/screen/trials"
IN_WORDS = {"included": "Include it", "excluded": "Exclude it"}


def overview(request: Request) -> Response:
    """What waits, what was decided, and full reports that those who decided are unsure of."""
    who, evidence = who_of(request), evidence_of(request)
    return page(
        request,
        "classify/trials.html",
        waiting=awaiting_trials(evidence),
        decided=[(trial, status_in_words(trial)) for trial in classified_trials(evidence)],
        unsure=list(_unsure(desk_of(request).sittings.screening(), who)),
        there=TRIALS,
    )


def _unsure(screening: Screening, who: str) -> Iterator[dict[str, object]]:
    """Full reports that nobody is sure of: who said so, and whether this person is among them."""
    people = screening.latest(LAST_STAGE)
    for report, verdict in screening.verdicts(LAST_STAGE).items():
        if verdict is Verdict.UNSURE:
            title = screening.library.records[report].title
            yield {
                "title": title,
                "who": sorted(people[report]),
                "address": f"/screen/{LAST_STAGE}?record={report}" if who in people[report] else "",
            }


def look(request: Request) -> Response:
    """A trial with what it waits for, and the form that decides."""
    who_of(request)
    evidence = evidence_of(request)
    return _show(request, evidence, trial_of(evidence, request))


def answer(request: Request) -> Response:
    """A person's decision, kept or taken back."""
    who, evidence = who_of(request), evidence_of(request)
    form, trial, data = form_of(request), trial_of(evidence, request), desk_of(request).data
    study, typed = trial.study_id, {name: said(form, name) for name in ("status", "reason")}
    if not is_as_seen(form, *_stands(trial)):
        if _is_said(trial, typed, who):
            return go_to(TRIALS)  # sent twice
        return _show(request, evidence, trial, typed, meanwhile=True)
    try:
        if said(form, "act") == "take back":
            plan = withdrawn_classification(data, study)
            save(request, lambda: carry_out(data, plan, who, now(), ""), f"have {study} wait again")
            tell(request, f"{trial.label} waits again. What was decided stays on record.")
            return go_to(f"{TRIALS}/{study}")
        save(
            request,
            lambda: classify(
                data, study, typed["status"], typed["reason"], who, today(), seen=trial.reason
            ),
            f"{study} is {typed['status']}",
        )
    except ReviewError as error:
        column, sentence = why_not(error)
        where = f"{column}: " if column not in ("", "reason", "status") else ""
        return _show(request, evidence, trial, typed, problem=f"{where}{sentence}")
    tell(request, f"{trial.label} is {typed['status']}.")
    return go_to(TRIALS)


def _stands(trial: Trial) -> tuple[str, ...]:
    """What a form about it was made from."""
    return trial.status, trial.reason, trial.classified_by, trial.classified_on


def _is_said(trial: Trial, typed: dict[str, str], who: str) -> bool:
    now_there = trial.status, trial.reason, trial.classified_by
    return now_there == (typed["status"], " ".join(typed["reason"].split()), who)


def _facts(evidence: Evidence, trial: Trial) -> dict[str, object]:
    """What a person reads of a trial before deciding, each under its heading."""
    facts = {
        "Participants": trial.diagnosis,
        "Condition": trial.condition,
        "Intervention": ", ".join(part for part in (trial.therapy, trial.programme) if part),
        "Guidance": trial.guidance,
        "Weeks": trial.duration_weeks,
        "Compared with": trial.comparator,
        "In the report’s words": trial.comparator_detail,
        "Randomised": trial.n_randomised_total,
        "Registered as": trial.registration,
        "Why not quite the question": trial.indirectness,
        "Rows of results": sum(row.study_id == trial.study_id for row in evidence.outcomes),
    }
    return {
        heading: f"{fact:g}" if isinstance(fact, float) else fact
        for heading, fact in facts.items()
        if fact
    }


def _criteria(evidence: Evidence) -> list[tuple[str, str]]:
    """The criteria in the order in which they are asked, each with what a trial is held against."""
    eligibility = evidence.protocol.eligibility
    return [
        (each.label or each.id, each.expects or eligibility.says(each.id))
        for each in evidence.protocol.exclusion_criteria
    ]


def _show(
    request: Request,
    evidence: Evidence,
    trial: Trial,
    typed: dict[str, str] | None = None,
    *,
    meanwhile: bool = False,
    problem: str = "",
) -> Response:
    return page(
        request,
        "classify/trial.html",
        status=422 if meanwhile or problem else 200,
        trial=trial,
        report=report_of(trial),
        facts=_facts(evidence, trial),
        criteria=_criteria(evidence),
        stands=status_in_words(trial),
        words={word: IN_WORDS[word] for word in WORDS},
        typed=typed or {"status": "", "reason": ""},
        meanwhile=meanwhile,
        problem=problem,
        seen=seen(*_stands(trial)),
        here=f"{TRIALS}/{trial.study_id}",
        there=TRIALS,
    )


ROUTES = [
    Route(TRIALS, overview, methods=["GET"]),
    Route(f"{TRIALS}/{{study}}", look, methods=["GET"]),
    Route(f"{TRIALS}/{{study}}", answer, methods=["POST"]),
]
