"""A trial under another name, in every file that names it; releases keep the name they froze.

The files are found from the declarations of their columns: evidence, decisions, what was
extracted. Beside the data stand the references and the chapters that cite them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from analysis.evidence.data_files import DATA_FILES
from analysis.evidence.renamed_evidence import renamed_evidence, renamed_texts
from analysis.evidence.study_names import SOURCE, STUDY, StudyRename, named_in
from analysis.files.columns import KeyOf, columns
from analysis.files.problems import ReviewError, shown
from analysis.files.slugs import is_slug
from analysis.files.spreadsheets import SUFFIXES, read_spreadsheet, spreadsheet_bytes
from analysis.files.tables import Row, read_table, table_text
from analysis.files.together import FileChange, change_of
from analysis.files.workbook import ZIP, SheetColumn
from analysis.formatting import counted
from analysis.protocol import load_protocol
from analysis.screening.decision_files import COLUMNS as DECISION_COLUMNS
from analysis.screening.decision_files import Decision, decision_paths
from analysis.screening.extraction import (
    DIFFERENCE_SHEET,
    DIFFERENCES,
    columns_of,
    offered,
)
from analysis.screening.extraction_history import COLUMNS as HISTORY_COLUMNS
from analysis.screening.extraction_history import HISTORY, KEYS

Cells = Mapping[str, str]

# The key of an entry of BibTeX, and the keys that a chapter cites.
ENTRY = re.compile(r"(?m)(?<=\{)[^\s,{}]+(?=,\s*$)")
CITED = re.compile(r"(\{cite(?::\w+)?\}`)([^`]+)")
# In which columns a cell of the evidence stands, where one is told of.
TOLD = {DIFFERENCES: ("first", "second", "agreed"), HISTORY: ("before", "after")}


@dataclass(frozen=True)
class Renaming:
    """What a rename would do: what is said of it, a line each, and the files that change."""

    said: tuple[str, ...]
    changes: tuple[FileChange, ...]


def rename_study(data: Path, before: str, after: str) -> Renaming:
    """Plan a rename; ReviewError where no file names the trial, or one has the new name already.

    EvidenceError where the evidence would not be valid.
    """
    if not is_slug(after):
        raise ReviewError(f"{after!r} cannot name a study: small letters, digits and hyphens")
    rename, folder = StudyRename(before, after), data / "extraction" / before
    evidence = dict(renamed_texts(data, rename))
    texts: dict[Path, str | bytes] = {**evidence, **dict(_beside_the_evidence(data, rename))}
    if not texts and not folder.is_dir():
        raise ReviewError(f"no file names the study {before!r}")
    _refuse_taken(data, StudyRename(after, before))
    if evidence:
        texts |= renamed_evidence(data, rename, evidence)
    said = [_said(path, before) for path in texts]
    moved = {path: folder.with_name(after) / path.relative_to(folder) for path in _files(folder)}
    if moved:
        said.append(f"{shown(folder)} becomes {shown(folder.with_name(after))}")
    stay = {path: text for path, text in texts.items() if path not in moved}
    return Renaming(
        tuple(said),
        (
            *(change_of(path, text) for path, text in stay.items()),
            *(change_of(to, texts.get(path, path.read_bytes())) for path, to in moved.items()),
            *(change_of(path, None) for path in moved),
        ),
    )


def _refuse_taken(data: Path, back: StudyRename) -> None:
    named = (*renamed_texts(data, back), *_beside_the_evidence(data, back))
    places = [*(path for path, _ in named), *_files(data / "extraction" / back.before)]
    if places:
        raise ReviewError(f"{back.before} is the name of a study already: see {shown(places[0])}")


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def _said(path: Path, name: str) -> str:
    raw = path.read_bytes()
    if raw.startswith(ZIP):
        return shown(path)
    lines = sum(name in line for line in raw.decode(errors="replace").splitlines())
    return f"{shown(path)}: {counted(lines, 'line')}"


def _beside_the_evidence(data: Path, rename: StudyRename) -> Iterator[tuple[Path, str | bytes]]:
    """Each other file that names the trial, and what it says under the new name."""
    for path in decision_paths(data):
        yield from _changed(path, DECISION_COLUMNS, partial(rename.cells, "", Decision))
    protocol = load_protocol(data / "protocol.yml")
    for path in _files(data / "extraction"):
        if path.name == HISTORY:
            told = partial(_told_of_cells, rename, TOLD[HISTORY])
            yield from _changed(path, HISTORY_COLUMNS, told)
        elif path.suffix in SUFFIXES and path.stem == DIFFERENCES:
            told = partial(_told_of_cells, rename, TOLD[DIFFERENCES])
            yield from _changed_sheet(path, DIFFERENCE_SHEET, told)
        elif path.suffix in SUFFIXES and path.stem in KEYS:
            file = DATA_FILES[path.stem]
            later = [column.name for column in columns_of(file.name) if column.may_be_absent]
            change = partial(rename.cells, file.name, file.row)
            yield from _changed_sheet(path, offered(file.name, protocol), change, later)
    yield from _in_the_text(data.parent, rename)


def _changed(
    path: Path, names: Sequence[str], change: Callable[[Cells], Cells]
) -> Iterator[tuple[Path, str]]:
    """A table written by the program, where cells of it change."""
    if changed := _changed_rows(read_table(path, names), change):
        yield path, table_text(names, changed)


def _changed_sheet(
    path: Path,
    asked: Sequence[SheetColumn],
    change: Callable[[Cells], Cells],
    later: Sequence[str] = (),
) -> Iterator[tuple[Path, bytes]]:
    """A sheet that people fill in, where cells of it change."""
    names = [column.name for column in asked]
    if changed := _changed_rows(read_spreadsheet(path, names, later), change):
        yield path, spreadsheet_bytes(path, asked, changed)


def _changed_rows(rows: Sequence[Row], change: Callable[[Cells], Cells]) -> list[Cells]:
    """All rows as they are to be; none where none changes."""
    changes = [change(row.cells) for row in rows]
    if not any(changes):
        return []
    return [{**row.cells, **cells} for row, cells in zip(rows, changes, strict=True)]


def _told_of_cells(
    rename: StudyRename, sides: Sequence[str], cells: Mapping[str, str]
) -> dict[str, str]:
    """A row that tells of a cell by file, row and column, and what stood in it."""
    file = DATA_FILES[cells["file"]]
    column = next((c for c in columns(file.row) if c.name == cells["column"]), None)
    of = named_in(file.name, column) if column else None
    new = {"row": rename.name(KeyOf(file.name, KEYS[file.name]), cells["row"])}
    new |= {side: rename.name(of, cells[side]) for side in sides}
    return {name: cell for name, cell in new.items() if cell != cells[name]}


def _in_the_text(root: Path, rename: StudyRename) -> Iterator[tuple[Path, str]]:
    """The references, of which a trial's key is its name, and the chapters that cite them."""

    def named(key: str) -> str:
        return rename.name(SOURCE, rename.name(STUDY, key))

    def cited(found: re.Match[str]) -> str:
        return found[1] + re.sub(r"[^,\s]+", lambda key: named(key[0]), found[2])

    for pattern, replaced, paths in (
        (ENTRY, lambda found: named(found[0]), [root / "references.bib"]),
        (CITED, cited, sorted((root / "chapters").rglob("*.md"))),
    ):
        for path in filter(Path.is_file, paths):
            text = path.read_text(encoding="utf-8")
            if (changed := pattern.sub(replaced, text)) != text:
                yield path, changed
