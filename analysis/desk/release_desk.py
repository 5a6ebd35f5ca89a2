"""The release desk: what changed as readers will see it, why a version is made, and made it is."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import Future, wait
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from analysis.desk.background import StillWorking, in_background
from analysis.desk.desk import desk_of, evidence_of, form_of, tell, who_of
from analysis.desk.desk_page import go_to, page
from analysis.desk.saving import SEEN, is_as_seen, save, seen
from analysis.evidence.integrity.retractions import snapshot_fault
from analysis.evidence.rows import Evidence
from analysis.evidence.team import TEAM
from analysis.files.clock import now
from analysis.files.digests import digest
from analysis.files.problems import ReviewError, read_bytes
from analysis.formatting import sentence_case
from analysis.pages import whats_new_page
from analysis.pages.html import Html
from analysis.pages.released_version import Told, release_version, withdraw_release
from analysis.pages.standalone import without_links_out
from analysis.pages.steps_section import steps_section
from analysis.protocol import Version
from analysis.screening.waiting import awaiting
from analysis.searching.history import load_searches
from analysis.versions.edition import Edition, LastVersion, edition_of
from analysis.versions.freezing import present_states
from analysis.versions.frozen_evidence import evidence_tables
from analysis.versions.kept_pages import kept_pages
from analysis.versions.releases import protocol_of, releases
from analysis.versions.stated_version import stated_version
from analysis.versions.told_apart import told_apart
from analysis.versions.withdrawn_release import withdrawn_release

MAKING = "/release/making"
OTHERWISE = (
    "The review has changed since this preview was made, here or by somebody else: nothing was "
    "released. Look at what would be released now."
)


@dataclass(frozen=True)
class Typed:
    """What a person typed into the form, as it stands there."""

    name: str
    day: str
    trigger: str
    methods: str

    @property
    def told(self) -> Told:
        """ReviewError for a day that is none."""
        try:
            day = dt.date.fromisoformat(self.day)
        except ValueError:
            raise ReviewError(
                f"{self.day!r} is no day: year-month-day, such as 2027-01-15"
            ) from None
        return Told(day, self.trigger, self.methods)


def begin(request: Request) -> Response:
    """What differs from the last version, and the form that asks for the next."""
    who_of(request)
    working = _working(request)
    if wait([working], desk_of(request).patience).not_done:
        raise StillWorking("release/working.html")
    evidence, edition = working.result()
    return _form(request, evidence, edition, _proposed(edition), "")


def preview(request: Request) -> Response:
    """What's new as readers will see it with what was typed, before anything is written."""
    who_of(request)
    data, typed = desk_of(request).data, _typed(request)
    evidence, edition = _edition(request)
    state = seen(*_files(data))
    try:
        _checked(data, typed)
        shown = _as_readers_see_it(evidence, edition, typed)
    except ReviewError as problem:
        return _form(request, evidence, edition, typed, str(problem))
    return page(request, "release/preview.html", typed=typed, parts=shown, seen=state, field=SEEN)


def release(request: Request) -> Response:
    """Have it released as it was previewed, once: sent twice it is the same release."""
    who, desk, typed = who_of(request), desk_of(request), _typed(request)
    data, form = desk.data, form_of(request)

    if _is_released(data, typed):  # sent twice
        tell(request, f"Version {typed.name} is released.")
        return go_to("/release")

    def act() -> str:
        if not is_as_seen(form, *_files(data)):
            raise ReviewError(OTHERWISE)
        made, _ = release_version(data, typed.name, typed.told)
        return made.kind or "the first version"

    made = desk.releasing.begin(who, typed, lambda: save(request, act, f"release {typed.name}"))
    if made.what != typed:
        meanwhile = f"{made.who} is releasing a version at this moment: nothing else was released."
        return _form(request, *_edition(request), typed, meanwhile)
    return go_to(MAKING)


def making(request: Request) -> Response:
    """That the release is being made; then what came of it, the form again where it was refused."""
    who, desk = who_of(request), desk_of(request)
    made = desk.releasing.latest
    if made is None:
        return go_to("/release")
    assert isinstance(made.what, Typed)
    if wait([made.outcome], desk.patience).not_done:
        raise StillWorking("release/making.html", name=made.what.name, by=made.who)
    if made.who == who and made.outcome.exception():
        desk.releasing.is_told(made)
    try:
        kind = made.outcome.result()
    except ReviewError as problem:
        if made.who == who:
            return _form(request, *_edition(request), made.what, str(problem))
        tell(request, f"{made.who} has not released version {made.what.name}: {problem}")
        return go_to("/release")
    if not desk.releasing.is_told(made):
        released = f"Version {made.what.name} is released: {kind}."
        tell(request, f"{released} Share it, then build the site.")
    return go_to("/release")


def ask_to_withdraw(request: Request) -> Response:
    """What taking back a release means, before anybody agrees."""
    who_of(request)
    data, name = desk_of(request).data, request.path_params["name"]
    plan = withdrawn_release(data, name)
    return page(request, "release/take_back.html", name=name, lines=plan.said)


