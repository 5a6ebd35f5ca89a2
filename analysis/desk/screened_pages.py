"""What a person has decided, and the records that stand last in the order, to look through."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from analysis.desk.desk import desk_of, form_of, tell, who_of
from analysis.desk.desk_page import go_to, page
from analysis.desk.record_shown import RecordShown, record_shown
from analysis.desk.saving import save
from analysis.desk.screen_form import STAGE_NAMES, Typed, beside_fields, protocol_of, stage_of
from analysis.files.problems import EvidenceError
from analysis.formatting import counted
from analysis.protocol import Protocol
from analysis.screening.decision_files import FIRST_STAGE, Decision
from analysis.screening.session import DecidedMeanwhile, Session
from analysis.searching.decision_schemas import WITHDRAWN

A_PAGE = 50
# How many records stand on the page of the last ones.
NUMBERS = (10, 25, 50, 100)


@dataclass(frozen=True)
class Told:
    """A decision in the history, the title of its record, and whether it stands."""

    decision: Decision
    title: str
    stands: bool
    report: str


def history(request: Request) -> Response:
    """The person's own decisions at a stage, the latest first, with a search in them."""
    who, stage = who_of(request), stage_of(request)
    sought = request.query_params.get("q", "").strip()
    first = request.query_params.get("from", "0")
    start = int(first) if first.isdecimal() and len(first) < 9 else 0
    session = desk_of(request).sittings.at(who, stage)
    own = _own(session, sought)
    return page(
        request,
        "screen/history.html",
        stage=stage,
        stage_name=STAGE_NAMES[stage],
        sought=sought,
        number=len(own),
        start=start,
        shown=[_told(session, decision) for decision in own[start : start + A_PAGE]],
        before=max(0, start - A_PAGE) if start else None,
        after=start + A_PAGE if start + A_PAGE < len(own) else None,
        withdrawn=WITHDRAWN,
    )


def _own(session: Session, sought: str) -> list[Decision]:
    """What the person has decided, the latest first, where all words of the search stand in it."""
    screening, words = session.screening, sought.casefold().split()
    known, texts = screening.deduplication.representative, session.library.searchable
    # What people say of records are few things, often.
    said: dict[tuple[str, ...], str] = {}

    def has_all(decision: Decision) -> bool:
        text = texts[decision.record_id]
        if not (left := [word for word in words if word not in text]):
            return True
        own = (decision.note, *decision.said)
        if own not in said:
            said[own] = " ".join(own).casefold()
        return all(word in said[own] for word in left)

    return [
        decision
        for decision in reversed(screening.made_by(session.stage, session.who))
        if decision.record_id in known and (not words or has_all(decision))
    ]


def _told(session: Session, decision: Decision) -> Told:
    report = session.screening.deduplication.representative[decision.record_id]
    title = session.library.records[decision.record_id].title
    return Told(decision, title, session.own_on(report) == decision, report)


def last(request: Request) -> Response:
    """The records that the order puts last: nothing is ticked."""
    who, stage = who_of(request), _first_stage(request)
    asked = request.query_params.get("n", "")
    number = int(asked) if asked in map(str, NUMBERS) else NUMBERS[1]
    return _last_page(request, who, stage, number, frozenset(), Typed(), {}, 200)


def exclude_ticked(request: Request) -> Response:
    """Exclude what the person has ticked, all by one criterion, and nothing else."""
    who, stage = who_of(request), _first_stage(request)
    form = form_of(request)
    ticked = [str(record) for record in form.getlist("record")]
    asked = str(form.get("n", ""))
    number = int(asked) if asked in map(str, NUMBERS) else NUMBERS[1]
    criterion, note = str(form.get("criterion", "")), str(form.get("note", "")).strip()
    typed, sittings = Typed("", "exclude", criterion, "", note), desk_of(request).sittings
    problems: dict[str, str] = {}
    if not ticked:
        problems = {"record": "Tick the records that you exclude: none is ticked."}
    if not criterion and protocol_of(request).exclusion_criteria:
        problems["criterion"] = "Say which criterion all of the ticked records fail."
    if not problems:
        try:
            save(
                request,
                lambda: sittings.at(who, stage, wait=True).decide_all(
                    ticked, "exclude", criterion, "", note
                ),
                f"exclude {counted(len(ticked), 'record')} from the end of the order",
            )
        except DecidedMeanwhile:
            problems = {"record": "Some were decided elsewhere meanwhile, so nothing was kept."}
        except EvidenceError as error:
            problems = beside_fields(error, typed)
    if problems:
        chosen = frozenset(ticked)
        return _last_page(request, who, stage, number, chosen, typed, problems, 422)
    tell(request, f"{counted(len(ticked), 'record')} excluded: {criterion}.")
    return go_to(f"/screen/{stage}/last?n={number}")


def _first_stage(request: Request) -> str:
    """Only of titles and abstracts is a list looked through."""
    if stage_of(request) != FIRST_STAGE:
        raise HTTPException(404)
    return FIRST_STAGE


def _last_page(
    request: Request,
    who: str,
    stage: str,
    number: int,
    ticked: frozenset[str],
    typed: Typed,
    problems: dict[str, str],
    status: int,
) -> Response:
    sittings, protocol = desk_of(request).sittings, protocol_of(request)
    return page(
        request,
        "screen/last.html",
        status=status,
        stage=stage,
        stage_name=STAGE_NAMES[stage],
        number=number,
        numbers=NUMBERS,
        criteria=protocol.exclusion_criteria,
        ticked=ticked,
        typed=typed,
        problems=problems,
        **_last(sittings.at(who, stage), number, protocol),
    )


def _last(session: Session, number: int, protocol: Protocol) -> dict[str, Any]:
    records: list[RecordShown] = [
        record_shown(session.library.readable(report), protocol.marked_words)
        for report in reversed(session.order[-number:])
    ]
    return {"records": records, "learned": session.learned, "waiting": session.waiting}


ROUTES = [
    Route("/screen/{stage}/decided", history, methods=["GET"]),
    Route("/screen/{stage}/last", last, methods=["GET"]),
    Route("/screen/{stage}/last", exclude_ticked, methods=["POST"]),
]
