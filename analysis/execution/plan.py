"""The plan of the book: which notebook makes which page, with what, and in which order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter
from pathlib import Path, PurePosixPath
from types import MappingProxyType
from typing import TYPE_CHECKING

from analysis.files.problems import ReviewError

if TYPE_CHECKING:
    from analysis.execution.excerpts import Excerpt


class PlanError(ReviewError):
    """The plan contradicts itself."""


@dataclass(frozen=True)
class Project:
    """Where things are: every path of the execution floor, from the project's root."""

    root: Path

    @property
    def chapters(self) -> Path:
        return self.root / "chapters"

    @property
    def data(self) -> Path:
        return self.root / "data"

    @property
    def package(self) -> Path:
        return self.root / "analysis"

    @property
    def results(self) -> Path:
        return self.root / "results"

    @property
    def checked(self) -> Path:
        """What the last check of the evidence said; it is as old as what it was said of last."""
        return self.results / ".checked.json"

    @property
    def build(self) -> Path:
        return self.root / "_build"

    @property
    def site(self) -> Path:
        return self.build / "html"


@dataclass(frozen=True)
class Page:
    """One executed notebook of the book.

    `template` is the notebook's path from the root, `target` that of the page from
    `chapters/`; `needs` names the pages that must be up to date before this one runs,
    because it reads their results, or the `excerpt` of each alone. `reads` are the files and
    folders of `data/` it is made from, if it is not made from all, or names of parts of them
    that the check knows; `hands_on` are others, from the root, that it shows or offers.
    """

    name: str
    template: Path
    target: Path
    parameters: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    needs: tuple[str, ...] = ()
    reads: tuple[str, ...] = ()
    hands_on: tuple[str, ...] = ()
    excerpt: Excerpt | None = None

    @property
    def result(self) -> str:
        """The file in `results/` that holds what this page publishes, if it publishes."""
        return f"{self.name}.json"


def check_plan(pages: Sequence[Page]) -> None:
    """Refuse a plan with a name or a target used twice, an unknown need or a circle.

    Raises `PlanError`.
    """
    for what, values in (
        ("name", [page.name for page in pages]),
        ("target", [page.target.as_posix() for page in pages]),
    ):
        if twice := sorted({value for value in values if values.count(value) > 1}):
            raise PlanError(f"two pages have the same {what}: {', '.join(twice)}")
    names = {page.name for page in pages}
    for page in pages:
        _check_inside(page.target)
        if unknown := sorted(set(page.needs) - names):
            raise PlanError(f"page {page.name} needs unknown pages: {', '.join(unknown)}")
    try:
        TopologicalSorter({page.name: page.needs for page in pages}).prepare()
    except CycleError as error:
        raise PlanError(f"pages need each other in a circle: {' → '.join(error.args[1])}") from None


def _check_inside(target: Path) -> None:
    """A target is a notebook below `chapters/`: a name made from data must not lead out."""
    path = PurePosixPath(target.as_posix())
    if path.is_absolute() or ".." in path.parts or path.suffix != ".ipynb":
        raise PlanError(f"a page's target must be a .ipynb below chapters/: {target}")
