"""Parts of a table, for pages that show little of it: what is read is what makes them stale."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from analysis.evidence.rows import Evidence
from analysis.files.digests import digest

SOURCES_OF_ROWS = "outcomes.csv: the source of each row"
TRIALS_OF_ROWS = "outcomes.csv: the trial of each row"

TABLE_PARTS: Mapping[str, Callable[[Evidence], tuple[str, ...]]] = {
    SOURCES_OF_ROWS: lambda evidence: tuple(row.source_id for row in evidence.outcomes),
    TRIALS_OF_ROWS: lambda evidence: tuple(row.study_id for row in evidence.outcomes),
}


def hashes_of_parts(evidence: Evidence) -> dict[str, dict[str, str]]:
    """Each part by its name, as what stands in place of its table in a page's fingerprint."""
    return {name: {name: digest(repr(part(evidence)))} for name, part in TABLE_PARTS.items()}
