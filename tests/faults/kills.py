"""Kill builds of the real review at random moments; count what the site and data survive.

`./review -m tests.faults.kills --kills 50`; not part of the test suite, because each kill
costs most of a build. The victim is drawn from the processes that run at the moment: the
driver, the parent of the kernels, a kernel, or a process of the book.
The moments follow from the seed and from how fast the machine is. Needs Linux's /proc.
"""

from __future__ import annotations

import hashlib
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

import typer

from tests.site.conftest import copy_checkout

ROW = "friesen-2017.anxiety.post.1,"
VALUES = (",30,7.83,5.7,", ",30,7.93,5.7,")
# For what a build leaves when its driver is gone: the parent of the kernels ends once it has
# imported what it was importing.
SECONDS_TO_END = 20.0
SECONDS_TO_GIVE_UP = 180.0  # for a driver that has lost one of its processes
IN_A_ROW = 3  # a build that mends what a killed one left may be killed as well
FROM_NOTHING = 0.4  # of the killed builds execute every page; the others one changed value's
MARK = "LIVING_REVIEW_KILLS"  # in the environment of a build and of every process it starts
DRIVER, PARENT, KERNEL, BOOK = (
    "driver", "parent of the kernels", "kernel", "process of the book",
)  # fmt: skip

SECONDS_A_PAGE_TOOK = re.compile(rb"Computed in [0-9.]+ s")
Content = Mapping[str, str]


@dataclass(frozen=True)
class Kill:
    """One process that was killed: when, during what, and what was wrong afterwards."""

    seconds: float
    victim: str
    during: str
    lingered: float
    """Seconds until the last process of the build had ended."""
    problems: tuple[str, ...]

    def __str__(self) -> str:
        said = "; ".join(self.problems) or "survived"
        return f"{self.seconds:5.1f} s, during the {self.during}, the {self.victim}: {said}"


def content(folder: Path) -> Content:
    """Every file below the folder, with the hash of its bytes but for the stamp of a build."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(without_stamp(path)).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def without_stamp(path: Path) -> bytes:
    """A file without what two builds of the same may give otherwise: how long a page took."""
    return SECONDS_A_PAGE_TOOK.sub(b"", path.read_bytes())


@dataclass(frozen=True)
class Made:
    """What a build from nothing gives: the site, and the results it is made from."""

    site: Content
    results: Content


@dataclass(frozen=True)
class Checkout:
    """A copy of the project whose builds may be killed."""

    root: Path

    @property
    def site(self) -> Path:
        return self.root / "_build" / "html"

    @property
    def data(self) -> Path:
        return self.root / "data"

    @property
    def log(self) -> Path:
        """What the build prints."""
        return self.root.with_suffix(".log")

    def made(self) -> Made:
        """The site and the results that stand there now, without the notes beside them."""
        results = content(self.root / "results").items()
        return Made(
            content(self.site), {name: it for name, it in results if not name.startswith(".")}
        )

    def set_value(self, which: int) -> None:
        """Give one number of one trial the first or the second of its two values."""
        path = self.data / "outcomes.csv"
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
        (at,) = (n for n, line in enumerate(lines) if line.startswith(ROW))
        lines[at] = lines[at].replace(VALUES[1 - which], VALUES[which])
        assert VALUES[which] in lines[at]
        path.write_text("".join(lines), encoding="utf-8")

    def start(self, *options: str) -> subprocess.Popen[bytes]:
        with self.log.open("wb") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "analysis", "build", *options],
                cwd=self.root,
                env={**os.environ, MARK: str(self.root), "TERM": "dumb"},
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    def build(self, *options: str) -> float:
        """Build to the end; the seconds it took. Raises `RuntimeError` if it fails."""
        started = time.monotonic()
        if self.start(*options).wait() != 0:
            raise RuntimeError(f"a build failed: {self.said()}")
        return time.monotonic() - started

    def said(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace")

    def processes(self) -> dict[int, int]:
        """The processes of this checkout's builds that run now, each with its parent."""
        mark = f"{MARK}={self.root}".encode()
        found = {}
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                if mark in (folder / "environ").read_bytes().split(b"\0"):
                    found[int(folder.name)] = _parent(folder)
            except OSError:  # it has ended meanwhile, or is not ours to look at
                continue
        return found

    def victims(self, driver: int) -> dict[str, list[int]]:
        """The processes of the build by what they are."""
        found: dict[str, list[int]] = {}
        parents = self.processes()
        for pid in parents:
            found.setdefault(_role(pid, driver, parents), []).append(pid)
        return found

    def stage(self, running: Mapping[str, list[int]], started: int) -> str:
        """What the build is doing, as its processes, its folders and its lines tell.

        `started`, in nanoseconds, tells its folder from one that a killed build left.
        """
        if KERNEL in running:
            return "pages"
        if BOOK in running or _made_since(self.root / "_build" / ".next", started):
            return "book"
        return "pages" if "✓" in self.said() else "check"


def _made_since(folder: Path, moment: int) -> bool:
    """Whether the folder was made after a moment of its file system's clock, in nanoseconds."""
    return folder.exists() and folder.stat().st_mtime_ns > moment


def _parent(process: Path) -> int:
    after_the_name = (process / "stat").read_text(encoding="utf-8").rpartition(")")[2]
    return int(after_the_name.split()[1])


def _role(pid: int, driver: int, parents: Mapping[int, int]) -> str:
    """A fork of the driver is the book's; another program below it is the kernels' parent."""
    line = [pid]
    while line[-1] != driver and line[-1] in parents:
        line.append(parents[line[-1]])
    match len(line):
        case 1:
            return DRIVER
        case 2:
            return BOOK if _command(pid) == _command(driver) else PARENT
        case _:
            return KERNEL


