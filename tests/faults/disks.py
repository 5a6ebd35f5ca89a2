"""Disks that are too small or cannot be written, mounted for one test."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


def _mount(*arguments: str) -> None:
    try:
        subprocess.run(["mount", *arguments], check=True, capture_output=True, text=True)
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"no right to mount a file system here: {error}")


@contextmanager
def small_disk(folder: Path, kilobytes: int) -> Iterator[None]:
    """The folder is a file system of its own, of that size, while this lasts."""
    folder.mkdir(exist_ok=True)
    _mount("-t", "tmpfs", "-o", f"size={kilobytes}k", "tmpfs", str(folder))
    try:
        yield
    finally:
        subprocess.run(["umount", str(folder)], check=True)


@contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """Nobody, root included, can write below the folder while this lasts."""
    _mount("--bind", str(folder), str(folder))
    try:
        _mount("-o", "remount,bind,ro", str(folder))
        yield
    finally:
        subprocess.run(["umount", str(folder)], check=True)


@contextmanager
def filled(folder: Path, kilobytes: int) -> Iterator[None]:
    """That much is left on the folder's file system while this lasts, and no more."""
    filler = folder / "filler"
    free = int(
        subprocess.run(
            ["df", "--output=avail", "-k", str(folder)], check=True, capture_output=True, text=True
        ).stdout.split()[-1]
    )
    filler.write_bytes(bytes(1024 * (free - kilobytes)))
    try:
        yield
    finally:
        filler.unlink()
