"""Processes of a build: they end with it, and what one of them makes another can wait for."""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from typing import Any, Literal, TypeVar

LESS_URGENT = 10  # than the processes that somebody waits for meanwhile

Made = TypeVar("Made")
Answer = tuple[Literal["made"], Any] | tuple[Literal["failed"], Exception]


def die_with(parent: int) -> None:
    """Have the system kill this process when `parent` ends, where it can (Linux)."""
    if sys.platform == "linux":
        set_parent_death_signal = 1  # PR_SET_PDEATHSIG of <linux/prctl.h>
        ctypes.CDLL(None).prctl(set_parent_death_signal, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


@contextmanager
def made_apart(make: Callable[[], Made]) -> Iterator[Callable[[], Made]]:
    """Begin to make something in a fork of this process; what is yielded waits for it.

    What goes wrong there is raised where it is waited for: the error itself, or `EOFError`
    where the fork was killed. It is gone when the block ends. Where this platform does not
    fork, everything happens when it is waited for.
    """
    if "fork" not in multiprocessing.get_all_start_methods():
        yield make
        return
    context = multiprocessing.get_context("fork")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_make, args=(make, theirs, ours, os.getpid()), daemon=True)
    process.start()
    theirs.close()

    def made() -> Made:
        try:
            what, found = ours.recv()
        except OSError as error:  # it was killed while it said what it had made
            raise EOFError(str(error)) from None
        if what == "failed":
            raise found
        return found

    try:
        yield made
    finally:
        process.kill()
        process.join()
        ours.close()


def _make(make: Callable[[], Any], answer: Connection, other: Connection, parent: int) -> None:
    die_with(parent)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the driver's affair, which kills this
    os.nice(LESS_URGENT)
    other.close()
    try:
        said: Answer = ("made", make())
    except Exception as error:
        said = ("failed", error)
    answer.send(said)
