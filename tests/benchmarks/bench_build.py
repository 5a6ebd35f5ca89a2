"""How long a build takes and how much memory, beside those who make the same pages otherwise.

Everything happens in a copy of the checkout, built once before the clock starts: what is
compared is the work, not the first compilation of Python files.
"""

from __future__ import annotations

import importlib.util
import re
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from rich.console import Console

from analysis.book.contents import contents_of
from analysis.execution.plan import Page, Project
from analysis.protocol import load_protocol
from tests.benchmarks import peers
from tests.benchmarks.bench_cluster import OnCluster, on_cluster
from tests.benchmarks.measure import Figure, Run, median, rounds, run
from tests.reviews.simulated import simulated_review

JOBS = 2
# Time points of the simulated review; each has so many questions, trials and rows.
GROWTH = (1, 3, 6)
TRIALS, ROWS = 60, 120
CHANGED_ROW = "williams-2010.pain.post.1"
CHANGED_COLUMN = "mean_intervention"

T = TypeVar("T")

_EXECUTED = re.compile(r"^(\d+) pages executed, (\d+) up to date\.", re.MULTILINE)
_STAGES = re.compile(r"(check|pages|book) ([\d.]+) s")


@dataclass(frozen=True)
class Bench:
    """The copy that is built, how often each thing is measured, and who is told."""

    root: Path
    scratch: Path
    repeats: int
    slow_repeats: int  # of what takes a minute and more: peers, and large reviews
    console: Console

    @property
    def project(self) -> Project:
        return Project(self.root)

    @property
    def pages(self) -> tuple[Page, ...]:
        return contents_of(load_protocol(self.project.data / "protocol.yml")).pages

    def command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "analysis", *arguments]

    def build(self, *options: str, sample: bool = False) -> Run:
        return run(self.command("build", *options), self.root, sample=sample)

    def clean(self) -> None:
        """Remove all that was generated, as `make clean` does."""
        for folder in ("results", "_build"):
            shutil.rmtree(self.root / folder, ignore_errors=True)
        for notebook in (self.root / "chapters").rglob("*.ipynb"):
            notebook.unlink()

    def folder(self, name: str) -> Path:
        """An empty folder beside the copy."""
        shutil.rmtree(self.scratch / name, ignore_errors=True)
        (self.scratch / name).mkdir(parents=True)
        return self.scratch / name

    def rounds(self, what: str, work: Callable[[], T]) -> list[T]:
        return rounds(self.repeats, work, what, self.console)

    def slow_rounds(self, what: str, work: Callable[[], T]) -> list[T]:
        return rounds(self.slow_repeats, work, what, self.console)


def figures(bench: Bench) -> Iterator[Figure]:
    """Every figure of the build, each with its peer in the same run."""
    bench.build()
    ours = bench.rounds("full build", lambda: _from_clean(bench))
    book = bench.slow_rounds("jupyter-book, all executed", lambda: _jupyter_book(bench, "force"))
    yield _seconds("Full build from clean", ours, "jupyter-book build, execute: force", book, 15)
    yield _pages_only(bench, ours)
    yield _per_page(bench, ours)
    yield _changed_row(bench, book)
    yield _nothing_changed(bench)
    yield _memory(bench)
    yield _help(bench)


def _seconds(
    name: str, ours: Sequence[Run], peer: str, theirs: Sequence[Run], goal: float | None
) -> Figure:
    return Figure(
        name=name,
        unit="s",
        ours=median([one.seconds for one in ours]),
        peer=peer,
        theirs=median([one.seconds for one in theirs]),
        goal=goal,
        each=[one.seconds for one in ours],
    )


def _memory(bench: Bench) -> Figure:
    """In runs of their own: whoever looks at memory takes part of the time."""
    ours = bench.rounds("memory", lambda: _from_clean(bench, sample=True).memory)
    bench.console.print("memory of jupyter-book", style="dim")
    return Figure(
        name="Peak memory of a full build, two pages at a time",
        unit="MiB",
        ours=median(ours),
        peer="jupyter-book build, execute: force",
        theirs=_jupyter_book(bench, "force", sample=True).memory,
        goal=1536,
        each=ours,
    )


def _from_clean(bench: Bench, sample: bool = False) -> Run:
    bench.clean()
    made = bench.build(f"--jobs={JOBS}", sample=sample)
    executed, _ = _counts(made)
    if executed != len(bench.pages):
        raise RuntimeError(f"{executed} pages were executed, expected {len(bench.pages)}")
    return made


def _counts(made: Run) -> tuple[int, int]:
    """Pages executed, pages up to date."""
    found = _EXECUTED.search(made.said)
    if found is None:
        raise RuntimeError(f"a build did not say what it executed:\n{made.said[-2000:]}")
    return int(found[1]), int(found[2])


def stages(runs: Sequence[Run]) -> Mapping[str, float]:
    """The median seconds of each stage, as the builds told them."""
    each = [dict(_STAGES.findall(one.said)) for one in runs]
    return {stage: median([float(one[stage]) for one in each]) for stage in each[0]}


def _jupyter_book(bench: Bench, execute: str, sample: bool = False) -> Run:
    folder = bench.folder("book")
    command = peers.plain_book(bench.project, bench.pages, folder, execute)
    made = run(command, folder, sample=sample, PYTHONPATH=str(bench.root))
    if failed := peers.failed_notebooks(folder):
        raise RuntimeError(f"jupyter-book could not execute {', '.join(failed)}")
    return made


