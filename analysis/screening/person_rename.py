"""A person under another name: in every column that says who, and in the names of own files.

Releases and what is on record of withdrawals keep the name that stood there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from analysis.evidence.data_files import DATA_FILES
from analysis.evidence.load import load, load_with
from analysis.files.columns import NameOfPerson, columns
from analysis.files.csv_files import read_csv
from analysis.files.problems import ReviewError, shown
from analysis.files.row_edits import with_cells
from analysis.files.slugs import CONSENSUS, is_person
from analysis.screening.decision_files import decisions_path
from analysis.screening.extraction_history import COLUMNS as HISTORY_COLUMNS
from analysis.screening.extraction_history import HISTORY, CellChange
from analysis.screening.renaming import Moves, Renaming, changed_table, moved, renaming
from analysis.searching.decision_schemas import STAGES
from analysis.searching.duplicate_log import COLUMNS as PAIR_COLUMNS
from analysis.searching.duplicate_log import LoggedPair, log_path
from analysis.searching.history import Search

BOTH = " and "


@dataclass(frozen=True)
class PersonRename:
    """One person under another name."""

    before: str
    after: str

    def said(self, who: str) -> str:
        """Who did something, one person or two, as it is to be said."""
        people = (self.after if name == self.before else name for name in who.split(BOTH))
        return BOTH.join(people)

    def cells(self, row: type, cells: Mapping[str, str]) -> dict[str, str]:
        """The cells of a row that say otherwise who did something."""
        names = [column.name for column in columns(row) if column.is_person]
        said = {name: self.said(cells[name]) for name in names if name in cells}
        return {name: cell for name, cell in said.items() if cell != cells[name]}


def rename_person(data: Path, before: str, after: str) -> Renaming:
    """Plan a rename; ReviewError where nobody has the name, or somebody has the new one.

    Two people who became one would have screened alone.
    """
    # Only where no file is named after people may a name have other letters.
    if not (is_person(after) or (not is_person(before) and after.strip() and BOTH not in after)):
        raise ReviewError(f"{after!r} cannot name a person: small letters, digits and hyphens")
    if source := {before, after} & load(data).sources.keys():
        raise ReviewError(f"{source.pop()} is the name of a source, and no person's")
    if CONSENSUS in (before, after):
        raise ReviewError(f"{CONSENSUS} is what people agree on, and no person's name")
    texts, moves = _named(data, PersonRename(before, after)), _own_files(data, before, after)
    if not texts and not moves:
        raise ReviewError(f"no file names the person {before!r}")
    taken = [*_named(data, PersonRename(after, before)), *_own_files(data, after, before)]
    if taken:
        raise ReviewError(f"{after} is the name of a person already: see {shown(taken[0])}")
    load_with(data, texts)
    return renaming(before, texts, moves)


def _named(data: Path, rename: PersonRename) -> dict[Path, str]:
    return dict((*_evidence(data, rename), *_tables(data, rename), *_fields(data, rename)))


def _evidence(data: Path, rename: PersonRename) -> Iterator[tuple[Path, str]]:
    for file in DATA_FILES.values():
        path = data / f"{file.name}.csv"
        table = read_csv(path)
        changes = {at: rename.cells(file.row, row) for at, row in enumerate(table.records)}
        if found := {at: cells for at, cells in changes.items() if cells}:
            yield path, with_cells(table, found)


def _tables(data: Path, rename: PersonRename) -> Iterator[tuple[Path, str]]:
    """The tables of searching and screening that say who."""
    for path in filter(Path.is_file, [log_path(data)]):
        yield from changed_table(path, PAIR_COLUMNS, partial(rename.cells, LoggedPair))
    for path in sorted((data / "extraction").glob(f"*/{HISTORY}")):
        yield from changed_table(path, HISTORY_COLUMNS, partial(rename.cells, CellChange))


def _fields(data: Path, rename: PersonRename) -> Iterator[tuple[Path, str]]:
    """YAML files in which a field is a person's name: all else in them stays to the letter."""
    people = [
        name
        for name, field in Search.model_fields.items()
        if any(isinstance(each, NameOfPerson) for each in field.metadata)
    ]
    searches = [(path, people) for path in sorted((data / "searches").glob("*/search.yml"))]
    own = is_person(rename.before)
    ranked = [(path, ["who"]) for path in _rankings(data, rename.before) if own]
    for path, names in (*searches, *ranked):
        text = path.read_text(encoding="utf-8")
        pattern = rf"(?m)^((?:{'|'.join(names)}):\s*){re.escape(rename.before)}(?=\s*$)"
        if (changed := re.sub(pattern, rf"\g<1>{rename.after}", text)) != text:
            yield path, changed


def _rankings(data: Path, who: str) -> list[Path]:
    paths = (data / "searches/rankings" / f"{stage}.{who}.yml" for stage in STAGES)
    return [path for path in paths if path.is_file()]


def _own_files(data: Path, before: str, after: str) -> Moves:
    """The files that have a person's name, and the names they get."""
    if not is_person(before):
        return {}
    decisions = decisions_path(data, before)
    moves = {decisions: decisions_path(data, after)} if decisions.is_file() else {}
    for path in _rankings(data, before):
        moves[path] = path.with_name(path.name.replace(f".{before}.", f".{after}."))
    for folder in sorted((data / "extraction").glob(f"*/{before}")):
        moves |= moved(folder, folder.with_name(after))
    return moves
