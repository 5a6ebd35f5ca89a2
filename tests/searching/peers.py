"""Duplicates as bib-dedupe finds them, and how well either finds them in a labelled set."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

from analysis.searching.duplicate_clusters import Apart, Key, clusters
from analysis.searching.records import Record


@dataclass(frozen=True)
class Found:
    """Pairs merged, pairs that are one report, and pairs that are both."""

    merged: int
    same: int
    right: int

    @property
    def precision(self) -> float:
        return self.right / self.merged

    @property
    def recall(self) -> float:
        return self.right / self.same


def measured(
    records: Sequence[Record], found: Iterable[Key], truth: frozenset[tuple[int, int]]
) -> Found:
    """How many of the pairs that are one report are merged, directly or through a third."""
    merged = merged_pairs(records, found)
    return Found(len(merged), len(truth), len(merged & truth))


def merged_pairs(records: Sequence[Record], found: Iterable[Key]) -> set[tuple[int, int]]:
    """The pairs of the records' places that come to be one report."""
    place = {record.record_id: number for number, record in enumerate(records)}
    groups = clusters(place, (), found, Apart())
    return {
        pair
        for group in groups
        for pair in combinations(sorted(place[record_id] for record_id in group), 2)
    }


def bib_dedupe_pairs(records: Sequence[Record]) -> list[Key]:
    """The pairs that bib-dedupe calls duplicates, by its own blocking and rules."""
    import pandas as pd

    frame = pd.DataFrame(
        {
            "ID": record.record_id,
            "ENTRYTYPE": "article",
            "title": record.title,
            "author": " and ".join(record.authors.split("; ")),
            "year": record.year,
            "journal": record.journal,
            "booktitle": "",
            "volume": record.volume,
            "number": record.issue,
            "pages": record.pages,
            "doi": record.doi,
            "abstract": record.abstract,
        }
        for record in records
    )
    with warnings.catch_warnings():
        # bib-dedupe 0.11 sets an option and uses keywords that pandas 3 calls deprecated.
        warnings.simplefilter("ignore", category=pd.errors.Pandas4Warning)
        from bib_dedupe import bib_dedupe

        prepared = bib_dedupe.prep(frame, verbosity_level=0, cpu=1)
        matched = bib_dedupe.match(bib_dedupe.block(prepared, cpu=1), cpu=1)
    labels = matched[["ID_1", "ID_2", "duplicate_label"]].itertuples(index=False)
    return [(min(a, b), max(a, b)) for a, b, label in labels if label == "duplicate"]
