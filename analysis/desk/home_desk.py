"""The first page: what waits for whom, what comes first first, and how far the team is."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from analysis.desk.desk import desk_of, evidence_of, known_who
from analysis.desk.desk_page import page
from analysis.screening.own_work import IN_WORDS, own_work, progress
from analysis.screening.waiting import Waiting, Work, awaiting

# Where each kind of work is done; what is not here is done on the command line or in the files.
ADDRESSES = {
    Work.SCREEN: "/screen",
    Work.SETTLE: "/screen",
    Work.CLASSIFY: "/screen/trials",
    Work.EXTRACT: "/extract",
    Work.VERIFY: "/judge",
    Work.TRUST: "/judge",
    Work.BIAS: "/judge",
    Work.CERTAINTY: "/judge/certainty",
    Work.RULE: "/judge/rulings",
}


@dataclass(frozen=True)
class Task:
    """A line of the list: what waits, the page where it is done, else how it is done."""

    what: str
    address: str
    how: str


def home(request: Request) -> Response:
    desk, who = desk_of(request), known_who(request)
    here = {address for _, address in request.app.state.desks}
    evidence, screening = evidence_of(request), desk.sittings.screening()
    own = own_work(desk.data, screening, evidence, who) if who else ()
    return page(
        request,
        "home.html",
        own=_tasks(own, here),
        team=_tasks(awaiting(desk.data, evidence, screening), here),
        progress=progress(screening, evidence, who),
    )


def _tasks(waiting: Iterable[Waiting], here: Collection[str]) -> list[Task]:
    return [Task(_sentence(each), _there(_address(each), here), each.how) for each in waiting]


def _address(waiting: Waiting) -> str:
    """Where it is done; a stage of screening has pages of its own."""
    address = ADDRESSES.get(waiting.work, "")
    if not waiting.stage:
        return address
    return f"{address}/{waiting.stage}{'/differences' if waiting.work is Work.SETTLE else ''}"


def _there(address: str, here: Collection[str]) -> str:
    """The address where its desk is there."""
    return address if any(f"{address}/".startswith(f"{each}/") for each in here) else ""


def _sentence(waiting: Waiting) -> str:
    """What waits as a line begins; a stage of screening in the words of who screens."""
    what = waiting.what
    if waiting.stage:
        what = what.replace(f"{waiting.stage}:", f"{IN_WORDS[waiting.stage]}:", 1)
    return what[:1].upper() + what[1:]


ROUTES = [Route("/", home)]
