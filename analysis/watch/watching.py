"""The watch: follows the files, asks the builder, and tells the browsers."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path

from filelock import FileLock, Timeout
from rich.console import Console
from rich.markup import escape
from watchfiles import awatch

from analysis import PROGRAM
from analysis.book.server import serving
from analysis.execution.plan import Project
from analysis.execution.processes import finding_this_package
from analysis.execution.warm import can_fork
from analysis.files.problems import ReviewError
from analysis.watch.live_site import LiveSite, files_in
from analysis.watch.messages import Ended, Making, Message, Shown, Stands, Wanted
from analysis.watch.saved_files import Kind, Saved, saved, watched

# Milliseconds: what is saved together, and how long a storm of changes may last unheeded.
STEP, DEBOUNCE = 20, 400
SECONDS_TO_END = 5.0
SECONDS_TO_TRY_AGAIN = 2.0
LOOKING = "Looking at what changed"
# After so many builds the parent of the kernels begins anew: what it drew stays in its memory.
GENERATIONS = 100


def watch(
    project: Project, review: str, port: int, console: Console, generations: int = GENERATIONS
) -> None:
    """Follow the files of a project until Ctrl-C or SIGTERM.

    `review` is `module:function` of what makes the `Review`; so many `generations` of builds
    have one parent of the kernels. Raises `ReviewError` where another watch follows the folder,
    the port cannot be had or the platform does not fork.
    """
    if not can_fork():
        raise ReviewError(f"this platform does not fork: use `{PROGRAM} build` and `serve`")
    with _only_watch(project), tempfile.TemporaryDirectory(prefix="watch-") as scratch:
        asyncio.run(_Watch(project, review, console, Path(scratch), generations).run(port))


@contextmanager
def _only_watch(project: Project) -> Iterator[None]:
    project.build.mkdir(parents=True, exist_ok=True)
    lock = FileLock(project.build / ".watch.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise ReviewError(
            "another watch follows this folder already: use that one, or end it with Ctrl-C"
        ) from None
    try:
        yield
    finally:
        lock.release()


@dataclass
class _Watch:
    """What is known from one saved file to the next. Times are seconds of the monotonic clock.

    `due` says that something was saved that no build was asked for yet.
    """

    project: Project
    review: str
    console: Console
    scratch: Path
    generations: int
    builder: _Builder | None = None
    due: bool = True
    building: bool = False
    began: float = 0.0
    stands: Stands | None = None
    done: int = 0
    ended: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.live = LiveSite(self.project.site)

    async def run(self, port: int) -> None:
        """Serve, follow and build until somebody ends it."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self.ended.set)
        following = [
            asyncio.create_task(self._follow(paths, recursive))
            for paths, recursive in zip(watched(self.project), (True, False), strict=True)
        ]
        try:
            async with _served(self.live, port) as address:
                self._say(f"{address}/ follows what you save (Ctrl-C ends it)")
                self._begin_builder()
                self._ask_for_build()
                await self._until_ended(following)
        finally:
            for task in following:
                task.cancel()
            self._end_builder()
        self._say("The watch has ended; the site stays as it is.")

    async def _until_ended(self, following: list[asyncio.Task[None]]) -> None:
        """Wait for the end; raises what keeps the files from being followed."""
        ending = asyncio.create_task(self.ended.wait())
        await asyncio.wait([ending, *following], return_when=asyncio.FIRST_COMPLETED)
        ending.cancel()
        for task in following:
            if task.done():
                task.result()

    async def _follow(self, paths: list[Path], recursive: bool) -> None:
        async for changes in awatch(
            *paths, recursive=recursive, step=STEP, debounce=DEBOUNCE, watch_filter=None
        ):
            if found := saved(self.project, {path for _, path in changes}):
                self._heed(found)

    def _heed(self, found: list[Saved]) -> None:
        """Show ahead what can be; then have the site built."""
        now, kinds = time.monotonic(), {each.kind for each in found}
        names = [each.path.as_posix() for each in found]
        self._say(f"{names[0]} changed" + (f", and {len(names) - 1} more" if names[1:] else ""))
        self.due = True
        if Kind.CODE in kinds or self.builder is None:
            self._end_builder()
            self._begin_builder()
        for each in found:
            if each.kind is Kind.STYLE:
                self._restyle(each, now)
            elif each.kind is Kind.PAGE and each.document == self.live.open_document:
                self._ask(Wanted(now, each.document, build=False))
        self.live.say(LOOKING)
        self._ask_for_build()

    def _restyle(self, style: Saved, now: float) -> None:
        with suppress(OSError):
            content = (self.project.root / style.path).read_bytes()
            self.live.styles += 1
            self.live.show({style.path.relative_to("chapters").as_posix(): content}, now)

    def _ask_for_build(self) -> None:
        if self.due and not self.building:
            self.due, self.building, self.done = False, True, 0
            self.began, self.stands = time.monotonic(), None
            self.live.say(LOOKING)
            self._ask(Wanted(self.began, self.live.open_document, build=True))

    def _ask(self, wanted: Wanted) -> None:
        if self.builder:
            with suppress(OSError):  # it has ended, and will be begun again
                self.builder.connection.send(wanted)

    def _hear(self) -> None:
        """What the builder says; nothing more where it has ended."""
        assert self.builder is not None
        try:
            said: Message = self.builder.connection.recv()
        except (EOFError, OSError):
            self._lost()
            return
        self.builder.spoke = True
        match said:
            case Making(document):
                self.done += bool(document)
                self.live.say(f"Making {document}" if document else LOOKING)
            case Shown(since, _, folder):
                self.live.show(dict(files_in(Path(folder))), since)
                shutil.rmtree(folder, ignore_errors=True)
            case Stands(since):
                self.stands, self.live.problems = said, ()
                if not self.due:
                    self.live.making = ""
                self.live.forget(since)
            case Ended():
                self._end_build(said)

    def _end_build(self, said: Ended) -> None:
        self.building = False
        if said.problems and not self.due:  # what is wrong may be right with what was saved since
            if said.problems != self.live.problems:
                for problem in said.problems:
                    self._say(f"✗ {problem}", "red")
                self._say("The last good site stays.", "bold")
            self.live.say("", said.problems)
            self.live.forget(said.since)
            if said.refused:
                asyncio.get_running_loop().call_later(SECONDS_TO_TRY_AGAIN, self._try_again)
        elif self.stands:
            took = time.monotonic() - self.began
            self._say(f"{self.stands.state}: {self.stands.pages} pages of the site, {took:.1f} s")
        if not self.due:
            self.live.say("")
        self._ask_for_build()

    def _try_again(self) -> None:
        self.due = True
        self._ask_for_build()

    def _lost(self) -> None:
        """The builder has ended: say why, and begin it again.

        One that could not begin, as where a module is broken, is begun with what is saved next.
        """
        assert self.builder is not None
        why, spoke = self.builder.last_words(), self.builder.spoke
        self._end_builder()
        self.live.say("", (f"the builder has ended: {why}",))
        self._say(f"✗ the builder has ended: {why}", "red")
        self.due = True
        if spoke:
            self._begin_builder()
            self._ask_for_build()

    def _begin_builder(self) -> None:
        self.building = False
        self.builder = _Builder.begun(self.project, self.review, self.scratch, self.generations)
        asyncio.get_running_loop().add_reader(self.builder.connection.fileno(), self._hear)

    def _end_builder(self) -> None:
        if self.builder:
            asyncio.get_running_loop().remove_reader(self.builder.connection.fileno())
            self.builder.end()
        self.builder, self.building = None, False

    def _say(self, text: str, style: str = "") -> None:
        at = time.strftime("%H:%M:%S")
        self.console.print(f"{at} {escape(text)}", style=style, soft_wrap=True, highlight=False)


