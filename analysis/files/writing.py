"""Write a file whole or not at all; what people wrote is on the disk when the next step begins."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from analysis.files.problems import EvidenceError

UNFINISHED = ".unfinished"  # the end of the name of a file that is being written


def write_atomically(path: Path, content: str | bytes, *, lasting: bool = True) -> None:
    """Replace a file whole or not at all: a kill or a power cut at any point leaves one of the two.

    A file that says the same already is left alone, its time of change included. What is not
    `lasting` may be damaged by a power cut: it can be made again, and whoever reads it knows by
    its hash or its form. Waiting for the disk takes longer than making many a page.
    """
    raw = content.encode() if isinstance(content, str) else content
    if path.is_dir():
        raise EvidenceError.at(path, "a folder stands where this file is written: move it away")
    if path.is_file() and path.read_bytes() == raw:
        return
    make_folder(path.parent)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=UNFINISHED)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(raw)
            if lasting:
                file.flush()
                os.fsync(file.fileno())
        Path(name).chmod(0o644)
        if lasting:
            move_into_place(Path(name), path)
        else:
            Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def writable_name(path: Path) -> Path:
    """A name that a person gave to write to; refused where a folder, pipe or device has it."""
    if path.exists() and not path.is_file():
        raise EvidenceError.at(path, "this is not a file")
    return path


def make_folder(folder: Path) -> None:
    """The folder and those above it, on the disk."""
    if not folder.is_dir():
        make_folder(folder.parent)
        folder.mkdir(exist_ok=True)
        _sync(folder.parent)


def move_into_place(finished: Path, target: Path) -> None:
    """Give what is finished its name, on the disk: a name is kept in its folder."""
    finished.replace(target)
    _sync(target.parent)


def remove_file(path: Path) -> None:
    """Take a file away, if it is there, on the disk too."""
    if path.exists():
        path.unlink()
        _sync(path.parent)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def remove_unfinished(*folders: Path) -> None:
    """Delete what killed writes left in the folders and below."""
    for folder in folders:
        for path in folder.rglob(f".*{UNFINISHED}"):
            path.unlink(missing_ok=True)
