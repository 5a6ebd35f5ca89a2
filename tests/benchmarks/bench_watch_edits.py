"""A thousand edits beneath a watch: `./review -m tests.benchmarks.bench_watch_edits`.

A small review, so that it is done within the hour: chapters, styles, rows, rows that are wrong and
notebooks are saved in turn, each as soon as the one before is shown. What memory and processes are
is said as it goes; at last the site is held against one that is built from nothing.
"""

from __future__ import annotations

import io
import os
import signal
import tempfile
import threading
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import psutil
import typer
from rich.console import Console

from analysis.book.build import build_all
from analysis.execution.plan import Project
from tests.book.test_site import assert_same_site
from tests.watch import toy
from tests.watch.test_watch import Watched, copy_sources, watching

MIB = 1 << 20
SAMPLES = 20


def chapter(watched: Watched, number: int) -> None:
    watched.save("chapters/about.md", f"{toy.ABOUT}\nEdit number {number}.\n")
    watched.shows("about.html", f"Edit number {number}.")


def style(watched: Watched, number: int) -> None:
    known = watched.says("about.html", lambda _: True)["styles"]
    watched.save("chapters/_static/toy.css", f"{toy.STYLE}p {{ outline-offset: {number}px }}\n")
    watched.says("about.html", lambda said: said["styles"] > known)


def row(watched: Watched, number: int) -> None:
    watched.save("data/outcomes.csv", f"row\na\nedit-{number}\n")
    watched.shows("effects/pain.html", f"edit-{number}")


def wrong_row(watched: Watched, number: int) -> None:
    watched.save("data/outcomes.csv", f"row\nwrong\nedit-{number}\n")
    watched.says("about.html", lambda said: bool(said["problems"]))
    watched.save("data/outcomes.csv", f"row\na\nedit-{number}\n")
    watched.says("about.html", lambda said: not said["problems"])


def notebook(watched: Watched, number: int) -> None:
    toy.pages(watched.project, f"print('edit', {number})", *toy.PAIN)
    watched.shows("effects/pain.html", f"edit {number}")


KINDS: tuple[Callable[[Watched, int], None], ...] = (chapter, style, row, wrong_row, notebook)


def family(watched: Watched) -> list[psutil.Process]:
    watch = psutil.Process(watched.process.pid)
    return [watch, *watch.children(recursive=True)]


def memory(watched: Watched) -> float:
    """MiB of the watch and all that it started, what they share counted once."""
    total = 0.0
    for process in family(watched):
        try:
            total += process.memory_full_info().pss / MIB
        except psutil.Error:
            continue
    return total


def from_nothing(watched: Watched, root: Path) -> Project:
    """The site of the same files in a new folder."""
    copy_sources(watched.project.root, root)
    os.environ[toy.ROOT] = str(root)
    assert build_all(toy.review(), Console(file=io.StringIO())).succeeded
    return Project(root)


def measure(edits: Annotated[int, typer.Option(help="Edits in all.")] = 1000) -> None:
    """Make the edits and say what they leave."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        root = Path(folder)
        with watching(toy.write_toy(root / "toy")) as watched:
            threading.Thread(target=deque, args=(watched.process.stdout, 0)).start()
            for number in range(edits):
                KINDS[number % len(KINDS)](watched, number)
                if number % max(1, edits // SAMPLES) == 0:
                    watched.is_quiet()
                    typer.echo(
                        f"{number}: {memory(watched):.0f} MiB, {len(family(watched))} processes"
                    )
            watched.is_quiet()
            typer.echo(f"{edits}: {memory(watched):.0f} MiB, {len(family(watched))} processes")
            assert_same_site(from_nothing(watched, root / "clean").site, watched.project.site)
            below = family(watched)[1:]
            watched.process.send_signal(signal.SIGTERM)
            _, left = psutil.wait_procs(below, 10)
            typer.echo(f"The site is that of a first build; {len(left)} processes left")


if __name__ == "__main__":
    typer.run(measure)
