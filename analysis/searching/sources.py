"""Where records come from, by the short name used in files: databases, registers, other methods."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from analysis.files.problems import ReviewError

SourceKind = Literal["database", "register", "other method"]
OTHER_METHOD: SourceKind = "other method"


@dataclass(frozen=True)
class Source:
    """Where records come from; PRISMA counts what other methods found in a column of its own."""

    id: str
    name: str
    kind: SourceKind


SOURCES = {
    source.id: source
    for source in (
        Source("central", "CENTRAL", "database"),
        Source("medline", "MEDLINE", "database"),
        Source("embase", "Embase", "database"),
        Source("psycinfo", "PsycINFO", "database"),
        Source("pubmed", "PubMed", "database"),
        Source("europepmc", "Europe PMC", "database"),
        Source("cinahl", "CINAHL", "database"),
        Source("web-of-science", "Web of Science", "database"),
        Source("scopus", "Scopus", "database"),
        Source("clinicaltrials-gov", "ClinicalTrials.gov", "register"),
        Source("ictrp", "ICTRP", "register"),
        Source("isrctn", "ISRCTN", "register"),
        Source("anzctr", "ANZCTR", "register"),
        Source("drks", "DRKS", "register"),
        Source("eu-ctr", "EU Clinical Trials Register", "register"),
        Source("citation-searching", "citation searching", OTHER_METHOD),
        Source("reference-lists", "reference lists", OTHER_METHOD),
        Source("contact", "contact with experts", OTHER_METHOD),
        Source("websites", "websites", OTHER_METHOD),
        Source("hand-searching", "searching by hand", OTHER_METHOD),
    )
}


def find_source(name: str) -> Source:
    """The source of that name, however it is written; ReviewError lists those there are."""
    wanted = "-".join(name.casefold().replace(".", "-").split())
    if wanted not in SOURCES:
        raise ReviewError(f"no source is called {name!r}: use one of {', '.join(SOURCES)}")
    return SOURCES[wanted]
