"""Workers forked from a warm parent: one process imports the scientific stack, once.

The driver starts the parent and passes it one end of a socket per page. The parent forks
a worker for it; the worker forks the page's kernel (`kernels`), executes the page with
papermill and answers on the socket. The parent itself never runs a notebook, starts no
thread and opens no ZeroMQ context, so each fork is as clean as the first.

Whoever ends takes what is below with it: the parent ends when the driver's socket closes,
however the driver ended; workers and kernels are killed with their parents.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from dataclasses import asdict, dataclass, field
from itertools import chain
from pathlib import Path
from typing import NoReturn

from analysis.execution.notebook import Executed, Failed, Job, execute_notebook

ALWAYS_WARM = (
    "papermill",
    "nbformat.v4",
    "ipykernel.kernelapp",
    "ipykernel.ipkernel",
    "ipykernel.debugger",
    "analysis.execution.kernels",
    "matplotlib_inline.backend_inline",
    # What a kernel imports when it starts.
    "IPython.core.completerlib",
    "IPython.core.debugger",
    "IPython.core.oinspect",
    "IPython.extensions.storemagic",
    "tornado.platform.asyncio",
)
SECONDS_OF_GRACE = 10.0
CHUNK = 1 << 16


def can_fork() -> bool:
    """Whether this platform forks and passes sockets between processes."""
    return hasattr(os, "fork") and hasattr(socket, "send_fds")


@dataclass(frozen=True)
class WarmWorkers:
    """The driver's side: each page goes to a fresh fork of the warm parent."""

    process: subprocess.Popen[bytes]
    control: socket.socket
    log: Path
    pool: ThreadPoolExecutor

    def submit(self, job: Job) -> Future[Executed | Failed]:
        return self.pool.submit(self._execute, job)

    def _execute(self, job: Job) -> Executed | Failed:
        ours, theirs = socket.socketpair()
        with closing(ours):
            try:
                with closing(theirs):
                    socket.send_fds(self.control, [b"+"], [theirs.fileno()])
                ours.sendall(json.dumps(asdict(job)).encode())
                ours.shutdown(socket.SHUT_WR)
                answer = _read_all(ours, time.monotonic() + job.timeout + SECONDS_OF_GRACE)
            except TimeoutError:
                return Failed(f"the page took more than its {job.timeout:g} seconds")
            except OSError:
                return self._lost()
        return _understood(answer) or self._lost()

    def _lost(self) -> Failed:
        """Why there is no answer; a parent that hangs up is given a moment to have ended."""
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(SECONDS_OF_GRACE)
        if self.process.returncode is None:
            return Failed("the page's process gave no answer")
        said = self.log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
        return Failed("the parent of the kernels has ended" + (f": {said[-1]}" if said else ""))


@contextmanager
def warm_workers(
    jobs: int, root: Path, modules: Iterable[str], rehearsal: str | None = None
) -> Iterator[WarmWorkers]:
    """Start a parent that imports `modules`, and open `jobs` places for forks of it.

    `rehearsal` is a function, `module:name`, that the parent calls once: what it loads or
    draws every kernel has loaded and drawn. It must start no thread.
    """
    folder = Path(tempfile.mkdtemp(prefix="pages-"))
    log = folder / "parent.log"
    ours, theirs = socket.socketpair()
    with closing(ours), theirs, log.open("wb") as errors:
        process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                __name__,
                str(theirs.fileno()),
                str(folder),
                rehearsal or "",
            ],
            cwd=root,
            env=environment(folder),
            pass_fds=[theirs.fileno()],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=errors,
            start_new_session=True,  # Ctrl-C reaches the driver alone, which ends the others
        )
        theirs.close()
        pool = ThreadPoolExecutor(jobs)
        try:
            _tell(process, modules)
            yield WarmWorkers(process, ours, log, pool)
        finally:
            ours.close()
            _end(process)
            pool.shutdown(cancel_futures=True)
            shutil.rmtree(folder, ignore_errors=True)


def _tell(process: subprocess.Popen[bytes], modules: Iterable[str]) -> None:
    """Name the modules to a parent that is importing others already; listing them takes time."""
    listed = "\n".join(sorted(modules)).encode()
    assert process.stdin is not None
    with suppress(BrokenPipeError), process.stdin:  # it has ended: the first page will say why
        process.stdin.write(listed)


def environment(folder: Path) -> dict[str, str]:
    """Nothing of the user's own IPython set-up, one thread a kernel, the same hashes each time."""
    package_parent = str(Path(__file__).parents[2])
    paths = [package_parent, *filter(None, [os.environ.get("PYTHONPATH")])]
    return {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(paths),
        "PYTHONHASHSEED": "0",
        "IPYTHONDIR": str(folder / "ipython"),
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
    }


