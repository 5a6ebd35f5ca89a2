"""How long a page of the screening desk takes with many records: median and slowest.

`./review -m tests.benchmarks.bench_screening_desk [RECORDS]`; not part of the test suite, because
a time is a property of a machine. Asked as a browser asks, without a network between.
"""

from __future__ import annotations

import os
import re
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from analysis.desk.desk import Desk
from analysis.screening.decision_files import Decision, add_decisions
from analysis.searching.duplicate_log import deduplicate
from analysis.searching.library import load_library
from tests.benchmarks.bench_searching import RECORDS, take
from tests.desk.asking import Asking
from tests.evidence.folder import DATA
from tests.searching.corpus import articles
from tests.searching.exports import ovid_ris

STAGE = "title-abstract"
HIDDEN = re.compile(r'name="(record|seen)" value="([^"]*)"')
ROUNDS = 40
STILL_READING = 503
Reply = TypeVar("Reply")


def made(folder: Path, records: int) -> Path:
    """A review with so many records, a half of which two people have decided."""
    data = folder / "data"
    data.mkdir()
    for path in (*DATA.glob("*.csv"), DATA / "protocol.yml"):
        shutil.copy(path, data)
    take(data, ovid_ris(articles(records)))
    library = load_library(data)
    deduplicate(data, library)
    half = sorted(library.records)[: records // 2]
    for who in ("anna", "ben"):
        words = ("include" if n % 50 == 0 else "exclude" for n in range(len(half)))
        when = (
            f"2026-11-{1 + n // 3600:02d}T10:{n // 60 % 60:02d}:{n % 60:02d}Z"
            for n in range(len(half))
        )
        add_decisions(data, library, [
            Decision(record, STAGE, word, "", "", who, at)
            for record, word, at in zip(half, words, when, strict=True)
        ])  # fmt: skip
    return data


class Times:
    """How long something took, each time: by the clock, and of this process and its children."""

    def __init__(self, what: str) -> None:
        self.what = what
        self.clock: list[float] = []
        self.processor: list[float] = []

    def of(self, ask: Callable[[], Reply]) -> Reply:
        start, worked = time.perf_counter(), processor()
        reply = ask()
        self.clock.append(1000 * (time.perf_counter() - start))
        self.processor.append(1000 * (processor() - worked))
        return reply

    def tell(self) -> None:
        if not self.clock:
            return
        told = (
            f"{name} median {statistics.median(each):.0f} ms, slowest {max(each):.0f} ms"
            for name, each in (("by the clock", self.clock), ("processor", self.processor))
        )
        print(f"{self.what}: {'; '.join(told)}", flush=True)


def processor() -> float:
    spent = os.times()
    return time.process_time() + spent.children_user + spent.children_system


def timed(what: str, ask: Callable[[], object], rounds: int = ROUNDS) -> None:
    times = Times(what)
    for _ in range(rounds):
        times.of(ask)
    times.tell()


def measure(data: Path) -> None:
    """Ask for pages, decide on what they show, let another desk write meanwhile."""
    asking = Asking(Desk(data))
    asking.follow_redirects = False
    address = f"/screen/{STAGE}"
    shown = {"text": ""}

    def show() -> None:
        shown["text"] = asking.get(address).text

    def decide() -> None:
        form = dict(HIDDEN.findall(shown["text"])[:2])
        assert asking.submit(address, {**form, "decision": "exclude"}).status_code == 303

    def decide_and_show() -> None:
        decide()
        show()

    timed("the first page, while all records are read", show, 1)
    timed("a page of judging, while all records are read", lambda: asking.get("/judge"), 5)
    start = time.perf_counter()
    while asking.get(address).status_code == STILL_READING:
        time.sleep(0.1)
    print(f"they were read {time.perf_counter() - start:.0f} s later")
    timed("the first record", show, 1)
    timed("a page while the first order is made", show)
    session = asking.desk.sittings.at("anna", STAGE)
    start = time.perf_counter()
    while session.is_learning:
        time.sleep(0.1)
    print(f"the first order came {time.perf_counter() - start:.0f} s later")
    timed("a page", show)
    timed("a decision and the next page, with the order made anew meanwhile", decide_and_show)
    library = load_library(data)
    places = iter(range(1, ROUNDS + 1))
    times = (f"2026-12-24T10:00:{second:02d}Z" for second in range(ROUNDS))

    def show_after_another_desk() -> None:
        made = Decision(session.order[-next(places)], STAGE, "exclude", "", "", "ben", next(times))
        add_decisions(data, library, [made])
        show()

    timed("another process decides, then a page", show_after_another_desk)
    for what, path in (
        ("the first page", "/"),
        ("the stages", "/screen"),
        ("trials to extract", "/extract"),
        ("what was decided", f"{address}/decided"),
        ("what was decided, with a search", f"{address}/decided?q=migraine"),
        ("the last 25 of the order", f"{address}/last"),
        ("where people differ", f"{address}/differences"),
    ):
        timed(what, lambda path=path: asking.get(path), 5)


def main(records: int = RECORDS) -> None:
    with tempfile.TemporaryDirectory() as name:
        measure(made(Path(name), records))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]))
