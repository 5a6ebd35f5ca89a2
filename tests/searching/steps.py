"""Steps of an update: typed as a person types them, run, and printed as they came."""

from __future__ import annotations

import os
import re
import resource
import shlex
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

# Of the lines that say how far a build has come, so many are shown.
PROGRESS = re.compile(r"\[ ?\d+/\d+\] ")
PROGRESS_SHOWN = 2
# Of an output longer than this, so many lines at its beginning and at its end.
MOST_LINES = 24
FIRST_LINES, LAST_LINES = 12, 6
WIDTH = 88

By_hand = Callable[[Path], None]


@dataclass(frozen=True)
class Step:
    """A command as typed, what a person does before it (to files below a root), its exit code."""

    command: str
    code: int = 0
    heading: str = ""
    words: str = ""
    by_hand: By_hand | None = None


@dataclass(frozen=True)
class Done:
    """A step that was run: what it printed, the seconds it took, those of processors among them."""

    step: Step
    said: str
    seconds: float
    processor: float


def run(root: Path, step: Step) -> Done:
    """Run one step there as a person would; RuntimeError where its exit code is another."""
    if step.by_hand:
        step.by_hand(root)
    begun, used = time.perf_counter(), _processor_seconds()
    ended = subprocess.run(
        shlex.split(step.command),
        cwd=root,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={
            **os.environ,
            "TERM": "dumb",
            "COLUMNS": str(WIDTH),
            "REVIEW_ENVIRONMENT": sys.prefix,
        },
    )
    seconds = time.perf_counter() - begun
    if ended.returncode != step.code:
        raise RuntimeError(f"{step.command} ended with {ended.returncode}:\n{ended.stdout}")
    return Done(step, ended.stdout.rstrip(), seconds, _processor_seconds() - used)


def _processor_seconds() -> float:
    """What all commands so far have used, and the processes they started."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return children.ru_utime + children.ru_stime


def code_block(done: Done) -> str:
    """A command, what it printed and its exit code; the middle of what is long is left out."""
    lines = [*_without_progress([line.rstrip() for line in done.said.splitlines()])]
    left_out = len(lines) - FIRST_LINES - LAST_LINES
    if len(lines) > MOST_LINES:
        lines[FIRST_LINES:-LAST_LINES] = [f"… ({left_out} lines left out)"]
    return "\n".join(
        ["```text", f"$ {done.step.command}", *lines, f"(exit code {done.step.code})", "```"]
    )


def _without_progress(lines: list[str]) -> Iterator[str]:
    for progress, group in groupby(lines, key=lambda line: bool(PROGRESS.match(line))):
        run = list(group)
        left_out = len(run) - PROGRESS_SHOWN
        if progress and left_out > 1:
            yield from run[:PROGRESS_SHOWN]
            yield f"… ({left_out} lines like these left out)"
        else:
            yield from run
