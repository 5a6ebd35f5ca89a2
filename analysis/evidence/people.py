"""Who decided what is kept with the data; what is published names people by their initials."""

from __future__ import annotations

import re


def initials(name: str) -> str:
    """Of `A. Person` and `anna-person` the same: AP, of `anna and ben` A and B."""
    return " and ".join(
        "".join(part[0].upper() for part in re.findall(r"[^\W_]+", one))
        for one in name.split(" and ")
    )
