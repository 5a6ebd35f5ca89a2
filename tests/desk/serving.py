"""The desk on a free port of this machine, as the command serves it."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from analysis.desk import desk_server
from analysis.desk.desk import Desk


@contextmanager
def served(data: Path, **settings: Any) -> Iterator[Desk]:
    """Yields the desk; its `address` lets a browser in."""
    with socket.create_server(("127.0.0.1", 0), backlog=1024) as door:
        desk = Desk(data, port=door.getsockname()[1], **settings)
        server = desk_server.server_of(desk)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [door]})
        thread.start()
        try:
            while not server.started:
                time.sleep(0.01)
            yield desk
        finally:
            server.should_exit = True
            thread.join()
