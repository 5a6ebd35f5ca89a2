"""What two extractors agreed on, taken into the evidence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from analysis.files.lock import locked
from analysis.files.problems import EvidenceError, Problem
from analysis.files.tables import Row
from analysis.files.writing import write_atomically
from analysis.screening.extraction import (
    BLANK,
    DIFFERENCES,
    KEYS,
    WHOLE_ROW,
    Difference,
    compare,
    read_differences,
    read_extraction,
    validated,
)


def accept(data: Path, first: Path, second: Path) -> tuple[Path, ...]:
    """Take what two extractors agreed on into the evidence; the files that changed.

    All rows are valid together with the rest of the evidence before any file is written.
    A row of the same study or the same `row_id` is replaced, another is added at the end.
    """
    differences = compare(data, first, second)
    settled = _settled(first.parent / DIFFERENCES, differences)
    rows = read_extraction(first)
    other = read_extraction(second)
    agreed = {name: _agreed(name, rows[name], other[name], settled) for name in KEYS}
    changed = []
    with locked(data):
        for name, text in validated(data, first, agreed).items():
            path = data / f"{name}.csv"
            if text != path.read_text(encoding="utf-8"):
                write_atomically(path, text)
                changed.append(path)
    return tuple(changed)


def _settled(path: Path, differences: Sequence[Difference]) -> dict[tuple[str, ...], str]:
    """What two people agreed on, by place; EvidenceError where anything is open."""
    known = {found.place: found for found in read_differences(path)} if path.exists() else {}
    problems = []
    settled: dict[tuple[str, ...], str] = {}
    for number, difference in enumerate(differences, start=2):
        found = known.get(difference.place)
        where = f"{difference.row}, {difference.column}"
        if found is None or found.said != difference.said:
            problems.append(Problem(path, None, where, "not compared yet: run extract compare"))
        elif not found.agreed:
            message = f"agreed is blank: write the value that holds, or {BLANK}"
            problems.append(Problem(path, number, where, message))
        elif difference.column == WHOLE_ROW and found.agreed not in ("a row", "no row"):
            message = f"agreed is {found.agreed[:40]!r}: write `a row` or `no row`"
            problems.append(Problem(path, number, where, message))
        else:
            settled[difference.place] = found.agreed
    if problems:
        raise EvidenceError(problems)
    return settled


def _agreed(
    name: str, one: Sequence[Row], two: Sequence[Row], settled: Mapping[tuple[str, ...], str]
) -> list[Row]:
    key = KEYS[name]
    rows = {row[key]: row for row in (*two, *one)}
    order = dict.fromkeys((*(row[key] for row in one), *(row[key] for row in two)))
    agreed = []
    for row_id in order:
        if settled.get((name, row_id, WHOLE_ROW)) == "no row":
            continue
        row = rows[row_id]
        cells = {
            column: settled.get((name, row_id, column), cell).strip()
            for column, cell in row.cells.items()
        }
        agreed.append(Row(row.line, {c: "" if v == BLANK else v for c, v in cells.items()}))
    return agreed