@dataclass
class _Builder:
    """The process that builds, as the watch has it."""

    process: subprocess.Popen[bytes]
    connection: Connection
    log: Path
    spoke: bool = False

    @classmethod
    def begun(cls, project: Project, review: str, scratch: Path, generations: int) -> _Builder:
        ours, theirs = socket.socketpair()
        log = scratch / "builder.log"
        with theirs, log.open("wb") as errors:
            process = subprocess.Popen(
                [sys.executable, "-P", "-m", "analysis.watch.builder", str(os.getpid()),
                 str(theirs.fileno()), review, str(scratch), str(generations)],
                cwd=project.root,
                env=finding_this_package(),
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=errors,
                start_new_session=True,  # Ctrl-C reaches the watch alone, which ends the others
            )  # fmt: skip
        return cls(process, Connection(ours.detach()), log)

    def last_words(self) -> str:
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(SECONDS_TO_END)
        said = self.log.read_text("utf-8", "replace").strip().splitlines()
        return said[-1] if said else "it was killed, or memory ran out"

    def end(self) -> None:
        """Close the socket, at which it ends with all that it started; else kill it."""
        self.connection.close()
        try:
            self.process.wait(SECONDS_TO_END)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


@asynccontextmanager
async def _served(live: LiveSite, port: int) -> AsyncIterator[str]:
    try:
        async with serving(live.site, port, live.handlers()) as address:
            yield address
    except OSError as error:
        said = f"port {port} cannot be used ({error.strerror}): try --port"
        raise ReviewError(said) from None
