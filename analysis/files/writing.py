"""Write a file whole or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

UNFINISHED = ".unfinished"  # the end of the name of a file that is being written


def write_atomically(path: Path, content: str | bytes) -> None:
    """Replace a file whole or not at all, so that a kill at any point leaves one of the two.

    A file that says the same already is left alone, its time of change included.
    """
    raw = content.encode() if isinstance(content, str) else content
    if path.is_file() and path.read_bytes() == raw:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=UNFINISHED)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(raw)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def remove_unfinished(*folders: Path) -> None:
    """Delete what killed writes left in the folders and below."""
    for folder in folders:
        for path in folder.rglob(f".*{UNFINISHED}"):
            path.unlink(missing_ok=True)
