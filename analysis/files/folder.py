"""A folder of data holds plain files, whole, under names that can be read, and nothing else.

A link would publish, or write, what lies elsewhere; a pipe waits for ever, a device never ends.
A power cut or a full disk leaves of some programs' files the beginning, or zeros.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from analysis.files.git import git
from analysis.files.problems import EvidenceError, Problem, shown

# Emacs's mark on a file that is being edited: a link, to nowhere.
TEXT = {".csv", ".yml", ".json", ".md", ".txt"}
CUT_OFF = "the file was cut off, git has the rest"
BEING_EDITED = ".#"


def plain_files(folder: Path) -> tuple[Path, ...]:
    """Every file below the folder, hidden ones too, in order.

    EvidenceError names whatever is no plain file or folder, and names that cannot be read.
    """
    if not folder.is_dir():
        raise EvidenceError.at(folder, "there is no such folder")
    problems: list[Problem] = []
    found = tuple(sorted(_walk(folder, problems)))
    if problems:
        raise EvidenceError(problems)
    return found


def every_file(folder: Path) -> list[Path]:
    """Every file below the folder, in order; none where there is no folder."""
    return sorted(path for path in folder.rglob("*") if path.is_file())


def whole_files(folder: Path) -> tuple[Path, ...]:
    """The plain files of the folder; EvidenceError also for each of which git has more.

    Such a file reads well up to where it ends, a number in its last row with fewer digits.
    """
    files = plain_files(folder)
    if lost := [path for path in without_end(files) if _is_beginning(path)]:
        raise EvidenceError(
            Problem(path, None, None, f"{CUT_OFF}: `git restore {shown(path)}` brings it back")
            for path in lost
        )
    return files


def without_end(files: Iterable[Path]) -> Iterator[Path]:
    """The files of text whose last line has no end: cut off, unless a person saved them so."""
    for path in files:
        if path.suffix in TEXT and not path.name.startswith("."):
            with suppress(FileNotFoundError), path.open("rb") as file:
                size = file.seek(0, os.SEEK_END)
                file.seek(max(0, size - 1))
                if file.read() != b"\n":
                    yield path


def _is_beginning(path: Path) -> bool:
    """Whether the file says less than git has of it, and nothing else."""
    known = git(path.parent, "cat-file", "blob", f"HEAD:./{path.name}") or b""
    try:
        said = path.read_bytes().rstrip(b"\0")
    except FileNotFoundError:  # another command's, done
        return False
    return len(said) < len(known) and known.startswith(said)


def _walk(folder: Path, problems: list[Problem]) -> Iterator[Path]:
    with suppress(FileNotFoundError), os.scandir(folder) as entries:  # another command's, done
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
