"""Rows of a CSV file replaced or added, while all else in it stays to the letter."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import accumulate, pairwise, zip_longest

from analysis.files.csv_files import TextTable
from analysis.files.tables import Row


def with_rows(table: TextTable, key: str, rows: Sequence[Row]) -> tuple[str, list[int]]:
    """The file's text with these rows changed or added, all else untouched; their lines.

    A column that a row does not name stays as it is, blank in a new row. A new row stands after
    the one whose key is the last before its own, so that two branches that each add a trial do
    not both change the end of the file, which git could not merge.
    """
    edited = _Edited(table, (row.cells for row in rows))
    position = table.header.index(key)
    there = {row[position]: row for row in table.rows}
    keys = ["", *there]  # the header is before all
    for row in rows:
        if row[key] not in keys:
            before = keys.index(max(name for name in keys if name < row[key]))
            keys.insert(before + 1, row[key])
            edited.blocks.insert(before + 1, [])
        edited.say(keys.index(row[key]), there.get(row[key], ()), row.cells)
    starts = accumulate((len(block) for block in edited.blocks), initial=1)
    starts_now = dict(zip(keys, starts, strict=False))
    return edited.text, [starts_now[row[key]] for row in rows]


def with_new_row(table: TextTable, key: str, cells: Mapping[str, str]) -> str:
    """The file's text with one row more, all else untouched.

    It stands behind the last row of its key, or of the last key before it: rows of one trial
    stay together, and two branches that add other trials do not change one place.
    """
    edited = _Edited(table, [cells])
    position = table.header.index(key)
    keys = [row[position] for row in table.rows]
    near = [at for at, name in enumerate(keys, start=1) if name == cells[key]]
    before = [at for at, name in enumerate(keys, start=1) if name < cells[key]]
    place = max(near or before, default=0) + 1
    edited.blocks.insert(place, [])
    edited.say(place, (), cells)
    return edited.text


def with_cells(
    table: TextTable, changes: Mapping[int, Mapping[str, str]], without: Collection[int] = ()
) -> str:
    """The file's text with other cells in the rows of some places and `without` those of others.

    All else stays to the letter.
    """
    edited = _Edited(table, changes.values())
    for at, cells in changes.items():
        edited.say(at + 1, table.rows[at], cells)
    for at in without:
        edited.blocks[at + 1] = []
    return edited.text


class _Edited:
    """The lines of a file by rows, the header first, and with the columns that `cells` fill.

    A column that came into use since the file was written is added where a cell fills it.
    """

    def __init__(self, table: TextTable, cells: Iterable[Mapping[str, str]]) -> None:
        text = table.path.read_bytes().decode("utf-8-sig")
        self.end = "\r\n" if "\r\n" in text else "\n"
        # As the reader of CSV counts them; `splitlines` would end one at rarer signs in a note too.
        lines = io.StringIO(text, newline="").readlines()
        if lines and not lines[-1].endswith(("\n", "\r")):
            lines[-1] += self.end
        starts = (*table.lines, len(lines) + 1)
        self.blocks = [lines[: starts[0] - 1]]
        self.blocks += [lines[a - 1 : b - 1] for a, b in pairwise(starts)]
        filled = (name for row in cells for name in row if row[name])
        self.names = dict.fromkeys((*table.header, *filled))
        for name in [*self.names][len(table.header) :]:
            first, *rest = self.blocks
            self.blocks = [_longer(first, f",{name}"), *(_longer(block, ",") for block in rest)]

    @property
    def text(self) -> str:
        return "".join(line for block in self.blocks for line in block)

    def say(self, place: int, before: Sequence[str], cells: Mapping[str, str]) -> None:
        """Have a row say these cells; one that says them already stays to the letter."""
        known = dict(zip_longest(self.names, before, fillvalue=""))
        new = {name: cells.get(name, cell) for name, cell in known.items()}
        if new != known or not self.blocks[place]:
            self.blocks[place] = _csv_line(list(new.values()), self.end)


def _longer(block: list[str], cells: str) -> list[str]:
    """A row's lines with more cells at its end; blank lines may follow it."""
    last = max(at for at, line in enumerate(block) if line.strip())
    row = block[last].rstrip("\r\n")
    return [*block[:last], row + cells + block[last][len(row) :], *block[last + 1 :]]


def _csv_line(cells: Sequence[str], end: str) -> list[str]:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator=end).writerow(cells)
    return io.StringIO(text.getvalue(), newline="").readlines()
