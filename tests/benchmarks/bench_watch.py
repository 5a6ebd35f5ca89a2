"""From saving a file to the page in the browser: `./review -m tests.benchmarks.bench_watch`.

Each kind of edit is made so often in a copy of this checkout, with the page that shows it open
in Chromium. A quiet machine gives the better figures; `bench_watch_edits` makes many more edits.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles
from typing import Annotated

import typer
from playwright.sync_api import Page
from rich.console import Console
from rich.table import Table

from analysis.execution.plan import Project
from tests.benchmarks.bench_build import change_row
from tests.site.browser import chromium
from tests.site.conftest import copy_checkout

CHAPTER, STYLE = "methods/synthesis", "_static/review.css"
ROW_PAGE, NOTEBOOK_PAGE = "effects/non-headache-pain-post", "results/overview"
NOTEBOOK = "overview"
PATIENCE = 120_000  # milliseconds


@dataclass(frozen=True)
class Took:
    """The seconds of each edit, and what 95 of 100 should not exceed."""

    name: str
    goal: float
    each: Sequence[float]

    @property
    def p95(self) -> float:
        return quantiles(self.each, n=20, method="inclusive")[-1]


@dataclass
class Bench:
    """A watch of a copy, and the browser that has one of its pages open."""

    project: Project
    address: str
    page: Page
    watch: subprocess.Popen[bytes]
    edits: int

    def open(self, document: str) -> None:
        self.page.goto(f"{self.address}/{document}.html")
        self.page.locator("#watch").wait_for(state="attached")

    def settle(self) -> None:
        """Wait until nothing is being made."""
        quiet = time.monotonic()
        while time.monotonic() - quiet < 1.5:
            if self.page.locator("#watch").is_visible():
                quiet = time.monotonic()
            time.sleep(0.1)

    def shown(self, save: Callable[[], None], sign: str) -> float:
        """The seconds until an element is there that says so."""
        started = time.monotonic()
        save()
        self.page.locator(sign).first.wait_for(state="attached", timeout=PATIENCE)
        return time.monotonic() - started

    def chapters(self) -> Iterator[float]:
        path = self.project.chapters / f"{CHAPTER}.md"
        text = path.read_text("utf-8")
        self.open(CHAPTER)
        for number in range(self.edits):
            self.settle()
            said = f"Sentence number {number} of those that were added."

            def save(said: str = said) -> None:
                path.write_text(f"{text}\n\n{said}\n", "utf-8")

            yield self.shown(save, f'p:has-text("{said}")')

    def styles(self) -> Iterator[float]:
        path = self.project.chapters / STYLE
        text = path.read_text("utf-8")
        self.open(CHAPTER)
        for number in range(self.edits):
            self.settle()
            known = self.page.locator("html").get_attribute("data-watch-styles") or "none"

            def save(number: int = number) -> None:
                path.write_text(f"{text}\np {{ outline-offset: {number + 1}px }}\n", "utf-8")

            yield self.shown(save, f'html[data-watch-styles]:not([data-watch-styles="{known}"])')

    def rows(self) -> Iterator[tuple[float, float]]:
        """Of its own page, and of the site."""
        self.open(ROW_PAGE)
        for number in range(self.edits):
            self.settle()
            known = self.page.locator("script[data-page]").get_attribute("data-page")
            before, started = self.project.site.stat().st_ino, time.monotonic()
            own = self.shown(
                lambda number=number: change_row(self.project, number + 1),  # type: ignore[misc]
                f'script[data-page]:not([data-page="{known}"])',
            )
            while self.project.site.stat().st_ino == before:
                time.sleep(0.01)
            yield own, time.monotonic() - started

    def notebooks(self) -> Iterator[float]:
        path = self.project.package / "notebooks" / f"{NOTEBOOK}.ipynb"
        content = json.loads(path.read_text("utf-8"))
        cell = next(c for c in content["cells"] if c["cell_type"] == "markdown")
        source = "".join(cell["source"])
        self.open(NOTEBOOK_PAGE)
        for number in range(self.edits):
            self.settle()
            said = f"Remark number {number} of those that were added."
            cell["source"] = f"{source}\n\n{said}"

            def save() -> None:
                path.write_text(json.dumps(content, indent=1, ensure_ascii=False), "utf-8")

            yield self.shown(save, f'p:has-text("{said}")')


@contextmanager
def watching(root: Path, edits: int) -> Iterator[Bench]:
    """A watch of that copy, with a browser, until both are ended again."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "analysis", "watch", "--port", str(port)]
    variables = {**os.environ, "PYTHONPATH": str(root)}
    said = root.with_name("watch.log")
    with said.open("wb") as log:
        watch = subprocess.Popen(command, cwd=root, env=variables, stdout=log, stderr=log)
    try:
        with chromium() as browser:
            page = browser.new_page()
            bench = Bench(Project(root), f"http://127.0.0.1:{port}", page, watch, edits)
            _wait_until(lambda: b" s\n" in said.read_bytes())
            yield bench
    finally:
        watch.send_signal(signal.SIGTERM)
        watch.wait()


def _wait_until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE / 1000
    while not true():
        if time.monotonic() > deadline:
            raise RuntimeError("the watch has not made the site in time")
        time.sleep(0.1)


def measure(
    edits: Annotated[int, typer.Option(help="Edits of each kind.")] = 20,
) -> None:
    """Measure the watch and print the table."""
    console = Console(width=120)
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        root = Path(folder) / "review"
        copy_checkout(root)
        with watching(root, edits) as bench:
            rows = list(bench.rows())
            took = [
                Took("A chapter, to its page", 1.0, list(bench.chapters())),
                Took("A style, to the page", 0.3, list(bench.styles())),
                Took("A data row, to its own page", 1.0, [own for own, _ in rows]),
                Took("A data row, to the site", 3.0, [site for _, site in rows]),
                Took("A notebook, to its page", 2.0, list(bench.notebooks())),
            ]
            console.print(_table(took, edits))


def _table(took: Sequence[Took], edits: int) -> Table:
    table = Table(title=f"From saving to the browser, {edits} edits each, in seconds")
    for column in ("edit", "median", "95th percentile", "goal"):
        table.add_column(column, justify="left" if column == "edit" else "right")
    for one in took:
        table.add_row(one.name, f"{median(one.each):.2f}", f"{one.p95:.2f}", f"{one.goal:g}")
    return table


if __name__ == "__main__":
    typer.run(measure)
