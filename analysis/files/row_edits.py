"""Rows of a CSV file replaced or added, while all else in it stays to the letter."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from itertools import accumulate, pairwise

from analysis.files.csv_files import TextTable
from analysis.files.tables import Row


def with_rows(table: TextTable, key: str, rows: Sequence[Row]) -> tuple[str, list[int]]:
    """The file's text with these rows changed or added, all else untouched; their lines.

    A column that a row does not name stays as it is, blank in a new row. A new row stands after
    the one whose key is the last before its own, so that two branches that each add a trial do
    not both change the end of the file, which git could not merge.
    """
    text = table.path.read_bytes().decode("utf-8-sig")
    end = "\r\n" if "\r\n" in text else "\n"
    # As the reader of CSV counts them; `splitlines` would end one at rarer signs in a note too.
    lines = io.StringIO(text, newline="").readlines()
    if lines and not lines[-1].endswith(("\n", "\r")):
        lines[-1] += end
    starts = (*table.lines, len(lines) + 1)
    position = table.header.index(key)
    blocks = [lines[: starts[0] - 1]]
    blocks += [lines[a - 1 : b - 1] for a, b in pairwise(starts)]
    # A column that came into use since the file was written is added where a row fills it.
    new = [name for row in rows for name in row.cells if row[name] and name not in table.header]
    for name in (added := dict.fromkeys(new)):
        blocks = [_longer(blocks[0], f",{name}"), *(_longer(block, ",") for block in blocks[1:])]
    there = {row[position]: row for row in table.rows}
    keys = ["", *there]  # the header is before all
    for row in rows:
        old = there.get(row[key], [""] * len(table.header))
        known = dict(zip(table.header, old, strict=True)) | dict.fromkeys(added, "")
        cells = {**known, **row.cells}
        block = _csv_line([cells[column] for column in known], end)
        if row[key] not in keys:
            before = keys.index(max(name for name in keys if name < row[key]))
            keys.insert(before + 1, row[key])
            blocks.insert(before + 1, block)
        elif any(cells[column] != known[column] for column in known):
            blocks[keys.index(row[key])] = block
    starts_now = dict(zip(keys, accumulate((len(b) for b in blocks), initial=1), strict=False))
    return "".join(line for block in blocks for line in block), [starts_now[r[key]] for r in rows]


def _longer(block: list[str], cells: str) -> list[str]:
    """A row's lines with more cells at its end; blank lines may follow it."""
    last = max(at for at, line in enumerate(block) if line.strip())
    row = block[last].rstrip("\r\n")
    return [*block[:last], row + cells + block[last][len(row) :], *block[last + 1 :]]


def _csv_line(cells: Sequence[str], end: str) -> list[str]:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator=end).writerow(cells)
    return io.StringIO(text.getvalue(), newline="").readlines()
