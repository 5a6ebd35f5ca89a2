"""One writer at a time: two people, or a person and the scheduler, take turns."""

from __future__ import annotations

import errno
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from analysis.files.folder import plain_files
from analysis.files.problems import Refused, shown
from analysis.files.together import (
    CHANGE,
    UNWRITTEN,
    FileChange,
    change_together,
    finish_change,
)
from analysis.files.writing import remove_unfinished

LOCK = ".searches.lock"
WAIT_SECONDS = 60.0
MAY_NOT_WRITE = (errno.EACCES, errno.EPERM, errno.EROFS)


@contextmanager
def locked(data: Path, wait: float = WAIT_SECONDS) -> Iterator[None]:
    """Hold the data for writing, without what killed writers left there or left undone.

    Who holds them may call what holds them too. ReviewError if another does not let go;
    EvidenceError where the data are not plain files.
    """
    plain_files(data)
    lock = FileLock(data / LOCK, is_singleton=True)
    try:
        lock.acquire(timeout=wait)
    except Timeout:
        raise Refused(f"another command is writing to {shown(data)}: try again after it") from None
    except OSError as error:
        if error.errno not in MAY_NOT_WRITE:
            raise
        raise Refused(f"{shown(data)} can only be read: nothing can be saved there") from None
    try:
        if lock.lock_counter == 1:
            remove_unfinished(data)
            finish_change(data)
        yield
    finally:
        lock.release()


def change_files(data: Path, changes: Iterable[FileChange]) -> None:
    """Change all of the files or none; ReviewError where one has changed since it was read."""
    with locked(data):
        change_together(data, changes)


def settle(data: Path) -> None:
    """Finish what a killed writer had begun to change, before anybody reads half of it."""
    if (data / CHANGE).is_dir() or (data / UNWRITTEN).is_dir():
        with locked(data):
            pass
