"""An IPython kernel within this process, with which papermill and nbclient talk without a socket.

It is ipykernel's own, so a page is what an ordinary kernel makes of it; only, its messages are
kept here for nbclient to read. Whatever is written to the descriptors of stdout and stderr, by
other programs too, stands among them where it was written.
"""

from __future__ import annotations

import io
import logging
import os
import select
import sys
import threading
from collections import deque
from contextlib import suppress
from types import SimpleNamespace
from typing import Any

from ipykernel.ipkernel import IPythonKernel
from jupyter_client.session import Session, json_packer, json_unpacker
from traitlets.config import Config

CHUNK = 1 << 16


class Kernel(Session):
    """A kernel's session that sends nothing; and its manager, client and channels for nbclient."""

    has_kernel = True

    def __init__(self) -> None:
        super().__init__()
        self._streams: tuple[_Stream, ...] = ()
        self._request: dict[str, Any] = {}
        sent, replies = deque[dict[str, Any]](), deque[dict[str, Any]]()
        self._sent, self._replies = sent, replies
        self.iopub_channel = SimpleNamespace(get_msg=lambda timeout: sent.popleft())
        self.shell_channel = SimpleNamespace(get_msg=lambda timeout: replies.popleft())
        self._kernel = IPythonKernel(
            session=self,
            config=Config(
                HistoryManager={"enabled": False},
                # What a cell says is taken when it has ended: there is nothing to wait for.
                IPythonKernel={"_execute_sleep": 0.0},
            ),
            log=logging.getLogger("papermill"),
            shell_channel_thread=SimpleNamespace(parent_thread=None),  # asked for before an await
        )
        # No window waits for an event.
        self._kernel.shell.enable_gui = lambda gui=None: None  # type: ignore[union-attr]

    def capture_streams(self) -> None:
        """From now on, stdout and stderr of this process are the notebook's."""
        self._streams = (_Stream("stdout", 1), _Stream("stderr", 2))

    def send(  # type: ignore[override]
        self, _: Any, message: Any, content: Any = None, parent: Any = None, **others: Any
    ) -> dict[str, Any]:
        for stream in self._streams:
            if text := stream.taken():
                said = {"name": stream.name, "text": text}
                self._sent.append(self.msg("stream", said, self._request))
        if isinstance(message, str):
            message = self.msg(message, content, parent, metadata=others.get("metadata"))
        message["content"] = json_unpacker(json_packer(message["content"]))  # as it would arrive
        self._sent.append(message)
        return message

    def client(self) -> Kernel:
        return self

    def start_channels(self) -> None: ...

    def wait_for_ready(self, timeout: float) -> None: ...

    async def execute(self, code: str, **_: Any) -> str:
        """Execute a cell to its end, so that its messages and the reply are there to be read."""
        asked = {"code": code, "stop_on_error": False}  # there is no queue to stop
        self._request = self.msg("execute_request", asked)
        self._kernel.set_parent([], self._request)
        await self._kernel.execute_request(None, None, self._request)
        self._replies.append(self._sent.pop())
        self.send(None, "status", {"execution_state": "idle"}, self._request)
        return str(self._request["msg_id"])

    def kernel_info(self) -> str:
        request = self.msg("kernel_info_request")
        info = {"language_info": dict(self._kernel.language_info)}
        self._replies.append(self.msg("kernel_info_reply", info, request))
        return str(request["msg_id"])


class _Stream:
    """A pipe in place of a standard stream; a thread empties it, lest a writer must wait."""

    def __init__(self, name: str, descriptor: int) -> None:
        self.name, self._said, self._lock = name, bytearray(), threading.Lock()
        # The end to write to stays open here, whatever the notebook does with the descriptor.
        self._reads, self._writes = os.pipe()
        os.set_blocking(self._reads, False)
        os.dup2(self._writes, descriptor)
        raw = io.FileIO(descriptor, "w", closefd=False)
        setattr(sys, name, io.TextIOWrapper(raw, "utf-8", "backslashreplace", write_through=True))
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        while select.select([self._reads], [], []):
            self._read()

    def _read(self) -> None:
        with self._lock, suppress(BlockingIOError):
            while True:
                self._said += os.read(self._reads, CHUNK)

    def taken(self) -> str:
        """All that was written since it was last taken."""
        self._read()
        with self._lock:
            said, self._said = self._said, bytearray()
        return said.decode(errors="replace")
