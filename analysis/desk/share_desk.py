"""Share: one button that brings what others did and sends what is here."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from analysis.desk.came_in import came_in
from analysis.desk.changed_files import in_words
from analysis.desk.desk import Desk, desk_of, form_of, who_of
from analysis.desk.desk_page import page
from analysis.desk.saving import WAIT, seen
from analysis.desk.share_choices import Choice, choices_of, settled_by
from analysis.desk.sharing import Merge, Sharing, sharing_of
from analysis.evidence.load import load
from analysis.files.checkout import GitRefused
from analysis.files.lock import locked
from analysis.files.problems import EvidenceError, ReviewError, system_errors_as_sentences
from analysis.formatting import counted
from analysis.screening.decisions import load_screening

# How often others may be faster before this one gives up.
TRIES = 4
NOT_SENT = "Nothing was sent."


@dataclass
class Shared:
    """What a share did: what came in, how many commits went out, what is to be chosen first."""

    came_in: list[str] = field(default_factory=list)
    sent: int = 0
    trouble: str = ""
    # What was committed with consent before all else, and stands whatever comes of that.
    committed: str = ""
    problems: list[str] = field(default_factory=list)
    choices: tuple[Choice, ...] = ()
    of_merge: str = ""


def look(request: Request) -> Response:
    who_of(request)
    return _standing(request)


def share(request: Request) -> Response:
    who, form = who_of(request), form_of(request)
    consent, desk = bool(form.get("consent")), desk_of(request)
    taken = {name for name, value in form.items() if value == "theirs"}
    answered = {name for name, value in form.items() if value in ("mine", "theirs")}
    chosen = Answers(taken, answered, str(form.get("seen", "")))
    try:
        done = _shared(desk, who, consent, chosen)
    except ReviewError as error:
        return _standing(request, str(error))
    if done.choices:
        return page(
            request, "share/choose.html", choices=done.choices, of_merge=done.of_merge, status=409
        )
    return page(request, "share/done.html", done=done, status=422 if done.trouble else 200)


@dataclass(frozen=True)
class Answers:
    """What a person chose: the fields that are to be theirs, all that were answered, of what."""

    theirs: Collection[str] = ()
    answered: Collection[str] = ()
    of_merge: str = ""


def _standing(request: Request, problem: str = "") -> Response:
    """The page with the button: what is here that others have not."""
    desk = desk_of(request)
    changed: list[str] = []
    ahead = 0
    try:
        sharing = sharing_of(desk.checkout)
        with system_errors_as_sentences(), locked(desk.data, WAIT):
            sharing.take_back_half()
        changed = sorted(sharing.checkout.changes([sharing.checkout.root]))
        ahead = sharing.count(sharing.fetched(), "HEAD")
        shareable = True
    except GitRefused as refused:
        problem, shareable = problem or _sentence(refused), False
    return page(
        request,
        "share/look.html",
        status=422 if problem else 200,
        problem=problem,
        shareable=shareable,
        uncommitted=tuple(in_words(sharing.checkout, desk.data, changed)) if shareable else (),
        ahead=ahead,
    )


def _sentence(error: ReviewError) -> str:
    text = str(error)
    return f"{text[:1].upper()}{text[1:]}."


def _shared(desk: Desk, who: str, consent: bool, chosen: Answers) -> Shared:
    committed = ""
    with system_errors_as_sentences():
        try:
            sharing = sharing_of(desk.checkout)
            with locked(desk.data, WAIT):
                sharing.take_back_half()
                committed = _commit_what_is_here(sharing, who, consent)
            done = _exchanged(desk.data, sharing, who, chosen)
        except GitRefused as refused:
            told = f"{_sentence(refused)} {NOT_SENT} {committed}".rstrip()
            raise GitRefused(told, refused.said) from None
    done.committed = committed if done.trouble else ""
    return done


def _commit_what_is_here(sharing: Sharing, who: str, consent: bool) -> str:
    """Commit what nobody has; what was committed, as a sentence, blank for nothing."""
    checkout = sharing.checkout
    if why := checkout.unfinished():
        raise GitRefused(why)
    if not (changed := sorted(checkout.changes([checkout.root]))):
        return ""
    if not consent:
        raise GitRefused(
            f"there are changes that are not shared yet ({counted(len(changed), 'file')}): say "
            "below that they are to be shared too"
        )
    names = ", ".join(Path(name).name for name in changed[:3])
    more = f" and {len(changed) - 3} more" if len(changed) > 3 else ""
    checkout.commit(changed, f"{who}: changes in {names}{more}")
    return f"What you agreed to share is committed here, and stands: changes in {names}{more}."


def _exchanged(data: Path, sharing: Sharing, who: str, chosen: Answers) -> Shared:
    """Fetch, merge and push, again where somebody else was faster."""
    done = Shared()
    for _ in range(TRIES):
        sharing.fetch()
        theirs = sharing.fetched()
        if theirs and sharing.count("HEAD", theirs):
            _take_in(data, sharing, who, theirs, chosen, done)
            if done.choices or done.trouble:
                return done
        if not (waiting := sharing.count(theirs, "HEAD")):
            return done
        try:
            arrived = sharing.push()
        except GitRefused as refused:
            done.trouble = f"{_sentence(refused)} {NOT_SENT}"
            return done
        if arrived:
            done.sent = waiting
            return done
    done.trouble = f"Others are sharing at this moment. {NOT_SENT} Share again."
    return done


def _take_in(
    data: Path, sharing: Sharing, who: str, theirs: str, chosen: Answers, done: Shared
) -> None:
    """Merge what others have; where a person has to choose, nothing changes before."""
    with locked(data, WAIT):
        before = sharing.head()
        merge = sharing.merge(before, theirs)
        choices = choices_of(sharing, merge)
        if choices and not _all_chosen(merge, choices, chosen):
            done.choices, done.of_merge = choices, seen(merge.name)
            return
        settled = settled_by(merge, chosen.theirs)
        after = sharing.commit(merge, settled, f"{who}: take in what others shared")
        sharing.put_in_place(before, after)
        done.came_in += came_in(sharing.checkout, data, before, after)
        done.problems, done.trouble = _wrong(data)


def _all_chosen(merge: Merge, choices: Collection[Choice], chosen: Answers) -> bool:
    of_this = chosen.of_merge == seen(merge.name)
    return of_this and {each.field for each in choices} <= {*chosen.answered}


def _wrong(data: Path) -> tuple[list[str], str]:
    """What of the merged data cannot stand together; it is mended before it is sent."""
    try:
        load(data)
        load_screening(data)
    except EvidenceError as error:
        said = "What came in and what was here do not stand together yet. It was taken in and not "
        return [str(problem) for problem in error.problems], f"{said}sent: mend it, share again."
    return [], ""


ROUTES = [
    Route("/share", look, methods=["GET"]),
    Route("/share", share, methods=["POST"]),
]
