"""What the evidence said of a study each time people took it up or brought rows into it.

`data/extraction/<study>/history.csv`, a cell a line, lines only added: what the evidence said
before and after `extract new` (the same), `extract accept` and its undo. What stands in the
evidence otherwise than the last line says has been corrected since.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Annotated

from analysis.evidence.data_files import DATA_FILES
from analysis.files.columns import NameOfPerson, one_of
from analysis.files.csv_files import read_csv
from analysis.files.problems import EvidenceError
from analysis.files.tables import read_table, table_text
from analysis.searching.decision_schemas import Time, row_problems

# In the order in which rows are added: a later file may name what an earlier one holds.
KEYS = {name: DATA_FILES[name].key[0] for name in ("sources", "studies", "outcomes")}
WHOLE_ROW = "(the whole row)"
A_ROW, NO_ROW = "a row", "no row"
HISTORY = "history.csv"

Place = tuple[str, str, str]
"""File, row and column."""


@dataclass(frozen=True)
class CellChange:
    """A cell of the evidence; a row that comes or goes is a line of its own besides."""

    when: Time
    who: Annotated[str, NameOfPerson()]
    did: Annotated[str, one_of("new", "accept", "undo")]
    file: Annotated[str, one_of(*KEYS)]
    row: str
    column: str
    before: str
    after: str

    @property
    def place(self) -> Place:
        return self.file, self.row, self.column


COLUMNS = tuple(field.name for field in fields(CellChange))


def history_of(data: Path, study_id: str) -> Path:
    """Where the history of what was extracted of a study is kept."""
    return data / "extraction" / study_id / HISTORY


def read_history(path: Path) -> tuple[CellChange, ...]:
    """The lines in file order, none where there is no file; EvidenceError says what is wrong."""
    if not path.is_file():
        return ()
    rows = read_table(path, COLUMNS)
    if problems := row_problems(path, rows, CellChange, {}):
        raise EvidenceError(problems)
    return tuple(CellChange(**row.cells) for row in rows)


def history_text(changes: Iterable[CellChange]) -> str:
    return table_text(COLUMNS, (asdict(change) for change in changes))


def last_known(changes: Sequence[CellChange]) -> Mapping[Place, str]:
    """What the evidence said when it was last taken up or changed from here."""
    return {change.place: change.after for change in changes}


def rows_now(data: Path, name: str) -> Mapping[str, Mapping[str, str]]:
    """The rows of an evidence file as they stand, by their key."""
    return {row[KEYS[name]]: row for row in read_csv(data / f"{name}.csv").records}
