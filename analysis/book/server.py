"""The site as a browser on this machine reads it: files below one folder, and nothing else.

Any page that the reader has open elsewhere can ask this address too, so it answers to its own
names only; and any program can open connections and say nothing, so they are few and short.
"""

from __future__ import annotations

import asyncio
import re
import socket
from collections import deque
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from tornado.httpserver import HTTPServer
from tornado.iostream import IOStream
from tornado.web import Application, HTTPError, RequestHandler, StaticFileHandler

ADDRESS = "127.0.0.1"
# Another name may be made to lead here, by whoever owns it (DNS rebinding).
NAMES = {ADDRESS, "localhost"}
# A browser opens six; each costs a file descriptor, of which some systems give 256.
MOST_CLIENTS = 150
HURRY = 0.5  # seconds that each has where more are waiting
PATIENCE = 10.0  # seconds for a request to be there, and between two of them
LONGEST_HEAD = 16_384  # bytes
NOT_FOUND = "404.html"

_ROOT = re.compile(r'data-content_root="(/[^"]*)"')


@asynccontextmanager
async def serving(
    site: Path, port: int, before: Sequence[tuple[str, type[Asked], dict[str, Any]]] = ()
) -> AsyncIterator[str]:
    """Serve that folder; yields its address, in which port 0 has become one that was free.

    `before` are asked before the folder is: a pattern of paths, who answers, with what. Raises
    OSError where the port cannot be had.
    """
    files = (r"/(.*)", File, {"path": str(site), "default_filename": "index.html"})
    server = HTTPServer(
        Application([*before, files], log_function=lambda _: None),
        idle_connection_timeout=PATIENCE,
        body_timeout=PATIENCE,
        max_body_size=0,
        max_header_size=LONGEST_HEAD,
    )
    with socket.create_server((ADDRESS, port), backlog=1024) as door:
        door.setblocking(False)
        letting_in = asyncio.create_task(_let_in(door, server))
        try:
            yield f"http://{ADDRESS}:{door.getsockname()[1]}"
        finally:
            letting_in.cancel()
            await server.close_all_connections()


async def _let_in(door: socket.socket, server: HTTPServer) -> None:
    """Take up connections as long as there is room for them."""
    loop = asyncio.get_running_loop()
    clients: deque[tuple[float, IOStream]] = deque()
    while True:
        try:
            connection, address = await loop.sock_accept(door)
        except OSError:  # it has gone again, or this process has too many files open
            await asyncio.sleep(HURRY)
            continue
        stream = IOStream(connection)
        clients.append((loop.time(), stream))
        server.handle_stream(stream, address)
        if len(clients) >= MOST_CLIENTS:
            clients = deque(client for client in clients if not client[1].closed())
        while len(clients) >= MOST_CLIENTS:
            if loop.time() - clients[0][0] > HURRY:
                clients.popleft()[1].close()
            else:
                await asyncio.sleep(HURRY / 50)
                clients = deque(client for client in clients if not client[1].closed())


class Asked(RequestHandler):
    """Whoever answers, to those who ask by one of this machine's names."""

    def prepare(self) -> None:
        if self.request.host_name not in NAMES:
            raise HTTPError(421)

    def set_default_headers(self) -> None:
        self.set_header("Cache-Control", "no-cache")
        self.set_header("X-Content-Type-Options", "nosniff")


class File(Asked, StaticFileHandler):
    """A file of the site."""

    @classmethod
    def get_absolute_path(cls, root: str, path: str) -> str:
        if "\0" in path:
            raise HTTPError(404)
        return super().get_absolute_path(root, path)

    def compute_etag(self) -> None:
        """None: it would be remembered by path, and outlive the next build."""

    def write_error(self, status_code: int, **_: Any) -> None:
        page = Path(self.root, NOT_FOUND)
        if status_code == 404 and page.is_file():
            self.set_header("Content-Type", "text/html; charset=utf-8")
            self.finish(_at_this_address(page.read_text(encoding="utf-8")))
            return
        self.set_header("Content-Type", "text/plain; charset=utf-8")
        self.finish(f"{status_code} {self._reason}\n")


def _at_this_address(page: str) -> str:
    """The page for what is not there with the addresses that hold here, at the host's root."""
    root = _ROOT.search(page)
    return page.replace(f'="{root[1]}', '="/') if root else page
