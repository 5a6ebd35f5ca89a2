"""Sources as every protocol in these tests has them."""

from __future__ import annotations

from analysis.protocol_lists import FIRST_SOURCES, Source
from analysis.searching import sources


def find_source(name: str) -> Source:
    """The source of that name among those that a protocol has which names none."""
    return sources.find_source(name, FIRST_SOURCES)
