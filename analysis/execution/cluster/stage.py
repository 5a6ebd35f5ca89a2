"""What a worker of a cluster is, and the folders in which it executes the pages of builds.

Only machines that compute with the same things give the same numbers: the code, the pinned
packages, Python and the platform are a `Checkout`, and a driver sends pages to workers whose
checkout is its own. What they compute on travels: data, templates, parameters and the results
a page reads. There they meet a copy of the worker's code in a folder of their own, in which
other builds and the worker's own data are not seen.
"""

from __future__ import annotations

import importlib.metadata
import io
import json
import platform
import re
import shutil
import tempfile
import threading
import time
import zipfile
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from analysis.execution.notebook import Executed, Failed, Job
from analysis.execution.warm import warm_workers
from analysis.files.digests import digest
from analysis.files.writing import write_atomically

PACKAGE = Path(__file__).parents[2]

_PINNED = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)==", re.MULTILINE)


@dataclass(frozen=True)
class Checkout:
    """All that computes on a machine: the code, the pinned packages, Python, the platform."""

    code: str
    packages: Mapping[str, str]
    python: str
    platform: str

    def __str__(self) -> str:
        packages = digest(json.dumps(dict(self.packages), sort_keys=True).encode())
        return (
            f"code {self.code[:12]}, packages {packages[:12]}, "
            f"Python {self.python}, {self.platform}"
        )

    def differences(self, here: Checkout) -> list[str]:
        """What is otherwise than `here`, package by package."""
        names = sorted({*self.packages, *here.packages})
        pairs = [
            ("code", self.code[:12], here.code[:12]),
            *((name, self.packages.get(name), here.packages.get(name)) for name in names),
            ("Python", self.python, here.python),
            ("", self.platform, here.platform),
        ]
        return [
            f"{name} {there or 'missing'} there, {ours or 'missing'} here".strip()
            for name, there, ours in pairs
            if there != ours
        ]


def checkout(package: Path, requirements: Path) -> Checkout:
    """What this process would compute with: the code of `package`, and what is pinned."""
    code = [
        (path.relative_to(package).as_posix(), digest(path.read_bytes()))
        for path in sorted(package.rglob("*.py"))
    ]
    pinned = sorted(_PINNED.findall(requirements.read_text(encoding="utf-8")))
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


def packed(root: Path, names: Iterable[str]) -> bytes:
    """Files below `root` as one archive, without those that are not there."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            if (root / name).is_file():
                archive.writestr(name, (root / name).read_bytes())
    return content.getvalue()


@dataclass(frozen=True)
class Assignment:
    """What the pages of a build start from: an archive of the driver's data, and what to warm.

    `modules` and `rehearsal` are what the parent of the kernels imports and then calls.
    """

    files: bytes
    modules: tuple[str, ...]
    rehearsal: str | None = None


class Stage:
    """A worker's place for one build: a copy of its code, the driver's data, warm kernels."""

    def __init__(self, assignment: Assignment, package: Path, below: Path, jobs: int) -> None:
        with ExitStack() as stack:
            self.folder = Path(tempfile.mkdtemp(prefix="stage-", dir=below))
            stack.callback(shutil.rmtree, self.folder, ignore_errors=True)
            shutil.copytree(package, self.folder / package.name)
            self._unpack(assignment.files)
            workers = warm_workers(jobs, self.folder, assignment.modules)
            self._workers = stack.enter_context(workers)
            if assignment.rehearsal:
                self._workers.rehearse(assignment.rehearsal)
            self.close = stack.pop_all().close

    def execute(self, job: Job, results: bytes) -> Executed | Failed:
        """Execute one page, which reads these results of others."""
        self._unpack(results)
        return self._workers.submit(replace(job, root=str(self.folder))).result()

    def _unpack(self, files: bytes) -> None:
        with zipfile.ZipFile(io.BytesIO(files)) as archive:
            for name in archive.namelist():
                write_atomically(self.folder / name, archive.read(name))


@dataclass
class _InUse:
    stage: Stage
    pages: int = 0
    since: float = 0.0  # when its last page ended


class Stages:
    """The stages of a worker by build, opened for a first page, closed when nobody uses them."""

    def __init__(self, package: Path, below: Path, jobs: int) -> None:
        self._place = package, below, jobs
        self._open: dict[str, _InUse] = {}
        self._lock = threading.Lock()

    def execute(
        self, build: str, assignment: Assignment, job: Job, results: bytes
    ) -> Executed | Failed:
        """Execute one page of a build, which reads these results of others."""
        with self._lock:
            if build not in self._open:
                self._open[build] = _InUse(Stage(assignment, *self._place))
            used = self._open[build]
            used.pages += 1
        try:
            return used.stage.execute(job, results)
        finally:
            with self._lock:
                used.pages -= 1
                used.since = time.monotonic()

    def close(self, build: str) -> None:
        """Close the stage of a build and end its pages; nothing happens if there is none."""
        with self._lock:
            used = self._open.pop(build, None)
        if used:
            used.stage.close()

    def close_unused(self, seconds: float) -> None:
        """Close the stages on which nothing has happened for so many seconds."""
        now = time.monotonic()
        with self._lock:
            unused = [
                build
                for build, used in self._open.items()
                if not used.pages and now - used.since >= seconds
            ]
        for build in unused:
            self.close(build)
