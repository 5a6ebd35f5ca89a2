"""What is wrong with an input file, said so that a person can mend it."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from analysis.files.printable import printable

# Thirty times the largest data file of today, and still read in a moment.
LARGEST_FILE = 2_000_000
# A file with more is not the file it is taken for: nobody mends it line by line.
MOST_PROBLEMS = 100
# What a system says where a disk, a quota or a limit leaves no room.
NO_ROOM = tuple(os.strerror(number) for number in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG))


@dataclass(frozen=True)
class Problem:
    """One thing wrong: `file:line: column: what is wrong and what was expected`."""

    file: Path
    line: int | None
    column: str | None
    message: str

    def __str__(self) -> str:
        return self.in_file(shown(self.file))

    def in_file(self, file: str) -> str:
        """The problem with its file called so."""
        place = file if self.line is None else f"{file}:{self.line}"
        return ": ".join(part for part in (place, self.column, self.message) if part)


class ReviewError(Exception):
    """A failure that one sentence explains; the command line prints it without a traceback."""


class Refused(ReviewError):
    """The system refused what was asked of it; another time it may not."""


class EvidenceError(ReviewError):
    """Input files that cannot be used; `problems` lists everything found, not the first only."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        found = set(problems)
        # Many problems, few files: what costs is done once a file.
        names = {file: (file.as_posix(), shown(file)) for file in {p.file for p in found}}
        self.problems = sorted(
            found, key=lambda p: (names[p.file][0], p.line or 0, p.column or "", p.message)
        )
        super().__init__("\n".join(p.in_file(names[p.file][1]) for p in self.problems))

    @classmethod
    def at(
        cls, file: Path, message: str, line: int | None = None, column: str | None = None
    ) -> EvidenceError:
        """The error of a file in which one thing is wrong."""
        return cls([Problem(file, line, column, message)])

    def __reduce__(self) -> tuple[type[EvidenceError], tuple[list[Problem]]]:
        """Travels between processes with its problems."""
        return type(self), (self.problems,)


@contextmanager
def system_errors_as_sentences() -> Iterator[None]:
    """No space, no permission, no such folder: nothing a traceback would explain better."""
    try:
        yield
    except OSError as error:
        place = f"{shown(Path(os.fsdecode(error.filename)))}: " if error.filename else ""
        why = error.strerror or no_room(str(error)) or error
        raise Refused(f"{place}{why}") from error


def no_room(text: str) -> str | None:
    """That there was no room, where a text says so among other things."""
    return next((said for said in NO_ROOM if said in text), None)


def read_bytes(path: Path, largest: int = LARGEST_FILE) -> bytes:
    """The bytes of an input file; EvidenceError where it is missing, too large or not a file.

    No pipe is waited for, and never more is read than the file may have.
    """
    try:
        if path.exists() and not path.is_file():
            raise EvidenceError.at(path, "this is not a file")
        with path.open("rb") as file:
            content = file.read(largest + 1)
            if len(content) > largest:
                size = max(len(content), os.fstat(file.fileno()).st_size)
                raise EvidenceError.at(path, f"{size} bytes, over the {largest} this file may have")
            return content
    except FileNotFoundError:
        raise EvidenceError.at(path, "the file is missing") from None
    except OSError as error:
        raise EvidenceError.at(path, f"cannot be read: {error.strerror}") from None


def shown(path: Path) -> str:
    """The path as a person would type it: from the working directory, where it lies below that."""
    here = Path.cwd()
    return printable(path.relative_to(here) if path.is_relative_to(here) else path)


def short(text: str) -> str:
    """What was found, quoted, its beginning only where it is long."""
    return repr(text if len(text) <= 40 else text[:39] + "…")
