"""Rows of acceptability.csv as tests need them."""

from __future__ import annotations

from typing import Any

from analysis.evidence.rows import AcceptabilityRow

EVENT = "any symptom"


def counted_row(study_id: str, side: Any, **said: Any) -> AcceptabilityRow:
    """Harms that a trial counted in an arm."""
    words: dict[str, Any] = {
        "what": "harms", "arm": side, "n": "", "value": "some", "unit": "statement",
        "source_id": "trial-abstracts", "note": "", "event": EVENT,
    }  # fmt: skip
    return AcceptabilityRow(study_id=study_id, side=side, **(words | said))
