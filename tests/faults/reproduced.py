"""Two builds of two clean copies, in unlike surroundings: which files differ?

`./review -m tests.faults.reproduced` prints how many files it compared and how many differ.
The second build has another folder, another order of hashes, another time zone and
language, and no network.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import typer

from tests.faults.kills import content
from tests.faults.networks import without_network
from tests.site.conftest import copy_checkout

ELSEWHERE = Path("another place", "and deeper", "Übersicht")
SURROUNDINGS = {
    "PYTHONHASHSEED": "4711",
    "TZ": "Pacific/Kiritimati",
    "LANG": "tr_TR.UTF-8",
    "LC_ALL": "C",
    "TERM": "dumb",
    "COLUMNS": "40",
    "OPENBLAS_NUM_THREADS": "2",
}
# What a build leaves, and its own notes there: when it ran and for how long.
MADE = {"site": "_build/html", "results": "results", "notebooks": "chapters"}
NOTES = (".pages/", ".checked.json")


@dataclass(frozen=True)
class Comparison:
    """The files of one kind that two builds made."""

    kind: str
    compared: int
    differing: tuple[str, ...]

    def __str__(self) -> str:
        names = f": {', '.join(self.differing[:5])}" if self.differing else ""
        return f"{self.kind}: {self.compared} files compared, {len(self.differing)} differ{names}"


def build_elsewhere(root: Path) -> str:
    """Build a clean copy of the checkout below `root`; what was printed.

    Raises `OSError` where no network can be taken away, `RuntimeError` if the build fails.
    """
    root.mkdir(parents=True)
    copy_checkout(root)
    done = subprocess.run(
        [*without_network(), sys.executable, "-m", "analysis", "build"],
        cwd=root,
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={**os.environ, **SURROUNDINGS},
    )
    if done.returncode != 0:
        raise RuntimeError(f"the build failed:\n{done.stdout}\n{done.stderr}")
    return done.stdout


def compared(one: Path, other: Path) -> tuple[Comparison, ...]:
    """What two builds made, kind by kind."""
    return tuple(_compared(kind, one / path, other / path) for kind, path in MADE.items())


def _compared(kind: str, one: Path, other: Path) -> Comparison:
    first, second = content(one), content(other)
    names = sorted(name for name in first.keys() | second.keys() if not name.startswith(NOTES))
    differing = (name for name in names if first.get(name) != second.get(name))
    return Comparison(kind, len(names), tuple(differing))


def main() -> None:
    """Build twice, compare, print; exit 1 if a file differs.

    Example: ./review -m tests.faults.reproduced
    """
    with tempfile.TemporaryDirectory(prefix="reproduced-") as folder:
        one, other = Path(folder, "one"), Path(folder) / ELSEWHERE
        one.mkdir()
        copy_checkout(one)
        subprocess.run([sys.executable, "-m", "analysis", "build"], cwd=one, check=True)
        typer.echo(build_elsewhere(other))
        comparisons = compared(one, other)
    for comparison in comparisons:
        typer.echo(str(comparison))
    raise typer.Exit(any(comparison.differing for comparison in comparisons))


if __name__ == "__main__":
    typer.run(main)
