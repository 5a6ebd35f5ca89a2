"""What was found in files, found again only where a file is another."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar, cast

Found = TypeVar("Found")

State = tuple[int, ...]
# A file that is written twice within a tick of the file system's clock has one state for both.
SETTLED = 1_000_000_000  # nanoseconds


@dataclass(frozen=True)
class KnownFiles:
    """For a process that stays: what its forks need not find out again."""

    _found: dict[tuple[Path, Hashable], tuple[State, object]] = field(default_factory=dict)

    def of(self, file: Path, what: Hashable, find: Callable[[], Found]) -> Found:
        """What `find` finds in a file, now or when it was last in this state."""
        before = state_of(file)
        known = self._found.get((file, what))
        if known is not None and known[0] == before:
            return cast(Found, known[1])
        found = find()
        if before[-1] < time.time_ns() - SETTLED and state_of(file) == before:
            self._found[file, what] = before, found
        return found


def state_of(file: Path | os.DirEntry[str]) -> State:
    """A file's number, size and the times of its last changes, of which nobody can set the last.

    Raises `OSError` where there is none.
    """
    at = file.stat()
    return at.st_ino, at.st_size, at.st_mtime_ns, at.st_ctime_ns
