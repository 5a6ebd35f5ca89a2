"""Warm kernels, forked from a parent: one process imports the scientific stack, once.

The driver starts the parent, and asks it for a kernel per page by passing it one end of a
socket, the kernel's lifeline (`kernels`). A thread of the driver then executes the page
with papermill. The parent itself never runs a notebook, starts no thread and opens no
ZeroMQ context, so each fork is as clean as the first.

Whoever ends takes what is below with it: the parent ends when the driver's socket closes,
however the driver ended; a kernel is killed when its lifeline is cut or its parent ends.
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
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from analysis.execution.notebook import Executed, Failed, Job, execute_notebook, import_papermill

if TYPE_CHECKING:
    from zmq.asyncio import Context

    from analysis.execution.kernels import Kernel

ALWAYS_WARM = (
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
# When a kernel looks for garbage (`gc.set_threshold`): it lives for a second or two.
SELDOM = (50_000, 20, 20)
CHUNK = 1 << 16


def can_fork() -> bool:
    """Whether this platform forks and passes sockets between processes."""
    return hasattr(os, "fork") and hasattr(socket, "send_fds")


@dataclass(frozen=True)
class WarmWorkers:
    """The driver's side: a thread for each page at a time, a fresh fork for each page.

    `context` is ZeroMQ's, shared by all pages.
    """

    process: subprocess.Popen[bytes]
    control: socket.socket
    folder: Path
    context: Context
    pool: ThreadPoolExecutor

    def submit(self, job: Job) -> Future[Executed | Failed]:
        _import_what_pages_need()  # here, lest threads and their owner import the same at once
        return self.pool.submit(self._execute, job)

    def rehearse(self, function: str, given: str | None = None) -> None:
        """Let the parent call `module:name` once, before it forks for pages submitted later.

        What that loads or draws every later kernel has loaded and drawn. It must start no
        thread. Nobody waits for the call, which has the text that is `given`, if one is.
        """
        file = self.folder / "given"  # the parent may read it long after this
        if given is not None:
            file.write_text(given, encoding="utf-8")
        request = {"rehearse": function, "given": "" if given is None else str(file)}
        with suppress(OSError):  # a parent that has ended will say so of a page
            self._send(request).close()

    def _execute(self, job: Job) -> Executed | Failed:
        from analysis.execution.kernels import BEGUN, NoKernel, connection_file, kernel_manager

        with tempfile.TemporaryDirectory(dir=self.folder, prefix="k") as sockets:
            connection = connection_file(Path(sockets))
            try:
                kernel = self._forked(connection, job.root)
            except OSError:
                return self._lost()
            try:
                # The time the parent takes to be ready is not the page's.
                kernel.wait_until(BEGUN, job.timeout + SECONDS_OF_GRACE)
                with kernel_manager(kernel, connection, self.context) as manager:
                    made = execute_notebook(job, manager)
            except TimeoutError:
                return Failed(f"the page took more than its {job.timeout:g} seconds")
            except NoKernel as error:
                made = Failed(str(error))
            finally:
                kernel.end()
        return self._lost() if kernel.forgotten else made

    def _forked(self, connection: str, root: str) -> Kernel:
        """Ask the parent for a kernel; raises `OSError` where the parent has ended."""
        from analysis.execution.kernels import Kernel

        return Kernel(self._send({"kernel": connection, "root": root}))

    def _send(self, request: Mapping[str, str]) -> socket.socket:
        """Ask the parent for something; our end of the socket that belongs to it."""
        ours, theirs = socket.socketpair()
        with closing(theirs):
            try:
                # Before the parent has the other end, so that it need not wait for what is said.
                ours.sendall(json.dumps(request).encode())
                socket.send_fds(self.control, [b"+"], [theirs.fileno()])
            except OSError:
                ours.close()
                raise
        return ours

    def _lost(self) -> Failed:
        """Why there is no kernel; a parent that hangs up is given a moment to have ended."""
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(SECONDS_OF_GRACE)
        said: list[str] = []
        with suppress(OSError):  # a parent that ended as it should has tidied up
            text = _log(self.folder).read_text(encoding="utf-8", errors="replace")
            said = text.strip().splitlines()
        return Failed("the parent of the kernels has ended" + (f": {said[-1]}" if said else ""))


def _import_what_pages_need() -> None:
    import_papermill()
    importlib.import_module("analysis.execution.kernels")


def _log(folder: Path) -> Path:
    """What the parent says on stderr."""
    return folder / "parent.log"


@contextmanager
def warm_workers(jobs: int, root: Path, modules: Iterable[str]) -> Iterator[WarmWorkers]:
    """Start a parent that imports `modules`, and open `jobs` places for forks of it."""
    folder = Path(tempfile.mkdtemp(prefix="pages-"))
    ours, theirs = socket.socketpair()
    with closing(ours), theirs, _log(folder).open("wb") as errors:
        process = subprocess.Popen(
            [sys.executable, "-m", __name__, str(theirs.fileno()), str(folder)],
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
        with _zeromq() as context:
            try:
                _tell(process, modules)
                yield WarmWorkers(process, ours, folder, context, pool)
            finally:
                ours.close()
                _end(process)
                pool.shutdown(cancel_futures=True)
                shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _zeromq() -> Iterator[Context]:
    """A ZeroMQ context that is closed whole: this process may fork others later."""
    from zmq.asyncio import Context

    context = Context()
    try:
        yield context
    finally:
        context.destroy(linger=0)


def _tell(process: subprocess.Popen[bytes], modules: Iterable[str]) -> None:
    """Name the modules, each once, to a parent that is importing others already.

    Listing them takes time; and a list longer than a pipe holds would have to wait until
    the parent reads it.
    """
    listed = "\n".join(sorted(set(modules))).encode()
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
    """The parent ends by itself once its socket is closed, or at once if it still imports."""
    process.terminate()
    try:
        process.wait(SECONDS_OF_GRACE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


# The parent's side.


def serve(control: socket.socket, folder: Path, modules: Iterable[str]) -> None:
    """Import the modules, then do what is asked with every socket that arrives, until none can.

    `modules` are asked for when those that every page needs have been imported.
    """
    gc.disable()  # there is no garbage in what is imported, and looking for it takes time
    _warm_up(modules)
    nursery = _Nursery(control)
    try:
        nursery.run()
    finally:
        nursery.clear()
        shutil.rmtree(folder, ignore_errors=True)


def _warm_up(modules: Iterable[str]) -> None:
    """Do now, once, what every kernel would do first."""
    # Nobody debugs a page, and the debugger is the longest part of a kernel's start.
    sys.modules["debugpy"] = None  # type: ignore[assignment]
    for name in chain(ALWAYS_WARM, modules):
        # `from a import b` is listed as the module a.b too; a module that is broken will be
        # reported by the page that imports it.
        with suppress(Exception):
            importlib.import_module(name)


def _rehearse(function: str, given: str) -> None:
    """Call it; what goes wrong here goes wrong in a page again, which can say so."""
    module, _, name = function.partition(":")
    with suppress(Exception):
        texts = [Path(given).read_text(encoding="utf-8")] if given else []
        getattr(importlib.import_module(module), name)(*texts)


@dataclass
class _Nursery:
    """The kernels that run now, by process id, each with its lifeline."""

    control: socket.socket
    kernels: dict[int, socket.socket] = field(default_factory=dict)
    killed: set[int] = field(default_factory=set)

    def run(self) -> None:
        """Fork, reap and kill as the sockets say, until the driver's closes."""
        woken, wakes = socket.socketpair()
        wakes.setblocking(False)
        signal.set_wakeup_fd(wakes.fileno(), warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)  # from here on it tidies up at its end
        with woken, wakes:
            while True:
                ready = self._poll(woken)
                if woken.fileno() in ready:
                    woken.recv(CHUNK)
                    self._reap()
                self._kill_unwanted(ready)
                if self.control.fileno() in ready and not self._accept():
                    return

    def clear(self) -> None:
        for pid in self.kernels:
            _kill(pid)
        for pid in self.kernels:
            os.waitpid(pid, 0)

    def _poll(self, woken: socket.socket) -> set[int]:
        poll = select.poll()
        poll.register(self.control, select.POLLIN)
        poll.register(woken, select.POLLIN)
        for pid, lifeline in self.kernels.items():
            if pid not in self.killed:
                poll.register(lifeline, select.POLLIN)
        return {descriptor for descriptor, _ in poll.poll()}

    def _accept(self) -> bool:
        """Take the next request and do it; `False` when the driver is gone."""
        message, descriptors, _, _ = socket.recv_fds(self.control, 1, 1)
        if not message:
            return False
        connection = socket.socket(fileno=descriptors[0])
        match json.loads(connection.recv(CHUNK)):
            case {"rehearse": function, "given": file}:
                connection.close()
                _rehearse(function, file)
            case {"kernel": file, "root": root}:
                self._fork(file, root, connection)
        return True

    def _fork(self, file: str, root: str, lifeline: socket.socket) -> None:
        gc.freeze()  # what is there is never looked at again, so its memory stays shared
        parent = os.getpid()
        try:
            pid = os.fork()
        except OSError as error:  # no memory, or too many processes: a later page may have luck
            _say_ended(lifeline, error.errno or 1)
            return
        if pid == 0:
            self._be_kernel(file, root, lifeline, parent)
        self.kernels[pid] = lifeline

    def _be_kernel(self, file: str, root: str, lifeline: socket.socket, parent: int) -> NoReturn:
        from analysis.execution.kernels import be_kernel

        gc.set_threshold(*SELDOM)
        gc.enable()
        signal.set_wakeup_fd(-1)
        for number in (signal.SIGCHLD, signal.SIGTERM):
            signal.signal(number, signal.SIG_DFL)
        for other in (self.control, *self.kernels.values()):
            other.close()
        be_kernel(file, root, lifeline, parent)

    def _reap(self) -> None:
        for pid, lifeline in list(self.kernels.items()):
            ended, status = os.waitpid(pid, os.WNOHANG)
            if ended:
                _kill_group(pid)  # what its notebook started, and left
                _say_ended(lifeline, os.waitstatus_to_exitcode(status))
                del self.kernels[pid]
                self.killed.discard(pid)

    def _kill_unwanted(self, ready: set[int]) -> None:
        """Who executes a notebook says nothing on its lifeline but that it lets go."""
        for pid, lifeline in self.kernels.items():
            if lifeline.fileno() in ready and pid not in self.killed:
                _kill(pid)
                self.killed.add(pid)


def _kill(pid: int) -> None:
    """Kill a kernel and its group; it has none in the first moments after its fork."""
    _kill_group(pid)
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def _kill_group(pid: int) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)


def _say_ended(lifeline: socket.socket, status: int) -> None:
    from analysis.execution.kernels import ENDED

    with closing(lifeline), suppress(OSError):
        lifeline.sendall(ENDED + b"%d" % status)


if __name__ == "__main__":
    named = (line.strip() for line in sys.stdin)
    serve(socket.socket(fileno=int(sys.argv[1])), Path(sys.argv[2]), named)
    os._exit(0)  # somebody waits, and nothing is left that is worth taking apart
