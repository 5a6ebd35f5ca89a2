"""What a build costs on a cluster, and what a portfolio of reviews would.

`python -m tests.benchmarks.bench_cluster [REVIEWS]` builds this review from clean on this
machine, then on a Dask cluster of two workers on loopback, compares every file, and prints the
seconds of processor time that each side spends: they depend on the load of the machine far
less than the time on the clock. A portfolio's bill is these seconds times the reviews, its
time the seconds divided by the cores; nothing else is assumed, so a review that is larger or
smaller than this one shifts both in proportion.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import psutil

from analysis.execution.contents import pages
from analysis.execution.fingerprint import Inputs
from analysis.execution.plan import Project
from analysis.execution.stage import packed
from analysis.protocol import load_protocol
from tests.execution.loopback import Cluster, wait_for

ROOT = Path(__file__).resolve().parents[2]
NOT_COPIED = shutil.ignore_patterns(".*", "_build", "results", "*.ipynb_checkpoints")
SECONDS_A_PAGE_TOOK = re.compile(rb"Computed in [0-9.]+ s")
WORKERS = 2
REVIEWS = 500
CORES = (8, 32, 128)


@dataclass(frozen=True)
class Cost:
    """Of one build: the time on the clock, and the processor's for the driver, in seconds."""

    clock: float
    driver: float


def build(root: Path, *options: str) -> Cost:
    """Build from clean."""
    for made in ("results", "_build"):
        shutil.rmtree(root / made, ignore_errors=True)
    before, started = children_seconds(), time.monotonic()
    command = [sys.executable, "-m", "analysis", "build", *options]
    subprocess.run(command, cwd=root, check=True, stdout=subprocess.DEVNULL)
    return Cost(time.monotonic() - started, children_seconds() - before)


def children_seconds() -> float:
    """The processor's time of the processes that this one has started and seen end."""
    times = psutil.Process().cpu_times()
    return float(times.children_user + times.children_system)


def written(root: Path) -> Mapping[str, bytes]:
    """Every page, result and file of the site, but for the seconds that a page took."""
    folders = (root / "chapters", root / "results", root / "_build/html")
    files = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    return {
        path.relative_to(root).as_posix(): SECONDS_A_PAGE_TOOK.sub(b"", path.read_bytes())
        for path in files
        if not any(part.startswith(".") for part in path.relative_to(root).parts)
    }


def workers_seconds(cluster: Cluster) -> float:
    """The processor's time of the workers and all that they have started and seen end."""
    return sum(sum(psutil.Process(worker.pid).cpu_times()[:4]) for worker in cluster.alive())


def on_cluster(root: Path, folder: Path) -> tuple[Cost, float]:
    """What a build costs its driver, and its workers."""
    cluster = Cluster.started(root, folder)
    try:
        cluster.with_workers(root, WORKERS)
        before = workers_seconds(cluster)
        cost = build(root, "--scheduler", cluster.address)
        assert wait_for(lambda: not list(folder.glob("dask-*/worker-*/stage-*")))
        return cost, workers_seconds(cluster) - before
    finally:
        cluster.end()


def main() -> None:
    reviews = int(sys.argv[1]) if len(sys.argv) > 1 else REVIEWS
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        root = folder / "review"
        shutil.copytree(ROOT, root, ignore=NOT_COPIED)
        plan = pages(load_protocol(root / "data/protocol.yml"))
        travels = len(packed(root, Inputs(Project(root)).data()))
        here = build(root)
        local = written(root)
        there, workers = on_cluster(root, folder)
        remote = written(root)
    differ = sorted(name for name in local | remote if local.get(name) != remote.get(name))
    print(f"one review: {len(plan)} pages; {travels / 1000:.0f} kB of data travel with each")
    print(f"this machine: {here.clock:.1f} s, {here.driver:.1f} s of processor")
    print(
        f"{WORKERS} workers on it: {there.clock:.1f} s, {there.driver:.1f} s of processor for the "
        f"driver, {workers:.1f} s for the workers, {workers / len(plan):.2f} s a page"
    )
    print(f"{len(local)} files, {', '.join(differ) or 'each the same bytes'}")
    hours = reviews * workers / 3600
    print(
        f"{reviews} reviews: {reviews * len(plan)} pages, {hours:.1f} hours of a core for the "
        f"pages, {reviews * there.driver / 3600:.1f} for checking and for the sites"
    )
    for cores in CORES:
        drivers = cores * there.driver / workers
        print(f"{cores} cores, and {drivers:.0f} that drive: {60 * hours / cores:.1f} minutes")


if __name__ == "__main__":
    main()
