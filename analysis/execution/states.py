"""The files of data and code as the system has them: whether one changed, without reading it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from analysis.execution.plan import Project
from analysis.files.known_files import State, state_of

States = Mapping[str, State]
"""Files by their path from the root: what every change of a file changes, if only for a moment."""


def states(project: Project) -> dict[str, tuple[int, ...]]:
    """Every file of data and code, with its number, size and the times of its last changes.

    The last of these nobody can set: a file that was changed and changed back differs, and a
    folder of data in which one came and went.
    """
    found: dict[str, State] = {}
    for top in (project.data, project.package):
        _note_states(top, top.relative_to(project.root).as_posix(), found, top == project.data)
    return found


def _note_states(
    folder: Path | os.DirEntry[str], name: str, found: dict[str, State], folders: bool
) -> None:
    """The states of the files below a folder, and of the `folders`."""
    with suppress(FileNotFoundError):  # it goes meanwhile: that is a change, too
        if folders:
            found[name] = state_of(folder)
        with os.scandir(folder) as entries:
            for entry in entries:
                path = f"{name}/{entry.name}"
                if entry.is_dir(follow_symlinks=False):
                    _note_states(entry, path, found, folders)
                elif not entry.name.startswith(".") and not entry.name.endswith(".pyc"):
                    with suppress(FileNotFoundError):
                        found[path] = state_of(entry)


def newer_than_the_check(project: Project, since: States) -> bool:
    """Whether a file of data or code is newer than what the last check said, if there was one."""
    try:
        *_, checked = state_of(project.checked)
    except OSError:
        return True
    return any(changed > checked for *_, changed in since.values())
