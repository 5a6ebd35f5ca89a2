"""How far two sources are apart: between sources, never between contrasts of one source."""

from __future__ import annotations

from dataclasses import replace

import pytest

from analysis.evidence.disagreements import SeveralSources, SourcedEffect
from analysis.evidence.rows import Evidence


@pytest.mark.parametrize(
    ("given", "gap"),
    [
        ({"a": [-0.578], "b": [-0.88]}, 0.302),
        # Lin 2017: two contrasts in one source, one number in the other.
        ({"a": [-0.247, -0.074], "b": [-0.58]}, 0.333),
        ({"a": [-0.1], "b": [-0.1]}, 0.0),
        # The widest of all pairs of sources.
        ({"a": [-0.1], "b": [-0.2], "c": [-0.7]}, 0.6),
        ({"a": [-0.3], "b": [0.3]}, 0.6),
    ],
)
def test_the_gap_is_between_sources(
    evidence: Evidence, given: dict[str, list[float]], gap: float
) -> None:
    row = evidence.outcomes[0]
    effects = tuple(
        SourcedEffect(replace(row, source_id=source), effect, pooled=False)
        for source, numbers in given.items()
        for effect in numbers
    )
    found = SeveralSources(row.study_id, evidence.protocol.questions[0], effects)
    assert found.gap == pytest.approx(gap)
