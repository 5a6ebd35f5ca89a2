"""A trial under another name, in every file that names it; releases keep the name they froze.

The files are found from the declarations of their columns: evidence, decisions, what was
extracted. Beside the data stand the references and the chapters that cite them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path

from analysis.evidence.data_files import DATA_FILES
from analysis.evidence.renamed_evidence import renamed_evidence, renamed_texts
from analysis.evidence.study_names import SOURCE, STUDY, StudyRename, named_in
from analysis.files.columns import KeyOf, columns
from analysis.files.folder import every_file
from analysis.files.problems import ReviewError, shown
from analysis.files.slugs import is_slug
from analysis.files.spreadsheets import SUFFIXES
from analysis.protocol import load_protocol
from analysis.screening.decision_files import COLUMNS as DECISION_COLUMNS
from analysis.screening.decision_files import Decision, decision_paths
from analysis.screening.extraction import (
    DIFFERENCES,
    difference_sheet,
    later_columns,
    offered,
    read_differences,
)
from analysis.screening.extraction_history import COLUMNS as HISTORY_COLUMNS
from analysis.screening.extraction_history import HISTORY, KEYS
from analysis.screening.renaming import (
    Renaming,
    changed_sheet,
    changed_table,
    moved,
    renaming,
)

# The key of an entry of BibTeX, and the keys that a chapter cites.
ENTRY = re.compile(r"(?m)(?<=\{)[^\s,{}]+(?=,\s*$)")
CITED = re.compile(r"(\{cite(?::\w+)?\}`)([^`]+)")


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
    return renaming(before, texts, moved(folder, folder.with_name(after)))


def _refuse_taken(data: Path, back: StudyRename) -> None:
    named = (*renamed_texts(data, back), *_beside_the_evidence(data, back))
    places = [*(path for path, _ in named), *every_file(data / "extraction" / back.before)]
    if places:
        raise ReviewError(f"{back.before} is the name of a study already: see {shown(places[0])}")


def _beside_the_evidence(data: Path, rename: StudyRename) -> Iterator[tuple[Path, str | bytes]]:
    """Each other file that names the trial, and what it says under the new name."""
    for path in decision_paths(data):
        yield from changed_table(path, DECISION_COLUMNS, partial(rename.cells, "", Decision))
    protocol = load_protocol(data / "protocol.yml")
    for path in every_file(data / "extraction"):
        if path.name == HISTORY:
            told = partial(_told_of_a_cell, rename, ("before", "after"))
            yield from changed_table(path, HISTORY_COLUMNS, told)
        elif path.suffix in SUFFIXES and path.stem == DIFFERENCES:
            told = partial(_told_of_a_cell, rename, ("first", "second", "agreed"))
            yield from changed_sheet(path, difference_sheet(read_differences(path)), told)
        elif path.suffix in SUFFIXES and path.stem in KEYS:
            change = partial(rename.cells, path.stem, DATA_FILES[path.stem].row)
            asked = offered(path.stem, protocol)
            yield from changed_sheet(path, asked, change, later_columns(path.stem))
    yield from _in_the_text(data.parent, rename)


def _told_of_a_cell(
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
