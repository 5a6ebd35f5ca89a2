"""How long the living loop takes, and how well duplicates are found.

`./review -m tests.benchmarks.bench_searching [RECORDS]`; not part of the test suite, because
a time is a property of a machine. Each import runs in a process of its own, so that the
largest memory is its own too.
"""

from __future__ import annotations

import datetime as dt
import multiprocessing
import resource
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from analysis.screening.session import Session
from analysis.searching.duplicate_clusters import Key, Pair
from analysis.searching.duplicate_log import deduplicate
from analysis.searching.duplicate_pairs import find_pairs
from analysis.searching.inbox import SearchDetails, import_exports
from analysis.searching.library import load_library
from tests.evidence.folder import DATA
from tests.searching.corpus import articles, labelled
from tests.searching.dialects import DIALECTS, REGISTERS
from tests.searching.dirt import SETS, dirty_set
from tests.searching.exports import BIBLIOGRAPHIC, REGISTRIES, cochrane_ris, ovid_ris
from tests.searching.peers import bib_dedupe_pairs, measured
from tests.searching.sources import find_source

RECORDS = 50_000
DEDUPLICATED = 20_000
SCREENED = 2_000
# Other reports than those that the rules were written on, and than those of the tests.
SEED = 500
REPORTS = 300


def imports(records: int) -> None:
    """Import so many records in each format: seconds, and the largest memory of the process."""
    dialects = {name: dialect.write for name, dialect in DIALECTS.items()}
    for name, write in (BIBLIOGRAPHIC | REGISTRIES | REGISTERS | dialects).items():
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / name
            made = write(articles(records))
            path.write_bytes(made if isinstance(made, bytes) else made.encode())
            seconds, memory = _apart(_import, path)
            size = path.stat().st_size / 1e6
        print(
            f"import {name}: {records} records ({size:.0f} MB) in {seconds:.1f} s, "
            f"{memory:.0f} MB of memory",
            flush=True,
        )


def _apart(work: Callable[[Path], float], path: Path) -> tuple[float, float]:
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_measured, (work, path))


def _measured(work: Callable[[Path], float], path: Path) -> tuple[float, float]:
    seconds = work(path)
    return seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _import(path: Path) -> float:
    source = "clinicaltrials-gov" if path.name in REGISTRIES | REGISTERS else "medline"
    start = time.perf_counter()
    import_exports(path.parent, [path], _details(source))
    return time.perf_counter() - start


def deduplication(records: int) -> None:
    """Seconds for a search of so many records, a fourth of them variants of one another."""
    with tempfile.TemporaryDirectory() as name:
        data = Path(name)
        some = [*labelled(records // 16).articles, *articles(records * 3 // 4, seed=9)]
        take(data, cochrane_ris(some))
        library = load_library(data)
        start = time.perf_counter()
        reports = deduplicate(data, library).reports
        seconds = time.perf_counter() - start
    print(f"duplicates: {len(library.records)} records, {len(reports)} reports, {seconds:.1f} s")


def accuracy() -> None:
    """Ours and bib-dedupe on sets as dirty as real exports, one after the other."""
    for name, dirt in SETS.items():
        dirty = dirty_set(dirt, REPORTS, SEED)
        records = dirty.records
        start = time.perf_counter()
        pairs = find_pairs(records)
        ours_seconds = time.perf_counter() - start
        ours = measured(records, _duplicates(pairs), dirty.duplicates)
        waiting = {record_id for p in pairs if p.verdict == "possible" for record_id in p.key}
        start = time.perf_counter()
        theirs = measured(records, bib_dedupe_pairs(records), dirty.duplicates)
        print(
            f"duplicates, {name}: {len(records)} records, {ours.same} pairs; "
            f"recall {ours.recall:.3f}, precision {ours.precision:.4f}, "
            f"waiting for a person {len(waiting) / len(records):.2%}, {ours_seconds:.1f} s; "
            f"bib-dedupe: recall {theirs.recall:.3f}, precision {theirs.precision:.4f}, "
            f"{time.perf_counter() - start:.1f} s",
            flush=True,
        )


def _duplicates(pairs: Iterable[Pair]) -> list[Key]:
    return [pair.key for pair in pairs if pair.verdict == "duplicate"]


def screening(records: int) -> None:
    """Seconds to open a sitting, and the slowest and the usual decision of a long one."""
    with tempfile.TemporaryDirectory() as name:
        data = Path(name)
        shutil.copy(DATA / "protocol.yml", data)
        take(data, ovid_ris(articles(records)))
        start = time.perf_counter()
        session = Session(data, "anna")
        opened = time.perf_counter() - start
        seconds = []
        for number in range(100):
            start = time.perf_counter()
            session.decide("exclude" if number % 10 else "include")
            seconds.append(time.perf_counter() - start)
    print(
        f"screening: {records} records, opened in {opened:.1f} s; a decision takes "
        f"{sorted(seconds)[50]:.2f} s, one with learning {max(seconds):.2f} s"
    )


def take(data: Path, text: str) -> None:
    path = data / "export"
    path.write_text(text, encoding="utf-8", newline="")
    import_exports(data, [path], _details("medline"))


def _details(source: str) -> SearchDetails:
    return SearchDetails(find_source(source), dt.date(2026, 11, 20), "benchmark")


def main(records: int = RECORDS) -> None:
    accuracy()
    deduplication(DEDUPLICATED)
    screening(SCREENED)
    imports(records)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]))
