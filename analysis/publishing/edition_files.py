"""What downloads say of the edition they are of, so that no draft is taken for a version."""

from __future__ import annotations

import json

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


def results_json(synthesis: Synthesis, edition: Edition) -> bytes:
    """A question's results as they are handed out, with the edition they are of."""
    made = synthesis.provenance.model_copy(update={"edition": edition.identifier})
    return to_json(synthesis.model_copy(update={"provenance": made})).encode()
