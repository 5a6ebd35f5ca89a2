"""What a merge left in a CSV file: the lines of two branches, between marks."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from analysis.files.problems import MOST_PROBLEMS, EvidenceError, Problem, short

MARK = re.compile(rb"^(?:<{7}|>{7}) ", re.MULTILINE)
MEND = "keep the right lines, and none of the marks"
# Of long stretches the first rows are enough.
MOST_ROWS_COMPARED = 100
MOST_ROWS_NAMED = 5

Cells = tuple[str, ...]


@dataclass
class Stretch:
    """The lines between the marks, by branch; `common` what both began with, where git says."""

    line: int
    name: str
    lines: list[str] = field(default_factory=list)
    common: list[str] = field(default_factory=list)
    other_lines: list[str] = field(default_factory=list)
    other_name: str = ""


def refuse_conflicts(path: Path, raw: bytes) -> None:
    """EvidenceError where a merge left a conflict: which cells of a row differ, with both values.

    A row that only one branch has is named by its first cell.
    """
    if not (mark := MARK.search(raw)):
        return
    text = raw.decode("utf-8-sig", "replace").replace("\r\n", "\n").replace("\r", "\n")
    lines = text.split("\n")
    header = next(_records(lines), ())
    problems = [problem for found in _stretches(lines) for problem in _of(path, header, found)]
    if not problems:
        line = raw.count(b"\n", 0, mark.start()) + 1
        problems = [Problem(path, line, None, f"a conflict that a merge left: {MEND}")]
    raise EvidenceError(problems[:MOST_PROBLEMS])


def _stretches(lines: Iterable[str]) -> Iterator[Stretch]:
    """What stands between marks, as far as all of them are there."""
    return (part for part in parts_of(lines) if isinstance(part, Stretch))


def parts_of(lines: Iterable[str]) -> Iterator[str | Stretch]:
    """The lines, and in its place what stands between marks, where all of the marks are there."""
    found: Stretch | None = None
    side: list[str] = []
    met: list[str] = []
    for number, line in enumerate(lines, start=1):
        met.append(line)
        if line.startswith("<<<<<<< "):
            yield from met[:-1] if found else ()
            met = [line]
            found = Stretch(number, line[8:])
            side = found.lines
        elif found is None:
            yield line
            met.clear()
        elif line.startswith("|||||||"):
            side = found.common
        elif line == "=======":
            side = found.other_lines
        elif line.startswith(">>>>>>> "):
            found.other_name = line[8:]
            yield found
            found = None
            met.clear()
        else:
            side.append(line)
    yield from met


def _of(path: Path, header: Cells, found: Stretch) -> Iterator[Problem]:
    ours, theirs = (dict.fromkeys(_records(side)) for side in (found.lines, found.other_lines))
    one = [row for row in ours if row not in theirs][:MOST_ROWS_COMPARED]
    other = [row for row in theirs if row not in ours][:MOST_ROWS_COMPARED]
    pairs = [(row, changed) for row in one if (changed := _same_row(row, other))]
    for row, changed in pairs:
        for column, a, b in zip(header, row, changed, strict=False):
            if a != b:
                said = f"{short(a)} in {short(found.name)}, {short(b)} in {short(found.other_name)}"
                message = f"a merge left two values for {short(row[0])}, {said}: {MEND}"
                yield Problem(path, found.line, column, message)
    paired = {row for pair in pairs for row in pair}
    alone = [
        f"{_named(left)} in {short(name)}"
        for name, rows in ((found.name, one), (found.other_name, other))
        if (left := [row for row in rows if row not in paired])
    ]
    if alone or not pairs:
        said = f", {'; '.join(alone)}" if alone else ""
        message = f"a merge left lines of two branches{said}: {MEND}"
        yield Problem(path, found.line, None, message)


def _named(rows: Sequence[Cells]) -> str:
    more = f" and {len(rows) - MOST_ROWS_NAMED} more" if len(rows) > MOST_ROWS_NAMED else ""
    return ", ".join(short(row[0]) for row in rows[:MOST_ROWS_NAMED]) + more


def _same_row(row: Cells, others: Sequence[Cells]) -> Cells | None:
    """The row that the other branch changed otherwise: named alike, and most of it the same."""
    alike = [other for other in others if other[0] == row[0] and len(other) == len(row)]
    if not alike:
        return None
    nearest = max(alike, key=lambda other: _shared(row, other))
    return nearest if 2 * _shared(row, nearest) >= len(row) else None


def _shared(row: Cells, other: Cells) -> int:
    return sum(a == b for a, b in zip(row, other, strict=True))


def _records(lines: Iterable[str]) -> Iterator[Cells]:
    """The rows of some lines, as far as they are CSV; blank ones are none."""
    try:
        yield from (tuple(row) for row in csv.reader(lines) if row)
    except csv.Error:
        return
