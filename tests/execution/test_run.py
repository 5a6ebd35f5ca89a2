"""The order, the commits and the reports of a run, with workers that execute nothing."""

from __future__ import annotations

import json
import signal
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from analysis.execution.notebook import Executed, Failed, Job
from analysis.execution.plan import Page, PlanError, Project
from analysis.execution.run import SEVERAL, Outcome, Report, execute, stale_pages
from analysis.execution.staleness import Inputs, read_record
from analysis.execution.states import states as states_of_files
from tests.execution.templates import notebook, page


def published(job: Job) -> Executed:
    """A page whose result is its parameters."""
    return Executed(f"page {job.name}", json.dumps(job.parameters), "", 0.25)


@dataclass
class Pretenders:
    """Workers that answer at once, and remember what they were asked."""

    answer: Callable[[Job], Executed | Failed] = published
    asked: list[str] = field(default_factory=list)

    def submit(self, job: Job) -> Future[Executed | Failed]:
        self.asked.append(job.name)
        future: Future[Executed | Failed] = Future()
        try:
            future.set_result(self.answer(job))
        except Exception as error:
            future.set_exception(error)
        return future


@dataclass
class Waiting:
    """A worker whose page goes on until it is let go, or for far too long."""

    begins: Callable[[], None]
    enough: threading.Event = field(default_factory=threading.Event)
    gave_up: bool = False

    def submit(self, job: Job) -> Future[Executed | Failed]:
        future: Future[Executed | Failed] = Future()

        def page() -> None:
            self.begins()
            self.gave_up = not self.enough.wait(30)
            future.set_result(published(job))

        threading.Thread(target=page).start()
        return future


@dataclass
class Ears:
    """A listener that writes down what it hears."""

    heard: list[str] = field(default_factory=list)

    def started(self, page: Page) -> None:
        self.heard.append(f"started {page.name}")

    def finished(self, outcome: Outcome) -> None:
        self.heard.append(f"{outcome.state} {outcome.page.name}")


@pytest.fixture
def pages(project: Project) -> list[Page]:
    """A front page that needs two cells, planned before them."""
    text = notebook("1", parameters='outcome = "x"')
    return [
        page(project, "front", text, needs=("a", "b")),
        page(project, "a", text, parameters={"outcome": "pain"}),
        page(project, "b", text, parameters={"outcome": "disability"}),
    ]


def run(
    project: Project, pages: list[Page], workers: Pretenders | None = None, *, force: bool = False
) -> Report:
    return execute(pages, Inputs(project), workers or Pretenders(), force=force)


def states(report: Report) -> dict[str, str]:
    return {outcome.page.name: outcome.state for outcome in report.outcomes}


def failing(*names: str) -> Pretenders:
    error = Failed("ValueError: no", 3, "f(x)")
    return Pretenders(lambda job: error if job.name in names else published(job))


def test_pages_run_after_those_they_need_and_are_reported_in_plan_order(
    project: Project, pages: list[Page]
) -> None:
    workers = Pretenders()
    report = run(project, pages, workers)
    assert workers.asked[-1] == "front"
    assert [outcome.page.name for outcome in report.outcomes] == ["front", "a", "b"]
    assert report.succeeded
    assert (project.chapters / "effects/a.ipynb").read_text(encoding="utf-8") == "page a"
    assert json.loads((project.results / "a.json").read_text()) == {"outcome": "pain"}


def test_what_is_up_to_date_is_not_executed_again(project: Project, pages: list[Page]) -> None:
    run(project, pages)
    workers = Pretenders()
    assert set(states(run(project, pages, workers)).values()) == {"fresh"}
    assert workers.asked == []
    assert states(run(project, pages, workers, force=True))["front"] == "executed"
    assert sorted(workers.asked) == ["a", "b", "front"]


def test_a_changed_parameter_runs_its_page_and_the_pages_that_read_its_result(
    project: Project, pages: list[Page]
) -> None:
    run(project, pages)
    pages[1] = page(project, "a", notebook("1", parameters='outcome = "x"'))
    report = run(project, pages)
    assert states(report) == {"front": "executed", "a": "executed", "b": "fresh"}
    assert report.outcomes[0].why == "results/a.json changed"


