"""One extractor's sheets as a form meets them: found, compared with what was seen, written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request

from analysis.desk.desk import desk_of, who_of
from analysis.desk.extract_fields import in_words, labels, result_title
from analysis.desk.saving import is_as_seen, save, seen
from analysis.evidence.own_columns import OwnColumns
from analysis.files.columns import Column
from analysis.files.problems import EvidenceError, ReviewError
from analysis.files.slugs import is_slug
from analysis.files.tables import Row
from analysis.protocol import load_protocol
from analysis.screening.extraction import (
    Rows,
    columns_of,
    own_columns,
    read_sheets,
    sheets_of,
    typed,
)
from analysis.screening.extraction_history import rows_now
from analysis.screening.extraction_progress import accepted_on
from analysis.screening.filling_in import fill_in, folders_of, row_called

SAVED = "Saved."
AFTER_ALL = (
    "Saved in what you read. The trial is in the evidence already, which does not have this: "
    "correct it there under Judge, or have the trial taken in again."
)

Cell = tuple[str, str, str]
"""Sheet, row and column."""


class Stale(ReviewError):
    """Somebody saved other values since the form was shown; `meanwhile` are those, by cell."""

    def __init__(self, meanwhile: Mapping[Cell, str]) -> None:
        super().__init__("This was changed meanwhile. Nothing was saved: choose what holds.")
        self.meanwhile = meanwhile


@dataclass(frozen=True)
class Typed:
    """What a form would write: cells by sheet and row, and the rows that it was made from."""

    changes: Mapping[tuple[str, str], Mapping[str, str]]

    def rows(self, sheets: Rows) -> list[Row]:
        return [row_called(sheets, *place) for place in self.changes]


def own_folder(request: Request) -> Path:
    """The sheets of whoever works; 404 where that person has not begun the trial.

    ReviewError for what was filled in, where the trial goes by another name since, or is undone.
    """
    who, study_id = who_of(request), request.path_params["study"]
    folders = folders_of(desk_of(request).data, study_id) if is_slug(study_id) else ()
    for folder in folders:
        if folder.name == who:
            return folder
    if request.method == "POST":
        raise ReviewError(
            "You are not reading a trial of this name any more: it has another name by now, or was "
            "taken back. Nothing was saved; the page before has what you typed."
        )
    raise HTTPException(404)


def row_of(sheets: Rows, name: str, row_id: str) -> Row:
    """A row of a sheet; 404 where there is none of that name."""
    try:
        return row_called(sheets, name, row_id)
    except ReviewError:
        raise HTTPException(404) from None


def seen_rows(rows: Sequence[Row]) -> str:
    """What stands for these rows in a form that is made from them."""
    return seen(*_said(rows))


def save_typed(
    request: Request, folder: Path, form: FormData, typed_in: Typed, message: str
) -> str:
    """Write what a form says, and what is to be told of it.

    Stale where the rows say something else than when the form was shown.
    """
    data = desk_of(request).data
    # Read before anything is saved: what cannot be read is not said of what was kept.
    accepted, beyond = accepted_on(data, folder.parent.name), False

    def unchanged(sheets: Rows) -> None:
        nonlocal beyond
        changed = list(_changed(typed_in, sheets, own_columns(data)))
        if changed and not is_as_seen(form, *_said(typed_in.rows(sheets))):
            raise Stale({each.cell: each.there for each in changed})
        beyond = bool(accepted) and _is_beyond(data, changed)

    save(request, lambda: fill_in(data, folder, typed_in.changes, unchanged), message)
    return AFTER_ALL if beyond else SAVED


@dataclass(frozen=True)
class _Change:
    """A cell that a form gives another value."""

    cell: Cell
    column: Column
    said: str
    there: str


def _changed(typed_in: Typed, sheets: Rows, own: OwnColumns) -> Iterator[_Change]:
    for (name, row_id), cells in typed_in.changes.items():
        row = row_called(sheets, name, row_id)
        for column in columns_of(name, own):
            if column.name in cells:
                said, there = typed(column, cells[column.name]), row[column.name]
                if not column.same_value(said, there):
                    yield _Change((name, row_id, column.name), column, said, there)


def _is_beyond(data: Path, changed: Sequence[_Change]) -> bool:
    """Whether the evidence says something else than a changed cell does now."""
    evidence = {name: rows_now(data, name) for name in {each.cell[0] for each in changed}}
    for each in changed:
        name, row_id, column = each.cell
        if not each.column.same_value(each.said, evidence[name].get(row_id, {}).get(column, "")):
            return True
    return False


def _said(rows: Sequence[Row]) -> list[str]:
    return [cell for row in rows for cell in row.cells.values()]


def said_in_words(data: Path, folder: Path, error: EvidenceError) -> list[str]:
    """What is wrong in an extractor's sheets, by result and field instead of line and column."""
    protocol, sheets = load_protocol(data / "protocol.yml"), read_sheets(folder)
    rows = {
        (path, row.line): (name, row)
        for name, path in sheets_of(folder).items()
        for row in sheets[name]
    }
    told = []
    for problem in error.problems:
        name, row = rows.get((problem.file, problem.line or 0), ("", None))
        if row is None:
            told.append(str(problem))
            continue
        where = result_title(protocol, row) if name == "outcomes" else "The trial"
        field = labels(name).get(problem.column or "", "")
        said = in_words(problem.message, row.cells)
        told.append(": ".join(filter(None, (where, field, said))))
    return told
