"""Execute the stale pages in parallel, each one committed whole or not at all."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from concurrent.futures import FIRST_COMPLETED, Future, wait
from contextlib import contextmanager
from dataclasses import dataclass, field
from graphlib import TopologicalSorter
from pathlib import Path
from types import FrameType
from typing import Literal, Protocol

from analysis.execution.notebook import Executed, Failed, Job, read_template
from analysis.execution.plan import Page, Project, check_plan
from analysis.execution.staleness import (
    Inputs,
    Made,
    Parts,
    forget,
    output_paths,
    outputs,
    read_record,
    remember_page,
    stale_because,
)
from analysis.files.digests import digest
from analysis.files.writing import write_atomically

SECONDS_PER_PAGE = 120.0
SEVERAL = 3  # pages that are worth doing something for first
SECONDS_TO_HEAR = 0.5  # an interrupt that did not wake who waits for a page

State = Literal["executed", "fresh", "failed", "blocked"]


@dataclass(frozen=True)
class Outcome:
    """What became of one page. `why` says what made it stale, what failed or what it lacks."""

    page: Page
    state: State
    why: str = ""
    seconds: float = 0.0
    stderr: str = ""
    failure: Failed | None = None

    def __str__(self) -> str:
        match self.state:
            case "executed":
                return f"{self.page.name}: executed in {self.seconds:.1f} s, because {self.why}"
            case "fresh":
                return f"{self.page.name}: up to date"
            case _:
                return f"{self.page.name}: {self.why}"


@dataclass(frozen=True)
class Report:
    """What a run did, page by page in the order of the plan."""

    outcomes: tuple[Outcome, ...]
    seconds: float

    def of(self, state: State) -> tuple[Outcome, ...]:
        return tuple(outcome for outcome in self.outcomes if outcome.state == state)

    @property
    def succeeded(self) -> bool:
        return not self.of("failed") and not self.of("blocked")


class Workers(Protocol):
    """Whatever executes pages: processes here, or machines elsewhere."""

    def submit(self, job: Job) -> Future[Executed | Failed]: ...


class Crew(Workers, Protocol):
    """Workers that can do once what each of their pages would do first."""

    def rehearse(self, function: str, *given: str) -> None:
        """Call `module:name` with what is given, before pages submitted later, if that helps."""

    def prepare(self, function: str) -> None:
        """Call `module:name` for what pages submitted later would each work out, if they share."""


class Listener(Protocol):
    """Who is told how a run goes: the progress bar, or nobody."""

    def started(self, page: Page) -> None: ...

    def finished(self, outcome: Outcome) -> None: ...


def stale_pages(pages: Sequence[Page], inputs: Inputs) -> dict[str, str]:
    """The pages to execute, with the reason in one line; those that need them not counted.

    A page whose needs are stale may turn out up to date, once they have been executed
    and published the same results as before.
    """
    record = read_record(inputs.project, inputs.known)
    reasons = {page.name: stale_because(page, inputs, record.get(page.name)) for page in pages}
    return {name: reason for name, reason in reasons.items() if reason is not None}


def execute(
    pages: Sequence[Page],
    inputs: Inputs,
    workers: Workers,
    *,
    force: bool = False,
    timeout: float = SECONDS_PER_PAGE,
    listener: Listener | None = None,
    meanwhile: Callable[[], None] | None = None,
    before_readers: Callable[[], None] | None = None,
    first: Path | None = None,
) -> Report:
    """Execute what is stale (everything, if `force`) and commit what succeeded.

    A page that fails keeps its former output and blocks only the pages that need it. The page
    whose target is `first`, and what it needs, are made before all others are begun.
    `meanwhile` is called once, when the first pages have been handed out, if any are.
    `before_readers` is called before several pages that read results are handed out, and as soon
    as it is known that they will be: it may do what each of them would.
    Raises `PlanError` for a plan that contradicts itself.
    """
    check_plan(pages)
    started = time.monotonic()
    with _interrupts() as interrupts:
        run = _Run(
            inputs,
            workers,
            force,
            timeout,
            listener,
            meanwhile,
            before_readers,
            interrupts,
            _needed_for(first, pages),
        )
        outcomes = {outcome.page.name: outcome for outcome in run.all(pages)}
    return Report(tuple(outcomes[page.name] for page in pages), time.monotonic() - started)


@dataclass
class _Run:
    """The state of one call of `execute`."""

    inputs: Inputs
    workers: Workers
    force: bool
    timeout: float
    listener: Listener | None
    meanwhile: Callable[[], None] | None
    before_readers: Callable[[], None] | None
    interrupts: _Interrupts
    hurried: frozenset[str] = frozenset()
    record: dict[str, Made] = field(default_factory=dict)
    lost: set[str] = field(default_factory=set)
    running: dict[Future[Executed | Failed], _Started] = field(default_factory=dict)
    foreseen: bool = False
    news: bool = True  # in the results, since readers were prepared for
    waiting: list[str] = field(default_factory=list)
    readers: list[Page] = field(default_factory=list)  # of excerpts

    @property
    def project(self) -> Project:
        return self.inputs.project

    def all(self, pages: Sequence[Page]) -> Iterator[Outcome]:
        """Each page's outcome as it is known; a page waits for those it needs."""
        by_name = {page.name: page for page in pages}
        self.record = read_record(self.project, self.inputs.known)
        self._drop_unplanned(pages)
        self.readers = [page for page in pages if page.excerpt]
        order = TopologicalSorter({page.name: page.needs for page in pages})
        order.prepare()
        while order.is_active():
            ready = [by_name[name] for name in self._in_turn(order)]
            why = {page.name: self._why(page) for page in ready}
            self._prepare([page for page in ready if page.needs and why[page.name]])
            alone = not self.running and sum(map(bool, why.values())) == 1
            outcomes = [self._begin(page, why[page.name], alone) for page in ready]
            made = {started.page.name for started in self.running.values()}
            if not made & self.hurried:  # which it would delay
                self._foresee(pages, made)
            if self.running and self.meanwhile:
                self.meanwhile()
                self.meanwhile = None
            known = [outcome for outcome in outcomes if outcome is not None]
            for outcome in known or self._wait():
                order.done(outcome.page.name)
                self._hurry_no_more(outcome, pages)
                if self.listener:
                    self.listener.finished(outcome)
                yield outcome
        self.inputs.excerpts.keep()

    def _drop_unplanned(self, pages: Sequence[Page]) -> None:
        """Delete what pages no longer planned have made, unless another page makes it now."""
        planned = {path.as_posix() for page in pages for path in output_paths(page)}
        for name in set(self.record) - {page.name for page in pages}:
            for path in set(self.record.pop(name).outputs) - planned:
                (self.project.root / path).unlink(missing_ok=True)
            forget(self.project, name)

    def _in_turn(self, order: TopologicalSorter[str]) -> list[str]:
        """The pages that may start: those that took longest first, so that no core idles last.

        As long as somebody waits for some, these alone: whatever else ran would delay them.
        """

        def last_time(name: str) -> float:
            return self.record[name].seconds if name in self.record else float("inf")

        self.waiting += order.get_ready()
        hurried = self.hurried.intersection(self.waiting)
        made = self.hurried.intersection(started.page.name for started in self.running.values())
        turn = [name for name in self.waiting if name in hurried or not (hurried or made)]
        self.waiting = [name for name in self.waiting if name not in turn]
        return sorted(turn, key=last_time, reverse=True)

    def _prepare(self, readers: Sequence[Page]) -> None:
        """Have done once what several of these pages would each do, if there is news for them."""
        if self.before_readers and self.news and len(readers) >= SEVERAL:
            self.before_readers()
            self.news = False

    def _foresee(self, pages: Sequence[Page], made: AbstractSet[str]) -> None:
        """Let that begin while the pages are executed, or shown, that have the news."""
        awaited = [page for page in pages if not made.isdisjoint(page.needs)]
        if self.before_readers and not self.foreseen and len(awaited) >= SEVERAL:
            self.before_readers()
            self.foreseen = True

    def _hurry_no_more(self, outcome: Outcome, pages: Sequence[Page]) -> None:
        """Where that was the last page that somebody waited for, have readers foreseen."""
        made = self.hurried & {outcome.page.name}
        self.hurried -= made
        if made and not self.hurried and outcome.state == "executed":
            self._foresee(pages, made)
            self.news = self.news and not self.foreseen

    def _why(self, page: Page) -> str | None:
        """Why the page is to be executed; None where it is up to date."""
        why = stale_because(page, self.inputs, self.record.get(page.name))
        return why or ("it was asked for" if self.force else None)

    def _begin(self, page: Page, why: str | None, alone: bool) -> Outcome | None:
        """Start the page, or say at once what is known of it."""
        if lost := sorted(set(page.needs) & self.lost):
            self.lost.add(page.name)
            return Outcome(page, "blocked", f"not executed, because {', '.join(lost)} failed")
        if why is None:
            return Outcome(page, "fresh")
        try:
            job = job_of(page, self.project, self.timeout, alone=alone)
        except OSError as error:
            return self._failed(page, Failed(f"{page.template}: {error.strerror}"))
        self.running[self.workers.submit(job)] = _Started(page, why, self.inputs.of(page))
        if self.listener:
            self.listener.started(page)
        return None

    def _wait(self) -> list[Outcome]:
        """The outcomes of the pages that end next; raises `KeyboardInterrupt`."""
        done: set[Future[Executed | Failed]] = set()
        while not done:
            self.interrupts.check()
            done, _ = wait(self.running, SECONDS_TO_HEAR, return_when=FIRST_COMPLETED)
        return [self._end(self.running.pop(future), future) for future in done]

    def _end(self, started: _Started, future: Future[Executed | Failed]) -> Outcome:
        try:
            made = future.result()
        except Exception as error:
            made = Failed(f"the worker was lost: {type(error).__name__}: {error}")
        if isinstance(made, Executed) and (changed := self.inputs.changed()):
            # The page may have read what was not what it is remembered by.
            made = Failed(f"{changed[0]} changed during the build: build again")
        if isinstance(made, Failed):
            return self._failed(started.page, made)
        self._commit(started, made)
        return Outcome(started.page, "executed", started.why, made.seconds, made.stderr)

    def _failed(self, page: Page, failure: Failed) -> Outcome:
        self.lost.add(page.name)
        return Outcome(page, "failed", str(failure), failure=failure)

    def _commit(self, started: _Started, made: Executed) -> None:
        """Result, page, record, in this order: a kill between them leaves the page stale.

        So does what a power cut leaves of them: the record has their hashes.
        """
        page = started.page
        result = self.project.results / page.result
        if made.result is None:
            result.unlink(missing_ok=True)
        else:
            write_atomically(result, made.result, lasting=False)
        target = self.project.chapters / page.target
        write_atomically(target, made.notebook, lasting=False)
        self.inputs.forget_results()
        self.news = True
        self._note_excerpts(page.name, made.result)
        known = Made(started.inputs, outputs(page, self.project), made.seconds)
        self.record[page.name] = known
        remember_page(self.project, page.name, known)

    def _note_excerpts(self, page: str, result: str | None) -> None:
        """What others read of its result, from the text that is at hand."""
        read = {reader.excerpt for reader in self.readers if page in reader.needs}
        if read and result is not None:
            self.inputs.excerpts.note(result, digest(result), filter(None, read))


