"""The evidence that a release froze, read as evidence is read today."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from analysis.evidence.data_files import DATA_FILES
from analysis.evidence.load import load
from analysis.evidence.rows import Evidence
from analysis.evidence.study_names import StudyRename, named_in, present_name
from analysis.files.columns import columns
from analysis.versions.releases import release_folder


def frozen_evidence(data: Path, name: str) -> Evidence:
    """What a release was made from; EvidenceError where it does not pass the present checks."""
    return load(release_folder(data, name) / "data", frozen=True)


def evidence_tables(data: Path) -> list[Path]:
    """The tables of the evidence, and no other that lies beside them."""
    return [path for name in sorted(DATA_FILES) if (path := data / f"{name}.csv").is_file()]


def csv_text(header: tuple[str, ...], rows: list[dict[str, str]]) -> str:
    """A table as a release holds it."""
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, header, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return buffer.getvalue()


def by_present_names(evidence: Evidence, renames: Sequence[StudyRename]) -> Evidence:
    """The evidence with the names that its trials, their rows and reports have today."""
    if not renames:
        return evidence
    held: dict[str, Any] = {}
    for name, file in DATA_FILES.items():
        names = {column.name: named_in(name, column) for column in columns(file.row)}
        rows = []
        for row in file.rows_of(evidence):
            now = {
                at: present_name(renames, of, getattr(row, at)) for at, of in names.items() if of
            }
            rows.append(replace(row, **now))
        place = file.held_as or name
        keyed = isinstance(getattr(evidence, place), dict)
        held[place] = {getattr(row, file.key[0]): row for row in rows} if keyed else tuple(rows)
    return replace(evidence, **held)
