"""A Jupyter kernel made by forking this process: it starts with everything already imported.

Papermill and nbclient are given a kernel manager whose kernel already runs. Client and
kernel talk through Unix sockets in a private folder, so no port is ever looked for, and
the client connects when the kernel says it listens, so nothing is polled.
"""

from __future__ import annotations

import ctypes
import os
import random
import secrets
import select
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from queue import Empty
from types import SimpleNamespace
from typing import Any
from unittest import mock

from jupyter_client.asynchronous import AsyncKernelClient
from jupyter_client.connect import write_connection_file
from jupyter_client.manager import AsyncKernelManager

SECONDS_TO_START = 60
SECONDS_TO_SUBSCRIBE = 0.05
LONGEST_SOCKET_PATH = 100  # of the 104 to 108 bytes that Unix systems allow


@contextmanager
def forked_kernel(folder: Path) -> Iterator[AsyncKernelManager]:
    """Fork a kernel that keeps its sockets in `folder`; it is gone when the block ends.

    The calling process must have no other thread. Raises `OSError` where it cannot fork.
    """
    connection = _connection(folder)
    kernel = _fork(connection)
    try:
        manager = ForkedKernelManager(connection_file=connection)
        manager.load_connection_file()
        manager.kernel = kernel
        yield manager
    finally:
        kernel.kill()


def _connection(folder: Path) -> str:
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


def _fork(connection: str) -> Kernel:
    listening, listens = os.pipe()
    parent, pid = os.getpid(), os.fork()
    if pid == 0:
        with suppress(BaseException):
            os.close(listening)
            die_with(parent)
            os.setsid()  # signals for the terminal or for the kernel's group stay apart
            _be_first_to_go()
            _run_kernel(connection, listens)
        os._exit(1)
    os.close(listens)
    return Kernel(pid, listening)


def die_with(parent: int) -> None:
    """Have the system kill this process when `parent` ends, where it can (Linux)."""
    if sys.platform == "linux":
        set_parent_death_signal = 1  # PR_SET_PDEATHSIG of <linux/prctl.h>
        ctypes.CDLL(None).prctl(set_parent_death_signal, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def _be_first_to_go() -> None:
    """When memory runs out, let the system take a notebook, not the build."""
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")


def _run_kernel(connection: str, listens: int) -> None:
    """Be an IPython kernel until told to stop; say through `listens` when it can be called."""
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
    os.write(listens, b"!")
    os.close(listens)
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


@dataclass
class Kernel:
    """The process of a kernel; `listening` becomes readable when it listens or has died."""

    pid: int
    listening: int
    status: int | None = None

    def wait_until_listening(self, seconds: float) -> None:
        """Raises `RuntimeError` if the kernel dies first or takes longer."""
        ready, _, _ = select.select([self.listening], [], [], seconds)
        if not ready or os.read(self.listening, 1) != b"!":
            raise RuntimeError("the kernel did not start")

    def alive(self) -> bool:
        if self.status is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            self.status = status if pid else None
        return self.status is None

    def kill(self) -> None:
        """End the kernel and whatever its notebook started; a second call does nothing."""
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)
        if self.alive():
            os.kill(self.pid, signal.SIGKILL)
            _, self.status = os.waitpid(self.pid, 0)
        with suppress(OSError):
            os.close(self.listening)


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
    """The manager of a kernel that runs already; stopping it is `forked_kernel`'s affair."""

    kernel: Kernel

    @property
    def has_kernel(self) -> bool:
        return True

    async def _async_is_alive(self) -> bool:
        return self.kernel.alive()

    is_alive = _async_is_alive

    def client(self, **options: Any) -> AsyncKernelClient:  # type: ignore[override]
        self.kernel.wait_until_listening(SECONDS_TO_START)
        return ForkedKernelClient(parent=self, **self.get_connection_info(session=True), **options)