def _pages_only(bench: Bench, ours: Sequence[Run]) -> Figure:
    def one_by_one() -> Run:
        folder = bench.folder("papermill")
        return run(peers.papermill_one_by_one(bench.project, bench.pages, folder), bench.root)

    theirs = bench.slow_rounds("papermill, one by one", one_by_one)
    executing = [stages([one])["check"] + stages([one])["pages"] for one in ours]
    return Figure(
        name="Executing all pages, without the site",
        unit="s",
        ours=median(executing),
        peer="papermill one by one, ordinary kernels",
        theirs=median([one.seconds for one in theirs]),
        each=executing,
    )


def _per_page(bench: Bench, ours: Sequence[Run]) -> Figure:
    name, each = "Full build, per page", [one.seconds / len(bench.pages) for one in ours]
    if lacking := peers.missing_r():
        bench.console.print(f"R Markdown is not compared: {lacking}", style="yellow")
        return Figure(name, "s", median(each), f"R Markdown with metafor: {lacking}", each=each)

    def render() -> Run:
        return run(peers.r_markdown(bench.project, bench.folder("r")), bench.root)

    questions = len(load_protocol(bench.project.data / "protocol.yml").questions)
    theirs = [float(one.said.split()[-1]) for one in bench.rounds("R Markdown", render)]
    return Figure(
        name=name,
        unit="s",
        ours=median(each),
        peer="R Markdown with metafor, one session, synthesis pages only",
        theirs=median(theirs) / questions,
        each=each,
    )


def _changed_row(bench: Bench, book: Sequence[Run]) -> Figure:
    changes = iter(range(1, 1000))

    def change() -> Run:
        change_row(bench.project, next(changes))
        made = bench.build()
        executed, fresh = _counts(made)
        if not 0 < executed < len(bench.pages) or fresh == 0:
            raise RuntimeError(f"one changed row executed {executed} pages")
        return made

    ours = bench.rounds("one changed row", change)
    peer = "jupyter-book build, execute: force (it does not see data)"
    return _seconds("One changed row, to fresh pages", ours, peer, book, 5)


def change_row(project: Project, number: int) -> None:
    """Put another number, still a plausible one, into one field of one row."""
    file = project.data / "outcomes.csv"
    lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
    column = lines[0].strip().split(",").index(CHANGED_COLUMN)
    at = next(n for n, line in enumerate(lines) if line.startswith(f"{CHANGED_ROW},"))
    fields = lines[at].split(",")
    fields[column] = f"{4 + number / 1000:.3f}"
    lines[at] = ",".join(fields)
    file.write_text("".join(lines), encoding="utf-8")


def _nothing_changed(bench: Bench) -> Figure:
    ours = bench.rounds("nothing changed", lambda: _unchanged(bench))
    command = peers.plain_book(bench.project, bench.pages, bench.folder("cached"), "cache")
    folder, variables = bench.scratch / "cached", {"PYTHONPATH": str(bench.root)}
    bench.console.print("jupyter-book fills its cache", style="dim")
    run(command, folder, **variables)
    theirs = bench.slow_rounds("jupyter-book, cached", lambda: run(command, folder, **variables))
    peer = "jupyter-book build, execute: cache"
    return _seconds("Nothing changed", ours, peer, theirs, 2)


def _unchanged(bench: Bench) -> Run:
    made = bench.build()
    if _counts(made)[0] != 0 or "(unchanged)" not in made.said:
        raise RuntimeError(f"a build without changes did something:\n{made.said}")
    return made


def _help(bench: Bench) -> Figure:
    ours = bench.rounds("--help", lambda: run(bench.command("--help"), bench.root))
    theirs = [peers.JUPYTER_BOOK, "--help"]
    book = bench.rounds("jupyter-book --help", lambda: run(theirs, bench.root))
    return _seconds("python -m analysis --help", ours, "jupyter-book --help", book, 0.3)


@dataclass(frozen=True)
class Growth:
    """A full build of so many synthesis pages, and of the others; medians of so many runs."""

    synthesis_pages: int
    pages: int
    runs: int
    seconds: float
    executing: float
    rendering: float


def growth(bench: Bench) -> Iterator[Growth]:
    """Full builds of simulated reviews, with trials and rows in proportion to the questions."""
    for times in GROWTH:
        root = bench.folder(f"simulated-{times}")
        shutil.rmtree(root)
        simulated_review(root, TRIALS * times, ROWS * times, times=times)
        large = replace(bench, root=root)

        def build(large: Bench = large) -> Run:
            large.clean()
            return large.build()

        made = bench.slow_rounds(f"{times} time points", build)
        took = stages(made)
        yield Growth(
            synthesis_pages=len(load_protocol(large.project.data / "protocol.yml").questions),
            pages=len(large.pages),
            runs=len(made),
            seconds=median([one.seconds for one in made]),
            executing=took["pages"],
            rendering=took["book"],
        )


def cluster(bench: Bench) -> OnCluster | None:
    """A full build on a cluster of this machine; `None` where Dask is missing."""
    if importlib.util.find_spec("distributed") is None:
        bench.console.print("No cluster is measured: distributed is not installed", style="yellow")
        return None

    def build(*options: str) -> Run:
        bench.clean()
        return bench.build(*options)

    bench.console.print("a cluster", style="dim")
    return on_cluster(bench.root, bench.folder("dask"), build)
