"""What the watch and its builder say to each other.

`since` is when the watch asked, in seconds of its clock: what was made then holds what was saved
before, and perhaps what was saved after.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Wanted:
    """To the builder: the site, or the one `document` alone; with the site it is that in view."""

    since: float
    document: str
    build: bool


@dataclass(frozen=True)
class Making:
    """A page is being executed; without one the build has begun."""

    document: str


@dataclass(frozen=True)
class Executed:
    """The open page was executed and can be shown ahead of the site."""


@dataclass(frozen=True)
class Ready:
    """A fork has rehearsed to show a page, and waits for one."""


@dataclass(frozen=True)
class Shown:
    """A page stands in that folder, with its figures, as it will stand in the site."""

    since: float
    document: str
    folder: str


@dataclass(frozen=True)
class Stands:
    """The site stands as it was asked for: `built`, `updated` or `unchanged`, of so many pages."""

    since: float
    state: str
    pages: int


@dataclass(frozen=True)
class Ended:
    """The build has ended; where it has not succeeded, with what is wrong, a line each.

    What the system `refused`, such as room on the disk, it may allow after a while.
    """

    since: float
    problems: tuple[str, ...]
    refused: bool = False


Message = Making | Executed | Ready | Shown | Stands | Ended
