"""The sheets that an extractor fills in, with what the record or the evidence says already."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from analysis.evidence.study_names import report_of
from analysis.files.lock import locked
from analysis.files.problems import ReviewError, shown
from analysis.files.slugs import is_slug
from analysis.files.spreadsheets import spreadsheet_bytes
from analysis.files.together import change_of, change_together
from analysis.protocol import Protocol, load_protocol
from analysis.screening.extraction import offered
from analysis.screening.extraction_history import (
    HISTORY,
    KEYS,
    CellChange,
    history_text,
    last_known,
    read_history,
    rows_now,
)
from analysis.searching.duplicate_log import now
from analysis.searching.records import Record


def new_extraction(
    data: Path,
    study_id: str,
    who: str,
    record: Record | None = None,
    clock: Callable[[], str] = now,
    suffix: str = ".csv",
) -> tuple[Path, ...]:
    """Write one extractor's templates, filled with what the record or the evidence says.

    They are workbooks or CSV, by their `suffix`. ReviewError where a name is no slug or the
    templates are there: they may hold work.
    """
    for what, name in (("study", study_id), ("extractor", who)):
        if not is_slug(name):
            raise ReviewError(f"{name!r} cannot name a {what}: small letters, digits and hyphens")
    folder = data / "extraction" / study_id / who
    if folder.exists():
        raise ReviewError(f"{shown(folder)} is there already: go on in it, or remove it")
    protocol = load_protocol(data / "protocol.yml")
    filled = _prefilled(data, study_id, record, protocol)
    sheets: dict[Path, bytes] = {}
    for name in KEYS:
        asked = offered(name, protocol)
        rows = ({c.name: cells.get(c.name, "") for c in asked} for cells in filled[name])
        path = folder / f"{name}{suffix}"
        sheets[path] = spreadsheet_bytes(path, asked, rows)
    with locked(data):
        history = _taken_up(data, study_id, who, clock())
        changes = [change_of(path, content) for path, content in sheets.items()]
        changes += [change_of(path, text) for path, text in history.items()]
        change_together(data, changes)
    return tuple(sheets)


def _taken_up(data: Path, study_id: str, who: str, when: str) -> dict[Path, str]:
    """The history with what the evidence says of the study and its report already."""
    path = data / "extraction" / study_id / HISTORY
    history = read_history(path)
    known = last_known(history)
    taken = {"studies": study_id, "sources": report_of(study_id)}
    lines = [
        CellChange(when, who, "new", name, row_id, column, cell, cell)
        for name, row_id in taken.items()
        for column, cell in rows_now(data, name).get(row_id, {}).items()
        if cell and known.get((name, row_id, column)) != cell
    ]
    return {path: history_text((*history, *lines))} if lines else {}


def _prefilled(
    data: Path, study_id: str, record: Record | None, protocol: Protocol
) -> dict[str, list[Mapping[str, str]]]:
    source_id = report_of(study_id)
    study = rows_now(data, "studies").get(study_id) or _new_study(study_id, record)
    address = f"https://doi.org/{study['doi']}" if study.get("doi") else ""
    citation = ". ".join(filter(None, (study.get("title"), study.get("journal"))))
    source = {
        "source_id": source_id,
        "kind": "trial report",
        "citation": f"{citation} {study.get('citation', '')}".strip(),
        "url": address,
    }
    outcomes: list[Mapping[str, str]] = [
        {
            "row_id": f"{study_id}.{outcome.id}.{timepoint.id}.1",
            "study_id": study_id,
            "outcome": outcome.id,
            "higher_is": "worse",
            "timepoint": timepoint.id,
            "format": "means",
            "usable": "yes",
            "source_id": source_id,
        }
        for outcome in protocol.outcomes
        for timepoint in protocol.timepoints
    ]
    known = rows_now(data, "sources").get(source_id)
    return {"sources": [known or source], "studies": [study], "outcomes": outcomes}


def _new_study(study_id: str, record: Record | None) -> dict[str, str]:
    study = {"study_id": study_id, "status": "included", "in_baseline_review": "no"}
    if record is None:
        return study
    surname = record.authors.split(";")[0].split(",")[0]
    numbers = f"({record.issue})" if record.issue else ""
    where = f"{record.volume}{numbers}:{record.pages}" if record.volume else record.pages
    return study | {
        "label": f"{surname} {record.year}".strip(),
        "year": record.year,
        "title": record.title,
        "journal": record.journal,
        "citation": where.rstrip(":"),
        "doi": record.doi,
        "pmid": record.pmid,
        "registration": record.registration,
    }
