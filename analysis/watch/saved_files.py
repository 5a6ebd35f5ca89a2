"""What a file that was saved means for the site."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from analysis.book.restyling import is_style
from analysis.book.stamp import BESIDE_THE_CHAPTERS
from analysis.execution.plan import Project

GENERATED = "_toc.yml"
# What is read of the root; `_toc.yml` the build writes.
AT_THE_ROOT = {*BESIDE_THE_CHAPTERS, "CITATION.cff", "LICENSE", "LICENSE-text"} - {GENERATED}
LEFT_BY_EDITORS = ("~", ".swp", ".swx", ".tmp", ".bak", ".orig", ".pyc")


class Kind(Enum):
    """What follows from a saved file, before the site is built."""

    PAGE = "a chapter: its own page can be shown ahead"
    STYLE = "a stylesheet: it can be shown as it is"
    CODE = "a module: whoever builds begins anew, since it has imported what was there"
    OTHER = "data, a notebook, a setting: the build finds out what follows"


@dataclass(frozen=True)
class Saved:
    """A file that somebody saved, from the root."""

    path: Path
    kind: Kind

    @property
    def document(self) -> str:
        """The document that this chapter is."""
        return self.path.relative_to("chapters").with_suffix("").as_posix()


def saved(project: Project, paths: Iterable[str]) -> list[Saved]:
    """Those of the changed paths that the site is made from, in order and once."""
    found = {}
    for path in sorted(paths):
        below = Path(path).relative_to(project.root)
        if not Path(path).is_dir() and (kind := kind_of(below)):
            found[below] = Saved(below, kind)
    return list(found.values())


def kind_of(path: Path) -> Kind | None:
    """What a changed path, from the root, means; None where nobody's page is made from it."""
    if any(part.startswith(".") or part == "__pycache__" for part in path.parts):
        return None
    if path.name.endswith(LEFT_BY_EDITORS) or path.name.isdigit():
        return None
    match path.parts[0]:
        case "chapters" if path.suffix == ".ipynb":
            return None  # executed pages, which the build writes
        case "chapters" if is_style(path):
            return Kind.STYLE
        case "chapters" if path.suffix == ".md" and not path.name.startswith("_"):
            return Kind.PAGE
        case "analysis" if path.suffix == ".py":
            return Kind.CODE
        case "chapters" | "analysis" | "data":
            return Kind.OTHER
        case name if len(path.parts) == 1 and name in AT_THE_ROOT:
            return Kind.OTHER
        case _:
            return None


def watched(project: Project) -> tuple[list[Path], list[Path]]:
    """The folders to follow with all that is below them, and those to follow alone."""
    deep = [project.chapters, project.data, project.package]
    return [folder for folder in deep if folder.is_dir()], [project.root]
