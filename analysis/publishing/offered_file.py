"""A file that a reader can download."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass


@dataclass(frozen=True)
class Download:
    """A file below `downloads/` and one line on what it holds."""

    path: str
    about: str
    content: bytes

    @property
    def rows(self) -> int | None:
        """The rows of a table, without its header; None for other files."""
        if not self.path.endswith(".csv"):
            return None
        return max(0, sum(1 for _ in csv.reader(io.StringIO(self.content.decode()))) - 1)
