"""What lies beside today's evidence follows from it."""

from __future__ import annotations

from analysis.book.contents import contents_of
from analysis.book.documents import TOC, toc_text
from analysis.evidence.rows import Evidence
from analysis.searching.strategies import check_strategy, load_strategies
from tests.evidence.folder import LIVING, ROOT


def test_the_table_of_contents_is_the_one_that_a_build_writes(living: Evidence) -> None:
    assert (ROOT / TOC).read_text(encoding="utf-8") == toc_text(contents_of(living.protocol))


def test_every_source_of_the_protocol_has_a_strategy_that_is_valid(living: Evidence) -> None:
    strategies = load_strategies(LIVING)
    assert {found.database for found in strategies} >= set(living.protocol.living.sources)
    assert [problem for s in strategies for problem in check_strategy(s).problems] == []
