"""The page of searches: each source counts its own records, and says how it was searched."""

from __future__ import annotations

import datetime as dt

from analysis.evidence.rows import Evidence
from analysis.pages import search_page as page
from analysis.searching.history import ExportFile, Search, load_searches
from analysis.searching.strategies_as_run import SourceSearched
from tests.evidence.folder import DATA
from tests.pages.test_across_questions import words

DAY = dt.date(2026, 12, 7)


def export(source: str, hits: int) -> ExportFile:
    return ExportFile.model_validate(
        {
            "source": source,
            "kind": "database",
            "file": f"{source.lower()}.ris",
            "format": "ris",
            "sha256": f"{hits:064}",
            "hits": hits,
            "records": f"{source.lower()}.records.csv",
        }
    )


def test_each_source_counts_its_own_records(evidence: Evidence) -> None:
    exports = (export("MEDLINE", 26), export("Embase", 24), export("PsycINFO", 28))
    sources = tuple(found.source for found in exports)
    made = Search(date=DAY, by="anna", sources=sources, since="x", hits=78, exports=exports)
    said = words(page.searches_table(evidence, (*load_searches(DATA), made)))
    for source, hits in (("MEDLINE", 26), ("Embase", 24), ("PsycINFO", 28)):
        assert f"{source} 7 December 2026 {hits} 7 December 2027" in said
    assert "CENTRAL 13 November 2013 not seen" in said
    assert "78" not in said


def test_a_strategy_is_printed_as_it_was_run_or_said_to_be_unknown() -> None:
    assert "no strategy is on record as run" in page.strategies([])
    shown = page.strategies(
        [SourceSearched(DAY, "MEDLINE", "1 pain <b>"), SourceSearched(DAY, "Embase", None)]
    )
    assert "MEDLINE, 7 December 2026" in shown
    assert "1 pain &lt;b&gt;</pre>" in shown
    assert "Embase, 7 December 2026: the strategy as run is not on record." in shown
