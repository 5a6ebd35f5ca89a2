"""What reporting guidelines ask for, and where the book reports it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

from analysis.evidence.team import Statement
from analysis.evidence.values import Filled, Places
from analysis.files.columns import column


@dataclass(frozen=True, slots=True)
class ChecklistItem:
    """A row of checklists.csv: an item of a reporting guideline, and where the book reports it."""

    checklist: Literal["PRISMA 2020", "PRISMA-LSR"] = column("the guideline", "PRISMA 2020")
    item: Filled = column("number of the item; those of PRISMA-LSR are ours", "13a")
    section: Filled = column("section of the guideline", "Methods")
    topic: Filled = column("what the item asks for, in our words", "Sensitivity analyses")
    where: Places = column(
        "documents of the book that report the item, each perhaps with an anchor, with spaces "
        "between; blank where none does",
        "methods/synthesis#effect-measures",
    )
    note: str = column(
        "why the item is met in part or not at all, or what to know",
        "who extracted a row is not recorded",
    )
    met: Literal["", "yes", "partly", "no"] = column(
        "whether the item is met there; blank: yes where there is a place",
        "yes",
        default="",
    )
    stated: Literal["", Statement] = column(
        "what team.yml must state for the item to be met at all", "who paid", default=""
    )

    @property
    def places(self) -> tuple[str, ...]:
        """The documents, each perhaps with an anchor; none where no page reports the item."""
        return tuple(self.where.split())

    def status(self, not_stated: Collection[str]) -> Literal["met", "partly met", "not met"]:
        """Whether the item is met, given what `team.yml` does not state."""
        if self.stated in not_stated or not self.places or self.met == "no":
            return "not met"
        return "partly met" if self.met == "partly" else "met"
