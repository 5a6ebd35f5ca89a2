"""Orders of reading made in a process beside this one, so that no page waits for one.

A thread that learns holds up every page that is asked for meanwhile. The process is begun with the
first order and ends with the one that began it.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
import weakref
from collections.abc import Mapping
from contextlib import suppress
from multiprocessing.connection import Connection
from queue import SimpleQueue
from typing import Any

from analysis.execution.processes import finding_this_package
from analysis.screening.ordering import Asked, Examples, Ordered, OrdersHere, Words


class OrdersBeside:
    """Orders made in a process beside this one; ConnectionError where that has died."""

    def __init__(self) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            process = subprocess.Popen(
                [sys.executable, "-P", "-m", __name__, str(theirs.fileno())],
                env=finding_this_package(),
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                start_new_session=True,  # Ctrl-C reaches who began it, with which it ends
            )
        self.pid = process.pid
        self._pipe = Connection(ours.detach())
        self._turn = threading.Lock()
        weakref.finalize(self, _end, process, self._pipe)

    def covers(self, asked: Asked) -> bool:
        return bool(self._said("covers", asked))

    def add(self, words: Words, texts: Mapping[str, str]) -> None:
        self._said("add", words, texts)

    def count(self, words: Words, examples: Examples) -> None:
        self._said("count", words, examples)

    def made(self, asked: Asked) -> Ordered:
        ordered = self._said("made", asked)
        assert isinstance(ordered, Ordered)
        return ordered

    def _said(self, what: str, *given: object) -> object:
        try:
            with self._turn:
                self._pipe.send((what, given))
                return self._pipe.recv()
        except (EOFError, OSError) as error:
            raise ConnectionError("the process that orders records has ended") from error


def _end(process: subprocess.Popen[bytes], pipe: Connection) -> None:
    pipe.close()
    process.kill()
    process.wait()


def serve(pipe: Connection) -> None:
    """Make the orders that are asked for, until who asks has ended; also while one is made."""
    asked: SimpleQueue[tuple[str, tuple[Any, ...]]] = SimpleQueue()
    threading.Thread(target=_answer, args=(pipe, asked), daemon=True).start()
    with suppress(EOFError, OSError):
        while True:
            asked.put(pipe.recv())


def _answer(pipe: Connection, asked: SimpleQueue[tuple[str, tuple[Any, ...]]]) -> None:
    orders = OrdersHere()
    with suppress(OSError):
        while True:
            what, given = asked.get()
            pipe.send(getattr(orders, what)(*given))


if __name__ == "__main__":
    serve(Connection(int(sys.argv[1])))
    os._exit(0)  # an order may be in the making, for which nobody waits any more
