"""What makes a Dask worker one of ours: it is started with `--preload` of this module.

A worker says what it computes with before it knows any build: in full, so that a driver can
name what differs, and as a resource, so that Dask itself sends a build's pages to the workers
that have the same, whenever they come, and to no others.
"""

from __future__ import annotations

import asyncio
import shutil
from dataclasses import asdict
from pathlib import Path

import dask
from distributed import Worker, WorkerPlugin, get_worker
from tornado.ioloop import PeriodicCallback

from analysis.execution.cluster.stage import PACKAGE, Assignment, Stages, checkout
from analysis.execution.notebook import Executed, Failed, Job
from analysis.execution.warm import can_fork

NAME = "stages"
CHECKOUT = "checkout"
# How long a stage stays when its driver was killed and closes nothing.
SECONDS_UNUSED = dask.config.get("living-review.seconds-unused", 60.0)
SECONDS_BETWEEN_LOOKS = 1.0


async def dask_setup(worker: Worker) -> None:
    """Called by Dask before the worker is known to its scheduler."""
    if not can_fork():
        raise OSError("pages need a platform that forks")
    folder = Path(worker.local_directory)
    package = folder / "frozen" / PACKAGE.name
    shutil.copytree(PACKAGE, package)  # an edit or an update does not reach a worker that runs
    found = checkout(package, PACKAGE.parent / "requirements.txt")
    worker.startup_information[CHECKOUT] = lambda _: asdict(found)
    threads = worker.state.nthreads
    # `Worker.set_resources` would have to ask a scheduler that does not know the worker yet.
    worker.state.total_resources[str(found)] = worker.state.available_resources[str(found)] = (
        threads
    )
    await worker.plugin_add(_Stages(Stages(package, folder, threads)), name=NAME)


class _Stages(WorkerPlugin):
    """Keeps the stages as long as the worker, and looks after those that nobody uses."""

    def __init__(self, stages: Stages) -> None:
        self.stages = stages
        self.looks = PeriodicCallback(
            lambda: stages.close_unused(SECONDS_UNUSED), 1000 * SECONDS_BETWEEN_LOOKS
        )

    def setup(self, worker: Worker) -> None:
        self.looks.start()

    def teardown(self, worker: Worker) -> None:
        self.looks.stop()
        self.stages.close_unused(0)


def _stages(worker: Worker) -> Stages:
    plugin = worker.plugins[NAME]
    assert isinstance(plugin, _Stages)
    return plugin.stages


def execute(build: str, assignment: Assignment, job: Job, results: bytes) -> Executed | Failed:
    """Execute a page of a build on the worker where this is called."""
    return _stages(get_worker()).execute(build, assignment, job, results)


async def close(build: str, dask_worker: Worker) -> None:
    """Let the worker drop what it has of a build."""
    await asyncio.to_thread(_stages(dask_worker).close, build)
