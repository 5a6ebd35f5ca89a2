"""Pages on other machines: the workers of a Dask cluster execute them, the driver writes them.

A worker is started in a checkout of this code with the pinned packages and preloads
`dask_worker`; the scheduler is started in such a checkout too and computes nothing. No disk is
shared. Dask sends each page to a worker that computes with the same things as the driver,
notices a worker that is lost, and has its pages made elsewhere a stated number of times.
"""

from __future__ import annotations

import asyncio
import sys
import threading
import time
import uuid
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from rich.console import Console
from rich.markup import escape

from analysis import PROGRAM
from analysis.execution.cluster.stage import Assignment, Checkout, checkout, packed
from analysis.execution.notebook import Executed, Failed, Job
from analysis.execution.plan import Page, Project
from analysis.execution.run import Crew
from analysis.execution.staleness import Inputs
from analysis.files.problems import ReviewError

RETRIES = 2
SECONDS_TO_CONNECT = 10.0
SECONDS_WITHOUT_WORKERS = 30.0
SECONDS_BETWEEN_LOOKS = 0.25
PRELOADED = "analysis.execution.cluster.dask_worker"


@contextmanager
def cluster_workers(
    address: str,
    project: Project,
    pages: Sequence[Page],
    console: Console,
) -> Iterator[Crew]:
    """Open the workers of the Dask scheduler at `address` that are what this machine is.

    The project's data are read now. Raises `ReviewError` where Dask is not installed, where the
    scheduler does not answer, or where no worker is there that may compute.
    """
    here = checkout(project.package, project.root / "requirements.txt")
    with _connected(address) as client:
        workers = ClusterWorkers(
            client, here, _assignment(project, pages), project, _needs(pages), console
        )
        try:
            workers.wait_for_one()
            yield workers
        finally:
            workers.close()


def _assignment(project: Project, pages: Sequence[Page]) -> Assignment:
    """What any page may read, the data and the files that pages hand on; what all import."""
    inputs = Inputs(project)
    modules = {name for page in pages for name in inputs.imports(page.template)}
    handed_on = sorted({name for page in pages for name in page.hands_on})
    files = packed(project.root, [*inputs.data(), *handed_on])
    return Assignment(files, tuple(sorted(modules)))


def _needs(pages: Sequence[Page]) -> dict[str, list[str]]:
    """The results that each page reads, as paths from the root."""
    return {page.name: [f"results/{need}.json" for need in page.needs] for page in pages}


@contextmanager
def _connected(address: str) -> Iterator[Any]:
    try:
        from distributed import Client
    except ImportError:
        command = f"{PROGRAM} -m pip install -r requirements-cluster.txt"
        raise ReviewError(f"--scheduler needs Dask, which is not installed: {command}") from None
    try:
        # A client that cannot connect would hang and print a traceback when it is collected.
        asyncio.run(_knock(address))
        client = Client(address, timeout=SECONDS_TO_CONNECT, set_as_default=False)
    except (OSError, ValueError, TypeError) as error:
        raise ReviewError(f"no Dask scheduler can be reached at {address} ({error})") from None
    with client:
        try:
            client.run_on_scheduler(_set_limits, RETRIES, SECONDS_WITHOUT_WORKERS)
        except ImportError:
            raise ReviewError(
                f"the scheduler at {address} lacks this code: start it in a checkout"
            ) from None
        yield client


async def _knock(address: str) -> None:
    from distributed import Security
    from distributed.comm import connect

    how = Security().get_connection_args("client")
    await (await connect(address, timeout=SECONDS_TO_CONNECT, **how)).close()


def _set_limits(retries: int, seconds: float, dask_scheduler: Any) -> None:
    """On the scheduler: how often a page may lose its worker, how long it waits for the first."""
    dask_scheduler.allowed_failures = retries
    dask_scheduler.no_workers_timeout = seconds


@dataclass(frozen=True)
class _Ticket:
    """A page, the results it reads, and where its answer goes."""

    job: Job
    results: bytes
    answer: Future[Executed | Failed] = field(default_factory=Future)


