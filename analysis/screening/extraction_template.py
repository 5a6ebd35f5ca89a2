"""The sheets that an extractor fills in, with what the record or the evidence says already."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping, Sequence
from itertools import count
from pathlib import Path

from analysis.evidence.study_names import report_of
from analysis.files.clock import now
from analysis.files.lock import locked
from analysis.files.problems import ReviewError, shown
from analysis.files.slugs import is_slug
from analysis.files.spreadsheets import spreadsheet_bytes
from analysis.files.together import change_of, change_together
from analysis.protocol import Protocol, load_protocol
from analysis.screening.extraction import offered
from analysis.screening.extraction_history import (
    A_ROW,
    KEYS,
    CellChange,
    history_of,
    history_text,
    last_known,
    read_history,
    rows_now,
)
from analysis.screening.study_reports import citation_of, place_of, surname_of
from analysis.searching.records import Record


def new_extraction(
    data: Path,
    study_id: str,
    who: str,
    reports: Sequence[Record] = (),
    clock: Callable[[], str] = now,
    suffix: str = ".csv",
) -> tuple[Path, ...]:
    """Write one extractor's templates, filled with what reports or the evidence say already.

    `reports` are those of the study, the main one first.

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
    filled = _prefilled(data, study_id, reports, protocol)
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
    path = history_of(data, study_id)
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
    data: Path, study_id: str, reports: Sequence[Record], protocol: Protocol
) -> dict[str, list[Mapping[str, str]]]:
    source_id = report_of(study_id)
    there = rows_now(data, "studies").get(study_id)
    study = _with_reports(there, reports) if there else _new_study(study_id, reports)
    address = f"https://doi.org/{study['doi']}" if study.get("doi") else ""
    citation = ". ".join(filter(None, (study.get("title"), study.get("journal"))))
    source = {
        "source_id": source_id,
        "kind": "trial report",
        "citation": f"{citation} {study.get('citation', '')}".strip(),
        "url": address,
    }
    # Rows that these sheets brought are theirs; beside those of other sources a new one stands.
    others = rows_now(data, "outcomes").keys() - _brought(data, study_id)
    outcomes: list[Mapping[str, str]] = [
        new_result(study_id, source_id, outcome.id, timepoint.id, others)
        for outcome in protocol.outcomes
        for timepoint in protocol.timepoints
    ]
    known = rows_now(data, "sources").get(source_id)
    return {"sources": [known or source], "studies": [study], "outcomes": outcomes}


def new_result(
    study_id: str, source_id: str, outcome: str, timepoint: str, taken: Container[str]
) -> dict[str, str]:
    """The row that asks for a result, under a name with the first number that no row has."""
    name = f"{study_id}.{outcome}.{timepoint}"
    return {
        "row_id": next(row_id for n in count(1) if (row_id := f"{name}.{n}") not in taken),
        "study_id": study_id,
        "outcome": outcome,
        "timepoint": timepoint,
        "format": "means",
        "usable": "yes",
        "source_id": source_id,
    }


def _brought(data: Path, study_id: str) -> set[str]:
    known = last_known(read_history(history_of(data, study_id)))
    return {row_id for (file, row_id, _), said in known.items() if said == A_ROW}


def _with_reports(study: Mapping[str, str], reports: Sequence[Record]) -> dict[str, str]:
    """A study that the evidence knows, with the reports that it does not name yet."""
    named = " ".join(study.values()).casefold()
    new = [
        report
        for report in reports
        if report.title.casefold() not in named
        and not (report.doi and report.doi.casefold() in named)
    ]
    others = (study["other_reports"], *map(citation_of, new))
    return {**study, "other_reports": " | ".join(filter(None, others))}


def _new_study(study_id: str, reports: Sequence[Record]) -> dict[str, str]:
    study = {"study_id": study_id, "status": "included", "in_baseline_review": "no"}
    if not reports:
        return study
    main, *others = reports
    return study | {
        "label": f"{surname_of(main)} {main.year}".strip(),
        "year": main.year,
        "title": main.title,
        "journal": main.journal,
        "citation": place_of(main),
        "doi": main.doi,
        "pmid": main.pmid,
        "registration": next((each.registration for each in reports if each.registration), ""),
        "other_reports": " | ".join(citation_of(other) for other in others),
    }
