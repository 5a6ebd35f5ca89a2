"""The frozen review that tests read, and copies of it in which they change cells and bytes."""

from __future__ import annotations

import csv
import datetime as dt
import json
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from analysis.evidence.load import load
from analysis.files.problems import EvidenceError

ROOT = Path(__file__).resolve().parents[2]
# The evidence as version 2026.11 had it: its numbers, names and counts stay what they are.
REVIEW = ROOT / "tests/data/review"
DATA = REVIEW / "data"
# The evidence as it is today: what tests say of it holds for any data.
LIVING = ROOT / "data"
# What its protocol says otherwise than that of its last release, and what the release said.
DESCRIBED = "the longest in each trial", "the longest between the two limits"
# In these files the first column names the row; in the others its first four cells do.
KEYED = {"studies.csv", "outcomes.csv", "sources.csv"}


@dataclass(frozen=True)
class DataFolder:
    """A data folder that is a test's own."""

    path: Path

    @classmethod
    def copied_to(cls, path: Path, source: Path = DATA) -> DataFolder:
        """Copy the CSV files and the protocol, which is all that `load` reads."""
        path.mkdir(parents=True)
        for file in [*source.glob("*.csv"), source / "protocol.yml"]:
            shutil.copy(file, path)
        return cls(path)

    def rows(self, file: str) -> list[list[str]]:
        """The cells of a file, header first."""
        with (self.path / file).open(encoding="utf-8", newline="") as stream:
            return list(csv.reader(stream))

    def write(self, file: str, rows: list[list[str]]) -> None:
        with (self.path / file).open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream, lineterminator="\n").writerows(rows)

    def line_of(self, file: str, key: str) -> int:
        """The line of a row, by its id or by the start of its cells joined with `|`."""
        for line, row in enumerate(self.rows(file), start=1):
            if (row[0] == key) if file in KEYED else "|".join(row).startswith(key):
                return line
        raise KeyError(f"{file} has no row {key}")

    def edit(self, file: str, key: str, **cells: str) -> int:
        """Change cells of one row; returns its line."""
        line = self.line_of(file, key)
        self.edit_line(file, line, **cells)
        return line

    def edit_line(self, file: str, line: int, **cells: str) -> None:
        """Change cells of the row on that line."""
        rows = self.rows(file)
        for column, value in cells.items():
            rows[line - 1][rows[0].index(column)] = value
        self.write(file, rows)

    def append(self, file: str, /, **cells: str) -> None:
        """Add a row; columns that are not named are blank, those not in the file are added."""
        header, *rows = self.rows(file)
        new = [column for column in cells if column not in header]
        rows = [[*row, *("" for _ in new)] for row in rows]
        header += new
        self.write(file, [header, *rows, [cells.get(column, "") for column in header]])

    def empty(self, file: str) -> None:
        """Leave nothing but the header."""
        self.write(file, self.rows(file)[:1])

    def replace(self, file: str, old: str, new: str) -> None:
        """Change text that stands once in a file."""
        text = (self.path / file).read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {file}"
        (self.path / file).write_text(text.replace(old, new), encoding="utf-8")

    def set_version(
        self, name: str, day: dt.date | str, *, trigger: str, methods: str = "none"
    ) -> None:
        """Let the protocol state another version; whatever else stands there stays as it is."""
        path = self.path / "protocol.yml"
        said = f'version:\n  name: "{name}"\n  date: {day}\n'
        said += f"  trigger: {json.dumps(trigger)}\n  methods: {json.dumps(methods)}\n\n"
        text, found = re.subn(r"(?m)^version:\n(?:[ ].*\n|\n)*", lambda _: said,
                              path.read_text(encoding="utf-8"))  # fmt: skip
        assert found == 1
        path.write_text(text, encoding="utf-8")

    def problems(self) -> list[tuple[str, int | None, str | None, str]]:
        """What `load` says is wrong: file, line, column, message; nothing if it loads."""
        try:
            load(self.path)
        except EvidenceError as error:
            return [(p.file.name, p.line, p.column, p.message) for p in error.problems]
        return []
