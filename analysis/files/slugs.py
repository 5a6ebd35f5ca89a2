"""Names in small letters, digits and single hyphens: of trials, sources, people, questions."""

from __future__ import annotations

import re

SLUG = r"^[a-z0-9]+(-[a-z0-9]+)*$"


def is_slug(name: str) -> bool:
    return re.fullmatch(SLUG, name) is not None
