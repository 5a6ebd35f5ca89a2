"""Several files change together or not at all, as `writing.py` has it for one.

A change is first written down whole beside the data, in `.change/`. From then on it is done,
however often it is cut short: who reads or writes the data next finishes it (`lock.py`).
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from pydantic import TypeAdapter

from analysis.files.digests import digest
from analysis.files.json_files import read_json
from analysis.files.problems import EvidenceError, Problem, ReviewError, read_bytes, shown
from analysis.files.writing import move_into_place, remove_file, write_atomically

CHANGE = ".change"
UNWRITTEN = ".change-new"  # a change that is not yet written down whole counts for nothing
PLAN = "plan.json"
# An export with the abstracts of a hundred thousand records.
LARGEST = 1_000_000_000


@dataclass(frozen=True)
class FileChange:
    """What a file will say, None where it goes; `before` is the digest of what it says, if any."""

    path: Path
    after: bytes | None
    before: str | None


@dataclass(frozen=True)
class _Step:
    """A change as written down: `file` from the folder that holds the data, `after` a digest."""

    file: str
    before: str | None
    after: str | None


_STEPS = TypeAdapter(tuple[_Step, ...])


def change_of(path: Path, after: str | bytes | None) -> FileChange:
    """What becomes of a file that says now what it says now."""
    return FileChange(path, after.encode() if isinstance(after, str) else after, _digest(path))


def change_together(data: Path, changes: Iterable[FileChange]) -> None:
    """Change all of the files, under the lock; ReviewError where one changed since it was read."""
    root = data.resolve().parent
    new = [each for each in changes if each.before != _said(each.after)]
    steps = [
        _Step(each.path.resolve().relative_to(root).as_posix(), each.before, _said(each.after))
        for each in new
    ]
    for each in new:
        if _digest(each.path) != each.before:
            raise ReviewError(f"{shown(each.path)} has changed meanwhile: nothing was done; again")
    folder = data / UNWRITTEN
    for number, each in enumerate(new):
        if each.after is not None:
            write_atomically(folder / str(number), each.after)
    write_atomically(folder / PLAN, json.dumps([asdict(step) for step in steps], indent=1))
    move_into_place(folder, data / CHANGE)
    finish_change(data)


def finish_change(data: Path) -> None:
    """Do what is written down and not done, under the lock; what is done already stays.

    EvidenceError where a person has edited one of the files since: nobody else knows what holds.
    """
    folder, root = data / CHANGE, data.resolve().parent
    shutil.rmtree(data / UNWRITTEN, ignore_errors=True)
    if not (folder / PLAN).is_file():
        return
    steps = read_json(folder / PLAN, _STEPS)
    _check(folder, root, steps)
    for number, step in enumerate(steps):
        path = root / step.file
        if step.after is not None:
            write_atomically(path, read_bytes(folder / str(number), LARGEST))
        else:
            remove_file(path)
            _remove_empty(path.parent, data.resolve())
    # Under this name it is not begun again, wherever its removal ends.
    move_into_place(folder, data / UNWRITTEN)
    shutil.rmtree(data / UNWRITTEN)


def _check(folder: Path, root: Path, steps: Sequence[_Step]) -> None:
    problems = []
    for number, step in enumerate(steps):
        path = root / step.file
        if not path.resolve().is_relative_to(root) or path.is_symlink():
            problems.append(Problem(folder / PLAN, None, None, f"{step.file} is none of the files"))
        elif _digest(path) not in (step.before, step.after):
            message = (
                "was edited after a change of several files had been cut short: undo the edit, "
                f"or remove {shown(folder)} to leave the other files as they are"
            )
            problems.append(Problem(path, None, None, message))
        elif step.after is not None and _digest(folder / str(number)) != step.after:
            message = f"is not what {step.file} was to say"
            problems.append(Problem(folder / str(number), None, None, message))
    if problems:
        raise EvidenceError(problems)


def _remove_empty(folder: Path, data: Path) -> None:
    """Remove a folder of the data in which nothing is left, and those that held only it."""
    while folder != data and folder.is_relative_to(data):
        if folder.is_dir():
            if any(folder.iterdir()):
                return
            folder.rmdir()
        folder = folder.parent


def _said(content: bytes | None) -> str | None:
    return None if content is None else digest(content)


def _digest(path: Path) -> str | None:
    return digest(read_bytes(path, LARGEST)) if path.exists() else None