def test_a_result_that_came_out_the_same_runs_nothing_further(
    project: Project, pages: list[Page]
) -> None:
    run(project, pages)
    page(project, "a", notebook("1", "2", parameters='outcome = "x"'))
    assert stale_pages(pages, Inputs(project)) == {"a": "analysis/notebooks/a.ipynb changed"}
    assert states(run(project, pages)) == {"front": "fresh", "a": "executed", "b": "fresh"}


def test_a_failure_blocks_only_what_needs_it_and_keeps_the_former_page(
    project: Project, pages: list[Page]
) -> None:
    run(project, pages)
    report = run(project, pages, failing("a"), force=True)
    assert states(report) == {"front": "blocked", "a": "failed", "b": "executed"}
    assert not report.succeeded
    assert str(report.of("failed")[0]) == "a: cell 3 `f(x)`: ValueError: no"
    assert str(report.of("blocked")[0]) == "front: not executed, because a failed"
    assert (project.chapters / "effects/a.ipynb").read_text(encoding="utf-8") == "page a"


def test_a_page_that_failed_is_tried_again(project: Project, pages: list[Page]) -> None:
    run(project, pages, failing("a"))
    assert states(run(project, pages)) == {"front": "executed", "a": "executed", "b": "fresh"}


def test_a_worker_that_is_lost_is_a_failure_of_its_page(
    project: Project, pages: list[Page]
) -> None:
    def lose(job: Job) -> Executed:
        if job.name == "b":
            raise ConnectionError("no more")
        return published(job)

    report = run(project, pages, Pretenders(lose))
    assert report.of("failed")[0].why == "the worker was lost: ConnectionError: no more"


def test_a_template_that_is_not_there_is_a_failure_of_its_page(
    project: Project, pages: list[Page]
) -> None:
    (project.root / pages[1].template).unlink()
    assert run(project, pages).of("failed")[0].why == (
        "analysis/notebooks/a.ipynb: No such file or directory"
    )


def test_a_page_that_no_longer_publishes_leaves_no_result(
    project: Project, pages: list[Page]
) -> None:
    run(project, pages)
    run(project, pages, Pretenders(lambda job: Executed("page", None, "", 0.1)), force=True)
    assert not (project.results / "a.json").exists()


def test_a_page_no_longer_planned_is_removed(project: Project, pages: list[Page]) -> None:
    run(project, pages)
    (project.chapters / "by-hand.md").write_text("# By hand", encoding="utf-8")
    run(project, [pages[2]])
    assert not (project.chapters / "effects/a.ipynb").exists()
    assert not (project.results / "a.json").exists()
    assert (project.chapters / "effects/b.ipynb").exists()
    assert (project.chapters / "by-hand.md").exists()


def test_a_page_that_changes_its_name_keeps_its_target(project: Project, pages: list[Page]) -> None:
    run(project, [pages[2]])
    renamed = Page("new", pages[2].template, pages[2].target, pages[2].parameters)
    run(project, [renamed])
    assert (project.chapters / "effects/b.ipynb").read_text(encoding="utf-8") == "page new"


def test_an_interrupted_run_resumes_where_it_stopped(project: Project, pages: list[Page]) -> None:
    def interrupt(job: Job) -> Executed:
        if job.name == "front":
            raise KeyboardInterrupt
        return published(job)

    with pytest.raises(KeyboardInterrupt):
        run(project, pages, Pretenders(interrupt))
    workers = Pretenders()
    run(project, pages, workers)
    assert workers.asked == ["front"]


def swallowed_interrupt() -> None:
    """As where Python runs a finaliser, or a class body names its fields."""
    with suppress(KeyboardInterrupt):
        signal.raise_signal(signal.SIGINT)


def interrupt_of_this_thread() -> None:
    """The system may choose any thread; only the main one acts, once it has been woken."""
    time.sleep(0.3)  # by then it waits
    signal.pthread_kill(threading.get_ident(), signal.SIGINT)


