"""The folders of `_build/`: the site that stands, and the successor that takes its place."""

from __future__ import annotations

import ctypes
import os
import secrets
import shutil
from collections.abc import Set
from dataclasses import dataclass
from pathlib import Path

from analysis.execution.plan import Project

BEGUN = "begun"


@dataclass(frozen=True)
class SiteFolders:
    """Where the site's successor, what Sphinx remembers and the stamp are."""

    project: Project

    @property
    def next(self) -> Path:
        return self.project.build / ".next"

    @property
    def last(self) -> Path:
        return self.project.build / ".last"

    @property
    def doctrees(self) -> Path:
        return self.project.build / ".doctrees"

    @property
    def next_doctrees(self) -> Path:
        """A copy of what Sphinx remembers, to write into: one that fails costs the next nothing."""
        return self.project.build / ".next.doctrees"

    @property
    def extracted(self) -> Path:
        """The pictures that MyST-NB takes out of notebooks."""
        return self.project.build / "jupyter_execute"

    @property
    def stamp(self) -> Path:
        return self.project.build / ".site.json"

    def recover(self) -> None:
        """Undo what a killed build left: half a successor, or a site moved out of its place."""
        if self.last.exists() and not self.project.site.exists():
            self.last.rename(self.project.site)
        shutil.rmtree(self.last, ignore_errors=True)
        self.drop_successor()

    def drop_successor(self) -> None:
        for half in (self.next, self.next_doctrees):
            shutil.rmtree(half, ignore_errors=True)

    def begin_successor(self, left_out: Set[str] | None) -> str:
        """Make place for it, with the site as it stands, or nothing; a name that no other has.

        `left_out` are files of the site that no page makes; without it begin from nothing.
        """
        self.drop_successor()
        self.next.mkdir(parents=True)
        if left_out is not None:
            # Sphinx writes these anew each time, and must: it decides by their presence.
            self.copy_site(left_out | {"_static", "_downloads"})
            shutil.copytree(self.doctrees, self.next_doctrees)
        self.next_doctrees.mkdir(exist_ok=True)
        name = secrets.token_hex()
        (self.next_doctrees / BEGUN).write_text(name, encoding="ascii")
        return name

    def copy_site(self, left_out: Set[str]) -> None:
        """Let the successor have copies of what the site has, but for what is at these places."""
        site = self.project.site

        def ignored(folder: str, names: list[str]) -> set[str]:
            inside = Path(folder).relative_to(site)
            return {name for name in names if (inside / name).as_posix() in left_out}

        shutil.rmtree(self.next, ignore_errors=True)
        shutil.copytree(site, self.next, ignore=ignored)

    def write_file(self, name: str, content: bytes) -> None:
        """Write a file into the successor, once nothing else does: one the site has is linked.

        Whoever wrote into it from here on would write into the site that stands.
        """
        standing, path = self.project.site / name, self.next / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        if standing.is_file() and standing.read_bytes() == content:
            _name_again(standing, path)
        else:
            path.write_bytes(content)

    def has_begun(self, name: str) -> bool:
        """Whether what is in the making is what was begun by that name."""
        try:
            return (self.next_doctrees / BEGUN).read_text(encoding="ascii") == name
        except (OSError, ValueError):
            return False

    def take_over(self) -> None:
        """Put the new site in the old one's place, in one step where the system has one."""
        site = self.project.site
        if not site.exists():
            self.next.rename(site)
        elif not _exchange(self.next, site):
            site.rename(self.last)
            self.next.rename(site)
            shutil.rmtree(self.last)

    def remember_successor(self) -> None:
        """Let what Sphinx knows of the new site be what it remembers."""
        (self.next_doctrees / BEGUN).unlink()
        shutil.rmtree(self.doctrees, ignore_errors=True)
        self.next_doctrees.rename(self.doctrees)


def files_below(folder: Path) -> list[Path]:
    """Every file below a folder, without hidden ones."""
    return sorted(
        path
        for path in folder.rglob("*")
        if path.is_file() and not any(p.startswith(".") for p in path.relative_to(folder).parts)
    )


def _name_again(file: Path, name: Path) -> None:
    try:
        os.link(file, name)
    except OSError:  # there are file systems without
        shutil.copy2(file, name)


def _exchange(one: Path, other: Path) -> bool:
    """Swap two directories atomically (Linux's renameat2); `False` where it cannot be done."""
    here, exchange = -100, 2  # AT_FDCWD and RENAME_EXCHANGE of <linux/fs.h>
    try:
        renameat2 = ctypes.CDLL(None, use_errno=True).renameat2
    except (AttributeError, OSError, TypeError):
        return False
    return renameat2(here, os.fsencode(one), here, os.fsencode(other), exchange) == 0
