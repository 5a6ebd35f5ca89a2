"""Search results: which searches were made, what is due, where the later trials came from."""

from __future__ import annotations

from collections import Counter

import pandas as pd

from analysis.evidence.load import Evidence
from analysis.formatting import count, counted, day, listed
from analysis.pages.cell import short_citation
from analysis.pages.html import Html, link, paragraph, table
from analysis.searching.history import Search, source_status


def summary(evidence: Evidence, searches: tuple[Search, ...]) -> Html:
    """What the reader should know first: how old the last search is."""
    last = max(searches, key=lambda search: search.date)
    return paragraph(
        f"The databases {listed(last.sources)} were last searched on {day(last.date)}, by the ",
        link("baseline review", evidence.sources[last.by].url),
        ". Trials that came later were found by other methods: open datasets and other reviews. "
        "They are therefore not the result of a complete search.",
    )


def searches_table(evidence: Evidence, searches: tuple[Search, ...]) -> Html:
    """Each source: last search, its records, when the next is due."""
    hits = {(source, s.date): s.hits for s in searches for source in s.sources}
    rows = [
        {
            "Source": status.source,
            "Last searched": day(status.last_searched) if status.last_searched else "never",
            "Records": _records(hits, status.source, status.last_searched),
            "Next search due": day(status.next_due) if status.next_due else "now",
            "State": "overdue" if status.overdue else "up to date",
        }
        for status in source_status(evidence.protocol, searches)
    ]
    return table(pd.DataFrame(rows), "Searches made and due")


def _records(hits: dict, source: str, date: object) -> str:
    found = hits.get((source, date))
    return "not seen" if found is None else count(found)


def sources_table(evidence: Evidence) -> Html:
    """Every source of outcome rows with how many rows it gave, most first."""
    rows_by_source = Counter(row.source_id for row in evidence.outcomes)
    rows = [
        {
            "Source": link(short_citation(source.citation), source.url),
            "Kind": source.kind,
            "Outcome rows": count(rows_by_source[source.source_id]),
            "Licence": source.licence,
            "Note": source.note,
        }
        for source in sorted(
            evidence.sources.values(), key=lambda s: (-rows_by_source[s.source_id], s.source_id)
        )
        if rows_by_source[source.source_id]
    ]
    caption = f"Sources of the {counted(len(evidence.outcomes), 'outcome row')}"
    return table(pd.DataFrame(rows), caption, numbers=("Outcome rows",))