@pytest.mark.parametrize(
    ("meanwhile", "begins"),
    [(swallowed_interrupt, lambda: None), (None, interrupt_of_this_thread)],
    ids=["swallowed", "not woken"],
)
def test_an_interrupt_is_heard_however_it_comes(
    project: Project,
    pages: list[Page],
    meanwhile: Callable[[], None] | None,
    begins: Callable[[], None],
) -> None:
    workers = Waiting(begins)
    try:
        with pytest.raises(KeyboardInterrupt):
            execute([pages[1]], Inputs(project), workers, meanwhile=meanwhile)
        assert not workers.gave_up
    finally:
        workers.enough.set()
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_the_page_that_took_longest_goes_first(project: Project, pages: list[Page]) -> None:
    def timed(job: Job) -> Executed:
        return Executed("page", None, "", 9.0 if job.name == "b" else 1.0)

    run(project, pages, Pretenders(timed))
    assert read_record(project)["b"].seconds == 9.0
    workers = Pretenders()
    run(project, pages, workers, force=True)
    assert workers.asked == ["b", "a", "front"]


def test_the_page_that_is_waited_for_goes_first_with_what_it_needs(
    project: Project, pages: list[Page]
) -> None:
    for document, begun in (("a", "a"), ("b", "b"), ("front", "a")):
        workers = Pretenders()
        first = Path(f"effects/{document}.ipynb")
        execute(pages, Inputs(project), workers, force=True, first=first)
        assert workers.asked[0] == begun
        assert sorted(workers.asked) == ["a", "b", "front"]


def test_a_listener_hears_of_every_page(project: Project, pages: list[Page]) -> None:
    ears = Ears()
    execute(pages, Inputs(project), failing("a"), listener=ears)
    assert ears.heard[:2] == ["started a", "started b"]
    assert sorted(ears.heard[2:]) == ["blocked front", "executed b", "failed a"]


def test_a_plan_that_contradicts_itself_runs_nothing(project: Project, pages: list[Page]) -> None:
    workers = Pretenders()
    with pytest.raises(PlanError):
        run(project, [*pages, pages[0]], workers)
    assert workers.asked == []


@pytest.mark.parametrize("path", ["data/outcomes.csv", "data/new.csv", "analysis/own.py"])
def test_what_changes_during_a_run_and_changes_back_is_not_taken_for_unchanged(
    project: Project, pages: list[Page], path: str
) -> None:
    file = project.root / path

    def meddled(job: Job) -> Executed:
        """Change a file, and let it be again as it was."""
        before = file.read_bytes() if file.exists() else None
        file.write_text("row_id\nb\n", encoding="utf-8")
        made = published(job)
        if before is None:
            file.unlink()
        else:
            file.write_bytes(before)
        return made

    if path.startswith("analysis"):
        file.write_text("x = 1\n", encoding="utf-8")
    run(project, pages)
    written = (project.chapters / "effects/a.ipynb").stat().st_mtime_ns
    inputs = Inputs(project, since=states_of_files(project))
    report = execute(pages, inputs, Pretenders(meddled), force=True)
    assert states(report) == {"front": "blocked", "a": "failed", "b": "failed"}
    changed = "data" if path == "data/new.csv" else path
    assert report.of("failed")[0].why == f"{changed} changed during the build: build again"
    assert (project.chapters / "effects/a.ipynb").stat().st_mtime_ns == written


def test_what_readers_share_is_done_before_them_and_again_when_results_are_news(
    project: Project, pages: list[Page]
) -> None:
    text = notebook("1", parameters='outcome = "x"')
    readers = [page(project, f"reader-{n}", text, needs=("a", "b")) for n in range(SEVERAL)]
    planned = [*pages[1:], *readers]

    def asked_for(first: str = "") -> list[str]:
        workers = Pretenders()
        execute(
            planned,
            Inputs(project),
            workers,
            before_readers=lambda: workers.asked.append("shared"),
            first=Path(f"effects/{first}.ipynb") if first else None,
        )
        return workers.asked

    names = [reader.name for reader in readers]
    # Once while the results are made, for what does not wait for them, and once with them.
    assert asked_for() == ["a", "b", "shared", "shared", *names]
    assert asked_for() == []
    text = notebook("2", parameters='outcome = "x"')
    planned[0] = page(project, "a", text, parameters={"outcome": "pain"})
    assert asked_for() == ["a", "shared"]  # whose result stays the same
    (project.chapters / readers[0].target).unlink()
    assert asked_for() == [names[0]]
    for asked in planned[:2]:
        (project.results / asked.result).unlink()
    # Not beside the page that somebody waits for, but while that is shown.
    assert asked_for(first="a") == ["a", "shared", "b"]
