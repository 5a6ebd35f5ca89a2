"""What another process makes is waited for, whole or not at all."""

from __future__ import annotations

import os
import signal
import threading
import time

import psutil
import pytest

from analysis.execution.processes import made_apart

MUCH = 10_000_000  # bytes: more than a pipe holds, so that its maker waits until it is taken


def test_what_is_made_apart_arrives() -> None:
    with made_apart(lambda: (os.getpid(), bytes(MUCH))) as made:
        maker, content = made()
    assert maker != os.getpid()
    assert len(content) == MUCH


def test_its_error_is_raised_where_it_is_waited_for() -> None:
    def wrong() -> None:
        raise KeyError("no such trial")

    with made_apart(wrong) as made, pytest.raises(KeyError, match="no such trial"):
        made()


def test_a_maker_that_is_killed_as_it_hands_over_is_missed() -> None:
    def killed_soon() -> bytes:
        maker = os.getpid()
        threading.Timer(0.2, lambda: os.kill(maker, signal.SIGKILL)).start()
        return bytes(MUCH)

    with made_apart(killed_soon) as made:
        time.sleep(0.6)
        with pytest.raises(EOFError):
            made()


def test_a_maker_that_nobody_waits_for_is_gone() -> None:
    others = set(psutil.Process().children())
    with made_apart(lambda: time.sleep(600)):
        (maker,) = set(psutil.Process().children()) - others
    assert not maker.is_running()
