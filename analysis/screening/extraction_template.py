"""The sheets that an extractor fills in, with what the record or the evidence says already."""

from __future__ import annotations

from pathlib import Path

from analysis.files.csv_files import read_csv
from analysis.files.problems import ReviewError
from analysis.files.slugs import is_slug
from analysis.files.tables import write_table
from analysis.protocol import Protocol, load_protocol
from analysis.screening.extraction import KEYS, columns_of
from analysis.searching.records import Record


def new_extraction(
    data: Path, study_id: str, who: str, record: Record | None = None
) -> tuple[Path, ...]:
    """Write one extractor's templates, filled with what the record or the evidence says.

    ReviewError where a name is no slug or the templates are there: they may hold work.
    """
    for what, name in (("study", study_id), ("extractor", who)):
        if not is_slug(name):
            raise ReviewError(f"{name!r} cannot name a {what}: small letters, digits and hyphens")
    folder = data / "extraction" / study_id / who
    if folder.exists():
        raise ReviewError(f"{folder} is there already: go on in it, or remove it")
    protocol = load_protocol(data / "protocol.yml")
    filled = _prefilled(data, study_id, record, protocol)
    for name in KEYS:
        blank = dict.fromkeys((column.name for column in columns_of(name)), "")
        write_table(folder / f"{name}.csv", tuple(blank), (blank | cells for cells in filled[name]))
    return tuple(folder / f"{name}.csv" for name in KEYS)


def _prefilled(
    data: Path, study_id: str, record: Record | None, protocol: Protocol
) -> dict[str, list[dict[str, str]]]:
    source_id = f"{study_id}-report"
    study = _known_study(data, study_id) or _new_study(study_id, record)
    address = f"https://doi.org/{study['doi']}" if study.get("doi") else ""
    citation = ". ".join(filter(None, (study.get("title"), study.get("journal"))))
    source = {
        "source_id": source_id,
        "kind": "trial report",
        "citation": f"{citation} {study.get('citation', '')}".strip(),
        "url": address,
    }
    outcomes = [
        {
            "row_id": f"{study_id}.{outcome.id}.{timepoint.id}.1",
            "study_id": study_id,
            "outcome": outcome.id,
            "higher_is": "worse",
            "timepoint": timepoint.id,
            "format": "means",
            "usable": "yes",
            "source_id": source_id,
            "verified": "no",
        }
        for outcome in protocol.outcomes
        for timepoint in protocol.timepoints
    ]
    return {"sources": [source], "studies": [study], "outcomes": outcomes}


def _known_study(data: Path, study_id: str) -> dict[str, str] | None:
    table = read_csv(data / "studies.csv")
    for row in table.rows:
        cells = dict(zip(table.header, row, strict=True))
        if cells["study_id"] == study_id:
            return cells
    return None


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
