"""Where people differ: how well they agree, their conflicts side by side, and what settles one."""

from __future__ import annotations

from dataclasses import dataclass, replace

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from analysis.desk.desk import desk_of, form_of, tell, who_of
from analysis.desk.desk_page import go_to, page
from analysis.desk.record_shown import RecordShown, record_shown
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
from analysis.screening.decision_files import Decision
from analysis.screening.decisions import what_differs
from analysis.screening.session import DecidedMeanwhile, Session

AGAIN = "What was decided on this record has changed meanwhile, and nothing was kept: look again."


@dataclass(frozen=True)
class Conflict:
    """A record on which people differ, what each decided, and what of it differs in words."""

    record: RecordShown
    decisions: tuple[Decision, ...]
    differs: tuple[str, ...]
    seen: str


def differences(request: Request) -> Response:
    """How well each two people agree on what both have decided, and their conflicts."""
    who_of(request)
    stage, sittings, protocol = stage_of(request), desk_of(request).sittings, protocol_of(request)
    session = sittings.at(CONSENSUS, stage)
    return page(
        request,
        "screen/differences.html",
        stage=stage,
        stage_name=STAGE_NAMES[stage],
        agreements=session.screening.agreements(stage),
        conflicts=[_conflict(session, report, protocol) for report in sorted(session.order)],
    )


def conflict(request: Request) -> Response:
    """A conflict side by side, with the form that settles it."""
    who_of(request)
    return _conflict_page(request, Typed(), {}, 200)


def settle(request: Request) -> Response:
    """Keep what people agreed on; then the list of what is left."""
    who_of(request)
    typed = replace(typed_in(form_of(request)), record=str(request.path_params["record"]))
    try:
        keep_decision(request, CONSENSUS, typed)
    except DecidedMeanwhile:
        return _conflict_page(request, typed, {"decision": AGAIN}, 409)
    except EvidenceError as error:
        return _conflict_page(request, typed, beside_fields(error, typed), 422)
    why = f", because of {typed.criterion}" if typed.criterion else ""
    tell(request, f"Settled: {typed.decision}{why}.")
    return go_to(f"/screen/{stage_of(request)}/differences")


def _conflict_page(
    request: Request, typed: Typed, problems: dict[str, str], status: int
) -> Response:
    stage, record = stage_of(request), str(request.path_params["record"])
    sittings, protocol = desk_of(request).sittings, protocol_of(request)
    session = sittings.at(CONSENSUS, stage)
    if record not in session.order:
        raise ReviewError("Nobody differs on this record at this stage, or it is settled.")
    shown = _conflict(session, record, protocol)
    return page(
        request,
        "screen/conflict.html",
        status=status,
        conflict=shown,
        record=shown.record,
        seen=shown.seen,
        action=f"/screen/{stage}/differences/{shown.record.record_id}",
        **form_shown(request, typed, problems),
    )


def _conflict(session: Session, report: str, protocol: Protocol) -> Conflict:
    decisions = session.differing_on(report)
    return Conflict(
        record=record_shown(session.library.readable(report), protocol.marked_words),
        decisions=decisions,
        differs=tuple(what_differs(decisions)),
        seen=session.seen_on(report),
    )


ROUTES = [
    Route("/screen/{stage}/differences", differences, methods=["GET"]),
    Route("/screen/{stage}/differences/{record}", conflict, methods=["GET"]),
    Route("/screen/{stage}/differences/{record}", settle, methods=["POST"]),
]
