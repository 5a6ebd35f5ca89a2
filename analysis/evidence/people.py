"""Who decided what is kept with the data; what is published names people by their initials."""

from __future__ import annotations

import re
from collections.abc import Container

from analysis.files.slugs import CONSENSUS


def initials(name: str) -> str:
    """Of `A. Person` and `anna-person` the same: AP, of `anna and ben` A and B."""
    return " and ".join(
        "".join(part[0].upper() for part in re.findall(r"[^\W_]+", one))
        for one in name.split(" and ")
    )


def published_name(name: str, sources: Container[str]) -> str:
    """Who judged, where that is a person or a source: a source and `consensus` are named."""
    return name if name in sources or name == CONSENSUS else initials(name)
