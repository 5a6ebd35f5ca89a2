"""Who is known to work on a review: from its team, and from the names in its data."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

from analysis.evidence.rows import Evidence
from analysis.evidence.settled_judgements import judgements
from analysis.evidence.team import load_team
from analysis.files.slugs import is_one_person
from analysis.screening.decision_files import decision_paths


def known_people(data: Path, evidence: Evidence) -> tuple[str, ...]:
    """The names by which people go in the data, in order of the alphabet.

    An author of the team who has done nothing yet goes by the whole name in small letters.
    """
    found = {path.stem for path in decision_paths(data)}
    found |= {path.name for path in (data / "extraction").glob("*/*") if path.is_dir()}
    found |= {row.verified_by for row in evidence.outcomes}
    found |= {trial.classified_by for trial in evidence.trials.values()}
    found |= {row.assessed_by for row in judgements(evidence)}
    found |= {as_person(author.name) for author in load_team(data).authors}
    sources = evidence.sources.keys()
    return tuple(sorted(n for n in found - sources if is_one_person(n)))


def as_person(name: str) -> str:
    """`Anna Persön` as `anna-person`, a name to go by; blank where no such letters are in it."""
    letters = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return "-".join(re.findall(r"[a-z0-9]+", letters))
