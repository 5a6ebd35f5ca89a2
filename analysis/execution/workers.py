"""Who executes pages on this machine: forks of a warm parent, or ordinary processes."""

from __future__ import annotations

import multiprocessing
import os
import tempfile
import threading
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from analysis.execution.notebook import Executed, Failed, Job, execute_notebook
from analysis.execution.run import Crew
from analysis.execution.warm import Parent, can_fork, environment, warm_workers


@dataclass(frozen=True)
class ColdWorkers:
    """Ordinary processes, each notebook with an ordinary kernel: slower, and works everywhere."""

    pool: ProcessPoolExecutor

    def submit(self, job: Job) -> Future[Executed | Failed]:
        return self.pool.submit(execute_notebook, job)

    def rehearse(self, function: str, *given: str) -> None:
        """Ordinary kernels begin with nothing."""

    def prepare(self, function: str) -> None:
        """And share nothing."""


@contextmanager
def cold_workers(jobs: int) -> Iterator[ColdWorkers]:
    """Open `jobs` ordinary worker processes."""
    context = multiprocessing.get_context("spawn")
    with tempfile.TemporaryDirectory(prefix="pages-") as folder:
        given = (environment(Path(folder)),)
        with ProcessPoolExecutor(jobs, context, _begin_worker, given) as pool:
            yield ColdWorkers(pool)


def _begin_worker(variables: Mapping[str, str]) -> None:
    """Set what the kernels started from here inherit, and end with the driver."""
    os.environ.update(variables)
    threading.Thread(target=_end_with_driver, daemon=True).start()


def _end_with_driver() -> None:
    if driver := multiprocessing.parent_process():
        driver.join()
        os._exit(1)


def open_workers(
    jobs: int, root: Path, modules: Iterable[str], begun: Parent | None = None
) -> AbstractContextManager[Crew]:
    """Warm workers where this platform forks, ordinary ones elsewhere."""
    return warm_workers(jobs, root, modules, begun) if can_fork() else cold_workers(jobs)


def default_jobs() -> int:
    """One page at a time for each core this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
