"""What each source of records brought: by itself, and of what came to be included."""

from __future__ import annotations

from collections.abc import Mapping

from analysis.evidence.flow import SourceYield
from analysis.screening.counted_flow import settled_inclusions
from analysis.screening.decisions import Screening


def source_yields(screening: Screening) -> tuple[SourceYield, ...]:
    """Every source that was searched, in the order of its first search."""
    brought: dict[str, set[str]] = {}
    kinds: dict[str, str] = {}
    hits: dict[str, int] = {}
    for search in screening.library.searches:
        for export in search.exports:
            kinds.setdefault(export.source, export.kind)
            hits[export.source] = hits.get(export.source, 0) + export.hits
            brought.setdefault(export.source, set())
    representative = screening.deduplication.representative
    for seen in screening.library.sightings:
        brought[seen.source].add(representative[seen.record_id])
    studies = settled_inclusions(screening)
    found = {
        source: {studies[report] for report in reports if report in studies}
        for source, reports in brought.items()
    }
    return tuple(
        SourceYield(
            source=source,
            kind=kinds[source],
            hits=hits[source],
            reports=len(reports),
            reports_only_here=len(reports - _of_others(brought, source)),
            studies=len(found[source]),
            studies_only_here=len(found[source] - _of_others(found, source)),
        )
        for source, reports in brought.items()
    )


def _of_others(of: Mapping[str, set[str]], source: str) -> set[str]:
    return {item for other, items in of.items() if other != source for item in items}
