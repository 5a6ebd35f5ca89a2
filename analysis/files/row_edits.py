"""Rows of a CSV file replaced or added, while all else in it stays to the letter."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from itertools import pairwise

from analysis.files.csv_files import TextTable
from analysis.files.tables import Row


def with_rows(table: TextTable, key: str, rows: Sequence[Row]) -> tuple[str, list[int]]:
    """The file's text with these rows changed or added, all else untouched; their lines.

    A column that a row does not name stays as it is, blank in a new row.
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
    at = {row[position]: index for index, row in enumerate(table.rows, start=1)}
    for row in rows:
        old = table.rows[at[row[key]] - 1] if row[key] in at else [""] * len(table.header)
        known = dict(zip(table.header, old, strict=True)) | dict.fromkeys(added, "")
        cells = {**known, **row.cells}
        block = _csv_line([cells[column] for column in known], end)
        if row[key] not in at:
            at[row[key]] = len(blocks)
            blocks.append(block)
        elif any(cells[column] != known[column] for column in known):
            blocks[at[row[key]]] = block
    before = [1]
    for block in blocks:
        before.append(before[-1] + len(block))
    return "".join(line for block in blocks for line in block), [before[at[r[key]]] for r in rows]


def _longer(block: list[str], cells: str) -> list[str]:
    """A row's lines with more cells at its end; blank lines may follow it."""
    last = max(at for at, line in enumerate(block) if line.strip())
    row = block[last].rstrip("\r\n")
    return [*block[:last], row + cells + block[last][len(row) :], *block[last + 1 :]]


def _csv_line(cells: Sequence[str], end: str) -> list[str]:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator=end).writerow(cells)
    return io.StringIO(text.getvalue(), newline="").readlines()
