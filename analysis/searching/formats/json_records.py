"""ClinicalTrials.gov's JSON, as its page downloads it and its interface (version 2) sends it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from analysis.files.problems import EvidenceError, Problem
from analysis.searching.formats.dialects import CLINICALTRIALS_JSON
from analysis.searching.formats.entry import Entry

# What other JSON is, by a key of its records, and which export to ask for instead.
OTHERS = {
    "citation-key": "CSL JSON: export RIS",
    "issued": "CSL JSON: export RIS",
    "authorships": "OpenAlex's JSON: export CSV",
    "lens_id": "Lens's JSON: export CSV",
    "FullStudiesResponse": "ClinicalTrials.gov's JSON of before 2024: download it again",
    "resultList": "Europe PMC's JSON: export RIS",
    "message": "Crossref's JSON: export RIS",
}


def read_studies(text: str, path: Path) -> Iterator[Entry]:
    """Every study; EvidenceError for JSON that is damaged, or of another database."""
    try:
        found = json.loads(text)
    except json.JSONDecodeError as error:
        message = f"the JSON is damaged or cut short: {error.msg}"
        raise EvidenceError([Problem(path, error.lineno, None, message)]) from None
    except (RecursionError, ValueError) as error:
        message = f"not readable JSON: {str(error)[:80]}"
        raise EvidenceError([Problem(path, None, None, message)]) from None
    studies = found.get("studies", [found]) if isinstance(found, dict) else found
    if not isinstance(studies, list) or not all(_is_study(study) for study in studies):
        some = studies if isinstance(studies, list) else [found]
        keys = next((study for study in some if isinstance(study, dict)), {})
        what = next((said for key, said in OTHERS.items() if key in keys), "")
        message = what or (
            "JSON, but not ClinicalTrials.gov's (a list of studies, each with `protocolSection`): "
            "export RIS or CSV"
        )
        raise EvidenceError([Problem(path, 1, None, message)])
    return (Entry(0, dict(_values(study))) for study in studies)


def _is_study(study: object) -> bool:
    return isinstance(study, dict) and isinstance(study.get("protocolSection"), dict)


def _values(study: dict[str, Any]) -> Iterator[tuple[str, list[str]]]:
    for path in sorted(CLINICALTRIALS_JSON.read):
        if texts := [text for text in _at(study, path.split(".")) if text]:
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
