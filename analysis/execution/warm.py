"""Pages in forks of a warm parent: one process imports the scientific stack, once.

The driver asks the parent for a page and opens a pipe for it; the parent forks, and the fork
executes the notebook (`kernel`). On the pipe the fork says who it is, before each cell what
will have happened if nothing more is heard, and at last the page. The parent never runs a
notebook and starts no thread, so each fork is as clean as the first.

Whoever ends takes what is below with it: the parent ends its forks when the driver's socket
closes, however the driver ended, and the driver a fork whose page is done or whose parent ended.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import pkgutil
import select
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import asdict, dataclass, field, replace
from multiprocessing.connection import Connection, Pipe
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.execution.beside import ALONE
from analysis.execution.notebook import DIED, Executed, Failed, Job, execute_notebook
from analysis.execution.plan import Project
from analysis.execution.processes import die_with, finding_this_package, kill_group
from analysis.execution.states import States, newer_than_the_check, states

if TYPE_CHECKING:
    from analysis.execution.kernel import Kernel

SECONDS_OF_GRACE = 10.0
SECONDS_TO_FOLLOW = 0.2
SECONDS_BETWEEN_LOOKS = 0.2
# When a fork looks for garbage (`gc.set_threshold`): it lives for a second or two.
SELDOM = (50_000, 20, 20)


def can_fork() -> bool:
    """Whether this platform forks and passes sockets between processes."""
    return hasattr(os, "fork") and hasattr(socket, "send_fds")


@dataclass(frozen=True)
class Parent:
    """The driver's hold of the process that pages are forked from, which imports meanwhile."""

    process: subprocess.Popen[bytes]
    control: socket.socket
    folder: Path
    since: States | None = None  # data and code before it began, if it was begun ahead

    @property
    def log(self) -> Path:
        return self.folder / "parent.log"

    @property
    def stays(self) -> bool:
        return self.process.poll() is None

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def end(self) -> None:
        """Leave nothing of it; again, if you like."""
        self.kill()
        self.control.close()
        shutil.rmtree(self.folder, ignore_errors=True)


@contextmanager
def begun_parent(root: Path, since: States | None = None) -> Iterator[Parent]:
    """Start a parent, which imports what all pages need and will be asked for the rest."""
    folder = Path(tempfile.mkdtemp(prefix="pages-"))
    ours, theirs = socket.socketpair()
    with theirs, (folder / "parent.log").open("wb") as errors:
        process = subprocess.Popen(
            [sys.executable, "-m", __name__, str(theirs.fileno()), str(folder)],
            cwd=root,
            env=environment(folder),
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=errors,
            start_new_session=True,  # Ctrl-C reaches the driver alone, which ends the others
        )
    parent = Parent(process, ours, folder, since)
    try:
        yield parent
    finally:
        parent.end()


@contextmanager
def foreseen_parent(project: Project, certainly: bool = False) -> Iterator[Parent | None]:
    """A parent that begins before it is known whether a page is stale, if that is likely.

    Where data or code changed since the evidence was checked, or `certainly`.
    """
    since = states(project)
    if can_fork() and (certainly or newer_than_the_check(project, since)):
        with begun_parent(project.root, since) as parent:
            yield parent
    else:
        yield None


@dataclass(frozen=True)
class WarmWorkers:
    """The driver's side: a thread for each page at a time, a fresh fork for each page."""

    parent: Parent
    pool: ThreadPoolExecutor
    forks: set[int] = field(default_factory=set)
    begun: list[tuple[Job, Connection]] = field(default_factory=list)  # ahead of being asked for

    def submit(self, job: Job) -> Future[Executed | Failed]:
        """The page, and an end of what was begun ahead of another."""
        page = self.begun.pop()[1] if self.begun and self.begun[-1][0] == job else None
        self.leave_begun()
        return self.pool.submit(self._execute, job, page)

    def begin(self, job: Job) -> None:
        """Begin a page that the very next job may ask for; what it makes is heard then or never."""
        self.begun.append((job, self._asked(job)))

    def leave_begun(self) -> None:
        """End what nobody asked for. A fork that has not yet said who it is ends as it does."""
        while self.begun:
            _, page = self.begun.pop()
            with page, suppress(EOFError, OSError):
                if page.poll() and isinstance(pid := page.recv(), int):
                    kill_group(pid)

    def rehearse(self, function: str, *given: str) -> None:
        """Let the parent call `module:name` once, before it forks for pages submitted later.

        What that loads or draws every later fork has loaded and drawn. It must start no
        thread. Nobody waits for the call.
        """
        self._ask([function, *given])

    def prepare(self, function: str) -> None:
        """The same, as often as it is asked for."""
        self.rehearse(function)

    def _ask(self, request: object, *pipe: int) -> None:
        """Hand the request over as a file: nobody waits for a parent that is busy."""
        with tempfile.TemporaryFile("w+", encoding="utf-8") as file:
            json.dump(request, file)
            file.seek(0)
            with suppress(OSError):  # a parent that has ended will say so of a page
                socket.send_fds(self.parent.control, [b"."], [file.fileno(), *pipe])

    def _asked(self, job: Job) -> Connection:
        """Ask for a page: where it will be heard."""
        page, theirs = Pipe(duplex=False)
        with theirs:
            self._ask(asdict(job), theirs.fileno())
        return page

    def _execute(self, job: Job, begun: Connection | None) -> Executed | Failed:
        """What is said of the page last, or that it took too long."""
        said, pid = Failed(DIED), 0
        # The time the parent takes to be ready is not the page's.
        deadline = time.monotonic() + job.timeout + SECONDS_OF_GRACE
        page = begun or self._asked(job)
        try:
            while page.poll(max(0.0, deadline - time.monotonic())):
                match page.recv():
                    case int(pid):
                        self.forks.add(pid)
                        deadline = time.monotonic() + job.timeout
                    case Executed() as made:
                        return made
                    case Failed() as said:
                        continue
            return replace(said, error=f"the page took more than its {job.timeout:g} seconds")
        except Exception:  # the fork has ended, or its notebook writes to the pipe
            return self._explained(said)
        finally:
            page.close()
            if pid:
                kill_group(pid)
                self.forks.discard(pid)

    def _explained(self, said: Failed) -> Failed:
        """A fork that died may have followed its parent, of which only its end is ever heard."""
        ended = [self.parent.control]
        if said.error != DIED or not select.select(ended, [], [], SECONDS_TO_FOLLOW)[0]:
            return said
        why = self.parent.log.read_text("utf-8", "replace").strip().splitlines()[-1:]
        return Failed(": ".join(["the parent of the kernels has ended", *why]))