def _command(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


@dataclass(frozen=True)
class Change:
    """The evidence between two versions: what stood before, and what a build would make."""

    before: Made
    after: Made

    def wrong(self, checkout: Checkout, ended: int) -> Iterator[str]:
        """What is wrong with the site, given how the build ended."""
        site = content(checkout.site)
        if site not in (self.before.site, self.after.site):
            yield "the site is neither the old one nor the new one"
        elif ended == 0 and site != self.after.site:
            yield "the build says that it succeeded, and the site is the old one"


def kill_once(
    checkout: Checkout, moments: random.Random, whole: float, change: Change, *options: str
) -> Kill | None:
    """Kill one process of a build and say what is wrong; `None` if the build had ended."""
    data = content(checkout.data)
    after = moments.uniform(0, whole)
    process = checkout.start(*options)
    started = checkout.log.stat().st_mtime_ns
    time.sleep(after)
    running = checkout.victims(process.pid)
    during = checkout.stage(running, started)
    victim = moments.choice(sorted(running) or [DRIVER])
    if process.poll() is not None or not _killed(moments.choice(running[victim])):
        process.wait(SECONDS_TO_GIVE_UP)
        return None
    problems = [*_ended(checkout, process, victim), *change.wrong(checkout, process.returncode)]
    if content(checkout.data) != data:
        problems.append("data/ changed")
    gone = time.monotonic()
    while (left := len(checkout.processes())) and time.monotonic() < gone + SECONDS_TO_END:
        time.sleep(0.05)
    if left:
        problems.append(f"{left} processes of the build remain")
    return Kill(after, victim, during, time.monotonic() - gone, tuple(problems))


def _killed(pid: int) -> bool:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return False
    return True


def _ended(checkout: Checkout, process: subprocess.Popen[bytes], victim: str) -> Iterator[str]:
    """Wait for the driver; what is wrong with how it ended, if it was not killed itself."""
    try:
        status = process.wait(SECONDS_TO_GIVE_UP)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        yield "the build waited for ever"
        return
    if victim != DRIVER and status not in (0, 1):
        yield f"the build ended with status {status}"
    if "Traceback" in checkout.said():
        yield f"a traceback: {checkout.said().strip().splitlines()[-1]}"
    if status == 1 and "✗" not in checkout.said():
        yield "the build does not say what failed"


def mended(checkout: Checkout, expected: Made) -> tuple[str, ...]:
    """Build without killing; what is wrong with the site and the results that it leaves."""
    try:
        checkout.build()
    except RuntimeError as error:
        return (str(error),)
    found = checkout.made()
    pairs = ((found.site, expected.site), (found.results, expected.results))
    names = sorted(
        name for one, other in pairs for name, _ in set(one.items()) ^ set(other.items())
    )
    return (f"differs from a clean build: {names[0]}",) if names else ()


def clean_build(root: Path, which: int) -> tuple[Checkout, Made]:
    """A fresh checkout with that value, built once from nothing."""
    root.mkdir()
    copy_checkout(root)
    checkout = Checkout(root)
    checkout.set_value(which)
    checkout.build()
    return checkout, checkout.made()


def bursts(folder: Path, seed: int) -> Iterator[list[Kill]]:
    """Change the value, kill one build or more in a row, mend; again and again."""
    moments = random.Random(seed)
    _, second = clean_build(folder / "second", 1)
    checkout, first = clean_build(folder / "first", 0)
    versions, which = (first, second), 0
    checkout.set_value(1)
    update, whole = checkout.build(), checkout.build("--force")
    typer.echo(f"Not killed, this change takes {update:.1f} s and a whole build {whole:.1f} s.")
    checkout.set_value(0)
    checkout.build()
    while True:
        change = Change(versions[which], versions[1 - which])
        which = 1 - which
        checkout.set_value(which)
        kills = []
        for _ in range(moments.randint(1, IN_A_ROW)):
            if moments.random() < FROM_NOTHING:
                kills.append(kill_once(checkout, moments, whole, change, "--force"))
            else:
                kills.append(kill_once(checkout, moments, update, change))
        after = mended(checkout, versions[which])
        yield [replace(kill, problems=kill.problems + after) for kill in kills if kill]


def main(
    kills: Annotated[int, typer.Option(help="How many processes to kill.")] = 50,
    seed: Annotated[int, typer.Option(help="Where the random moments start.")] = 2013,
    minutes: Annotated[float, typer.Option(help="Stop after the burst that ends later.")] = 120.0,
) -> None:
    """Print each kill and the number survived; exit 1 if one was not.

    Example: ./review -m tests.faults.kills --kills 50
    """
    deadline, done = time.monotonic() + 60 * minutes, list[Kill]()
    with tempfile.TemporaryDirectory(prefix="kills-") as folder:
        for burst in bursts(Path(folder), seed):
            for kill in burst:
                done.append(kill)
                typer.echo(f"{len(done):3}  {kill}")
            if len(done) >= kills or time.monotonic() > deadline:
                break
    for (during, victim), number in sorted(Counter((k.during, k.victim) for k in done).items()):
        typer.echo(f"Killed during the {during}: {number} times the {victim}")
    typer.echo(f"All processes had ended after {max(k.lingered for k in done):.1f} s at most.")
    survived = sum(not kill.problems for kill in done)
    typer.echo(f"Kills survived: {survived} of {len(done)}")
    raise typer.Exit(survived != len(done))


if __name__ == "__main__":
    typer.run(main)
