"""The desk as one application: its pages, its looks, and the guard in front of them.

A desk is a module of this room with `ROUTES`, a list of `starlette.routing.Route` whose endpoints
are `def handler(request) -> Response`; for one path GET and POST may be two routes. Each runs in a
worker thread, so that one person's page never holds another's. What a POST sent is
`form_of(request)`: its token was looked at before. A `ReviewError` that a handler lets through is
shown as a page of its own with status 422; a handler that shows its form again catches it.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec
from urllib.parse import urlencode

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from analysis.desk import guard
from analysis.desk.background import StillWorking
from analysis.desk.desk import Desk, NobodyChosen, desk_of, known_who
from analysis.desk.desk_page import HERE, go_to, page, templates
from analysis.desk.sent_again import sent_again
from analysis.files.problems import EvidenceError, Refused, ReviewError

# Module → the desk's name and its first page, in the order of the day; without a name it is not
# in the header.
DESKS = {
    "home_desk": ("Home", "/"),
    "screen_desk": ("Screen", "/screen"),
    "extract_desk": ("Extract", "/extract"),
    "judge_desk": ("Judge", "/judge"),
    "release_desk": ("Release", "/release"),
    "share_desk": ("Share", "/share"),
    "who_desk": ("", "/who"),
}

SECONDS_TO_ASK_AGAIN = "2"


def make_app(desk: Desk) -> Starlette:
    """The pages of all desks that there are, for one folder of data."""
    present = {name: at for name, at in DESKS.items() if find_spec(f"analysis.desk.{name}")}
    static = Mount("/static", StaticFiles(directory=HERE / "static"), name="static")
    app = Starlette(
        routes=[*_routes(present), static],
        middleware=[Middleware(guard.Guard, desk=desk)],
        exception_handlers={
            HTTPException: _refused,
            ReviewError: _in_a_sentence,
            NobodyChosen: _ask_who,
            StillWorking: _working,
        },
    )
    app.state.desk = desk
    app.state.templates = templates()
    app.state.desks = [at for at in present.values() if at[0]]
    return app


def _routes(present: dict[str, tuple[str, str]]) -> Iterator[Route]:
    for name in present:
        route: Route
        for route in import_module(f"analysis.desk.{name}").ROUTES:
            methods = sorted((route.methods or set()) - {"HEAD"})
            yield Route(
                route.path, guard.from_our_form(route.endpoint), methods=methods, name=route.name
            )


def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return guard.error_page(request, error)


def _in_a_sentence(request: Request, error: Exception) -> Response:
    problems = error.problems if isinstance(error, EvidenceError) else ()
    sentence = "The files of the review need mending first." if problems else str(error)
    told = [str(problem) for problem in problems]
    return page(
        request,
        "error.html",
        status=422,
        sentence=sentence,
        problems=told,
        inside=True,
        typed_there=False,
        **sent_again(request, isinstance(error, (Refused, EvidenceError))),
    )


def _ask_who(request: Request, error: Exception) -> Response:
    asked = request.url.path if request.method == "GET" else "/"
    query = f"?{request.url.query}" if request.url.query and asked != "/" else ""
    return go_to(f"/who?{urlencode({'next': asked + query})}")


def _working(request: Request, error: Exception) -> Response:
    """Said at once, with what is still to be said; the browser asks again until it is there."""
    assert isinstance(error, StillWorking)
    said = desk_of(request).to_say.get(known_who(request), [])
    reply = page(request, error.template, status=503, said=said, **error.said)
    reply.headers["Refresh"] = SECONDS_TO_ASK_AGAIN
    return reply
