"""The desk on a port of this machine, until Ctrl-C."""

from __future__ import annotations

import socket
from collections.abc import Callable

import uvicorn

from analysis.desk.app import make_app
from analysis.desk.desk import ADDRESS, Desk


def serve(desk: Desk, at_once: Callable[[], object]) -> None:
    """Serve the desk; `at_once` is called when the address answers. OSError for a port in use."""
    with socket.create_server((ADDRESS, desk.port), backlog=128) as door:
        config = uvicorn.Config(
            make_app(desk),
            log_level="info" if desk.debug else "critical",
            access_log=False,
            lifespan="off",
            server_header=False,
            proxy_headers=False,
            timeout_graceful_shutdown=5,
        )
        at_once()
        uvicorn.Server(config).run(sockets=[door])
