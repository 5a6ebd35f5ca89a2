"""What formats for machines say of the whole review: its names, version, licences and makers.

What nobody has stated is left out: no author, day or address is made up.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from analysis.evidence.team import Team, load_team
from analysis.files.problems import read_bytes
from analysis.protocol import Protocol
from analysis.publishing.citation_file import CITATION
from analysis.versions.edition import Edition

LICENCES = "https://spdx.org/licenses/{}.html"


@dataclass(frozen=True)
class ReviewDescription:
    """The review as a whole; `released` is None for a draft, `licence` an SPDX identifier.

    `stated` is the day that the protocol gives its version. `licence` is of text, figures and
    data as the review gives them.
    """

    title: str
    short_title: str
    abstract: str
    keywords: tuple[str, ...]
    licence: str
    version: str
    stated: dt.date
    released: dt.date | None
    site_url: str | None
    team: Team

    @property
    def licence_address(self) -> str:
        """Where the licence of the text is described; "" where none is named."""
        return LICENCES.format(self.licence) if self.licence else ""


def review_description(root: Path, protocol: Protocol, edition: Edition) -> ReviewDescription:
    """From the protocol, and from CITATION.cff and team.yml of the project in `root`."""
    said: dict[str, Any] = yaml.safe_load(read_bytes(root / CITATION))
    text = said.get("preferred-citation", {})
    return ReviewDescription(
        title=text.get("title") or said["title"],
        short_title=protocol.short_title,
        abstract=" ".join(said.get("abstract", "").split()),
        keywords=tuple(said.get("keywords", ())),
        licence=text.get("license", ""),
        version=edition.identifier,
        stated=edition.stated.date,
        released=None if edition.is_draft else edition.stated.date,
        site_url=protocol.site_url,
        team=load_team(root / "data"),
    )
