"""Commands with a clock and the memory of all their processes; a figure and its peer."""

from __future__ import annotations

import os
import platform
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import psutil
from rich.console import Console

SECONDS_BETWEEN_SAMPLES = 0.2
MEBIBYTE = 2**20

T = TypeVar("T")


@dataclass(frozen=True)
class Run:
    """One run of a command: seconds, peak memory of its processes in MiB, what it said."""

    seconds: float
    memory: float
    said: str


@dataclass(frozen=True)
class Figure:
    """One line of the table: ours beside a peer's, and the goal, in the same unit.

    `each` holds every round. `theirs` is `None` where there is no peer; `peer` says why.
    """

    name: str
    unit: str
    ours: float
    peer: str
    theirs: float | None = None
    goal: float | None = None
    each: Sequence[float] = field(default_factory=tuple)

    @property
    def ratio(self) -> float | None:
        return self.theirs / self.ours if self.theirs is not None else None


def run(command: Sequence[str], folder: Path, *, sample: bool = False, **variables: str) -> Run:
    """Run to the end; raises `RuntimeError` with what the command said if it fails."""
    # Python keeps what it compiled, as it does wherever nobody forbids it.
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    started = time.perf_counter()
    process = subprocess.Popen(
        command,
        cwd=folder,
        env={**kept, "TERM": "dumb", **variables},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    with _sampled(process.pid, sample) as peak:
        said, _ = process.communicate()
    seconds = time.perf_counter() - started
    if process.returncode != 0:
        raise RuntimeError(f"{' '.join(command)} failed in {folder}:\n{said[-4000:]}")
    return Run(seconds, max(peak), said)


@contextmanager
def _sampled(pid: int, sample: bool) -> Iterator[list[float]]:
    """The memory of a process and all below it in MiB, sampled until the block ends."""
    peak, ended = [0.0], threading.Event()

    def look() -> None:
        while not ended.wait(SECONDS_BETWEEN_SAMPLES):
            peak.append(memory_of_tree(pid))

    thread = threading.Thread(target=look)
    if sample:
        thread.start()
    try:
        yield peak
    finally:
        ended.set()
        if sample:
            thread.join()


def memory_of_tree(pid: int) -> float:
    """MiB in use; what forked processes share counts once (Linux), or in each elsewhere."""
    try:
        parent = psutil.Process(pid)
        return sum(map(_memory, [parent, *parent.children(recursive=True)])) / MEBIBYTE
    except psutil.NoSuchProcess:
        return 0.0


def _memory(process: psutil.Process) -> int:
    try:
        lines = Path(f"/proc/{process.pid}/smaps_rollup").read_text(encoding="ascii").splitlines()
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))
    except (OSError, StopIteration):
        pass  # another system, or the process has ended
    try:
        return 0 if sys.platform == "linux" else int(process.memory_info().rss)
    except psutil.NoSuchProcess:
        return 0


def rounds(count: int, work: Callable[[], T], what: str, console: Console) -> list[T]:
    """The same work so many times, each told on the console."""
    done = []
    for number in range(1, count + 1):
        console.print(f"{what}: {number} of {count}", style="dim", highlight=False)
        done.append(work())
    return done


def median(values: Sequence[float]) -> float:
    return statistics.median(values)


def machine() -> Mapping[str, str | int]:
    """What the figures were measured on."""
    return {
        "cores": psutil.cpu_count() or 1,
        "processor": _processor(),
        "memory_gib": round(psutil.virtual_memory().total / 2**30),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        return next(line.split(":")[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or "unknown"
