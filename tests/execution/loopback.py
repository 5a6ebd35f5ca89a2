"""A Dask cluster on this machine: a real scheduler and real worker processes."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from analysis.execution.cluster.driver import PRELOADED

LOOPBACK = "127.0.0.1"
SECONDS_TO_COME = 60.0


def has_dask() -> None:
    """Skip without Dask, which is optional; in CI it is there, or the test fails."""
    if importlib.util.find_spec("distributed") is None:
        missing = "Dask is not installed: ./review -m pip install -r requirements-cluster.txt"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(missing)


@dataclass
class Cluster:
    """A scheduler on this machine and the workers started so far, some of them killed."""

    address: str
    scheduler: subprocess.Popen[bytes]
    folder: Path
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @classmethod
    def started(cls, checkout: Path, folder: Path, *options: str) -> Cluster:
        has_dask()
        file = folder / "scheduler.json"
        place = [f"--host={LOOPBACK}", "--port=0", f"--scheduler-file={file}"]
        process = dask(checkout, "scheduler", *place, *options)
        if not wait_for(lambda: written_address(file) != ""):
            end(process)
            raise TimeoutError("the scheduler did not say where it listens")
        return cls(written_address(file), process, folder)

    def start_worker(self, checkout: Path, *options: str) -> subprocess.Popen[bytes]:
        """It comes when it comes."""
        place = [f"--host={LOOPBACK}", f"--local-directory={self.folder}", "--nthreads=1"]
        options = options or (f"--preload={PRELOADED}",)
        process = dask(checkout, "worker", self.address, "--no-nanny", *place, *options)
        self.processes.append(process)
        return process

    def alive(self) -> list[subprocess.Popen[bytes]]:
        return [process for process in self.processes if process.poll() is None]

    def with_workers(self, checkout: Path, workers: int) -> list[subprocess.Popen[bytes]]:
        """Start the workers that are missing, until the scheduler knows so many and no more."""
        while len(self.alive()) < workers:
            self.start_worker(checkout)
        for process in self.alive()[workers:]:
            end(process)
        assert wait_for(lambda: self.known() == len(self.alive()))
        return self.alive()

    def known(self) -> int:
        from distributed import Client

        with Client(self.address, set_as_default=False) as client:
            return len(client.nthreads())

    def end(self) -> None:
        for process in (*self.processes, self.scheduler):
            end(process)


def written_address(file: Path) -> str:
    """Where the scheduler listens, once its file says so: it is there before its content is."""
    try:
        return str(json.loads(file.read_text(encoding="utf-8"))["address"])
    except (OSError, ValueError):
        return ""


def dask(folder: Path, *arguments: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "dask", *arguments, "--no-dashboard"],
        cwd=folder,
        env={**os.environ, "DASK_LIVING_REVIEW__SECONDS_UNUSED": "1"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def end(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()


def wait_for(happens: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + SECONDS_TO_COME
    while not happens() and time.monotonic() < deadline:
        time.sleep(0.05)
    return happens()
