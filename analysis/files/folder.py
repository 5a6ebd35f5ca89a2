"""A folder of data holds plain files under names that can be read, and nothing else.

A link would publish, or write, what lies elsewhere; a pipe waits for ever, a device never ends.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from analysis.files.problems import EvidenceError, Problem

# Emacs's mark on a file that is being edited: a link, to nowhere.
BEING_EDITED = ".#"


def plain_files(folder: Path) -> tuple[Path, ...]:
    """Every file below the folder, hidden ones too, in order.

    EvidenceError names whatever is no plain file or folder, and names that cannot be read.
    """
    if not folder.is_dir():
        raise EvidenceError([Problem(folder, None, None, "there is no such folder")])
    problems: list[Problem] = []
    found = tuple(sorted(_walk(folder, problems)))
    if problems:
        raise EvidenceError(problems)
    return found


def _walk(folder: Path, problems: list[Problem]) -> Iterator[Path]:
    with os.scandir(folder) as entries:
        for entry in entries:
            path = folder / entry.name
            if entry.name.startswith(BEING_EDITED):
                continue
            if message := _unfit(entry):
                problems.append(Problem(path, None, None, message))
            elif entry.is_dir(follow_symlinks=False):
                yield from _walk(path, problems)
            else:
                yield path


def _unfit(entry: os.DirEntry[str]) -> str | None:
    """What is wrong with an entry of the folder, or None."""
    if entry.is_symlink():
        return "a link: put the file itself here; data are read from, and written to, plain files"
    if not (entry.is_dir() or entry.is_file()):
        return "neither a file nor a folder, but a pipe, a socket or a device: remove it"
    try:
        readable = entry.name.encode("utf-8", "surrogateescape").decode("utf-8").isprintable()
    except UnicodeDecodeError:
        return "a name that is not UTF-8: rename it"
    return None if readable else "a name with characters that are not seen: rename it"
