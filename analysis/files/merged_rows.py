"""Two people's versions of a table, merged cell by cell; git compares whole lines.

Each changed other cells of a row: both hold. Each gave one cell another value: a person chooses.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

WHOLE_ROW = ""
NO_ROW = "(no row)"

Key = tuple[str, ...]
Cells = tuple[str, ...]
Place = tuple[Key, str]
"""A row by its key, and a column, or WHOLE_ROW."""


@dataclass(frozen=True)
class Apart:
    """A cell, or a row, of which each side made something else; `before` as both found it."""

    key: Key
    column: str
    before: str
    mine: str
    theirs: str


@dataclass
class MergedTable:
    """The rows of both sides, each as text; `apart` is what a person has to choose between."""

    header: str
    rows: dict[Key, Callable[[Mapping[Place, bool]], str]] = field(default_factory=dict)
    apart: list[Apart] = field(default_factory=list)

    def text(self, take_theirs: Mapping[Place, bool]) -> str:
        """The file: of what stands in `apart` theirs where that is said, else mine."""
        return self.header + "".join(row(take_theirs) for row in self.rows.values())


@dataclass(frozen=True)
class _Table:
    """The records of a file by their key, each as its cells and as it is written."""

    header: str
    columns: Cells
    cells: Mapping[Key, Cells]
    written: Mapping[Key, str]


def merged_tables(before: str, mine: str, theirs: str, key: Sequence[str]) -> MergedTable | None:
    """The two versions merged; None where rows cannot be told apart, or the columns differ."""
    tables = [_table(text, key) for text in (before, mine, theirs)]
    if any(table is None for table in tables):
        return None
    base, own, other = (table for table in tables if table is not None)
    if not base.columns == own.columns == other.columns:
        return None
    merged = MergedTable(own.header)
    for name in _order(own, other):
        _merge_row(merged, name, base, own, other)
    return merged


def line_of(text: str, key: Sequence[str], name: Key) -> int | None:
    """The line on which a row begins; None where it is not there."""
    line, at = 1, None
    for written, cells in _records(text):
        at = at or [cells.index(column) for column in key]
        if tuple(cells[i] for i in at) == name:
            return line
        line += written.count("\n")
    return None


def _table(text: str, key: Sequence[str]) -> _Table | None:
    try:
        records = list(_records(text))
    except csv.Error:
        return None
    if not records:
        return None
    header, *rows = records
    columns = header[1]
    if not key or not {*key} <= {*columns} or any(len(r) != len(columns) for _, r in rows):
        return None
    at = [columns.index(name) for name in key]
    named = {tuple(cells[i] for i in at): (written, cells) for written, cells in rows}
    if len(named) != len(rows):
        return None
    return _Table(
        header[0],
        columns,
        {name: cells for name, (_, cells) in named.items()},
        {name: written for name, (written, _) in named.items()},
    )


def _records(text: str) -> Iterator[tuple[str, Cells]]:
    """Each record as it is written, and its cells."""
    lines = io.StringIO(text, newline="").readlines()
    reader = csv.reader(lines, strict=True)
    start = 0
    for cells in reader:
        written = "".join(lines[start : reader.line_num])
        start = reader.line_num
        if cells:
            yield written if written.endswith("\n") else f"{written}\n", tuple(cells)


def _order(own: _Table, other: _Table) -> list[Key]:
    """The rows of both: mine in their order, each that only the others have behind the same row."""
    order = list(own.cells)
    there = set(order)
    for before, name in zip([None, *other.cells], other.cells, strict=False):
        if name not in there:
            order.insert(order.index(before) + 1 if before in there else len(order), name)
            there.add(name)
    return order


def _merge_row(merged: MergedTable, name: Key, base: _Table, own: _Table, other: _Table) -> None:
    was, mine, theirs = (table.cells.get(name) for table in (base, own, other))
    if mine == theirs or theirs == was:
        if mine is not None:
            merged.rows[name] = _as_written(own.written[name])
    elif mine == was:
        if theirs is not None:
            merged.rows[name] = _as_written(other.written[name])
    elif mine is None or theirs is None:
        _one_took_it_out(merged, name, base, own, other)
    else:
        _merge_cells(merged, name, base.columns, was or mine, mine, theirs, was is not None)


def _as_written(text: str) -> Callable[[Mapping[Place, bool]], str]:
    return lambda _: text


def _one_took_it_out(
    merged: MergedTable, name: Key, base: _Table, own: _Table, other: _Table
) -> None:
    said = [table.written.get(name, "") for table in (base, own, other)]
    shown = [text.strip() or NO_ROW for text in said]
    merged.apart.append(Apart(name, WHOLE_ROW, *shown))
    merged.rows[name] = lambda theirs: said[2] if theirs.get((name, WHOLE_ROW)) else said[1]


def _merge_cells(
    merged: MergedTable,
    name: Key,
    columns: Cells,
    was: Cells,
    mine: Cells,
    theirs: Cells,
    known: bool,
) -> None:
    def chosen(take_theirs: Mapping[Place, bool]) -> str:
        cells = []
        for column, before, one, two in zip(columns, was, mine, theirs, strict=True):
            agreed = two if known and one == before else one
            cells.append(two if take_theirs.get((name, column)) else agreed)
        text = io.StringIO(newline="")
        csv.writer(text, lineterminator="\n").writerow(cells)
        return text.getvalue()

    for column, before, one, two in zip(columns, was, mine, theirs, strict=True):
        if one != two and not (known and before in (one, two)):
            merged.apart.append(Apart(name, column, before if known else "", one, two))
    merged.rows[name] = chosen
