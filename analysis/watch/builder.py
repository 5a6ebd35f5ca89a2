"""Who builds for the watch: processes that have at hand what a build begins with.

The builder has everything imported and keeps the parent of the kernels. It forks a generation
at a time: one that has Sphinx begin, with all that it remembers of the site that stands, and
waits. When it is asked it forks the build, and a fork for each page that is to be shown ahead
of it; the first of these waits already, and has shown a page to nobody. A generation ends with
its build, since the site is then another. So nothing piles up, however often somebody saves, and
a build that fails leaves no trace in the next.

Whoever ends takes what is below with it: each dies with its parent, and the builder ends when
the watch's end of the socket closes.
"""

from __future__ import annotations

import gc
import importlib
import io
import os
import select
import shutil
import signal
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext, suppress
from dataclasses import dataclass, field, replace
from multiprocessing.connection import Connection, Pipe, wait
from pathlib import Path
from typing import NoReturn

from filelock import FileLock, Timeout
from rich.console import Console

from analysis.book.build import Build, Kept, Manner, Review, build_all, modules_of_pages
from analysis.book.checked import known_reads
from analysis.book.site import BookBuild, Site, book_build
from analysis.book.site_folders import SiteFolders
from analysis.book.stamp import read_stamp, take_stock
from analysis.execution.plan import Page, Project
from analysis.execution.processes import die_with
from analysis.execution.run import Outcome, stale_pages
from analysis.execution.staleness import Inputs
from analysis.execution.states import states
from analysis.execution.warm import WarmWorkers, warm_workers
from analysis.execution.workers import default_jobs
from analysis.files.problems import Refused, ReviewError, system_errors_as_sentences
from analysis.watch.messages import Ended, Executed, Making, Message, Ready, Shown, Stands, Wanted

THE_WATCH_HAS_ENDED, NEXT = 0, 1
PAGES_TO_REHEARSE = 4
BUILD_KILLED = "the build was killed, or memory ran out: it begins again with what is saved next"


def main(watch: int, descriptor: int, review: str, scratch: Path, generations: int) -> None:
    """Build what is asked for on that socket, until it closes.

    After so many `generations` the parent of the kernels begins anew.
    """
    die_with(watch)
    gc.set_threshold(100_000, 50, 100)
    module, _, name = review.partition(":")
    asked = Connection(descriptor)
    builder = _Builder(getattr(importlib.import_module(module), name)(), asked, scratch)
    while builder.serve(generations):
        pass


