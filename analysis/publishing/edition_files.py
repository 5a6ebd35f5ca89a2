"""What downloads say of the edition they are of, so that no draft is taken for a version."""

from __future__ import annotations

import json

import yaml

from analysis.synthesis.question_result import Synthesis
from analysis.versions.edition import Edition
from analysis.versions.results import to_json


def edition_json(edition: Edition) -> bytes:
    """Which version the files are of, or since which they are a draft and what differs."""
    last = edition.last
    said = {
        "edition": edition.identifier,
        "title": edition.title,
        "draft": edition.is_draft,
        "last_version": last and {"name": last.name, "date": last.date.isoformat()},
        "differences": list(edition.differences()),
    }
    return f"{json.dumps(said, indent=1, ensure_ascii=False)}\n".encode()


def citation(text: str, edition: Edition) -> bytes:
    """CITATION.cff with the version and its day; a draft says that it is one, and has no day.

    The format: Citation File Format 1.2.0, doi 10.5281/zenodo.5171937.
    """
    said = yaml.safe_load(text)
    for reference in (said, said.get("preferred-citation", {})):
        reference["version"] = edition.identifier
    if edition.is_draft:
        last = f" Cite version {edition.last.name}." if edition.last else ""
        said["message"] = f"{edition.title}. Its numbers have not been released.{last}"
    else:
        said["date-released"] = edition.stated.date
    return yaml.safe_dump(said, sort_keys=False, allow_unicode=True, width=100).encode()


def results_json(synthesis: Synthesis, edition: Edition) -> bytes:
    """A question's results as they are handed out, with the edition they are of."""
    made = synthesis.provenance.model_copy(update={"edition": edition.identifier})
    return to_json(synthesis.model_copy(update={"provenance": made})).encode()
