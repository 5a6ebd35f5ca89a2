"""Saving: one writer at a time, a commit where wanted, and nothing overwritten unseen."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request

from analysis.desk.desk import desk_of
from analysis.files.digests import digest
from analysis.files.problems import ReviewError, system_errors_as_sentences

T = TypeVar("T")
SEEN = "seen"
WAIT = 60.0  # seconds for the actions before


async def save(request: Request, act: Callable[[], T], message: str) -> T:
    """Do what changes the data, and commit what it changed where the person wants that.

    `act` runs in a thread of its own, as the only one of this desk; it takes the folder's lock
    where it writes, as the commands do. `message` says what was done, without the name, such as
    `include medline-1`: the commit says `anna: include medline-1`. ReviewError, with nothing
    committed, where `act` refuses.
    """
    desk = desk_of(request)

    def in_turn() -> T:
        if not desk.turn.acquire(timeout=WAIT):
            raise ReviewError("another page of this desk is saving still: try again after it")
        try:
            with system_errors_as_sentences():
                return act()
        finally:
            desk.turn.release()

    return await run_in_threadpool(in_turn)


def seen(*said: str) -> str:
    """A digest of what a form was made from, for its hidden field `seen`.

    Give it the cells that the form would overwrite, as text and in a fixed order.
    """
    return digest("\x1f".join(said))


def is_as_seen(form: FormData, *said: str) -> bool:
    """Whether what the form would overwrite says what it said when the form was shown."""
    return form.get(SEEN) == seen(*said)