@dataclass
class _Builder:
    """What every generation begins with. `scratch` is where pages go that are shown ahead."""

    review: Review
    asked: Connection
    scratch: Path
    rehearsed: bool = False

    def __post_init__(self) -> None:
        self.inputs = Inputs(self.project)

    @property
    def project(self) -> Project:
        return self.review.project

    def serve(self, generations: int) -> bool:
        """Fork so many, one after the other, beside one parent of kernels.

        False where the watch ended.
        """
        rehearsal = self.review.rehearsal.of_all if self.review.rehearsal else None
        modules = []
        with suppress(ReviewError):  # a build will say so
            modules = list(modules_of_pages(self.review, self.inputs, rehearsal))
            self.inputs = known_files(self.review, self.inputs)
        with warm_workers(default_jobs(), self.project.root, modules) as crew:
            if rehearsal:
                crew.rehearse(rehearsal)
            for _ in range(generations):
                self._rehearse()
                gc.freeze()
                if _outcome_of(_forked(lambda: _Generation(self, crew).serve())) != NEXT:
                    return False
                if select.select([crew.parent.control], [], [], 0)[0]:
                    break  # the parent of the kernels has ended
        return True

    def _rehearse(self) -> None:
        """Check the evidence and render a few pages of the site that stands, once.

        With all that this loads; what the check leaves is of the same evidence, or it says so.
        """
        with suppress(ReviewError, OSError, Timeout), FileLock(lock_of(self.project), timeout=0):
            known = read_stamp(SiteFolders(self.project))
            if self.rehearsed or known is None:
                return
            self.rehearsed = True
            with suppress(ReviewError):
                self.review.check()
            with book_build(self.project) as book, tempfile.TemporaryDirectory() as folder:
                book.begin()
                documents = sorted(known.pages)
                for document in documents[:: max(1, len(documents) // PAGES_TO_REHEARSE)]:
                    book.show(document, Path(folder))


def known_files(review: Review, inputs: Inputs) -> Inputs:
    """What is known of the files as they are now: what a build would find out of them first."""
    inputs = inputs.afresh(states(review.project))
    reads = known_reads(inputs)
    stale_pages(review.contents().pages, replace(inputs, reads=reads or {}))
    take_stock(review.project, inputs.known)
    return inputs


def lock_of(project: Project) -> Path:
    """The lock of whoever builds."""
    project.build.mkdir(parents=True, exist_ok=True)
    return project.build / ".lock"


@dataclass
class _Generation:
    """One process: Sphinx has begun, and forks of it do what the watch asks for."""

    builder: _Builder
    crew: WarmWorkers
    forks: dict[Connection, int] = field(default_factory=dict)
    build: Connection | None = None
    ready: Connection | None = None  # the fork that has rehearsed to show a page, and waits for one
    waits_for: Connection | None = None  # the fork that shows the open page ahead of the build
    wanted: Wanted | None = None
    ended: Ended | None = None

    def serve(self) -> int:
        """Hear the watch and the forks; the status to end with."""
        builder = self.builder
        die_with(os.getppid())
        self.inputs = builder.inputs
        folders, known = SiteFolders(builder.project), self.inputs.known
        self.book = BookBuild(folders, False, default_jobs(), known)
        self._begin()
        with suppress(ReviewError, OSError):  # a build will say so
            self.inputs = known_files(builder.review, self.inputs)
        gc.freeze()
        self.rehearsal = Path(tempfile.mkdtemp(dir=builder.scratch))
        self._fork(self._rehearse_to_show)
        while True:
            for heard in wait([builder.asked, *self.forks]):
                assert isinstance(heard, Connection)
                try:
                    said = heard.recv()
                except (EOFError, OSError):
                    if heard is builder.asked:
                        self._end_forks()
                        return THE_WATCH_HAS_ENDED
                    if self._is_over(heard):
                        return NEXT
                    continue
                if isinstance(said, Wanted):
                    self._do(said)
                elif isinstance(said, Ready):
                    self.ready = heard
                else:
                    self._pass_on(said)

    def _begin(self) -> None:
        """Have Sphinx begin, unless somebody else builds or there is nothing to remember."""
        with suppress(OSError, Timeout), FileLock(lock_of(self.builder.project), timeout=0):
            if read_stamp(self.book.folders) is not None:
                self.book.begin()

    def _do(self, wanted: Wanted) -> None:
        if wanted.build:
            self.wanted = wanted
            self.build = self._fork(lambda above: _build(self, wanted, above))
        else:
            self._show(wanted)

    def _rehearse_to_show(self, above: Connection) -> None:
        """Show a page as it stands, to nobody; then, in half the time, the one that is wanted."""
        with suppress(Exception):  # a build will say so
            document = _most_usual(self.builder.review.contents().pages)
            if document and self.book.has_begun:
                self.book.show(document, self.rehearsal)
                above.send(Ready())
                _show(self.book, above.recv(), self.builder.scratch, above.send)

    def _show(self, wanted: Wanted) -> Connection:
        """The fork that shows it, which is the one that waits if there is one."""
        fork, self.ready = self.ready, None
        if fork:
            with suppress(OSError):  # it has been killed
                fork.send(wanted)
                return fork
        return self._fork(lambda above: _show(self.book, wanted, self.builder.scratch, above.send))

    def _pass_on(self, said: Message) -> None:
        """What a fork says, to the watch; the open page is shown as soon as it is executed.

        That the build has ended is said when this generation ends with it: what is asked for then
        is the next one's to do.
        """
        if isinstance(said, Executed):
            assert self.wanted is not None
            self.waits_for = self._show(replace(self.wanted, build=False))
        elif isinstance(said, Ended):
            self.ended = said
        else:
            self.builder.asked.send(said)

    def _fork(self, act: Callable[[Connection], None]) -> Connection:
        ours, theirs = Pipe()

        def acting() -> int:
            die_with(parent)
            ours.close()
            act(theirs)
            return 0

        parent = os.getpid()
        pid = _forked(acting)
        theirs.close()
        self.forks[ours] = pid
        return ours

    def _is_over(self, fork: Connection) -> bool:
        """Take leave of a fork; whether it was the build."""
        _outcome_of(self.forks.pop(fork))
        fork.close()
        self.ready = None if fork is self.ready else self.ready
        if fork is self.waits_for and self.build:
            with suppress(OSError):  # it has been killed, as will be heard
                self.build.send(None)
        if fork is not self.build:
            return False
        self._end_forks()
        assert self.wanted is not None
        self.builder.asked.send(self.ended or Ended(self.wanted.since, (BUILD_KILLED,)))
        return True

    def _end_forks(self) -> None:
        for pid in self.forks.values():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
            _outcome_of(pid)
        shutil.rmtree(self.rehearsal, ignore_errors=True)


@dataclass(frozen=True)
class _Teller:
    """Hears how the pages of a build go, and tells who is `above`."""

    above: Connection
    first: Path | None

    def started(self, page: Page) -> None:
        self.above.send(Making(page.target.with_suffix("").as_posix()))

    def finished(self, outcome: Outcome) -> None:
        """Where that is the open page, wait until it is shown: nothing else shall delay it."""
        if outcome.state == "executed" and outcome.page.target == self.first:
            self.above.send(Executed())
            self.above.recv()


def _build(generation: _Generation, wanted: Wanted, above: Connection) -> None:
    """Build the site as `./review build` does, with what this generation has at hand."""
    tell: Callable[[Message], None] = above.send
    tell(Making(""))
    jobs = default_jobs()
    crew = replace(generation.crew, pool=ThreadPoolExecutor(jobs), forks=set(), begun=[])
    first = Path(f"{wanted.document}.ipynb") if wanted.document else None

    def stands(site: Site) -> None:
        tell(Stands(wanted.since, site.state, site.pages))

    teller = _Teller(above, first)
    kept = Kept(generation.book, generation.inputs, first, teller, stands, crew.begin)
    manner = Manner(jobs=jobs, workers=lambda: nullcontext(crew), kept=kept)
    try:
        done = build_all(generation.builder.review, Console(file=io.StringIO()), manner)
        tell(Ended(wanted.since, _problems(done)))
    except ReviewError as error:
        tell(Ended(wanted.since, tuple(str(error).splitlines()), isinstance(error, Refused)))
    except Exception as error:
        tell(Ended(wanted.since, (f"the build ended with {type(error).__name__}: {error}",)))
    finally:
        crew.leave_begun()


def _problems(done: Build) -> tuple[str, ...]:
    """What kept the site from being built: pages that failed, or what Sphinx complained of."""
    lost = (*done.report.of("failed"), *done.report.of("blocked"))
    pages = [f"{outcome.page.template}: {outcome}" for outcome in lost]
    return (*pages, *map(str, done.problems.problems if done.problems else ()))


def _show(book: BookBuild, wanted: Wanted, scratch: Path, tell: Callable[[Message], None]) -> None:
    """Render the open page ahead; what is wrong with it the build will say."""
    if not book.has_begun:
        return
    folder = Path(tempfile.mkdtemp(dir=scratch))
    try:
        with system_errors_as_sentences():
            book.show(wanted.document, folder)
    except ReviewError:
        shutil.rmtree(folder, ignore_errors=True)
        return
    tell(Shown(wanted.since, wanted.document, str(folder)))


def _most_usual(pages: Sequence[Page]) -> str | None:
    """The document of a page of the notebook that makes most pages."""
    usual = Counter(page.template for page in pages).most_common(1)
    of_it = (page for page in pages for template, _ in usual if page.template == template)
    return next((page.target.with_suffix("").as_posix() for page in of_it), None)


def _forked(act: Callable[[], int]) -> int:
    """The process id of a fork that does that and ends with the status that it returns."""
    if pid := os.fork():
        return pid
    _act(act)


def _act(act: Callable[[], int]) -> NoReturn:
    status = 255
    try:
        status = act()
    except BaseException as error:
        sys.stderr.write(f"{type(error).__name__}: {error}\n")
        sys.stderr.flush()
    os._exit(status)


def _outcome_of(pid: int) -> int:
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3], Path(sys.argv[4]), int(sys.argv[5]))
    os._exit(0)
