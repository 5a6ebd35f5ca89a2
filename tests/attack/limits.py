"""Limits under which a file is read, and how much was used.

The limit on time is processor time: a busy machine makes nobody fail.
"""

from __future__ import annotations

import resource
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

SECONDS = 2.0
MEGABYTES = 500


class TooSlow(Exception):
    """The reader used more processor time than a reader may."""


@contextmanager
def limited(seconds: float) -> Iterator[None]:
    """Raise `TooSlow` once so much processor time is used."""

    def stop(*_: object) -> None:
        raise TooSlow

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def cap_memory() -> None:
    """Allow this process what it has now and `MEGABYTES` more; on Linux only."""
    if sys.platform == "linux":
        pages = int(Path("/proc/self/statm").read_text().split()[0])
        limit = pages * resource.getpagesize() + MEGABYTES * 1_000_000
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


class Memory:
    """How much more memory than at the start was in use at the worst moment, in MB."""

    def __init__(self) -> None:
        with suppress(OSError):
            Path("/proc/self/clear_refs").write_text("5")  # forget the peak so far
        self._before = _peak()

    @property
    def grown(self) -> float:
        return _peak() - self._before


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1_000
