"""Who works at the desk: chosen once, shown on every page, changed at will."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from analysis.desk.desk import YES, commits_wanted, desk_of, evidence_of, form_of, known_who
from analysis.desk.desk_page import go_to, page
from analysis.files.slugs import is_one_person
from analysis.screening.known_people import as_person, known_people

A_YEAR = 365 * 24 * 3600
RULE = (
    "A short name of at most 60 small letters from a to z, digits and hyphens, such as anna or "
    "anna-b."
)


def choose(request: Request) -> Response:
    return _asked(request, str(request.query_params.get("next", "/")))


def chosen(request: Request) -> Response:
    form = form_of(request)
    name = str(form.get("name", "")).strip() or str(form.get("known", ""))
    back = str(form.get("next", "/"))
    if not is_one_person(name):
        proposed = as_person(name)
        if not is_one_person(proposed):
            return _asked(request, back, name, RULE)
        return _asked(request, back, proposed, f"{RULE} Is this right?")
    reply, desk = go_to(_own(back)), desk_of(request)
    commits = YES if form.get("commits") else "no"
    for cookie, said in ((desk.who_cookie, name), (desk.commits_cookie, commits)):
        reply.set_cookie(cookie, said, max_age=A_YEAR, httponly=True, samesite="strict")
    return reply


def _asked(request: Request, back: str, typed: str = "", problem: str = "") -> Response:
    chosen, people = known_who(request), known_people(desk_of(request).data, evidence_of(request))
    first = chosen if chosen in people else next(iter(people), "")
    return page(
        request,
        "who.html",
        status=422 if problem else 200,
        people=people,
        chosen=chosen,
        focus="" if problem else first,
        is_checkout=desk_of(request).checkout is not None,
        commits=commits_wanted(request),
        back=_own(back),
        typed=typed,
        problem=problem,
        rule=RULE,
    )


def _own(address: str) -> str:
    """The address where it is a page of the desk; else the first page."""
    plain = address.startswith("/") and not address.startswith("//")
    return address if plain and address.isprintable() and "\\" not in address else "/"


ROUTES = [
    Route("/who", choose, methods=["GET"]),
    Route("/who", chosen, methods=["POST"]),
]
