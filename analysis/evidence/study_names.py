"""The name of a trial, wherever it stands, and what is called otherwise when it is renamed.

Where names stand the declarations of the columns say. A trial keeps its former names in
`studies.csv` (`former_ids`): by them releases that were frozen before are compared with today.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from analysis.files.columns import Column, KeyOf, columns
from analysis.files.csv_files import read_csv

STUDY = KeyOf("studies", "study_id")
ROW = KeyOf("outcomes", "row_id")
SOURCE = KeyOf("sources", "source_id")
FORMER = "former_ids"


@dataclass(frozen=True)
class StudyRename:
    """One trial under another name; its rows and its report are named after it."""

    before: str
    after: str

    def name(self, of: KeyOf | None, said: str) -> str:
        """How what was called so is called now; what is no name of this trial stays."""
        if of == STUDY and said == self.before:
            return self.after
        if of == ROW and said.startswith(f"{self.before}."):
            return self.after + said.removeprefix(self.before)
        if of == SOURCE and said == report_of(self.before):
            return report_of(self.after)
        return said

    def cells(self, table: str, row: type, cells: Mapping[str, str]) -> dict[str, str]:
        """The cells of a row of that table in which the name stands, as they are to be."""
        names = ((column.name, named_in(table, column)) for column in columns(row))
        renamed = {name: self.name(of, cells[name]) for name, of in names if of and name in cells}
        return {name: cell for name, cell in renamed.items() if cell != cells[name]}


def report_of(study_id: str) -> str:
    """The name that the report of a trial has among the sources."""
    return f"{study_id}-report"


def named_in(table: str, column: Column) -> KeyOf | None:
    """What the cells of a column name: rows of another table, or those of its own."""
    return column.refers_to or (KeyOf(table, column.name) if column.unique else None)


def former_names(folder: Path) -> tuple[StudyRename, ...]:
    """Each name that a trial of the folder's `studies.csv` had before, and the one it has."""
    table = read_csv(folder / f"{STUDY.table}.csv")
    if FORMER not in table.header:
        return ()
    key, former = table.header.index(STUDY.key), table.header.index(FORMER)
    return tuple(StudyRename(name, row[key]) for row in table.rows for name in row[former].split())


def present_name(renames: Iterable[StudyRename], of: KeyOf | None, said: str) -> str:
    """A name as it was, as it is: no former name is the present one of another trial."""
    return next((now for each in renames if (now := each.name(of, said)) != said), said)


def with_former(former: str, rename: StudyRename) -> str:
    """The former names of a trial once it is renamed; a name that it has again is none."""
    names: Sequence[str] = (*former.split(), rename.before)
    return " ".join(name for name in dict.fromkeys(names) if name != rename.after)
