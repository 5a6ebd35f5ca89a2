"""Pages on other machines: a Dask cluster executes them, the driver writes what comes back.

A worker needs a checkout of this code with the pinned packages, and so does the scheduler,
which computes nothing; no disk is shared. `stage` is the worker's side.

Dask carries and keeps alive; which page goes where is decided here, because a lost worker's
pages are to be tried again a stated number of times, and on workers that came later too.
"""

from __future__ import annotations

import importlib.util
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from importlib.machinery import ModuleSpec
from queue import Empty, PriorityQueue
from typing import Any

from rich.console import Console
from rich.markup import escape

from analysis.execution.fingerprint import Inputs
from analysis.execution.notebook import Executed, Failed, Job
from analysis.execution.plan import Page, Project
from analysis.execution.published import HANDED_ON
from analysis.execution.run import Workers
from analysis.execution.stage import (
    PACKAGE,
    Assignment,
    Refused,
    Stage,
    checkout,
    packed,
    pinned_packages,
)
from analysis.execution.warm import SECONDS_OF_GRACE
from analysis.problems import ReviewError

RETRIES = 2
SECONDS_TO_CONNECT = 10.0
SECONDS_WITHOUT_WORKERS = 30.0
SECONDS_BETWEEN_LOOKS = 0.25

# Whether a process has the code is asked by a function that every process has.
_FIND = importlib.util.find_spec


@contextmanager
def cluster_workers(
    address: str,
    project: Project,
    pages: Sequence[Page],
    console: Console,
    rehearsal: str | None = None,
) -> Iterator[Workers]:
    """Open the workers of the Dask scheduler at `address` that are what this machine is.

    `rehearsal` is what the parent of the kernels does first, as in `warm_workers`. The
    project's data are read now. Raises `ReviewError` where Dask is not installed, where the
    scheduler does not answer, or where no worker is there that may compute.
    """
    inputs = Inputs(project)
    templates = sorted({page.template for page in pages})
    pinned = pinned_packages((project.root / "requirements.txt").read_text(encoding="utf-8"))
    assignment = Assignment(
        expected=checkout(project.package, pinned),
        files=packed(project.root, _shared_files(project)),
        modules=sorted({name for template in templates for name in inputs.modules(template)}),
        rehearsal=rehearsal,
    )
    with _connected(address) as client:
        needs = {page.name: page.needs for page in pages}
        crew = ClusterWorkers(client, project, needs, assignment, console)
        try:
            crew.open()
            yield crew
        finally:
            crew.close()


def _shared_files(project: Project) -> list[str]:
    """What any page may read: the data, and the files that the site hands on."""
    data = sorted(path for path in project.data.rglob("*") if path.is_file())
    return [*(path.relative_to(project.root).as_posix() for path in data), *HANDED_ON]


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
    """A worker, and the Dask future of its stage."""

    address: str
    threads: int
    stage: Any = None
    refused: bool = False
    serving: bool = False
    lost: bool = False


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
    assignment: Assignment
    console: Console
    machines: dict[str, _Machine] = field(default_factory=dict)
    waiting: PriorityQueue[_Ticket] = field(default_factory=PriorityQueue)
    closed: threading.Event = field(default_factory=threading.Event)
    threads: list[threading.Thread] = field(default_factory=list)
    submitted: int = 0
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
        self.submitted += 1
        results = [f"results/{need}.json" for need in self.needs[job.name]]
        ticket = _Ticket(self.submitted, job, packed(self.project.root, results), Future())
        self.waiting.put(ticket)
        return ticket.answer

    # Who is there.

    def _watch(self) -> None:
        """Follow the workers that come and go; without any, the pages that wait fail."""
        while not self.closed.wait(SECONDS_BETWEEN_LOOKS):
            self._look()
            if self._nobody_serves():
                self._fail_all(f"no worker was there for {SECONDS_WITHOUT_WORKERS:g} s")

    def _look(self) -> None:
        present = self._present()
        for address in set(self.machines) - set(present):
            self._lose(self.machines.pop(address))
        employed = [machine for machine in self.machines.values() if not machine.refused]
        wanted = len(self.needs) - sum(machine.threads for machine in employed)
        newcomers = sorted(set(present) - set(self.machines))[: max(0, wanted)]
        if newcomers:  # more than there are pages would be warmed in vain
            self._welcome({address: present[address] for address in newcomers})
        if self._serving():
            self.last_served = time.monotonic()

    def _present(self) -> dict[str, int]:
        """Each worker's address and threads; nobody, if the scheduler does not say."""
        try:
            return dict(self.client.nthreads())
        except Exception:  # a client that has lost its scheduler fails in many ways
            return {}

    def _serving(self) -> list[_Machine]:
        return [machine for machine in list(self.machines.values()) if machine.serving]

    def _nobody_serves(self) -> bool:
        return time.monotonic() - self.last_served > SECONDS_WITHOUT_WORKERS

    def _welcome(self, newcomers: Mapping[str, int]) -> None:
        """Ask workers, by address with their threads, to make a stage; with it, they serve."""
        # A worker that cannot import what a task names does not survive the task.
        try:
            found = self.client.run(_FIND, PACKAGE.name, workers=[*newcomers], on_error="return")
        except Exception:  # the scheduler went in the middle of it; the next look will tell
            return
        for address in newcomers:
            machine = self.machines[address] = _Machine(address, newcomers[address])
            if isinstance(found.get(address), ModuleSpec):
                machine.stage = self._on(address, Stage, self.assignment, machine.threads)
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
        """Give it no more pages, even if it should be there again."""
        if machine.serving and not self.closed.is_set():
            self._say(f"The worker at {machine.address} is lost; its pages go to others.")
        machine.lost, machine.serving = True, False

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
        """Have the page made, or let it wait for another worker, a stated number of times."""
        try:
            ticket.answer.set_result(self._executed(ticket, machine))
        except Exception as error:  # what the notebook did is in the answer: this is the way there
            self._lose(machine)
            said = str(error) if isinstance(error, _Lost) else f"{type(error).__name__}: {error}"
            ticket.lost.append(f"{machine.address} ({said})")
            if len(ticket.lost) <= RETRIES:
                self.waiting.put(ticket)
            else:
                tried = f"given up after {len(ticket.lost)} workers: {', '.join(ticket.lost)}"
                ticket.answer.set_result(Failed(tried))

    def _fail_all(self, why: str) -> None:
        with suppress(Empty):
            while True:
                self.waiting.get_nowait().answer.set_result(Failed(why))

    def _executed(self, ticket: _Ticket, machine: _Machine) -> Executed | Failed:
        """The page as that worker makes it; raises `_Lost` when the worker is gone or silent."""
        arguments = (machine.stage, ticket.job, ticket.results)
        page, done = self._on(machine.address, Stage.execute, *arguments), threading.Event()
        page.add_done_callback(lambda _: done.set())
        deadline = time.monotonic() + ticket.job.timeout + 2 * SECONDS_OF_GRACE
        while not done.wait(SECONDS_BETWEEN_LOOKS):
            if machine.lost or self.closed.is_set():
                page.cancel()
                raise _Lost("gone")
            if time.monotonic() > deadline:
                page.cancel()
                raise _Lost("silent")
        made: Executed | Failed = page.result()
        return made

    def _on(self, address: str, function: Any, *arguments: object) -> Any:
        """The Dask future of a call on this worker and no other."""
        return self.client.submit(
            function, *arguments, workers=[address], allow_other_workers=False, pure=False
        )
