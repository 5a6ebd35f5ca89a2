"""What later cells of a page display, made by a fork beside the cells before them.

A page that is executed while no other is has a core to spare, and one that somebody waits for is
made beside the check of its evidence alone.
What is made beside it is what the cells would display: where there is no fork, or it has ended,
they do so themselves. Where a cell would have to wait, the page makes what nobody has begun.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Connection, Pipe
from typing import IO, Any

from analysis.execution.processes import die_with

# Set in the process of a page beside which no other is executed, if it may fork.
ALONE = "REVIEW_PAGE_IS_ALONE"
Displays = dict[str, Callable[[], None]]


class Beside:
    """Displays by name: each is made once, in this order, and shown where a cell asks for it."""

    def __init__(self, **displays: Callable[[], None]) -> None:
        self._displays = displays
        self._made: dict[str, list[tuple[Any, Any]]] = {}
        self._fork: Connection | None = None
        if os.environ.get(ALONE):
            self._file: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115  # as long as the page
            self._not_begun = _numbered(displays)
            self._fork = _forked(displays, self._not_begun, self._file)

    def show(self, name: str) -> None:
        """Display it now."""
        while self._fork and name not in self._made:
            if self._fork.poll() or not (other := _next(self._displays, self._not_begun)):
                self._hear(self._fork)
            else:
                with suppress(Exception):  # the cell that shows it meets it
                    self._made[other] = _captured(self._displays[other])
        if name not in self._made:
            self._displays[name]()
            return
        from IPython.display import display

        for data, metadata in self._made[name]:
            display(data, metadata=metadata, raw=True)

    def _hear(self, fork: Connection) -> None:
        """Take what the fork has made, once it says so."""
        try:
            made, place, length = fork.recv()
        except (EOFError, OSError):
            self._fork = None
        else:
            self._made[made] = json.loads(os.pread(self._file.fileno(), length, place))


def _numbered(displays: Displays) -> int:
    """A pipe's end from which whoever is free reads the number of the display to make next."""
    ours, theirs = os.pipe()
    os.write(theirs, bytes(range(len(displays))))
    os.close(theirs)  # so that nobody waits where none is left
    return ours


def _next(displays: Displays, not_begun: int) -> str | None:
    number = os.read(not_begun, 1)
    return list(displays)[number[0]] if number else None


def _forked(displays: Displays, not_begun: int, file: IO[bytes]) -> Connection:
    """Where a fork says what it has written into the file: the name, its place and its length."""
    ours, theirs = Pipe(duplex=False)
    page = os.getpid()
    if os.fork():
        theirs.close()
        return ours
    with suppress(BaseException):  # the page meets it where it is to be shown
        die_with(page)
        ours.close()
        while name := _next(displays, not_begun):
            place, content = file.tell(), json.dumps(_captured(displays[name])).encode()
            file.write(content)
            file.flush()
            theirs.send((name, place, len(content)))
    os._exit(0)


def _captured(display: Callable[[], None]) -> list[tuple[Any, Any]]:
    from IPython.utils.capture import capture_output

    with capture_output(stdout=False, stderr=False) as captured:
        display()
    return [(made.data, made.metadata) for made in captured.outputs]
