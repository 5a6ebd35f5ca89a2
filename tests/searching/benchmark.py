"""How long an import and a deduplication take: `python -m tests.searching.benchmark [RECORDS]`."""

from __future__ import annotations

import datetime as dt
import resource
import sys
import tempfile
import time
from pathlib import Path

from analysis.searching.duplicates import deduplicate
from analysis.searching.imports import SearchDetails, import_exports
from analysis.searching.library import load_library
from analysis.searching.sources import find_source
from tests.searching.corpus import articles, labelled
from tests.searching.exports import BIBLIOGRAPHIC

DEDUPLICATED = 4_000


def main(records: int = 50_000) -> None:
    """Import so many records in each format, one after another; then deduplicate fewer."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        found = articles(records)
        for day, (kind, write) in enumerate(BIBLIOGRAPHIC.items(), start=1):
            path = folder / kind
            path.write_text(write(found), encoding="utf-8", newline="")
            data = folder / f"data-{day}"
            data.mkdir()
            start = time.perf_counter()
            import_exports(data, [path], _details(day))
            print(f"{kind}: {records} records in {time.perf_counter() - start:.1f} s", flush=True)
        _deduplicate(folder)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"largest memory, the made-up articles included: {peak:.0f} MB")


def _deduplicate(folder: Path) -> None:
    data = folder / "data"
    data.mkdir()
    path = folder / "both.ris"
    some = [*labelled(DEDUPLICATED // 16).articles, *articles(DEDUPLICATED * 3 // 4, seed=9)]
    path.write_text(BIBLIOGRAPHIC["cochrane.ris"](some), encoding="utf-8", newline="")
    import_exports(data, [path], _details(1))
    library = load_library(data)
    start = time.perf_counter()
    reports = deduplicate(data, library).reports
    seconds = time.perf_counter() - start
    print(f"deduplication: {len(library.records)} records, {len(reports)} reports, {seconds:.1f} s")


def _details(day: int) -> SearchDetails:
    return SearchDetails(find_source("medline"), dt.date(2026, 11, day), "benchmark")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]))
