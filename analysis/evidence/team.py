"""Who makes the review and who pays for it, as data: what nobody has stated is blank."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, field_validator

from analysis.files.yaml_files import read_model
from analysis.protocol_rules import Frozen

TEAM = "team.yml"
# What a reader would want to know of who makes a review.
Statement = Literal["the authors", "a contact", "who paid", "a registration", "interests"]
ORCID = re.compile(r"\d{4}-\d{4}-\d{4}-\d{3}[\dX]")
ADDRESS = re.compile(r"https://\S+|[^@\s]+@[^@\s]+")

# The Contributor Role Taxonomy, ANSI/NISO Z39.104-2022 (credit.niso.org).
Role = Literal[
    "conceptualization",
    "data curation",
    "formal analysis",
    "funding acquisition",
    "investigation",
    "methodology",
    "project administration",
    "resources",
    "software",
    "supervision",
    "validation",
    "visualization",
    "writing - original draft",
    "writing - review & editing",
]


class Author(Frozen):
    """A person who answers for the review; `interests` are those declared, `none` among them."""

    name: Annotated[str, Field(min_length=1)]
    orcid: str = ""
    affiliation: str = ""
    roles: tuple[Role, ...] = ()
    interests: str = ""

    @field_validator("orcid")
    @classmethod
    def _is_orcid(cls, said: str) -> str:
        if said and not ORCID.fullmatch(said):
            raise ValueError(f"expected an ORCID like 0000-0002-1825-0097, found {said}")
        return said


class Team(Frozen):
    """What a review says of itself; blank is not stated.

    `contact` is an e-mail or web address, `funding` who paid and what for, `registration` the
    register and number of the protocol.
    """

    authors: tuple[Author, ...] = ()
    contact: str = ""
    funding: str = ""
    registration: str = ""

    @field_validator("contact")
    @classmethod
    def _is_address(cls, said: str) -> str:
        if said and not ADDRESS.fullmatch(said):
            raise ValueError(
                f"expected an e-mail or a web address that begins with https://, found {said}"
            )
        return said

    def not_stated(self) -> tuple[Statement, ...]:
        """What a reader would want to know and nobody has said."""
        said: dict[Statement, bool] = {
            "the authors": bool(self.authors),
            "a contact": bool(self.contact),
            "who paid": bool(self.funding),
            "a registration": bool(self.registration),
            "interests": bool(self.authors) and all(a.interests for a in self.authors),
        }
        return tuple(what for what, known in said.items() if not known)


def load_team(data: Path) -> Team:
    """What `team.yml` says; nothing is stated where the file is not there.

    EvidenceError with line and field for what is no such statement.
    """
    path = data / TEAM
    return read_model(path, Team) if path.exists() else Team()
