"""The desk on a port of this machine, until it is told to end.

Any program can open connections and say nothing: they are few and short, and the oldest that says
nothing makes room.
"""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from analysis.desk.app import make_app
from analysis.desk.certainty_desk import answered, questions_with_rows
from analysis.desk.desk import ADDRESS, Desk
from analysis.desk.extract_plot import forest_picture
from analysis.files.problems import ReviewError

# A browser opens six; each costs a file descriptor, of which some systems give 256.
MOST_CLIENTS = 100
PATIENCE = 10.0  # seconds for the head of a request to be there
LONGEST_HEAD = 32_768  # bytes
TO_FINISH = 5  # seconds for what is being saved when the desk is told to end
TO_RELEASE = 60.0  # seconds for a version that is being made; told to end again, it ends


class Impatient(H11Protocol):
    """A connection that has so long to say what it wants, and longer only once it has."""

    hurry: asyncio.TimerHandle | None = None

    @property
    def is_asking(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._wait()
        if len(self.connections) > MOST_CLIENTS:
            silent = [c for c in self.connections if isinstance(c, Impatient) and not c.is_asking]
            # The one whose time is over first came first.
            min(silent, key=lambda each: each.hurry.when() if each.hurry else 0.0).end()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self.is_asking:
            self._stop_waiting()
        elif self.hurry is None:
            self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_waiting()
        super().connection_lost(exc)

    def _wait(self) -> None:
        self.hurry = self.loop.call_later(PATIENCE, self.end)

    def _stop_waiting(self) -> None:
        if self.hurry:
            self.hurry.cancel()
            self.hurry = None

    def end(self) -> None:
        if not self.is_asking:
            self.transport.abort()


def server_of(desk: Desk) -> uvicorn.Server:
    """A server that serves the desk, once it is given a socket."""
    settings: dict[str, Any] = {
        "http": Impatient,
        "ws": "none",
        "loop": "asyncio",
        "lifespan": "off",
        "log_level": "warning" if desk.debug else "critical",
        "access_log": False,
        "server_header": False,
        "proxy_headers": False,
        "h11_max_incomplete_event_size": LONGEST_HEAD,
        "timeout_graceful_shutdown": TO_FINISH,
    }
    return uvicorn.Server(uvicorn.Config(make_app(desk), **settings))


def _get_ready(desk: Desk) -> None:
    """Answer a question and draw it once: that brings in statistics and figures, in seconds."""
    with suppress(ReviewError):  # every page says what is wrong
        evidence = desk.evidence.now()
        for question in questions_with_rows(evidence)[:1]:
            if (found := answered(evidence, question)).studies:
                with desk.drawing:
                    forest_picture(found)


def serve(desk: Desk, at_once: Callable[[], object]) -> None:
    """Serve the desk; `at_once` is called when the address answers. OSError for a port in use."""
    with socket.create_server((ADDRESS, desk.port), backlog=1024) as door:
        at_once()
        server = server_of(desk)  # it imports the pages, which no other thread may see half done
        threading.Thread(target=_get_ready, args=(desk,), name="getting ready", daemon=True).start()
        try:
            server.run(sockets=[door])
        finally:  # Ctrl-C too: a version that is being made is whole
            desk.releasing.finish(TO_RELEASE)
