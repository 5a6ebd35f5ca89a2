"""The whole build: check the evidence, execute what is stale, make the site."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext, suppress
from dataclasses import dataclass, field, replace
from functools import cache, partial
from pathlib import Path

from filelock import FileLock, Timeout
from rich.console import Console
from rich.markup import escape

from analysis.book.checked import Check, checked_evidence, known_reads
from analysis.book.documents import Contents, write_toc
from analysis.book.rendering import BookError
from analysis.book.site import BookBuild, Site, book_build
from analysis.execution.notebook import Executed, Failed, Job
from analysis.execution.plan import Project
from analysis.execution.progress import progress
from analysis.execution.run import (
    SECONDS_PER_PAGE,
    Crew,
    Listener,
    Report,
    execute,
    job_of,
    stale_pages,
)
from analysis.execution.staleness import Inputs, read_record
from analysis.execution.states import newer_than_the_check, states
from analysis.execution.warm import Parent
from analysis.execution.workers import can_fork, default_jobs, open_workers
from analysis.files.problems import system_errors_as_sentences
from analysis.files.writing import remove_unfinished

ListContents = Callable[[], Contents]
"""Says which documents the book has; raises `ReviewError`."""

Files = Callable[[], Mapping[str, bytes]]
"""Files of the site that are no pages: where in the site → content."""

OpenWorkers = Callable[[], AbstractContextManager[Crew]]


@dataclass(frozen=True)
class Rehearsal:
    """What the parent of the kernels does before the first page, each as `module:function`.

    `of_all` where every page is to be executed, `of_some` otherwise: what only few pages
    need is then not worth waiting for. `of_news` is for one that has done so and is to begin again
    with the evidence as it is now, `of_readers` is what pages that read results share.
    """

    of_all: str
    of_some: str
    of_news: str
    of_readers: str

    def chosen(self, manner: Manner, project: Project) -> str:
        if manner.kept:
            return self.of_news
        return self.of_all if manner.force or not read_record(project) else self.of_some


def no_files() -> Mapping[str, bytes]:
    """A site of pages alone."""
    return {}


@dataclass(frozen=True)
class Review:
    """What is built: where it is, and its parts, each asked for when it is needed.

    `contents` is asked for once, `files` once the pages are executed; `rehearsal` is what
    the parent of the kernels calls before the first with what the check gives.
    """

    project: Project
    contents: ListContents
    check: Check
    files: Files = no_files
    rehearsal: Rehearsal | None = None


@dataclass(frozen=True)
class Manner:
    """How it is built: `jobs` pages at a time (one for each core), all of them if `force`.

    `timeout` are the seconds a page may take, `workers` opens others than this machine's
    processes. `begun` is a parent of kernels that was begun ahead, where pages were foreseen.
    """

    jobs: int = field(default_factory=default_jobs)
    force: bool = False
    timeout: float = SECONDS_PER_PAGE
    workers: OpenWorkers | None = None
    begun: Parent | None = None
    kept: Kept | None = None


@dataclass(frozen=True)
class Kept:
    """What a process that stays has at hand for its next build, and how it follows that build.

    `book` has begun, `inputs` know files as they were, the page of `first` (below `chapters/`) is
    executed before the others, `listener` hears of the pages, and `stands` of the site as soon as
    it is in its place. `begin` begins a page that will be asked for before all others, if any is.
    """

    book: BookBuild
    inputs: Inputs
    first: Path | None
    listener: Listener
    stands: Callable[[Site], None]
    begin: Callable[[Job], None]


@dataclass(frozen=True)
class Build:
    """What a build did: the run, the site or what was wrong with it, the seconds of each stage."""

    report: Report
    site: Site | None
    problems: BookError | None
    seconds: Mapping[str, float]

    @property
    def succeeded(self) -> bool:
        return self.site is not None


def build_all(review: Review, console: Console, manner: Manner | None = None) -> Build:
    """Bring the site up to date and say what was done; a second build waits for the first.

    The site stays as it was when a page fails or Sphinx complains. Raises `ReviewError` for
    evidence or contents that cannot be used, and for what the system refuses.
    """
    review, manner = replace(review, contents=cache(review.contents)), manner or Manner()
    with system_errors_as_sentences(), only_build(review.project, console):
        build = _build(review, manner, console)
    _summarise(build, review.project, console)
    return build


def _build(review: Review, manner: Manner, console: Console) -> Build:
    clock, project = _Clock(), review.project
    remove_unfinished(project.chapters, project.results)
    begun = manner.kept.book if manner.kept else None
    with book_build(project, force=manner.force, jobs=manner.jobs, begun=begun) as book:
        report = _execute(review, manner, console, clock, book)
        site, problems = _book(review, report, book)
        clock.ends("book")
        if site and manner.kept:
            manner.kept.stands(site)
    return Build(report, site, problems, clock.seconds)


def _execute(
    review: Review, manner: Manner, console: Console, clock: _Clock, book: BookBuild
) -> Report:
    """Check the evidence and execute what is stale, each beside what can be begun meanwhile."""
    project, since = review.project, states(review.project)
    inputs = manner.kept.inputs.afresh(since) if manner.kept else Inputs(project, since=since)
    if manner.begun and manner.begun.since != since:  # it may have imported what was there before
        manner.begun.end()
    rehearsed = review.rehearsal.chosen(manner, project) if review.rehearsal else None
    opened = manner.workers or _processes(review, inputs, manner, rehearsed, console)
    with _OnDemand(opened, rehearsed) as hands:
        if manner.kept and newer_than_the_check(project, since):
            _begin_first(review, manner, manner.kept, hands)
        reads = known_reads(inputs)
        inputs = replace(inputs, reads=reads or {})
        if manner.force or reads is None or stale_pages(review.contents().pages, inputs):
            hands.begin()  # imports its stack while this process checks the evidence
        elif manner.begun:
            manner.begun.end()
        contents = review.contents()
        write_toc(project, contents)
        checked = checked_evidence(inputs, review.check)
        inputs, hands.given = replace(inputs, reads=checked.reads), checked.given
        if hands.begun:
            hands.rehearse()
        clock.ends("check")
        with _heard(manner, console, len(contents.pages)) as listener:
            report = execute(
                contents.pages,
                inputs,
                hands,
                force=manner.force,
                timeout=manner.timeout,
                listener=listener,
                meanwhile=book.begin,  # while the parent of the kernels still imports
                before_readers=partial(hands.prepare, review.rehearsal),
                first=manner.kept.first if manner.kept else None,
            )
    clock.ends("pages")
    return report


def _begin_first(review: Review, manner: Manner, kept: Kept, hands: _OnDemand) -> None:
    """Begin the page that somebody waits for beside the check of what it is made from.

    Nothing of it is kept before that has ended well, and nothing if the page is up to date.
    """
    for page in review.contents().pages:
        if page.target == kept.first and not page.needs:
            hands.rehearse()
            with suppress(OSError):  # whoever asks for the page meets it again
                kept.begin(job_of(page, review.project, manner.timeout, alone=True))


def _heard(manner: Manner, console: Console, pages: int) -> AbstractContextManager[Listener]:
    return nullcontext(manner.kept.listener) if manner.kept else progress(console, pages)


@contextmanager
def only_build(project: Project, console: Console) -> Iterator[None]:
    """Let one build of a project run at a time; the system frees the place of a killed one."""
    project.build.mkdir(parents=True, exist_ok=True)
    lock = FileLock(project.build / ".lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        console.print("Another build of this project is running; waiting until it ends.")
        lock.acquire()
    try:
        yield
    finally:
        lock.release()


def _processes(
    review: Review, inputs: Inputs, manner: Manner, rehearsal: str | None, console: Console
) -> OpenWorkers:
    """This machine's workers, with the modules that the pages' notebooks import."""

    def opened() -> AbstractContextManager[Crew]:
        if not can_fork():
            console.print("This platform does not fork: ordinary kernels are started, slowly.")
        modules = modules_of_pages(review, inputs, rehearsal)
        return open_workers(manner.jobs, inputs.project.root, modules, manner.begun)

    return opened


def modules_of_pages(review: Review, inputs: Inputs, rehearsal: str | None) -> Iterator[str]:
    """What is to be warm: found while the parent imports what every page needs."""
    if rehearsal:
        yield rehearsal.partition(":")[0]
    for template in {page.template for page in review.contents().pages}:
        yield from inputs.imports(template)


@dataclass
class _OnDemand:
    """Workers that are opened when the first page, or somebody who foresees one, asks.

    Before the first page they rehearse, with what is `given` by then.
    """

    open: OpenWorkers
    rehearsal: str | None
    given: str | None = None
    _stack: ExitStack = field(default_factory=ExitStack)
    _workers: Crew | None = None
    _rehearsed: bool = False

    def begin(self) -> Crew:
        if self._workers is None:
            self._workers = self._stack.enter_context(self.open())
        return self._workers

    @property
    def begun(self) -> bool:
        return self._workers is not None

    def rehearse(self) -> Crew:
        workers = self.begin()
        if self.rehearsal and not self._rehearsed:
            workers.rehearse(self.rehearsal, *filter(None, [self.given]))
        self._rehearsed = True
        return workers

    def prepare(self, rehearsal: Rehearsal | None) -> None:
        """Do once what pages that read results would each do."""
        if rehearsal:
            self.rehearse().prepare(rehearsal.of_readers)

    def submit(self, job: Job) -> Future[Executed | Failed]:
        return self.rehearse().submit(job)

    def __enter__(self) -> _OnDemand:
        return self

    def __exit__(self, *reason: object) -> None:
        self._stack.close()


@dataclass
class _Clock:
    """The seconds of each stage, from the end of the one before it."""

    last: float = field(default_factory=time.monotonic)
    seconds: dict[str, float] = field(default_factory=dict)

    def ends(self, stage: str) -> None:
        now = time.monotonic()
        self.seconds[stage], self.last = now - self.last, now


def _book(review: Review, report: Report, book: BookBuild) -> tuple[Site | None, BookError | None]:
    """The site, unless a page failed: then it would mix new pages with old ones."""
    if not report.succeeded:
        return None, None
    try:
        return book.finish(review.files()), None
    except BookError as error:
        return None, error


def _summarise(build: Build, project: Project, console: Console) -> None:
    """Where the site is, what was done, how long each stage took; or what failed."""

    def say(text: str, style: str = "") -> None:
        console.print(escape(text), style=style, soft_wrap=True, highlight=False)

    executed, fresh = build.report.of("executed"), build.report.of("fresh")
    say(f"{len(executed)} pages executed, {len(fresh)} up to date.")
    for outcome in (*build.report.of("failed"), *build.report.of("blocked")):
        say(f"✗ {outcome.page.template} → {outcome}", "red")
    for problem in build.problems.problems if build.problems else ():
        say(f"✗ {problem}", "red")
    total = sum(build.seconds.values())
    stages = ", ".join(f"{stage} {seconds:.1f} s" for stage, seconds in build.seconds.items())
    say(f"{total:.1f} s: {stages}.")
    if build.site:
        say(f"The site is at {build.site.index.relative_to(project.root)} ({build.site.state}).")
    elif project.site.is_dir():
        say("The site was left as it was.", "bold")
