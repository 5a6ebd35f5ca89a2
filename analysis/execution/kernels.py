"""A Jupyter kernel made by forking a process that has everything imported already.

Papermill and nbclient are given a kernel manager whose kernel already runs. Client and
kernel talk through Unix sockets in a private folder, so no port is ever looked for, and
the client connects when the kernel says it listens, so nothing is polled.

Whoever executes the notebook holds one end of a lifeline, a socket; the other end is held
by the process that forks (`warm`). On it the kernel says that it has begun and that it
listens, and the process that forked it that it has ended. Who lets go of it no longer
wants the kernel.
"""

from __future__ import annotations

import asyncio
import os
import random
import secrets
import select
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, NoReturn
from unittest import mock

from jupyter_client.asynchronous import AsyncKernelClient
from jupyter_client.connect import write_connection_file
from jupyter_client.manager import AsyncKernelManager
from jupyter_core.utils import ensure_event_loop

from analysis.execution.processes import die_with

if TYPE_CHECKING:
    from zmq.asyncio import Context

SECONDS_TO_START = 60
SECONDS_TO_END = 10
SECONDS_TO_SUBSCRIBE = 0.05
LONGEST_SOCKET_PATH = 100  # of the 104 to 108 bytes that Unix systems allow
CHUNK = 1 << 16

# What is said on a lifeline. After ENDED comes the status, as text.
BEGUN, LISTENS, ENDED = b"b", b"l", b"e"


class NoKernel(Exception):
    """There is no kernel to execute a notebook with, and never was."""


def connection_file(folder: Path) -> str:
    """Write what client and kernel must know of each other; their sockets are in `folder` too.

    Raises `OSError` where the path is too long for a socket.
    """
    sockets = folder / "k"
    if len(os.fsencode(sockets)) > LONGEST_SOCKET_PATH:
        raise OSError(f"the path is too long for a socket: {sockets}")
    name, _ = write_connection_file(
        str(folder / "kernel.json"),
        transport="ipc",
        ip=str(sockets),
        key=secrets.token_hex(16).encode(),
        shell_port=1,  # with this transport a port is the ending of a file's name
        iopub_port=2,
        stdin_port=3,
        control_port=4,
        hb_port=5,
    )
    return str(name)


# The side of the process that forks.


def be_kernel(connection: str, root: str, lifeline: socket.socket, parent: int) -> NoReturn:
    """Spend the rest of this process as a kernel at work in `root`; `parent` has forked it."""
    with suppress(BaseException):
        die_with(parent)
        os.setsid()  # signals for the terminal or for the kernel's group stay apart
        _be_first_to_go()
        os.chdir(root)
        lifeline.sendall(BEGUN)
        _run_kernel(connection, lifeline)
    os._exit(1)


def _be_first_to_go() -> None:
    """When memory runs out, let the system take a notebook, not the build."""
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")


def _run_kernel(connection: str, lifeline: socket.socket) -> None:
    """Be an IPython kernel until told to stop; say when it can be called."""
    from ipykernel import ipkernel
    from ipykernel.kernelapp import IPKernelApp

    _seed_anew()
    app = IPKernelApp.instance(
        connection_file=connection,
        parent_handle=os.getppid(),  # ends within a second of its parent on any Unix
        log_level="CRITICAL",
    )
    with mock.patch.object(ipkernel, "sys", _sys_without_modules()):
        app.initialize(["--HistoryManager.enabled=False"])
    lifeline.sendall(LISTENS)
    lifeline.close()
    app.start()


def _sys_without_modules() -> SimpleNamespace:
    """What a starting kernel sees as `sys`.

    It lists the file of every module, for a debugger that there is none of; looking at them
    would copy the memory of all modules from the parent, half of what a start costs.
    """
    return SimpleNamespace(**{**vars(sys), "modules": {}})


def _seed_anew() -> None:
    """A fork inherits the state of the global generators; give it one of its own."""
    random.seed()
    if "numpy.random" in sys.modules:
        sys.modules["numpy.random"].seed()


# The side of whoever executes a notebook.