def _end(process: subprocess.Popen[bytes]) -> None:
    """The parent ends by itself once its socket is closed; see to it."""
    try:
        process.wait(SECONDS_OF_GRACE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _read_all(connection: socket.socket, deadline: float | None = None) -> bytes:
    """Everything the other side says before it hangs up; raises `TimeoutError`."""
    chunks: list[bytes] = []
    while True:
        if deadline is not None:
            connection.settimeout(max(0.001, deadline - time.monotonic()))
        chunk = connection.recv(CHUNK)
        if not chunk:
            return b"".join(chunks)
        chunks.append(chunk)


def _understood(answer: bytes) -> Executed | Failed | None:
    """The worker's answer, then NUL and its exit status as the parent saw it."""
    said, mark, status = answer.rpartition(b"\0")
    if not mark:
        return None
    if int(status) != 0:
        return Failed(f"the page's process ended with status {int(status)}")
    kind, fields = json.loads(said)
    return Executed(**fields) if kind == "executed" else Failed(**fields)


# The parent's side.


def serve(control: socket.socket, folder: Path, rehearsal: str, modules: Iterable[str]) -> None:
    """Import the modules, then fork a worker for every socket that arrives, until none can.

    `modules` are asked for when those that every page needs have been imported.
    """
    _warm_up(modules)
    _rehearse(rehearsal)
    gc.collect()
    gc.freeze()  # what is imported is never looked at again, so its memory stays shared
    nursery = _Nursery(control, folder)
    try:
        nursery.run()
    finally:
        nursery.clear()
        shutil.rmtree(folder, ignore_errors=True)


def _warm_up(modules: Iterable[str]) -> None:
    """Do now, once, what every worker and kernel would do first."""
    # Nobody debugs a page, and the debugger is the longest part of a kernel's start.
    sys.modules["debugpy"] = None  # type: ignore[assignment]
    for name in chain(ALWAYS_WARM, modules):
        # `from a import b` is listed as the module a.b too; a module that is broken will be
        # reported by the page that imports it.
        with suppress(Exception):
            importlib.import_module(name)
    nbformat = importlib.import_module("nbformat.v4")
    nbformat.reads(nbformat.writes(nbformat.new_notebook()))  # compiles the schema


def _rehearse(function: str) -> None:
    """Call it; what goes wrong here goes wrong in a page again, which can say so."""
    module, _, name = function.partition(":")
    with suppress(Exception):
        getattr(importlib.import_module(module), name)()


@dataclass
class _Nursery:
    """The workers that run now, by process id, each with the socket its answer goes to."""

    control: socket.socket
    folder: Path
    workers: dict[int, socket.socket] = field(default_factory=dict)

    def run(self) -> None:
        """Fork, reap and kill as the sockets say, until the driver's closes."""
        woken, wakes = socket.socketpair()
        wakes.setblocking(False)
        signal.set_wakeup_fd(wakes.fileno(), warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        with woken, wakes:
            while True:
                ready = self._poll(woken)
                if woken.fileno() in ready:
                    woken.recv(CHUNK)
                    self._reap()
                self._kill_abandoned(ready)
                if self.control.fileno() in ready and not self._accept():
                    return

    def clear(self) -> None:
        for pid in self.workers:
            os.kill(pid, signal.SIGKILL)
        for pid in self.workers:
            os.waitpid(pid, 0)

    def _poll(self, woken: socket.socket) -> set[int]:
        poll = select.poll()
        poll.register(self.control, select.POLLIN)
        poll.register(woken, select.POLLIN)
        for connection in self.workers.values():
            poll.register(connection, 0)  # nothing but the driver's hanging up
        return {descriptor for descriptor, _ in poll.poll()}

    def _accept(self) -> bool:
        """Take the next page's socket and fork its worker; `False` when the driver is gone."""
        message, descriptors, _, _ = socket.recv_fds(self.control, 1, 1)
        if not message:
            return False
        connection = socket.socket(fileno=descriptors[0])
        parent, pid = os.getpid(), os.fork()
        if pid == 0:
            self._be_worker(connection, parent)
        self.workers[pid] = connection
        return True

    def _be_worker(self, connection: socket.socket, parent: int) -> NoReturn:
        status = 1
        try:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            for other in (self.control, *self.workers.values()):
                other.close()
            _work(connection, self.folder, parent)
            status = 0
        finally:
            os._exit(status)

    def _reap(self) -> None:
        for pid, connection in list(self.workers.items()):
            ended, status = os.waitpid(pid, os.WNOHANG)
            if ended:
                with closing(connection), suppress(OSError):
                    connection.sendall(b"\0%d" % os.waitstatus_to_exitcode(status))
                del self.workers[pid]

    def _kill_abandoned(self, ready: set[int]) -> None:
        """A driver that hangs up no longer wants the page."""
        for pid, connection in self.workers.items():
            if connection.fileno() in ready:
                os.kill(pid, signal.SIGKILL)


def _work(connection: socket.socket, folder: Path, parent: int) -> None:
    """The worker's whole life: read a job, execute it beside a forked kernel, answer."""
    from analysis.execution.kernels import die_with, forked_kernel

    die_with(parent)
    # Without a deadline: that would make the socket non-blocking, also where the parent has it.
    job = Job(**json.loads(_read_all(connection)))
    os.chdir(job.root)
    with (
        tempfile.TemporaryDirectory(dir=folder, prefix="k") as sockets,
        forked_kernel(Path(sockets)) as manager,
    ):
        made = execute_notebook(job, manager)
    kind = "executed" if isinstance(made, Executed) else "failed"
    connection.sendall(json.dumps([kind, asdict(made)]).encode())


if __name__ == "__main__":
    named = (line.strip() for line in sys.stdin)
    serve(socket.socket(fileno=int(sys.argv[1])), Path(sys.argv[2]), sys.argv[3], named)
