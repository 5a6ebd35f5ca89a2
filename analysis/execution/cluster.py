"""Pages on other machines: a Dask cluster executes them, the driver writes what comes back.

A worker needs a checkout of this code with the pinned packages, and so does the scheduler,
which computes nothing; no disk is shared. What a worker is, it must be exactly: one whose
code, packages, Python or platform differ is refused, because its numbers could. What it is to
compute travels: the data once to each worker; templates, parameters and the results a page
reads with the page. There they meet a copy of the worker's code in a folder of their own, in
which other builds and the worker's own data are not seen.

Dask carries and keeps alive; which page goes where is decided here, because a lost worker's
pages are to be tried again a stated number of times, and on workers that came later too.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import io
import json
import platform
import re
import shutil
import tempfile
import threading
import time
import weakref
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field, replace
from functools import partial
from importlib.machinery import ModuleSpec
from pathlib import Path
from queue import Empty, PriorityQueue
from typing import Any

from rich.console import Console
from rich.markup import escape

from analysis.execution.fingerprint import Inputs, digest
from analysis.execution.notebook import Executed, Failed, Job
from analysis.execution.plan import Page, Project
from analysis.execution.published import HANDED_ON
from analysis.execution.run import Workers
from analysis.execution.warm import SECONDS_OF_GRACE, can_fork, warm_workers
from analysis.files import write_atomically
from analysis.problems import ReviewError

RETRIES = 2
SECONDS_TO_CONNECT = 10.0
SECONDS_WITHOUT_WORKERS = 30.0
SECONDS_BETWEEN_LOOKS = 0.25
PACKAGE = Path(__file__).parents[1]

# Whether a process has the code is asked by a function that every process has.
_FIND = importlib.util.find_spec
_PINNED = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)==", re.MULTILINE)


@dataclass(frozen=True)
class Checkout:
    """All that computes on a machine: the code, the pinned packages, Python, the platform."""

    code: str
    packages: Mapping[str, str]
    python: str
    platform: str

    def __str__(self) -> str:
        packages = digest(json.dumps(self.packages, sort_keys=True).encode())
        return (
            f"code {self.code[:12]}, packages {packages[:12]}, "
            f"Python {self.python}, {self.platform}"
        )

    def differences(self, here: Checkout) -> list[str]:
        """What is otherwise than `here`, package by package."""
        names = sorted({*self.packages, *here.packages})
        pairs = [("code", self.code[:12], here.code[:12])]
        pairs += [(name, self.packages.get(name), here.packages.get(name)) for name in names]
        pairs += [("Python", self.python, here.python), ("", self.platform, here.platform)]
        return [
            f"{name} {there or 'missing'} there, {ours or 'missing'} here".strip()
            for name, there, ours in pairs
            if there != ours
        ]


def checkout(package: Path, pinned: Iterable[str]) -> Checkout:
    """What this process would compute with: `package` is the code, `pinned` names packages."""
    code = [
        (path.relative_to(package).as_posix(), digest(path.read_bytes()))
        for path in sorted(package.rglob("*.py"))
    ]
    return Checkout(
        code=digest(json.dumps(code).encode()),
        packages={name: version for name in pinned if (version := _installed(name))},
        python=platform.python_version(),
        platform=f"{platform.system()} {platform.machine()}",
    )


def _installed(name: str) -> str | None:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def pinned_packages(requirements: str) -> tuple[str, ...]:
    """The packages a requirements file pins, whatever the platform they are for."""
    return tuple(sorted(_PINNED.findall(requirements)))


class Refused(Exception):
    """A worker that may not compute, and why; it travels back to the driver."""


# The worker's side.


class Stage:
    """A worker's place for one build: a copy of its code, the driver's data, warm kernels.

    It lives as long as the driver keeps the Dask future of it, and no longer than the
    driver's connection. Raises `Refused` where this worker is not what the driver is.
    """

    def __init__(self, expected: Checkout, modules: Sequence[str], jobs: int) -> None:
        if not can_fork():
            raise Refused("its platform does not fork")
        with ExitStack() as stack:
            self.folder = Path(tempfile.mkdtemp(prefix="stage-"))
            stack.callback(shutil.rmtree, self.folder, ignore_errors=True)
            shutil.copytree(PACKAGE, self.folder / PACKAGE.name)
            found = checkout(self.folder / PACKAGE.name, expected.packages)
            if found != expected:
                differences = "; ".join(found.differences(expected))
                raise Refused(f"it has [{found}], this build [{expected}]: {differences}")
            self._workers = stack.enter_context(warm_workers(jobs, self.folder, modules))
            self._end = weakref.finalize(self, stack.pop_all().close)

    def furnish(self, files: bytes) -> Stage:
        """Put the driver's files where the pages will look for them."""
        with zipfile.ZipFile(io.BytesIO(files)) as archive:
            for name in archive.namelist():
                write_atomically(self.folder / name, archive.read(name))
        return self

    def execute(self, job: Job, results: bytes) -> Executed | Failed:
        """Execute one page, which reads these results of others."""
        self.furnish(results)
        return self._workers.submit(replace(job, root=str(self.folder))).result()


