"""What later cells of a page display, made by a fork beside the cells before them.

A page that is executed while no other is has a core to spare, and somebody may be waiting for it.
What is made beside it is what the cells would display: where there is no fork, or it has ended,
they do so themselves.
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


class Beside:
    """Displays by name: each is made once, in this order, and shown where a cell asks for it."""

    def __init__(self, **displays: Callable[[], None]) -> None:
        self._displays = displays
        self._made: dict[str, tuple[int, int]] = {}
        self._file: IO[bytes] | None = None
        self._fork: Connection | None = None
        if os.environ.get(ALONE):
            self._file = tempfile.TemporaryFile()  # noqa: SIM115  # as long as the page
            self._fork = _forked(displays, self._file)

    def show(self, name: str) -> None:
        """Display it now."""
        while self._fork and name not in self._made:
            try:
                made, place, length = self._fork.recv()
            except (EOFError, OSError):
                self._fork = None
            else:
                self._made[made] = place, length
        if name not in self._made or self._file is None:
            self._displays[name]()
            return
        from IPython.display import display

        place, length = self._made[name]
        for data, metadata in json.loads(os.pread(self._file.fileno(), length, place)):
            display(data, metadata=metadata, raw=True)


def _forked(displays: dict[str, Callable[[], None]], file: IO[bytes]) -> Connection:
    """Where a fork says what it has written into the file: the name, its place and its length."""
    ours, theirs = Pipe(duplex=False)
    page = os.getpid()
    if os.fork():
        theirs.close()
        return ours
    with suppress(BaseException):  # the page meets it where it is to be shown
        die_with(page)
        ours.close()
        for name, display in displays.items():
            place, content = file.tell(), json.dumps(_captured(display)).encode()
            file.write(content)
            file.flush()
            theirs.send((name, place, len(content)))
    os._exit(0)


def _captured(display: Callable[[], None]) -> list[tuple[Any, Any]]:
    from IPython.utils.capture import capture_output

    with capture_output(stdout=False, stderr=False) as captured:
        display()
    return [(made.data, made.metadata) for made in captured.outputs]
