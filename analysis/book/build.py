"""The whole build: check the evidence, execute what is stale, make the site."""

from __future__ import annotations

import json
import platform
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from functools import cache

from filelock import FileLock, Timeout
from rich.console import Console
from rich.markup import escape

from analysis.book.rendering import BookError
from analysis.book.site import Prepared, Site, build_book, prepared_book
from analysis.execution.fingerprint import (
    Inputs,
    Parts,
    digest,
    read_record,
)
from analysis.execution.notebook import Executed, Failed, Job
from analysis.execution.plan import Page, Project
from analysis.execution.progress import progress
from analysis.execution.run import SECONDS_PER_PAGE, Crew, Report, execute, stale_pages
from analysis.execution.workers import can_fork, default_jobs, open_workers
from analysis.files.problems import ReviewError, system_errors_as_sentences
from analysis.files.writing import remove_unfinished, write_atomically

Reads = Mapping[str, Parts]
"""Page name → the rows it reads: what each is, and the hash of its content."""


@dataclass(frozen=True)
class Checked:
    """Evidence that is valid: the rows each page reads, and what kernels may begin with.

    `given` is the text that the rehearsal is called with: evidence that was just read need
    not be read again.
    """

    reads: Reads
    given: str | None = None


Check = Callable[[], Checked]
"""Validates the evidence; raises `ReviewError`."""

Plan = Callable[[], Sequence[Page]]
"""Says which pages there are; raises `ReviewError`."""

Files = Callable[[], Mapping[str, bytes]]
"""Files of the site that are no pages: where in the site → content."""

OpenWorkers = Callable[[], AbstractContextManager[Crew]]


@dataclass(frozen=True)
class Rehearsal:
    """What the parent of the kernels does before the first page, each as `module:function`.

    `of_all` where every page is to be executed, `of_some` otherwise: what only few pages
    need is then not worth waiting for.
    """

    of_all: str
    of_some: str

    def chosen(self, all_pages: bool) -> str:
        return self.of_all if all_pages else self.of_some


CHECKED = ".checked.json"


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


def build_all(
    project: Project,
    plan: Plan,
    check: Check,
    *,
    console: Console,
    jobs: int | None = None,
    force: bool = False,
    timeout: float = SECONDS_PER_PAGE,
    rehearsal: Rehearsal | None = None,
    workers: OpenWorkers | None = None,
    files: Files | None = None,
) -> Build:
    """Bring the site up to date and say what was done; a second build waits for the first.

    `plan` is asked for once. `jobs` is the number of pages at a time (one for each core),
    `rehearsal` what the parent of the kernels calls before the first with what the check
    gives, `workers` opens others than this machine's processes, `files` says, once the
    pages are executed, what else the site holds. The site stays as it was when a page fails
    or Sphinx complains. Raises `ReviewError` for evidence or a plan that cannot be used,
    and for what the system refuses.
    """
    clock, jobs, plan = _Clock(), jobs or default_jobs(), cache(plan)
    with (
        system_errors_as_sentences(),
        only_build(project, console),
        ExitStack() as stack,
    ):
        remove_unfinished(project.chapters, project.results)
        reads = known_reads(project)
        inputs = Inputs(project, reads or {})
        all_pages = force or not read_record(project)
        rehearsed = rehearsal.chosen(all_pages) if rehearsal else None
        opened = workers or _processes(plan, inputs, jobs, rehearsed, console)
        prepared: Prepared | None = None
        with _OnDemand(opened, rehearsed) as hands:
            if force or reads is None or stale_pages(plan(), inputs):
                hands.begin()  # imports its stack while this process checks the evidence
            pages = plan()
            checked = checked_evidence(project, check)
            inputs, hands.given = replace(inputs, reads=checked.reads), checked.given
            if hands.begun:
                hands.rehearse()

            def prepare() -> None:
                """Let Sphinx begin while the parent of the kernels still imports its stack."""
                nonlocal prepared
                prepared = stack.enter_context(prepared_book(project, force=force, jobs=jobs))

            clock.ends("check")
            with progress(console, len(pages)) as listener:
                report = execute(
                    pages,
                    inputs,
                    hands,
                    force=force,
                    timeout=timeout,
                    listener=listener,
                    meanwhile=prepare,
                )
        clock.ends("pages")
        site, problems = _book(project, report, force, jobs, files, prepared)
        clock.ends("book")
    build = Build(report, site, problems, clock.seconds)
    _summarise(build, project, console)
    return build


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


def checked_evidence(project: Project, check: Check) -> Checked:
    """What the pages read, from evidence that is valid; checked again only if it changed.

    Raises `ReviewError` also if the evidence changes meanwhile.
    """
    known = known_reads(project)
    if known is not None:
        return Checked(known)
    state = _evidence(project)
    checked = check()
    if _evidence(project) != state:
        raise ReviewError("the evidence changed while it was being checked: build again")
    reads = {name: dict(parts) for name, parts in checked.reads.items()}
    said = json.dumps({"evidence": state, "reads": reads}, ensure_ascii=False)
    write_atomically(project.results / CHECKED, said + "\n")
    return checked


def known_reads(project: Project) -> Reads | None:
    """What the last check said, if it was of the same evidence by the same code."""
    try:
        known = json.loads((project.results / CHECKED).read_text(encoding="utf-8"))
        return dict(known["reads"]) if known["evidence"] == _evidence(project) else None
    except (OSError, ValueError, TypeError, KeyError):
        return None


def _evidence(project: Project) -> str:
    """One hash of the data and of all code that might judge it."""
    inputs = Inputs(project)
    code = sorted(path.relative_to(project.root) for path in project.package.rglob("*.py"))
    state = {**inputs.data(), **inputs.files(code), "Python": platform.python_version()}
    return digest(json.dumps(state, sort_keys=True).encode())


def _processes(
    plan: Plan, inputs: Inputs, jobs: int, rehearsal: str | None, console: Console
) -> OpenWorkers:
    """This machine's workers, with the modules that the pages' notebooks import."""

    def opened() -> AbstractContextManager[Crew]:
        if not can_fork():
            console.print("This platform does not fork: ordinary kernels are started, slowly.")
        return open_workers(jobs, inputs.project.root, _modules(plan, inputs, rehearsal))

    return opened


def _modules(plan: Plan, inputs: Inputs, rehearsal: str | None) -> Iterator[str]:
    """What is to be warm: found while the parent imports what every page needs."""
    if rehearsal:
        yield rehearsal.partition(":")[0]
    for template in {page.template for page in plan()}:
        yield from inputs.imports(template)


@dataclass
class _OnDemand:
    """Workers that are opened when the first page, or somebody who foresees one, asks.

    Before the first page they rehearse, with what is `given`.
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
            workers.rehearse(self.rehearsal, self.given)
        self._rehearsed = True
        return workers

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


def _book(
    project: Project,
    report: Report,
    force: bool,
    jobs: int,
    files: Files | None,
    prepared: Prepared | None,
) -> tuple[Site | None, BookError | None]:
    """The site, unless a page failed: then it would mix new pages with old ones."""
    if not report.succeeded:
        return None, None
    try:
        others = files() if files else {}
        site = build_book(project, force=force, jobs=jobs, files=others, prepared=prepared)
        return site, None
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
