"""The card made from the present results."""

from __future__ import annotations

from collections.abc import Mapping

from analysis.evidence.rows import Evidence
from analysis.execution.handover import Again
from analysis.publishing.card import card
from analysis.synthesis.question_result import Synthesis
from analysis.versions.edition import Edition


def test_the_card_is_small_and_the_same_each_time(
    evidence: Evidence, syntheses: Mapping[str, Synthesis]
) -> None:
    edition = Edition(evidence.protocol.version)
    first = card(evidence.protocol, syntheses, edition, Again())
    assert first.startswith(b"\x89PNG")
    assert len(first) < 100_000
    assert card(evidence.protocol, syntheses, edition, Again()) == first