@dataclass
class ClusterWorkers:
    """The driver's side: hands the pages to Dask, no more at a time than there are threads.

    So whichever thread is free gets the first page that waits, which is the longest; and a
    worker that is lost is blamed for the pages it executed, not for those that lay there.
    """

    client: Any
    here: Checkout
    assignment: Assignment
    project: Project
    needs: Mapping[str, Sequence[str]]
    console: Console
    build: str = field(default_factory=lambda: uuid.uuid4().hex)
    waiting: deque[_Ticket] = field(default_factory=deque)
    running: int = 0
    threads: dict[str, int] = field(default_factory=dict)
    refused: set[str] = field(default_factory=set)
    lock: threading.RLock = field(default_factory=threading.RLock)

    def submit(self, job: Job) -> Future[Executed | Failed]:
        ticket = _Ticket(job, packed(self.project.root, self.needs[job.name]))
        with self.lock:
            self.waiting.append(ticket)
            self._hand_out()
        return ticket.answer

    def rehearse(self, function: str, *given: str) -> None:
        """Each machine calls it before its first page, with nothing: it has a copy of the data."""
        self.assignment = replace(self.assignment, rehearsal=function)

    def prepare(self, function: str) -> None:
        """Nothing: no machine has all results."""

    def close(self) -> None:
        """Hand out no more, and let the workers drop what they have of this build."""
        from analysis.execution.cluster.dask_worker import close

        with self.lock:
            self.waiting.clear()
        with suppress(Exception):  # a client that has lost its scheduler fails in many ways
            self.client.run(close, self.build, workers=[*self.threads], on_error="ignore")

    # Who is there.

    def wait_for_one(self) -> None:
        """Raises `ReviewError` if all there are were refused, or none comes."""
        deadline = time.monotonic() + SECONDS_WITHOUT_WORKERS
        while not self._look():
            if self.refused:
                raise ReviewError("no worker may execute the pages: each was refused")
            if time.monotonic() > deadline:
                raise ReviewError(f"no worker came within {SECONDS_WITHOUT_WORKERS:g} s")
            time.sleep(SECONDS_BETWEEN_LOOKS)

    def _look(self) -> int:
        """The threads there are for this build; says which workers are new or gone."""
        present = self.client.scheduler_info()["workers"]
        for address in sorted(set(self.threads) - set(present)):
            del self.threads[address]
            self._say(f"The worker at {address} is lost; its pages go to others.")
        self.refused &= set(present)
        for address, worker in present.items():
            if str(self.here) in worker["resources"]:
                self.threads[address] = worker["nthreads"]
            elif address not in self.refused:
                self.refused.add(address)
                why = _refusal(worker.get("checkout"), self.here)
                self._say(f"The worker at {address} is refused: {why}.")
        return sum(self.threads.values())

    def _say(self, text: str) -> None:
        self.console.print(escape(text), style="yellow", soft_wrap=True, highlight=False)

    # What they do.

    def _hand_out(self) -> None:
        """Fill the threads that are free; called with the lock, when a page comes or ends."""
        try:
            # Where nobody is there all pages wait at the scheduler, which gives them up in time.
            threads = self._look() or sys.maxsize
            while self.waiting and self.running < threads:
                self._send(self.waiting[0])
                self.waiting.popleft()
        except Exception as error:  # as in `close`
            while self.waiting:
                lost = Failed(f"the scheduler is lost: {type(error).__name__}")
                self.waiting.popleft().answer.set_result(lost)

    def _send(self, ticket: _Ticket) -> None:
        from analysis.execution.cluster.dask_worker import execute

        page = self.client.submit(
            execute,
            self.build,
            self.assignment,  # each time: the page may be tried again where no other has been
            ticket.job,
            ticket.results,
            key=f"{ticket.job.name}-{uuid.uuid4().hex}",
            resources={str(self.here): 1},
        )
        self.running += 1
        page.add_done_callback(partial(self._take, ticket))

    def _take(self, ticket: _Ticket, page: Any) -> None:
        """Pass the answer on; Dask calls this, in a thread of its own, when there is one."""
        ticket.answer.set_result(_made(page))
        with self.lock:
            self.running -= 1
            self._hand_out()


def _refusal(found: Mapping[str, Any] | None, here: Checkout) -> str:
    if found is None:
        return f"it was not started in a checkout of this code with --preload {PRELOADED}"
    there = Checkout(**found)
    return f"it has [{there}], this build [{here}]: {'; '.join(there.differences(here))}"


def _made(page: Any) -> Executed | Failed:
    """What the worker answered, or why there is no answer."""
    from distributed import KilledWorker
    from distributed.scheduler import NoValidWorkerError, NoWorkerError

    try:
        answer: Executed | Failed = page.result()
    except KilledWorker as killed:
        tried = killed.allowed_failures + 1
        return Failed(f"given up after {tried} workers, the last {killed.last_worker.address}")
    except (NoValidWorkerError, NoWorkerError) as error:
        return Failed(f"no worker was there for {error.timeout:g} s")
    except Exception as error:
        return Failed(f"the scheduler gave no answer: {type(error).__name__}: {error}")
    return answer
