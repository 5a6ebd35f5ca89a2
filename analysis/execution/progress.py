"""How a run looks while it goes: a bar on a terminal, a line a page elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)

from analysis.execution.plan import Page
from analysis.execution.run import Listener, Outcome

MARKS = {"executed": "✓", "fresh": "·", "failed": "✗", "blocked": "✗"}
COLOURS = {"executed": "green", "fresh": "dim", "failed": "red", "blocked": "yellow"}


@contextmanager
def progress(console: Console, pages: int) -> Iterator[Listener]:
    """Show a run of so many pages on the console."""
    if not console.is_terminal:
        yield Lines(console, pages)
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, transient=True) as bar:
        yield Bar(console, bar, bar.add_task("executing", total=pages))


@dataclass
class Lines:
    """One plain line for each page that is executed or fails."""

    console: Console
    pages: int
    done: int = 0

    def started(self, page: Page) -> None:
        """Nothing: the line says it when the page is done."""

    def finished(self, outcome: Outcome) -> None:
        self.done += 1
        if outcome.state != "fresh":
            _say(self.console, outcome, f"[{self.done:>{len(str(self.pages))}}/{self.pages}] ")


@dataclass
class Bar:
    """A bar that names the pages being executed; what fails is printed above it."""

    console: Console
    bar: Progress
    task: TaskID
    running: list[str] = field(default_factory=list)

    def started(self, page: Page) -> None:
        self.running.append(page.name)
        self._describe()

    def finished(self, outcome: Outcome) -> None:
        if outcome.page.name in self.running:
            self.running.remove(outcome.page.name)
        self.bar.advance(self.task)
        self._describe()
        if outcome.state in ("failed", "blocked") or outcome.stderr:
            _say(self.console, outcome, "")

    def _describe(self) -> None:
        self.bar.update(self.task, description=escape(", ".join(self.running)) or "executing")


def _say(console: Console, outcome: Outcome, before: str) -> None:
    colour, mark = COLOURS[outcome.state], MARKS[outcome.state]
    text = f"{escape(before)}[{colour}]{mark}[/{colour}] {escape(str(outcome))}"
    console.print(text, soft_wrap=True, highlight=False)
    for line in outcome.stderr.strip().splitlines():
        console.print(
            f"    stderr: {escape(line)}", soft_wrap=True, highlight=False, style="yellow"
        )
