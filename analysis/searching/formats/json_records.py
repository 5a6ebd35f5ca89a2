"""JSON as interfaces send it: ClinicalTrials.gov's (version 2, its downloads too), Europe PMC's."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from analysis.files.problems import EvidenceError
from analysis.searching.formats.dialects import Dialect
from analysis.searching.formats.entry import Entry
from analysis.searching.formats.json_dialects import CLINICALTRIALS_JSON, EUROPEPMC_JSON

# What other JSON is, by a key of its records, and which export to ask for instead.
OTHERS = {
    "citation-key": "CSL JSON: export RIS",
    "issued": "CSL JSON: export RIS",
    "authorships": "OpenAlex's JSON: export CSV",
    "lens_id": "Lens's JSON: export CSV",
    "FullStudiesResponse": "ClinicalTrials.gov's JSON of before 2024: download it again",
    "resultList": "Europe PMC's JSON without its results: ask for them as `core`",
    "message": "Crossref's JSON: export RIS",
}


def read_json_records(text: str, path: Path) -> tuple[Dialect, Iterator[Entry]]:
    """The dialect, and every record; EvidenceError for damaged JSON, or of another database."""
    try:
        found = json.loads(text)
    except json.JSONDecodeError as error:
        message = f"the JSON is damaged or cut short: {error.msg}"
        raise EvidenceError.at(path, message, error.lineno) from None
    except (RecursionError, ValueError) as error:
        raise EvidenceError.at(path, f"not readable JSON: {str(error)[:80]}") from None
    if (results := _results(found)) is not None:
        return EUROPEPMC_JSON, (Entry(0, dict(_result_values(result))) for result in results)
    studies = found.get("studies", [found]) if isinstance(found, dict) else found
    if not isinstance(studies, list) or not all(_is_study(study) for study in studies):
        some = studies if isinstance(studies, list) else [found]
        keys = next((study for study in some if isinstance(study, dict)), {})
        what = next((said for key, said in OTHERS.items() if key in keys), "")
        message = what or (
            "JSON, but neither ClinicalTrials.gov's (a list of studies, each with "
            "`protocolSection`) nor Europe PMC's: export RIS or CSV"
        )
        raise EvidenceError.at(path, message, 1)
    return CLINICALTRIALS_JSON, (
        Entry(0, dict(_values(study, CLINICALTRIALS_JSON))) for study in studies
    )


def _is_study(study: object) -> bool:
    return isinstance(study, dict) and isinstance(study.get("protocolSection"), dict)


def _results(found: object) -> list[dict[str, Any]] | None:
    """Europe PMC's records, each with its number; None where the JSON is not such an answer."""
    held = found.get("resultList") if isinstance(found, dict) else None
    results = held.get("result") if isinstance(held, dict) else None
    if not isinstance(results, list):
        return None
    whole = all(isinstance(each, dict) and "id" in each and "source" in each for each in results)
    return results if whole else None


def _result_values(result: dict[str, Any]) -> Iterator[tuple[str, list[str]]]:
    yield from _values(result, EUROPEPMC_JSON)
    yield "source/id", [f"{result['source']}/{result['id']}"]


def _values(record: dict[str, Any], dialect: Dialect) -> Iterator[tuple[str, list[str]]]:
    for path in sorted(dialect.read):
        if texts := [text for text in _at(record, path.split(".")) if text]:
            yield path, texts


def _at(value: object, path: list[str]) -> Iterator[str]:
    """The texts at a path; a list on the way is followed into each of its members."""
    if isinstance(value, list):
        for each in value:
            yield from _at(each, path)
    elif path and isinstance(value, dict):
        yield from _at(value.get(path[0]), path[1:])
    elif not path and isinstance(value, str | int):
        yield str(value).strip()
