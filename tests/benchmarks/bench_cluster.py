"""What a build costs on a cluster, beside one without, and whether they make the same bytes.

Counted in seconds of the processor as well as of the clock: what a machine does beside
changes them far less, and a portfolio's bill is made of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import psutil

from analysis.execution.cluster.stage import packed
from analysis.execution.plan import Project
from analysis.execution.staleness import Inputs
from tests.benchmarks.measure import Run
from tests.execution.loopback import Cluster, wait_for
from tests.faults.kills import without_stamp

WORKERS = 2

Build = Callable[..., Run]


@dataclass(frozen=True)
class OnCluster:
    """A build from clean on `workers` workers of one thread each, and the same without them.

    `clock` and `alone` are seconds of the clock, with and without; `driver` and `pages` are
    seconds of the processor, the driver's and all workers' together; `travels` is the size of
    the data that go out with a page, in bytes; `files` were compared, `differ` names some.
    """

    workers: int
    clock: float
    alone: float
    driver: float
    pages: float
    travels: int
    files: int
    differ: tuple[str, ...]


def on_cluster(root: Path, folder: Path, build: Build) -> OnCluster:
    """Measure `build(*options)`, which builds the checkout `root` from clean."""
    alone = build()
    local = written(root)
    cluster = Cluster.started(root, folder)
    try:
        cluster.with_workers(root, WORKERS)
        before, driver = workers_seconds(cluster), children_seconds()
        there = build(f"--scheduler={cluster.address}")
        driver = children_seconds() - driver
        assert wait_for(lambda: not list(folder.glob("dask-*/worker-*/stage-*")))
        pages = workers_seconds(cluster) - before
    finally:
        cluster.end()
    remote = written(root)
    return OnCluster(
        workers=WORKERS,
        clock=there.seconds,
        alone=alone.seconds,
        driver=driver,
        pages=pages,
        travels=len(packed(root, Inputs(Project(root)).data())),
        files=len(local),
        differ=tuple(
            sorted(name for name in local | remote if local.get(name) != remote.get(name))
        ),
    )


def children_seconds() -> float:
    """The processor's time of the processes that this one has started and seen end."""
    times = psutil.Process().cpu_times()
    return float(times.children_user + times.children_system)


def workers_seconds(cluster: Cluster) -> float:
    """The processor's time of the workers and all that they have started and seen end."""
    return sum(sum(psutil.Process(worker.pid).cpu_times()[:4]) for worker in cluster.alive())


def written(root: Path) -> Mapping[str, bytes]:
    """Every page, result and file of the site, but for the seconds that a page took."""
    folders = (root / "chapters", root / "results", root / "_build/html")
    files = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    return {
        path.relative_to(root).as_posix(): without_stamp(path)
        for path in files
        if not any(part.startswith(".") for part in path.relative_to(root).parts)
    }
