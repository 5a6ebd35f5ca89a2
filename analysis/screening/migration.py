"""From `data/screening.csv`, the decisions of all people in one file, to one file a person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path

from analysis.files.lock import locked
from analysis.files.problems import EvidenceError
from analysis.files.tables import Row, one_line, read_table
from analysis.files.writing import remove_file
from analysis.screening.decision_files import (
    FORMER_FILE,
    Decision,
    append,
    criteria_of,
    decisions_path,
    following,
    read_own,
    row_expected,
    words_of_criteria,
)
from analysis.searching.decision_schemas import row_problems
from analysis.searching.library import load_library

FORMER_COLUMNS = tuple(field.name for field in fields(Decision) if field.name != "replaces")


def migrate_decisions(data: Path) -> Mapping[Path, int]:
    """Move every decision; how many came to which file, empty where there is nothing to move.

    All or none: EvidenceError names the lines that no person's file may hold. A decision that
    was moved before, as when a branch brings the former file back, stands there once. The former
    file goes when all of it is on disk.
    """
    former = data / FORMER_FILE
    if not former.exists():
        return {}
    library, criteria = load_library(data), criteria_of(data)
    words = words_of_criteria(criteria.ids)
    rows = [Row(r.line, {**r.cells, "replaces": ""}) for r in read_table(former, FORMER_COLUMNS)]
    if problems := row_problems(former, rows, Decision, row_expected(criteria), words):
        raise EvidenceError(problems)
    told = (Decision(**{**row.cells, "note": one_line(row["note"])}) for row in rows)
    # As they were counted: by time, and in the file's order within a second.
    decisions = [*following((), sorted(told, key=lambda decision: decision.when))]
    paths = {who: decisions_path(data, who) for who in sorted({d.who for d in decisions})}
    with locked(data):
        known = {_told(d) for path in paths.values() for d in read_own(path, library, criteria)}
        new = [decision for decision in decisions if _told(decision) not in known]
        append(data, library, new)
        remove_file(former)
    return {path: sum(d.who == who for d in new) for who, path in paths.items()}


def _told(decision: Decision) -> tuple[str, ...]:
    """All but what it replaces, which the former file did not say."""
    return tuple(getattr(decision, name) for name in FORMER_COLUMNS)
