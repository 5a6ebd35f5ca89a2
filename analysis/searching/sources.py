"""The databases and registers that the review searches, by the short name used in files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from analysis.files.problems import ReviewError


@dataclass(frozen=True)
class Source:
    """Where records come from; PRISMA counts databases and registers apart."""

    id: str
    name: str
    kind: Literal["database", "register"]


SOURCES = {
    source.id: source
    for source in (
        Source("central", "CENTRAL", "database"),
        Source("medline", "MEDLINE", "database"),
        Source("embase", "Embase", "database"),
        Source("psycinfo", "PsycINFO", "database"),
        Source("pubmed", "PubMed", "database"),
        Source("cinahl", "CINAHL", "database"),
        Source("web-of-science", "Web of Science", "database"),
        Source("scopus", "Scopus", "database"),
        Source("clinicaltrials-gov", "ClinicalTrials.gov", "register"),
        Source("ictrp", "ICTRP", "register"),
    )
}


def find_source(name: str) -> Source:
    """The source of that name, however it is written; ReviewError lists those there are."""
    wanted = "-".join(name.casefold().replace(".", "-").split())
    if wanted not in SOURCES:
        raise ReviewError(f"no source is called {name!r}: use one of {', '.join(SOURCES)}")
    return SOURCES[wanted]
