"""What a rename would do to the files of the data: planned, told, and done together."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from analysis.files.folder import every_file
from analysis.files.problems import shown
from analysis.files.spreadsheets import read_spreadsheet, spreadsheet_bytes
from analysis.files.tables import read_table, table_text
from analysis.files.together import FileChange, change_of
from analysis.files.workbook import ZIP, SheetColumn
from analysis.formatting import counted

Contents = Mapping[Path, str | bytes]
"""What files are to say, by where they lie now."""
Change = Callable[[Mapping[str, str]], Mapping[str, str]]
"""The cells of a row that are to be others."""
Moves = Mapping[Path, Path]
"""Where files are to lie, by where they lie now."""


@dataclass(frozen=True)
class Renaming:
    """What a rename would do: what is said of it, a line each, and the files that change."""

    said: tuple[str, ...]
    changes: tuple[FileChange, ...]


def renaming(name: str, contents: Contents, moves: Moves) -> Renaming:
    """The plan to have files say this and lie in these places; `name` is the former one."""
    said = [_said(path, name) for path in contents]
    said += [f"{shown(path)} becomes {shown(to)}" for path, to in moves.items()]
    return Renaming(
        tuple(said),
        (
            *(change_of(path, new) for path, new in contents.items() if path not in moves),
            *(change_of(to, contents.get(path, path.read_bytes())) for path, to in moves.items()),
            *(change_of(path, None) for path in moves),
        ),
    )


def _said(path: Path, name: str) -> str:
    raw = path.read_bytes()
    if raw.startswith(ZIP):
        return f"{shown(path)}: a workbook"
    lines = sum(name in line for line in raw.decode(errors="replace").splitlines())
    return f"{shown(path)}: {counted(lines, 'line')}"


def moved(folder: Path, to: Path) -> Moves:
    """Every file of a folder that gets another name."""
    return {path: to / path.relative_to(folder) for path in every_file(folder)}


def changed_table(path: Path, names: Sequence[str], change: Change) -> Iterator[tuple[Path, str]]:
    """A table that the program wrote, and what it is to say where `change` has other cells."""
    if changed := _changed([row.cells for row in read_table(path, names)], change):
        yield path, table_text(names, changed)


def changed_sheet(
    path: Path, columns: Sequence[SheetColumn], change: Change, later: Collection[str] = ()
) -> Iterator[tuple[Path, bytes]]:
    """A sheet that a person fills in, and what it is to say, with these columns."""
    names = {*(column.name for column in columns), *later}
    rows = [row.cells for row in read_spreadsheet(path, [*names], later)]
    if changed := _changed(rows, change):
        yield path, spreadsheet_bytes(path, columns, changed)


def _changed(rows: Sequence[Mapping[str, str]], change: Change) -> list[Mapping[str, str]]:
    """All rows with their changes; none where nothing changes."""
    changes = [change(row) for row in rows]
    both = zip(rows, changes, strict=True)
    return [{**row, **cells} for row, cells in both] if any(changes) else []