# The driver's side.


@contextmanager
def cluster_workers(
    address: str, project: Project, pages: Sequence[Page], console: Console
) -> Iterator[Workers]:
    """Open the workers of the Dask scheduler at `address` that are what this machine is.

    Its own disk, the data included, is read when the first page is submitted. Raises
    `ReviewError` where Dask is not installed, where the scheduler does not answer, or where
    no worker is left that may compute.
    """
    inputs = Inputs(project)
    templates = sorted({page.template for page in pages})
    pinned = pinned_packages((project.root / "requirements.txt").read_text(encoding="utf-8"))
    with _connected(address) as client:
        crew = ClusterWorkers(
            client,
            project,
            {page.name: page.needs for page in pages},
            checkout(project.package, pinned),
            sorted({name for template in templates for name in inputs.modules(template)}),
            console,
        )
        try:
            crew.open()
            yield crew
        finally:
            crew.close()


@contextmanager
def _connected(address: str) -> Iterator[Any]:
    try:
        from distributed import Client
    except ImportError:
        command = "python -m pip install distributed"
        raise ReviewError(f"--scheduler needs Dask, which is not installed: {command}") from None
    try:
        client = Client(address, timeout=SECONDS_TO_CONNECT, set_as_default=False)
    except (OSError, ValueError, TypeError, RuntimeError) as error:
        said = f" ({error})" if str(error) else ""
        raise ReviewError(f"no Dask scheduler can be reached at {address}{said}") from None
    with client:
        # Pages pass through the scheduler, which unpacks them to see what needs what.
        if client.run_on_scheduler(_FIND, PACKAGE.name) is None:
            raise ReviewError(f"the scheduler at {address} lacks this code: start it in a checkout")
        yield client


@dataclass(order=True)
class _Ticket:
    """A page that waits its turn, by number; one that lost its worker keeps its number."""

    number: int
    job: Job = field(compare=False)
    results: bytes = field(compare=False)
    answer: Future[Executed | Failed] = field(compare=False)
    lost: list[str] = field(compare=False, default_factory=list)


@dataclass
class _Machine:
    """A worker, the Dask future of its stage, and the same once the data are there."""

    address: str
    threads: int
    stage: Any = None
    furnished: Any = None
    refused: bool = False
    serving: bool = False
    lost: bool = False
    turn: threading.Lock = field(default_factory=threading.Lock)


class _Lost(Exception):
    """The worker went away with the page."""


