"""One extractor's sheets, filled in row by row; who has finished is marked there too.

data/extraction/<study>/<who>/finished.csv   when the person had finished, and with which rows

What says something else since is not finished. Until both have finished, neither is shown what
the other read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Annotated

from analysis.evidence.own_columns import OwnColumns
from analysis.files.clock import now
from analysis.files.columns import matching
from analysis.files.digests import digest
from analysis.files.lock import change_files, locked
from analysis.files.problems import MOST_PROBLEMS, EvidenceError, Problem, ReviewError, short
from analysis.files.slugs import is_one_person
from analysis.files.spreadsheets import spreadsheet_bytes
from analysis.files.tables import Row, read_table, table_text
from analysis.files.together import change_of, change_together
from analysis.protocol import load_protocol
from analysis.screening.extraction import (
    Rows,
    check_extraction,
    columns_of,
    is_filled,
    offered,
    own_columns,
    read_sheets,
    sheets_of,
    typed,
)
from analysis.screening.extraction_history import KEYS, rows_now
from analysis.screening.extraction_template import new_result
from analysis.searching.decision_schemas import Time, row_problems

FINISHED = "finished.csv"


@dataclass(frozen=True)
class Finished:
    """When a person had finished, and what stands for the rows as they were."""

    when: Time
    rows: Annotated[str, matching(r"^[0-9a-f]{64}$", "64 digits and letters, as finishing writes")]


FINISHED_COLUMNS = tuple(field.name for field in fields(Finished))


def folders_of(data: Path, study_id: str) -> tuple[Path, ...]:
    """The folders of those who extract a study, by name."""
    folder = data / "extraction" / study_id
    found = (path for path in folder.glob("*") if path.is_dir() and not path.name.startswith("."))
    return tuple(sorted(path for path in found if sheets_of(path)["outcomes"].is_file()))


def row_called(sheets: Rows, name: str, row_id: str) -> Row:
    """A row of a sheet by its name; ReviewError where there is none."""
    for row in sheets[name]:
        if row[KEYS[name]] == row_id:
            return row
    raise ReviewError(f"no row of {name} is called {row_id[:60]!r}: somebody may have removed it")


def with_cells(name: str, row: Row, cells: Mapping[str, str], own: OwnColumns = ()) -> Row:
    """The row with what a person typed into some of its cells; the others stay what they were."""
    said = {c.name: typed(c, cells[c.name]) for c in columns_of(name, own) if c.name in cells}
    return Row(row.line, {**row.cells, **said})


def fill_in(
    data: Path,
    folder: Path,
    changes: Mapping[tuple[str, str], Mapping[str, str]],
    unchanged: Callable[[Rows], None] = lambda sheets: None,
) -> None:
    """Write cells of some rows, by sheet and name of the row, into one extractor's sheets.

    All else stays. `unchanged` is given the sheets as they are under the lock, and raises where
    they are not what the person saw.
    """
    with locked(data):
        sheets = read_sheets(folder)
        unchanged(sheets)
        own = own_columns(data)
        new = {
            name: [
                with_cells(name, row, changes.get((name, row[key]), {}), own)
                for row in sheets[name]
            ]
            for name, key in KEYS.items()
        }
        for name, row_id in changes:
            row_called(sheets, name, row_id)
        _write(data, folder, sheets, new)


def add_result(data: Path, folder: Path, outcome: str, timepoint: str) -> str:
    """A further row for a result, under a name that no other has, which is returned."""
    protocol = load_protocol(data / "protocol.yml")
    protocol.outcome(outcome), protocol.timepoint(timepoint)
    with locked(data):
        sheets = read_sheets(folder)
        study_id, source_id = sheets["studies"][0]["study_id"], sheets["sources"][0]["source_id"]
        taken = {row["row_id"] for row in sheets["outcomes"]} | rows_now(data, "outcomes").keys()
        said = new_result(study_id, source_id, outcome, timepoint, taken)
        stem = f"{study_id}.{outcome}.{timepoint}."
        row = Row(0, {c.name: said.get(c.name, "") for c in columns_of("outcomes")})
        rows = sheets["outcomes"]
        same = [at for at, other in enumerate(rows) if other["row_id"].startswith(stem)]
        at = same[-1] + 1 if same else len(rows)
        _write(data, folder, sheets, {**sheets, "outcomes": [*rows[:at], row, *rows[at:]]})
    return said["row_id"]


def results_of(sheets: Rows) -> tuple[tuple[Row, bool], ...]:
    """The rows for results, each with whether anything was filled in."""
    return tuple((row, is_filled(row)) for row in sheets["outcomes"])


def finish(data: Path, folder: Path, clock: Callable[[], str] = now) -> None:
    """Mark one extractor's rows as finished; EvidenceError where they are not valid."""
    check_extraction(data, folder)
    line = {"when": clock(), "rows": _digest(read_sheets(folder))}
    change_files(data, [change_of(folder / FINISHED, table_text(FINISHED_COLUMNS, [line]))])


def is_finished(folder: Path) -> bool:
    """Whether the person has said so, of the rows as they are."""
    path = folder / FINISHED
    lines = read_table(path, FINISHED_COLUMNS) if path.is_file() else []
    return bool(lines) and lines[-1]["rows"] == _digest(read_sheets(folder))


def read_finished(data: Path) -> None:
    """Look at who has finished which trial; EvidenceError names what does not fit."""
    problems: list[Problem] = []
    for path in sorted((data / "extraction").glob(f"*/*/{FINISHED}")):
        try:
            problems += _problems(path)
        except EvidenceError as error:
            problems += error.problems
    if problems:
        raise EvidenceError(problems[:MOST_PROBLEMS])


def _problems(path: Path) -> Iterator[Problem]:
    who, study_id = path.parent.name, path.parent.parent.name
    if not is_one_person(who):
        yield Problem(path, None, None, f"{short(who)} is nobody's name: who has finished?")
    if path.parent not in folders_of(path.parents[3], study_id):
        message = f"{short(who)} has no sheets of a trial called {short(study_id)}"
        yield Problem(path, None, None, message)
    yield from row_problems(path, read_table(path, FINISHED_COLUMNS), Finished, {})


def _digest(sheets: Rows) -> str:
    return digest(repr([dict(row.cells) for name in KEYS for row in sheets[name]]))


def _write(data: Path, folder: Path, before: Rows, after: Rows) -> None:
    protocol, changes = load_protocol(data / "protocol.yml"), []
    for name, path in sheets_of(folder).items():
        if after[name] != before[name]:
            cells = (row.cells for row in after[name])
            changes.append(change_of(path, spreadsheet_bytes(path, offered(name, protocol), cells)))
    if changes:
        change_together(data, changes)