def withdraw(request: Request) -> Response:
    """Take back a release that nobody has seen."""
    who, data, name = who_of(request), desk_of(request).data, request.path_params["name"]
    why = str(form_of(request).get("why", ""))

    def act() -> None:
        withdraw_release(data, withdrawn_release(data, name), who, now(), why)

    save(request, act, f"take back release {name}")
    tell(request, f"Version {name} is taken back. What it said stays on record.")
    return go_to("/release")


def _edition(request: Request) -> tuple[Evidence, Edition]:
    """The evidence, and how it differs from the last release, its steps told apart."""
    return _working(request).result()


def _working(request: Request) -> Future[tuple[Evidence, Edition]]:
    """Being worked out, for the same data once; again where it failed: a file may be mended."""
    data, evidence = desk_of(request).data, evidence_of(request)
    searches, known = load_searches(data), [release.name for release in releases(data)]
    made_from = seen(*_files(data), repr(searches), *known)
    states = partial(present_states, evidence)

    def what_changed() -> tuple[Evidence, Edition]:
        edition = edition_of(data, evidence.protocol, searches, states)
        found = edition.found and told_apart(data, edition.found, lambda: evidence)
        return evidence, replace(edition, found=found)

    def work() -> Future[tuple[Evidence, Edition]]:
        return in_background("what changed", what_changed)

    found = evidence.once((edition_of, made_from), work)
    return work() if found.done() and found.exception() else found


def _proposed(edition: Edition) -> Typed:
    """The version that the protocol states where it is not released, else one of today."""
    stated, last, today = edition.stated, edition.last, dt.date.today()
    if last is None or last.name != stated.name:
        return Typed(stated.name, stated.date.isoformat(), stated.trigger, stated.methods)
    # Of a month's second version the name has the day.
    names = [name for name in (f"{today:%Y.%m}", f"{today:%Y.%m.%d}") if name > last.name]
    return Typed(names[0] if names else "", today.isoformat(), "", "")


def _typed(request: Request) -> Typed:
    form = form_of(request)
    return Typed(*(str(form.get(key, "")).strip() for key in ("name", "day", "trigger", "methods")))


def _checked(data: Path, typed: Typed) -> None:
    """ReviewError where a version could not be stated so; nothing is written."""
    told = typed.told
    stated_version(data, typed.name, told.day, told.trigger, told.methods)


def _as_readers_see_it(
    evidence: Evidence, edition: Edition, typed: Typed
) -> tuple[tuple[str, Html], ...]:
    """The parts of What's new, each under its heading; links to other pages become their text."""
    told, protocol, last = typed.told, evidence.protocol, edition.last
    version = Version(name=typed.name, date=told.day, trigger=told.trigger, methods=told.methods)
    if last is None or edition.found is None:
        first = LastVersion(version, None, None, None)
        return (("What this version brings", whats_new_page.last_release(protocol, first)),)
    found = edition.found.model_copy(update={"now": typed.name})
    parts = {
        "What this version brings": whats_new_page.last_release(
            protocol, LastVersion(version, found.kind, found, last)
        ),
        "Evidence, corrections and method": steps_section(found),
        "Which trials made the difference": whats_new_page.causes(found),
        "Corrections": whats_new_page.corrections((found,)),
        "Taken out": whats_new_page.taken_out_table(found),
    }
    return tuple((heading, without_links_out(part)) for heading, part in parts.items())


def _form(
    request: Request, evidence: Evidence, edition: Edition, typed: Typed, problem: str
) -> Response:
    desk, last = desk_of(request), edition.last
    return page(
        request,
        "release/version.html",
        status=422 if problem else 200,
        edition=edition,
        last=last,
        said_last=_said(desk.data, last.name) if last else None,
        stands=_why_it_stands(desk.data, last.name) if last else "",
        typed=typed,
        problem=problem,
        fault=snapshot_fault(evidence),
        waits=[str(each) for each in awaiting(desk.data, evidence, desk.sittings.screening())],
    )


def _why_it_stands(data: Path, name: str) -> str:
    """Why a version is not taken back any more; blank where it can be."""
    try:
        withdrawn_release(data, name)
    except ReviewError as error:
        return sentence_case(str(error))
    return ""


def _is_released(data: Path, typed: Typed) -> bool:
    """Whether this version is released, with these words and its page; another's is not it."""
    if typed.name not in kept_pages(data):
        return False
    said = _said(data, typed.name)
    return (str(said.date), said.trigger, said.methods) == (typed.day, typed.trigger, typed.methods)


def _said(data: Path, name: str) -> Version:
    return protocol_of(data, name).version


def _files(data: Path) -> list[str]:
    """What a release would freeze, file by file."""
    team = [path for path in [data / TEAM] if path.is_file()]
    paths = [data / "protocol.yml", *team, *evidence_tables(data)]
    return [f"{path.name} {digest(read_bytes(path))}" for path in paths]


ROUTES = [
    Route("/release", begin, methods=["GET"]),
    Route("/release/preview", preview, methods=["POST"]),
    Route("/release/make", release, methods=["POST"]),
    Route(MAKING, making, methods=["GET"]),
    Route("/release/take-back/{name}", ask_to_withdraw, methods=["GET"]),
    Route("/release/take-back/{name}", withdraw, methods=["POST"]),
]
