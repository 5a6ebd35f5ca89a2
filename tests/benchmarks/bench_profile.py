"""Where the time of a build goes: `./review -m tests.benchmarks.bench_profile`, in a built project.

Prints JSON: steps of the build with their seconds. What a page costs is measured one page
at a time, with nothing beside it.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from unittest import mock

from analysis.book.contents import contents_of
from analysis.book.site import book_build
from analysis.commands.whole_review import REHEARSALS
from analysis.execution.notebook import Executed, Job
from analysis.execution.plan import Page, Project
from analysis.execution.run import Workers
from analysis.execution.staleness import Inputs
from analysis.execution.warm import warm_workers
from analysis.execution.workers import cold_workers
from analysis.protocol import load_protocol
from tests.benchmarks.measure import median
from tests.execution.templates import notebook

ROOT = Path(__file__).resolve().parents[2]
EMPTY = notebook("1")
ROUNDS = 5
SECONDS_PER_PAGE = 300.0


@dataclass(frozen=True)
class Step:
    """A part of the work, what it is counted by, and the seconds of one."""

    key: str
    name: str
    per: str
    seconds: float


def steps(project: Project, pages: Sequence[Page]) -> Iterator[Step]:
    """The parts of a build, in its order."""
    questions = [page for page in pages if page.template.stem == "synthesis"]
    with cold_workers(1) as workers:
        execute(workers, job(project, EMPTY))
        yield Step(
            "cold", "A page that does nothing, in an ordinary kernel", "page", empty(workers)
        )
    yield from _fresh_parent(project, pages, questions)
    yield from _rehearsed(project, pages, questions)
    yield from _rendering(project)


def _fresh_parent(
    project: Project, pages: Sequence[Page], questions: Sequence[Page]
) -> Iterator[Step]:
    with warm_workers(1, project.root, modules(project, pages)) as workers:
        execute(workers, job(project, EMPTY))
        each = [execute(workers, question(project, page)) for page in questions]
    name = "A synthesis page, if each has the statistics to import and the evidence to read"
    yield Step("page-cold", name, "page", sum(each) / len(each))


def _rehearsed(
    project: Project, pages: Sequence[Page], questions: Sequence[Page]
) -> Iterator[Step]:
    rehearsal = REHEARSALS["of_all"]
    warm, started = [*modules(project, pages), rehearsal.partition(":")[0]], time.perf_counter()
    with warm_workers(1, project.root, warm) as workers:
        workers.rehearse(rehearsal)
        execute(workers, job(project, EMPTY))
        ready = time.perf_counter() - started
        nothing = empty(workers)
        each = [execute(workers, question(project, page)) for page in questions]
    name = "The parent of the kernels imports the scientific stack and reads the evidence"
    yield Step("parent-ready", name, "build", ready - nothing)
    yield Step("warm", "A page that does nothing, in a fork of the parent", "page", nothing)
    name = "A synthesis page, if the parent has done so"
    yield Step("page-rehearsed", name, "page", sum(each) / len(each))
    yield Step("longest", "The longest synthesis page", "page", max(each))


def _rendering(project: Project) -> Iterator[Step]:
    spent: dict[str, float] = {}
    started = time.perf_counter()
    with book_build(project, force=True, jobs=1) as book:
        book.begin()
        ready = time.perf_counter()
        with _clocked(spent):
            book.finish()
        whole = time.perf_counter() - ready
    yield Step(
        "sphinx-ready", "Sphinx and its extensions are imported and begin", "build", ready - started
    )
    yield Step("read", "Sphinx reads the pages, in one process", "build", spent["read"])
    yield Step("write", "Sphinx writes the pages, in one process", "build", spent["write"])
    yield Step("site-rest", "The rest of the site", "build", whole - spent["read"] - spent["write"])


@contextmanager
def _clocked(spent: dict[str, float]) -> Iterator[None]:
    """Add up what Sphinx's builder spends in its two great steps."""
    from sphinx.builders import Builder

    def clocked(name: str, method: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **options: Any) -> Any:
            started = time.perf_counter()
            try:
                return method(*arguments, **options)
            finally:
                spent[name] = spent.get(name, 0.0) + time.perf_counter() - started

        return call

    with (
        mock.patch.object(Builder, "read", clocked("read", Builder.read)),
        mock.patch.object(Builder, "write", clocked("write", Builder.write)),
    ):
        yield


def modules(project: Project, pages: Sequence[Page]) -> set[str]:
    inputs = Inputs(project)
    templates = {page.template for page in pages}
    return {name for template in templates for name in inputs.imports(template)}


def job(project: Project, text: str, **parameters: str) -> Job:
    return Job("page", text, parameters, str(project.root), SECONDS_PER_PAGE)


def question(project: Project, page: Page) -> Job:
    text = (project.root / page.template).read_text(encoding="utf-8")
    return job(project, text, **page.parameters)


def execute(workers: Workers, job: Job) -> float:
    """The seconds of one page, from asking to having it."""
    started = time.perf_counter()
    made = workers.submit(job).result()
    if not isinstance(made, Executed):
        raise RuntimeError(str(made))
    return time.perf_counter() - started


def empty(workers: Workers) -> float:
    """The median seconds of a page that does nothing."""
    return median(
        [execute(workers, Job("page", EMPTY, {}, str(ROOT), 60.0)) for _ in range(ROUNDS)]
    )


def main() -> None:
    project = Project(ROOT)
    plan = contents_of(load_protocol(project.data / "protocol.yml")).pages
    print(json.dumps([asdict(step) for step in steps(project, plan)]))


if __name__ == "__main__":
    main()
