"""Evidence whose protocol asks after pain in another measure, said in other words."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from analysis.evidence.rows import Evidence
from analysis.measures import MeasureName
from analysis.protocol import Protocol


def asking(evidence: Evidence, measure: MeasureName, **said: Any) -> Evidence:
    """The evidence with pain pooled in that measure; `said` is what the outcome says of it."""
    plain = evidence.protocol.model_dump(exclude_unset=True)
    plain["measures"].setdefault(measure, {})
    pain = plain["outcomes"][0]
    assert pain["id"] == "pain"
    pain |= {"measure": measure, "measure_by_condition": {}} | said
    plain["outcomes"] = [pain, *plain["outcomes"][1:]]
    return replace(evidence, protocol=Protocol.model_validate(plain))
