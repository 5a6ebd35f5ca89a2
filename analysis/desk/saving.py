"""Saving: one writer at a time, a commit where wanted, and nothing overwritten unseen.

A commit has the files of one action and no other change. A file that had changes before, which
nobody has committed, keeps them, and is not committed with the action: they may be somebody
else's, and *Share* asks about them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TypeVar

from starlette.datastructures import FormData
from starlette.requests import Request

from analysis.desk.desk import commits_wanted, desk_of, who_of
from analysis.files.checkout import Checkout, GitRefused
from analysis.files.digests import digest
from analysis.files.lock import locked
from analysis.files.problems import system_errors_as_sentences
from analysis.files.tables import one_line
from analysis.screening.references import REFERENCES

T = TypeVar("T")
SEEN = "seen"
WAIT = 20.0  # seconds for whoever is saving: a person waits for the page
LONGEST_MESSAGE = 200


def save(request: Request, act: Callable[[], T], message: str) -> T:
    """Do what changes the data, and commit what it changed where the person wants that.

    `act` runs while nobody else writes: the folder's lock is held, and what it calls may take it
    again. `message` says what was done, without the name, such as `include
    medline-1`: the commit says `anna: include medline-1`. ReviewError, with nothing committed,
    where `act` refuses. Where only the commit fails the data are saved, and the pages say so;
    so does `error.html` where what comes after the save fails.
    """

    def acted() -> T:
        done = act()
        request.state.saved = True
        return done

    desk, said = desk_of(request), f"{who_of(request)}: {message}"
    checkout = desk.checkout if commits_wanted(request) else None
    with system_errors_as_sentences(), locked(desk.data, WAIT):
        if checkout is None:
            return acted()
        kept = kept_files(desk.data)
        try:
            before = checkout.changes(kept)
        except (GitRefused, OSError) as refused:  # saved all the same
            done = acted()
            desk.not_committed[:] = [str(refused)]
            return done
        done = acted()
        try:
            desk.not_committed[:] = _committed(checkout, kept, before, said)
        except (GitRefused, OSError) as refused:
            desk.not_committed[:] = [str(refused)]
        return done


def kept_files(data: Path) -> tuple[Path, ...]:
    """What an action may change: the data, and the references beside them."""
    return data, data.resolve().parent / REFERENCES


def _committed(
    checkout: Checkout, kept: Iterable[Path], before: Mapping[str, str], message: str
) -> list[str]:
    """Commit what has changed since; why some or all of it is not committed."""
    after, trouble = checkout.changes(kept), []
    changed = {name for name in {*before, *after} if before.get(name) != after.get(name)}
    if mixed := sorted(changed & before.keys()):
        trouble.append(f"{'; '.join(mixed)} had changes before that nobody has committed")
    if own := sorted(changed - before.keys()):
        try:
            checkout.commit(own, one_line(message)[:LONGEST_MESSAGE])
        except GitRefused as refused:
            trouble.append(str(refused))
    return trouble


def seen(*said: str) -> str:
    """A digest of what a form was made from, for its hidden field `seen`.

    Give it the cells that the form would overwrite, as text and in a fixed order.
    """
    return digest("\x1f".join(said))


def is_as_seen(form: FormData, *said: str) -> bool:
    """Whether what the form would overwrite says what it said when the form was shown."""
    return form.get(SEEN) == seen(*said)
