"""A worker of a cluster: whether it may compute for this build, and the folder where it does.

What a worker is, it must be exactly: one whose code, packages, Python or platform differ is
refused, because its numbers could. What it is to compute travels: the data once to each
worker; templates, parameters and the results a page reads with the page. There they meet a
copy of the worker's code in a folder of their own, in which other builds and the worker's
own data are not seen.
"""

from __future__ import annotations

import importlib.metadata
import io
import json
import platform
import re
import shutil
import tempfile
import weakref
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from analysis.execution.fingerprint import digest
from analysis.execution.notebook import Executed, Failed, Job
from analysis.execution.warm import can_fork, warm_workers
from analysis.files import write_atomically

PACKAGE = Path(__file__).parents[1]

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
    """What a worker is told of a build once: what it must be, and what it starts from.

    `files` is an archive of the driver's data, `modules` and `rehearsal` are what the
    parent of the kernels imports and calls before the first page.
    """

    expected: Checkout
    files: bytes
    modules: Sequence[str]
    rehearsal: str | None


class Refused(Exception):
    """A worker that may not compute, and why; it travels back to the driver."""


class Stage:
    """A worker's place for one build: a copy of its code, the driver's data, warm kernels.

    It ends, with all its processes, when nothing refers to it any more. Raises `Refused`
    where this worker is not what the driver is.
    """

    def __init__(self, assignment: Assignment, jobs: int) -> None:
        if not can_fork():
            raise Refused("its platform does not fork")
        with ExitStack() as stack:
            self.folder = Path(tempfile.mkdtemp(prefix="stage-"))
            stack.callback(shutil.rmtree, self.folder, ignore_errors=True)
            shutil.copytree(PACKAGE, self.folder / PACKAGE.name)
            _check(checkout(self.folder / PACKAGE.name, assignment.expected.packages), assignment)
            self._unpack(assignment.files)
            workers = warm_workers(jobs, self.folder, assignment.modules, assignment.rehearsal)
            self._workers = stack.enter_context(workers)
            self._end = weakref.finalize(self, stack.pop_all().close)

    def execute(self, job: Job, results: bytes) -> Executed | Failed:
        """Execute one page, which reads these results of others."""
        self._unpack(results)
        return self._workers.submit(replace(job, root=str(self.folder))).result()

    def _unpack(self, files: bytes) -> None:
        with zipfile.ZipFile(io.BytesIO(files)) as archive:
            for name in archive.namelist():
                write_atomically(self.folder / name, archive.read(name))


def _check(found: Checkout, assignment: Assignment) -> None:
    if found != assignment.expected:
        differences = "; ".join(found.differences(assignment.expected))
        raise Refused(f"it has [{found}], this build [{assignment.expected}]: {differences}")