@contextmanager
def warm_workers(
    jobs: int, root: Path, modules: Iterable[str], begun: Parent | None = None
) -> Iterator[WarmWorkers]:
    """Have a parent import `modules`, and open `jobs` places for forks of it.

    It is the one that was `begun` ahead, if that is there still; either ends with the workers.
    """
    opened = nullcontext(begun) if begun and begun.stays else begun_parent(root)
    with ThreadPoolExecutor(jobs) as pool, opened as parent:
        workers = WarmWorkers(parent, pool)
        try:
            # Listing them takes time, and the parent is importing others already.
            workers.rehearse(f"{__name__}:import_all", *sorted(set(modules)))
            yield workers
        finally:
            parent.kill()
            for pid in tuple(workers.forks):
                kill_group(pid)
            pool.shutdown(cancel_futures=True)
            parent.end()  # its threads may have asked till now why it ended


def environment(folder: Path) -> dict[str, str]:
    """Nothing of the user's own IPython set-up, one thread a kernel, the same hashes each time."""
    return {
        **finding_this_package(),
        "PYTHONHASHSEED": "0",
        "IPYTHONDIR": str(folder / "ipython"),
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
    }


def import_all(*names: str) -> None:
    """Import each module; `from a import b` is listed as a.b too.

    What is broken will be reported by the page that imports it.
    """
    for name in names:
        with suppress(Exception):
            importlib.import_module(name)


# The parent's side.


def serve(control: socket.socket) -> None:
    """Call and fork as the driver asks, until its end of the socket closes."""
    gc.disable()  # there is no garbage in what is imported, and looking for it takes time
    # Nobody debugs a page, and the debugger is the longest part of a kernel's start.
    sys.modules["debugpy"] = None  # type: ignore[assignment]
    from analysis.execution.kernel import Kernel
    from analysis.execution.notebook import import_papermill

    import_papermill()
    kernel, forks, asked = Kernel(), set[int](), b"."
    control.settimeout(SECONDS_BETWEEN_LOOKS)
    while asked:
        with suppress(TimeoutError):
            asked, descriptors, _, _ = socket.recv_fds(control, 1, 2)
            if asked and (pid := _answer(kernel, control, *descriptors)):
                forks.add(pid)
        for pid in [pid for pid in forks if os.waitpid(pid, os.WNOHANG)[0]]:
            kill_group(pid)  # whatever its notebook started, and left
            forks.remove(pid)
    for pid in forks:
        kill_group(pid)


def _answer(kernel: Kernel, control: socket.socket, request: int, pipe: int = -1) -> int | None:
    """Call what is asked for, or fork for a page: then the fork's process id."""
    with open(request, encoding="utf-8") as file, suppress(Exception):  # a page will meet it again
        match json.load(file):
            case [function, *given]:
                pkgutil.resolve_name(function)(*given)
            case job:
                with Connection(pipe, readable=False) as page:
                    return _forked(kernel, control, Job(**job), page)
    return None


def _forked(kernel: Kernel, control: socket.socket, job: Job, page: Connection) -> int:
    """The process id of a fork that spends its life on one page."""
    gc.freeze()  # what is there is never looked at again, so its memory stays shared
    parent = os.getpid()
    if pid := os.fork():
        return pid
    with suppress(BaseException):
        control.close()
        die_with(parent)
        os.setsid()  # signals for the terminal or for the notebook's group stay apart
        with suppress(OSError):  # when memory runs out, let the system take a page, not the build
            Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")
        gc.set_threshold(*SELDOM)
        gc.enable()
        if "numpy.random" in sys.modules:  # a fork inherits its state; `random` sees to its own
            sys.modules["numpy.random"].seed()
        os.chdir(job.root)
        if job.alone:
            os.environ[ALONE] = "yes"
        page.send(os.getpid())
        kernel.capture_streams()
        page.send(execute_notebook(job, kernel, page.send))
    os._exit(0)


if __name__ == "__main__":
    serve(socket.socket(fileno=int(sys.argv[1])))
    shutil.rmtree(sys.argv[2], ignore_errors=True)
    os._exit(0)  # somebody waits, and nothing is left that is worth taking apart
