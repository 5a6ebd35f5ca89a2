"""The evidence with one trial under another name: what its files say then, checked as a whole."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from analysis.evidence.data_files import DATA_FILES, DataFile
from analysis.evidence.integrity.finding import Finding
from analysis.evidence.integrity.findings import findings
from analysis.evidence.integrity.rulings import fingerprint
from analysis.evidence.load import load, load_with
from analysis.evidence.rows import Evidence
from analysis.evidence.study_names import FORMER, ROW, STUDY, StudyRename, report_of, with_former
from analysis.files.csv_files import TextTable, read_csv
from analysis.files.row_edits import with_cells
from analysis.protocol import Question, load_protocol


def renamed_evidence(
    data: Path, rename: StudyRename, texts: Mapping[Path, str]
) -> Mapping[Path, str]:
    """The texts that `renamed_texts` gave, with the fingerprints by which rulings count as before.

    EvidenceError where the evidence is not valid, under the old name or the new one.
    """
    before, after = load(data), load_with(data, texts)
    changes = dict(_fingerprints(before, after, rename))
    if not changes:
        return texts
    path = data / "integrity.csv"
    table = read_csv(path)
    names = dict(_changes(DATA_FILES["integrity"], table, rename))
    both = {at: {**names.get(at, {}), **changes.get(at, {})} for at in (*names, *changes)}
    return {**texts, path: with_cells(table, both)}


def renamed_texts(data: Path, rename: StudyRename) -> Iterator[tuple[Path, str]]:
    """Each file of the evidence that names the trial, and what it says under the new name."""
    for file in DATA_FILES.values():
        path = data / f"{file.name}.csv"
        table = read_csv(path)
        if changes := dict(_changes(file, table, rename)):
            yield path, with_cells(table, changes)
    path = data / "protocol.yml"
    listed = load_protocol(path).selection.sources
    old, new = report_of(rename.before), report_of(rename.after)
    if old in listed:
        yield path, re.sub(rf"(?<![\w-]){old}(?![\w-])", new, path.read_text(encoding="utf-8"))


def _changes(
    file: DataFile, table: TextTable, rename: StudyRename
) -> Iterator[tuple[int, dict[str, str]]]:
    for at, cells in enumerate(table.records):
        changed = rename.cells(file.name, file.row, cells)
        if file.name == STUDY.table and STUDY.key in changed:
            changed[FORMER] = with_former(cells.get(FORMER, ""), rename)
        if changed:
            yield at, changed


def _fingerprints(
    before: Evidence, after: Evidence, rename: StudyRename
) -> Iterator[tuple[int, dict[str, str]]]:
    """The fingerprints that are others under the new name, by the place of their ruling."""
    if not before.rulings:
        return
    under_new_name = {_about(found): found for found in findings(after)}
    for found in findings(before):
        if found.ruling is None:
            continue
        study_id = rename.name(STUDY, found.study_id)
        rows = tuple(rename.name(ROW, row_id) for row_id in found.row_ids)
        same = under_new_name[_about(replace(found, study_id=study_id, row_ids=rows))]
        at = before.rulings.index(found.ruling)
        now = fingerprint(after, same, after.rulings[at])
        if now != found.ruling.fingerprint:
            yield at, {"fingerprint": now}


def _about(found: Finding) -> tuple[str, str, frozenset[str], Question | None]:
    return found.check, found.study_id, frozenset(found.row_ids), found.question
