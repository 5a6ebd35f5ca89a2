"""The folders of `_build/`: the site that stands, and the successor that takes its place."""

from __future__ import annotations

import ctypes
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from analysis.execution.plan import Project


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
        shutil.rmtree(self.next, ignore_errors=True)

    def forget_last_build(self) -> None:
        """Leave Sphinx nothing to remember, nor anybody to trust."""
        self.stamp.unlink(missing_ok=True)
        for remembered in (self.doctrees, self.extracted):
            shutil.rmtree(remembered, ignore_errors=True)

    def take_over(self) -> None:
        """Put the new site in the old one's place, in one step where the system has one."""
        site = self.project.site
        if not site.exists():
            self.next.rename(site)
        elif not _exchange(self.next, site):
            site.rename(self.last)
            self.next.rename(site)
            shutil.rmtree(self.last)


def files_below(folder: Path) -> list[Path]:
    """Every file below a folder, without hidden ones."""
    return sorted(
        path
        for path in folder.rglob("*")
        if path.is_file() and not any(p.startswith(".") for p in path.relative_to(folder).parts)
    )


def _exchange(one: Path, other: Path) -> bool:
    """Swap two directories atomically (Linux's renameat2); `False` where it cannot be done."""
    here, exchange = -100, 2  # AT_FDCWD and RENAME_EXCHANGE of <linux/fs.h>
    try:
        renameat2 = ctypes.CDLL(None, use_errno=True).renameat2
    except (AttributeError, OSError, TypeError):
        return False
    return renameat2(here, os.fsencode(one), here, os.fsencode(other), exchange) == 0