@dataclass
class ClusterWorkers:
    """The driver's side: each page goes to the next free thread of an accepted worker.

    Pages are handed out in the order they are submitted, which is the longest first.
    """

    client: Any
    project: Project
    needs: Mapping[str, Sequence[str]]
    expected: Checkout
    modules: Sequence[str]
    console: Console
    machines: dict[str, _Machine] = field(default_factory=dict)
    waiting: PriorityQueue[_Ticket] = field(default_factory=PriorityQueue)
    closed: threading.Event = field(default_factory=threading.Event)
    threads: list[threading.Thread] = field(default_factory=list)
    submitted: int = 0
    data: bytes = b""
    last_served: float = field(default_factory=time.monotonic)

    def open(self) -> None:
        """Wait until a worker serves; raises `ReviewError` if all there are were refused."""
        while not self._serving():
            self._look()
            refused = [machine for machine in self.machines.values() if machine.refused]
            if refused and len(refused) == len(self.machines):
                raise ReviewError("no worker may execute the pages: each was refused")
            if self._nobody_serves():
                raise ReviewError(f"no worker came within {SECONDS_WITHOUT_WORKERS:g} s")
            self.closed.wait(SECONDS_BETWEEN_LOOKS)
        self._start(self._watch)

    def close(self) -> None:
        """Let the workers drop what they have of this build."""
        self.closed.set()
        for thread in self.threads:
            thread.join()
        stages = [machine.stage for machine in self.machines.values() if machine.stage]
        with suppress(OSError, TimeoutError):
            self.client.cancel(stages)

    def submit(self, job: Job) -> Future[Executed | Failed]:
        if not self.data:
            self.data = self._packed(self._shared_files())
        self.submitted += 1
        results = [f"results/{need}.json" for need in self.needs[job.name]]
        ticket = _Ticket(self.submitted, job, self._packed(results), Future())
        self.waiting.put(ticket)
        return ticket.answer

    def _shared_files(self) -> list[str]:
        """What any page may read: the data, and the files that the site hands on."""
        data = sorted(path for path in self.project.data.rglob("*") if path.is_file())
        return [*(path.relative_to(self.project.root).as_posix() for path in data), *HANDED_ON]

    def _packed(self, names: Iterable[str]) -> bytes:
        """Files of the project as one archive, without those that are not there."""
        content = io.BytesIO()
        with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
            for name in names:
                if (self.project.root / name).is_file():
                    archive.writestr(name, (self.project.root / name).read_bytes())
        return content.getvalue()

    # Who is there.

    def _watch(self) -> None:
        """Follow the workers that come and go; without any, the pages that wait fail."""
        while not self.closed.wait(SECONDS_BETWEEN_LOOKS):
            with suppress(OSError, TimeoutError):  # the scheduler went in the middle of it
                self._look()
            if self._nobody_serves():
                self._fail_all(f"no worker was there for {SECONDS_WITHOUT_WORKERS:g} s")

    def _look(self) -> None:
        present = self._present()
        for address in set(self.machines) - set(present):
            self._lose(self.machines.pop(address))
        wanted = len(self.needs) - sum(present[machine.address] for machine in self._serving())
        newcomers = sorted(set(present) - set(self.machines))[: max(0, wanted)]
        if newcomers:  # more than there are pages would be warmed in vain
            self._welcome({address: present[address] for address in newcomers})
        if self._serving():
            self.last_served = time.monotonic()

    def _present(self) -> dict[str, int]:
        """Each worker's address and threads; nobody, if the scheduler does not say."""
        try:
            return dict(self.client.nthreads())
        except (OSError, TimeoutError):
            return {}

    def _serving(self) -> list[_Machine]:
        return [machine for machine in list(self.machines.values()) if machine.serving]

    def _nobody_serves(self) -> bool:
        return time.monotonic() - self.last_served > SECONDS_WITHOUT_WORKERS

    def _welcome(self, newcomers: Mapping[str, int]) -> None:
        """Ask workers, by address with their threads, to make a stage; with it, they serve."""
        # A worker that cannot import what a task names does not survive the task.
        found = self.client.run(_FIND, PACKAGE.name, workers=[*newcomers], on_error="return")
        for address in newcomers:
            machine = self.machines[address] = _Machine(address, newcomers[address])
            if isinstance(found.get(address), ModuleSpec):
                machine.stage = self._on(
                    address, Stage, self.expected, self.modules, machine.threads
                )
                machine.stage.add_done_callback(partial(self._welcomed, machine))
            else:
                self._refuse(machine, "it was not started in a checkout of this code")

    def _welcomed(self, machine: _Machine, stage: Any) -> None:
        if stage.status == "error":
            error = stage.exception()
            known = isinstance(error, Refused)
            self._refuse(machine, str(error) if known else f"{type(error).__name__}: {error}")
        elif stage.status == "finished":
            machine.serving = True
            for _ in range(machine.threads):
                self._start(self._serve, machine)

    def _refuse(self, machine: _Machine, why: str) -> None:
        machine.refused = True
        self._say(f"The worker at {machine.address} is refused: {why}.")

    def _lose(self, machine: _Machine) -> None:
        machine.lost = True
        if machine.serving:
            self._say(f"The worker at {machine.address} is lost; its pages go to others.")

    def _say(self, text: str) -> None:
        self.console.print(escape(text), style="yellow", soft_wrap=True, highlight=False)

    def _start(self, work: Any, *arguments: object) -> None:
        thread = threading.Thread(target=work, args=arguments, daemon=True)
        self.threads.append(thread)
        thread.start()

    # What they do.

    def _serve(self, machine: _Machine) -> None:
        """One thread of a worker: take the next page, hand it over, wait for what it makes."""
        while not machine.lost and not self.closed.is_set():
            with suppress(Empty):
                self._execute(self.waiting.get(timeout=SECONDS_BETWEEN_LOOKS), machine)

    def _execute(self, ticket: _Ticket, machine: _Machine) -> None:
        try:
            ticket.answer.set_result(self._executed(ticket, machine))
        except _Lost:
            self._try_again(ticket, machine)
        except Exception as error:
            ticket.answer.set_exception(error)

    def _try_again(self, ticket: _Ticket, machine: _Machine) -> None:
        ticket.lost.append(machine.address)
        if len(ticket.lost) <= RETRIES:
            self.waiting.put(ticket)
            return
        ticket.answer.set_result(
            Failed(
                f"given up after {len(ticket.lost)} workers were lost while they executed it "
                f"({', '.join(ticket.lost)}): it may need more memory than they have"
            )
        )

    def _fail_all(self, why: str) -> None:
        with suppress(Empty):
            while True:
                self.waiting.get_nowait().answer.set_result(Failed(why))

    def _executed(self, ticket: _Ticket, machine: _Machine) -> Executed | Failed:
        """The page as that worker makes it; raises `_Lost` when the worker is gone or silent."""
        from distributed.client import FutureCancelledError
        from distributed.scheduler import KilledWorker

        page = self._on(
            machine.address, Stage.execute, self._furnished(machine), ticket.job, ticket.results
        )
        done, silent = threading.Event(), ticket.job.timeout + 2 * SECONDS_OF_GRACE
        page.add_done_callback(lambda _: done.set())
        deadline = time.monotonic() + silent
        while not done.wait(SECONDS_BETWEEN_LOOKS):
            if machine.lost or self.closed.is_set() or time.monotonic() > deadline:
                page.cancel()
                raise _Lost
        try:
            made: Executed | Failed = page.result()
        except (FutureCancelledError, KilledWorker):
            raise _Lost from None
        return made

    def _furnished(self, machine: _Machine) -> Any:
        """The future of the machine's stage with the data in it, which its first page sends."""
        with machine.turn:
            if machine.furnished is None:
                machine.furnished = self._on(
                    machine.address, Stage.furnish, machine.stage, self.data
                )
        return machine.furnished

    def _on(self, address: str, function: Any, *arguments: object) -> Any:
        """The Dask future of a call on this worker and no other."""
        return self.client.submit(
            function, *arguments, workers=[address], allow_other_workers=False, pure=False
        )
