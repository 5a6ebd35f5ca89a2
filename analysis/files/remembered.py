"""What is only remembered between two runs: it can be made again, so a damaged one counts for none.

Unlike data, of which nothing is ever thrown away.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TypeVar

from pydantic import TypeAdapter, ValidationError

from analysis.files.problems import EvidenceError, read_bytes
from analysis.files.writing import write_atomically

Remembered = TypeVar("Remembered")
# What is remembered of thousands of pages.
LARGEST = 200_000_000


def recall(path: Path, kind: TypeAdapter[Remembered]) -> Remembered | None:
    """What was remembered; None where nothing was, or where it is damaged in whichever way."""
    try:
        return kind.validate_json(read_bytes(path, LARGEST), strict=True)
    except (EvidenceError, ValidationError):
        return None


def remember(path: Path, text: str) -> None:
    """Write down what can be made again, in the place of whatever stands there."""
    if path.is_dir():
        shutil.rmtree(path)
    write_atomically(path, text, lasting=False)