@dataclass
class Kernel:
    """A kernel as seen by whoever executes a notebook with it: its end of the lifeline."""

    lifeline: socket.socket
    _said: bytes = field(default=b"", repr=False)
    _cut: bool = field(default=False, repr=False)

    def wait_until(self, word: bytes, seconds: float) -> None:
        """Return when the kernel has said it; raises `NoKernel` if it never will.

        Raises `TimeoutError` if that takes longer.
        """
        deadline = time.monotonic() + seconds
        while word not in self._said:
            if self.ended:
                raise NoKernel("the kernel did not start")
            self._hear(max(0.0, deadline - time.monotonic()))

    @property
    def ended(self) -> bool:
        return self._cut or ENDED in self._said

    @property
    def forgotten(self) -> bool:
        """Whether the process that forks has itself ended, and said nothing of the kernel."""
        return self._cut and ENDED not in self._said

    def alive(self) -> bool:
        with suppress(TimeoutError):
            while not self.ended:
                self._hear(0.0)
        return not self.ended

    def end(self) -> None:
        """End the kernel and whatever its notebook started; return when they are gone."""
        with suppress(OSError, TimeoutError):
            self.lifeline.shutdown(socket.SHUT_WR)
            while not self._cut:
                self._hear(SECONDS_TO_END)
        self.lifeline.close()

    def _hear(self, seconds: float) -> None:
        """Take in what is said next; raises `TimeoutError`."""
        ready, _, _ = select.select([self.lifeline], [], [], seconds)
        if not ready:
            raise TimeoutError
        try:
            said = self.lifeline.recv(CHUNK)
        except OSError:
            said = b""
        self._said += said
        self._cut = not said


@contextmanager
def kernel_manager(
    kernel: Kernel, connection: str, context: Context
) -> Iterator[ForkedKernelManager]:
    """What papermill is given to execute a notebook with a kernel that runs already.

    `context` is ZeroMQ's, for all notebooks of this process.
    """
    # The loop that nbclient would make for this thread, and leave open.
    with asyncio.Runner(loop_factory=ensure_event_loop) as runner:
        runner.get_loop()
        manager = ForkedKernelManager(connection_file=connection, context=context)
        manager.load_connection_file()
        manager.kernel = kernel
        try:
            yield manager
        finally:
            for client in manager.clients:
                client.stop_channels()


class ForkedKernelClient(AsyncKernelClient):
    """A client that starts the channels an execution uses, and waits no longer than it must."""

    def start_channels(self, *_: Any, **__: Any) -> None:
        super().start_channels(shell=True, iopub=True, stdin=False, hb=False, control=False)

    async def wait_for_ready(self, timeout: float | None = None) -> None:
        """Return once the kernel answers and its output arrives here.

        Output is published to whoever has subscribed by then, so a first message must have
        come before a cell is executed.
        """
        deadline = time.monotonic() + (timeout or SECONDS_TO_START)
        while time.monotonic() < deadline:
            self.kernel_info()
            with suppress(Empty):
                await self.shell_channel.get_msg(timeout=1)
                await self.iopub_channel.get_msg(timeout=SECONDS_TO_SUBSCRIBE)
                return
            if not await self._async_is_alive():
                raise RuntimeError("the kernel died before it answered")
        raise RuntimeError("the kernel does not answer")


class ForkedKernelManager(AsyncKernelManager):
    """The manager of a kernel that runs already; stopping it is its `Kernel`'s affair."""

    kernel: Kernel

    def __init__(self, **traits: Any) -> None:
        super().__init__(**traits)
        self.clients: list[ForkedKernelClient] = []

    @property
    def has_kernel(self) -> bool:
        return True

    async def _async_is_alive(self) -> bool:
        return self.kernel.alive()

    is_alive = _async_is_alive

    def client(self, **options: Any) -> AsyncKernelClient:  # type: ignore[override]
        self.kernel.wait_until(LISTENS, SECONDS_TO_START)
        made = ForkedKernelClient(
            parent=self,
            context=self.context,
            **self.get_connection_info(session=True),
            **options,
        )
        self.clients.append(made)
        return made
