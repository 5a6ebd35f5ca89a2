"""Work that goes on in a thread of its own, while a page says so."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

T = TypeVar("T")


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
