"""Sources by the name that a person types or a file has: they are those of the protocol."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from analysis.files.problems import ReviewError
from analysis.protocol import load_protocol
from analysis.protocol_lists import Source


def sources_of(data: Path) -> tuple[Source, ...]:
    """The sources of the review whose files these are."""
    return load_protocol(data / "protocol.yml").search_sources


def find_source(name: str, sources: Sequence[Source]) -> Source:
    """The source of that name, however it is written; ReviewError lists those there are."""
    found = source_called(name, sources)
    if found is None:
        known = ", ".join(source.id for source in sources) or "none"
        raise ReviewError(
            f"no source of the protocol is called {name!r}: use one of {known}, or add it to "
            "search_sources in data/protocol.yml"
        )
    return found


def source_called(name: str, sources: Sequence[Source]) -> Source | None:
    """The source with that id or name, in small letters or not; None where there is none."""
    wanted = _plain(name)
    return next((s for s in sources if wanted in (s.id, _plain(s.name))), None)


def _plain(name: str) -> str:
    return "-".join(name.casefold().replace(".", "-").split())
