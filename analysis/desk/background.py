"""Work that goes on in a thread of its own, while a page says so."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, wait
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")
What = TypeVar("What")


class StillWorking(Exception):
    """What a page waits for is not there yet: the template that says so, and what it says."""

    def __init__(self, template: str, **said: object) -> None:
        super().__init__(template)
        self.template, self.said = template, said


def in_background(what: str, work: Callable[[], T]) -> Future[T]:
    """What the work comes to, or the error that it ends with."""
    found: Future[T] = Future()

    def run() -> None:
        try:
            found.set_result(work())
        except Exception as error:
            found.set_exception(error)

    threading.Thread(target=run, name=what, daemon=True).start()
    return found


@dataclass(frozen=True, eq=False)
class Made(Generic[What]):
    """What somebody has made, and what comes of it."""

    who: str
    what: What
    outcome: Future[str]


class OneAtATime(Generic[What]):
    """Something that is made once: while it is, a second press begins nothing."""

    def __init__(self) -> None:
        self._taken = threading.Lock()
        self.latest: Made[What] | None = None

    def begin(self, who: str, what: What, work: Callable[[], str]) -> Made[What]:
        """The one that is begun, or that was and is not over yet."""
        with self._taken:
            if self.latest is None or self.latest.outcome.done():
                self.latest = Made(who, what, in_background("making", work))
            return self.latest

    def is_told(self, made: Made[What]) -> bool:
        """Forget it, once it has come to its end; whether somebody was told of that before."""
        with self._taken:
            told = self.latest is not made
            self.latest = None if not told else self.latest
            return told

    def finish(self, seconds: float) -> None:
        """Wait for what is being made, so long at most."""
        if self.latest:
            wait([self.latest.outcome], seconds)
