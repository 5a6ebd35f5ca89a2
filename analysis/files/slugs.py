"""Names in small letters, digits and single hyphens: of trials, sources, people, questions."""

from __future__ import annotations

import re

SLUG = r"^[a-z0-9]+(-[a-z0-9]+)*$"
# A person's name is a file's name, on every system: Windows keeps some names for devices. Small
# letters alone keep two people apart where a file system does not tell them from capitals.
PERSON = rf"^(?!(?:con|prn|aux|nul|com\d|lpt\d)$)(?=.{{1,60}}$){SLUG.removeprefix('^')}"
# Stands where a person's name would, for what people agreed on after they had differed.
CONSENSUS = "consensus"


def is_slug(name: str) -> bool:
    return re.fullmatch(SLUG, name) is not None


def is_person(name: str) -> bool:
    """Whether the name can be a person's: a slug that names a file everywhere."""
    return re.fullmatch(PERSON, name) is not None


def is_one_person(name: str) -> bool:
    """The same, but for the name that stands for several."""
    return is_person(name) and name != CONSENSUS
