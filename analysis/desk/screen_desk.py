"""The screening desk: one record after another, decided by one key, as `screen` does it."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from analysis.desk import classify_desk, differences_page, screened_pages
from analysis.desk.desk import desk_of, evidence_of, form_of, tell, who_of
from analysis.desk.desk_page import go_to, page
from analysis.desk.record_shown import RecordShown, record_shown
from analysis.desk.saving import save
from analysis.desk.screen_form import (
    STAGE_NAMES,
    Typed,
    beside_fields,
    form_shown,
    keep_decision,
    protocol_of,
    stage_of,
    typed_in,
)
from analysis.files.problems import EvidenceError, ReviewError
from analysis.files.slugs import CONSENSUS
from analysis.protocol import Protocol
from analysis.screening.classification import awaiting_trials
from analysis.screening.decision_files import Decision
from analysis.screening.session import DecidedMeanwhile, Session
from analysis.searching.decision_schemas import STAGES


@dataclass(frozen=True)
class Sitting:
    """What the page of a record says, taken from the session at one moment."""

    record: RecordShown | None
    own: Decision | None
    seen: str
    done: int
    waiting: int
    latest: Decision | None
    latest_title: str
    advice: str
    is_ordered: bool


def overview(request: Request) -> Response:
    """The stages: what waits for the person, and what people differ on."""
    who, sittings = who_of(request), desk_of(request).sittings
    stages = [
        {
            "stage": stage,
            "name": STAGE_NAMES[stage],
            "done": session.done,
            "waiting": session.waiting,
            "differing": sittings.at(CONSENSUS, stage).waiting,
        }
        for stage in STAGES
        for session in [sittings.at(who, stage)]
    ]
    trials = len(awaiting_trials(evidence_of(request)))
    return page(request, "screen/overview.html", stages=stages, trials=trials)


def show(request: Request) -> Response:
    """The record that comes next, or the one that is asked for."""
    who, stage = who_of(request), stage_of(request)
    asked = request.query_params.get("record", "")
    return _record_page(request, who, stage, asked, Typed(), {}, 200)


def decide(request: Request) -> Response:
    """Keep a decision; then the next record."""
    who, stage, typed = who_of(request), stage_of(request), typed_in(form_of(request))
    try:
        keep_decision(request, who, typed)
    except DecidedMeanwhile as meanwhile:
        return _changed_page(request, who, stage, typed, meanwhile)
    except EvidenceError as error:
        fields = beside_fields(error, typed)
        return _record_page(request, who, stage, typed.record, typed, fields, 422)
    return go_to(f"/screen/{stage}")


def take_back(request: Request) -> Response:
    """Take back what the person decided on a record, which comes next again."""
    who, stage = who_of(request), stage_of(request)
    form = form_of(request)
    record, sittings = str(form.get("record", "")), desk_of(request).sittings
    save(
        request,
        lambda: sittings.at(who, stage, wait=True).take_back(record),
        f"take back {stage} {record}",
    )
    tell(request, "Taken back. What was decided stays on record; the record waits for you again.")
    return go_to(f"/screen/{stage}?record={record}")


def _record_page(
    request: Request,
    who: str,
    stage: str,
    asked: str,
    typed: Typed,
    problems: dict[str, str],
    status: int,
) -> Response:
    sittings, protocol = desk_of(request).sittings, protocol_of(request)
    found = _sitting(sittings.at(who, stage), protocol, asked)
    if not typed.decision and found.own:
        typed = Typed.of(found.own)
    return page(
        request,
        "screen/record.html" if found.record else "screen/nothing.html",
        status=status,
        sitting=found,
        record=found.record,
        action=f"/screen/{stage}",
        **form_shown(request, typed, problems),
    )


def _sitting(session: Session, protocol: Protocol, asked: str) -> Sitting:
    record = None
    if asked:
        screening = session.screening
        if not screening.has_reached(session.stage, asked):
            raise ReviewError("There is no such record at this stage.")
        if session.own_on(asked) or screening.waits_for(session.stage, session.who, asked):
            record = session.library.readable(asked)
        else:
            raise ReviewError("This record does not wait for you: others have settled it.")
    else:
        record = session.current
    latest = session.latest
    library = session.library
    return Sitting(
        record=record_shown(record, protocol.marked_words) if record else None,
        own=session.own_on(record.record_id) if record else None,
        seen=session.seen_on(record.record_id) if record else "",
        done=session.done,
        waiting=session.waiting,
        latest=latest,
        latest_title=library.records[latest.record_id].title if latest else "",
        advice=session.aid.in_words if session.aid else "",
        is_ordered=session.learned or not session.is_learning,
    )


def _changed_page(
    request: Request, who: str, stage: str, typed: Typed, meanwhile: DecidedMeanwhile
) -> Response:
    """What stands now beside what the person chose, of which nothing was kept."""
    session = desk_of(request).sittings.at(who, stage)
    may_replace = session.screening.waits_for(stage, who, typed.record) or meanwhile.standing
    return page(
        request,
        "screen/changed.html",
        status=409,
        title=session.library.records[typed.record].title,
        standing=meanwhile.standing,
        may_replace=bool(may_replace),
        seen=session.seen_on(typed.record),
        action=f"/screen/{stage}",
        **form_shown(request, typed, {}),
    )


ROUTES = [
    Route("/screen", overview, methods=["GET"]),
    *classify_desk.ROUTES,
    Route("/screen/{stage}", show, methods=["GET"]),
    Route("/screen/{stage}", decide, methods=["POST"]),
    Route("/screen/{stage}/take-back", take_back, methods=["POST"]),
    *screened_pages.ROUTES,
    *differences_page.ROUTES,
]