def job_of(page: Page, project: Project, timeout: float, *, alone: bool) -> Job:
    """What is to be executed for a page; raises `OSError` where its notebook cannot be read."""
    template = read_template(project.root / page.template)
    return Job(page.name, template, dict(page.parameters), str(project.root), timeout, alone)


def _needed_for(target: Path | None, pages: Sequence[Page]) -> frozenset[str]:
    """The page with that target and, step by step, all that it needs."""
    by_name = {page.name: page for page in pages}
    found: set[str] = set()
    waiting = [page.name for page in pages if page.target == target]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += by_name[name].needs
    return frozenset(found)


@dataclass
class _Interrupts:
    """Ctrl-C, remembered as well as raised: what is raised may be lost.

    Python drops a `KeyboardInterrupt` in a finaliser, and makes another error of it where a
    class body names its fields, as in modules that are imported meanwhile.
    """

    came: bool = False

    def check(self) -> None:
        if self.came:
            raise KeyboardInterrupt


@contextmanager
def _interrupts() -> Iterator[_Interrupts]:
    """Listen for Ctrl-C, unless it is ignored or another thread's affair."""
    interrupts, former = _Interrupts(), signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or not callable(former):
        yield interrupts
        return

    def hear(number: int, frame: FrameType | None) -> None:
        interrupts.came = True
        former(number, frame)

    signal.signal(signal.SIGINT, hear)
    try:
        yield interrupts
    finally:
        signal.signal(signal.SIGINT, former)


@dataclass(frozen=True)
class _Started:
    page: Page
    why: str
    inputs: Parts
