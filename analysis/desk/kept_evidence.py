"""The evidence as the files are now, read again only where one of them says something else."""

from __future__ import annotations

from pathlib import Path

from analysis.evidence.data_files import DATA_FILES
from analysis.evidence.load import load
from analysis.evidence.rows import Evidence
from analysis.files.lock import settle
from analysis.files.problems import EvidenceError, read_bytes


class KeptEvidence:
    """The evidence of a folder; asked from any thread.

    As long as its files say the same it is one object, so what follows from it (what the integrity
    checks find, the answer to a question) is worked out once.
    """

    def __init__(self, data: Path) -> None:
        self._files = [data / "protocol.yml", *(data / f"{name}.csv" for name in DATA_FILES)]
        self._data = data
        self._kept: tuple[list[bytes], Evidence] | None = None

    def now(self) -> Evidence:
        """The evidence at this moment; EvidenceError as of `load`."""
        settle(self._data)
        said = self._said()
        kept = self._kept
        if kept and kept[0] == said:
            return kept[1]
        found = load(self._data)
        # Somebody may have saved while the files were read.
        if said and said == self._said():
            self._kept = said, found
        return found

    def _said(self) -> list[bytes]:
        """What the files say; nothing where one of them cannot be read."""
        try:
            return [read_bytes(path) for path in self._files]
        except EvidenceError:
            return []
