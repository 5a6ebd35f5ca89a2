"""What may lie in `data/`: nobody reads whatever else is there, publishes or freezes it."""

from __future__ import annotations

from collections.abc import Iterable
from fnmatch import fnmatchcase
from pathlib import Path

from analysis.evidence.data_files import DATA_FILES

DAY = "[12]???-??-??"
# `**` stands for a name and all that follows it.
PLACES = (
    *(f"{name}.csv" for name in DATA_FILES),
    "protocol.yml",
    "team.yml",
    "README.md",
    "benchmarks.json",
    "validation.json",
    "searches/README.md",
    "searches/interfaces.yml",
    f"searches/{DAY}/*",
    "searches/duplicates.csv",
    "searches/duplicates.yml",
    "searches/strategies/*.txt",
    "searches/interfaces.yml",
    "searches/fetched/*",
    "searches/rankings/*.yml",
    "searches/inbox/*",
    "screening.csv",
    "screening/*.csv",
    "extraction/*/differences.*",
    "extraction/*/history.csv",
    "extraction/*/*/*",
    "withdrawn/**",
    "releases/*/release.json",
    "releases/*/results.json",
    "releases/*/steps.json",
    "releases/*/page.html",
    "releases/*/page.html.sha256",
    *(f"releases/*/data/{name}.csv" for name in DATA_FILES),
    "releases/*/data/protocol.yml",
    "releases/*/data/team.yml",
)


def strangers(data: Path, files: Iterable[Path]) -> tuple[Path, ...]:
    """The files below `data` that have no place there; what is hidden is an editor's or a lock."""
    found = []
    for path in files:
        parts = path.relative_to(data).parts
        hidden = any(part.startswith(".") for part in parts)
        if not hidden and not any(_is_place(parts, place.split("/")) for place in PLACES):
            found.append(path)
    return tuple(found)


def _is_place(parts: tuple[str, ...], place: list[str]) -> bool:
    if place[-1] == "**":
        parts, place = parts[: len(place) - 1], place[:-1]
    return len(parts) == len(place) and all(map(fnmatchcase, parts, place))
