"""What every notebook opens: the evidence, and the results the synthesis pages published."""

from __future__ import annotations

from functools import cache, lru_cache
from pathlib import Path

from analysis.book.excerpts_read import EXCERPTS
from analysis.evidence.flow import Flow, SourceYield
from analysis.evidence.load import load
from analysis.evidence.question_slice import Slice, slice_of
from analysis.evidence.rows import Evidence
from analysis.evidence.table_parts import TABLE_PARTS
from analysis.execution.handover import Again
from analysis.execution.handover import again as handed_over
from analysis.execution.plan import Project
from analysis.execution.staleness import made_with
from analysis.files.digests import digest
from analysis.screening.counted_flow import load_flow
from analysis.screening.decisions import load_screening
from analysis.screening.source_yield import source_yields
from analysis.searching.history import Search, load_searches
from analysis.searching.strategies_as_run import SourceSearched, strategies_as_run
from analysis.synthesis.question_result import Synthesis
from analysis.versions.compare import Comparison
from analysis.versions.edition import Edition, LastVersion, edition_of, last_version
from analysis.versions.releases import States
from analysis.versions.results import read_results
from analysis.versions.state import state_of
from analysis.versions.told_apart import told_apart

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT / "data"
RESULTS = ROOT / "results"


_validated: list[Evidence] = []


def begin_with(validated: Evidence | None) -> None:
    """Let this process, and its forks, have evidence that was read and validated elsewhere.

    None where it is to be read here. What this process had read of the files before, it has no
    more.
    """
    _validated[:] = [] if validated is None else [validated]
    for known in (evidence, searches, strategies, edition_with, released, yields, flow, made_by):
        known.cache_clear()


@cache
def evidence() -> Evidence:
    """The project's validated evidence."""
    return _validated[0] if _validated else load(DATA)


def question_slice(condition: str, outcome: str, timepoint: str) -> Slice:
    """All that the page of one question is made from; whatever else changes leaves it alone."""
    return slice_of(evidence(), evidence().protocol.question(condition, outcome, timepoint))


def part(name: str) -> tuple[str, ...]:
    """What a page reads of a table of which it reads no more."""
    return TABLE_PARTS[name](evidence())


def results(condition: str | None = None) -> dict[str, Synthesis]:
    """Every synthesis, or those of a condition, as its page published it.

    By question key, in the protocol's order.
    """
    return read_results(RESULTS, evidence().protocol, condition)


def excerpts(notebook: str, condition: str | None = None) -> dict[str, Synthesis]:
    """What the notebook of that name reads of them, and nothing else of any."""
    return {key: EXCERPTS[notebook].of(found) for key, found in results(condition).items()}


@cache
def searches() -> tuple[Search, ...]:
    """The searches made so far."""
    return load_searches(DATA)


@cache
def strategies() -> tuple[SourceSearched, ...]:
    """The searches of this project with the strategies that are on record as run."""
    return strategies_as_run(DATA, searches())


def states() -> States:
    """What the results say now, as it is compared with versions."""
    return {key: state_of(synthesis) for key, synthesis in results().items()}


def edition() -> Edition:
    """What the site shows: the version that was released last, or a draft since."""
    return edition_with(published())


@lru_cache(maxsize=1)
def edition_with(_published: tuple[str | None, ...]) -> Edition:
    """The same, as long as no result is another: pages that follow each other share it."""
    return edition_of(DATA, evidence().protocol, searches(), states)


def again(page: str) -> Again:
    """What the page of that name handed over when it was last made."""
    return handed_over(RESULTS / f"{page}.json", made_by())


@cache
def made_by() -> str:
    """One hash for all that makes what is handed over again."""
    return made_with(Project(ROOT))


def published() -> tuple[str | None, ...]:
    """The hash of each question's results as they are now, in the protocol's order."""
    paths = (RESULTS / f"{question.key}.json" for question in evidence().protocol.questions)
    return tuple(digest(path.read_bytes()) if path.is_file() else None for path in paths)


@cache
def released() -> LastVersion | None:
    """The last release against the one before it, both as they were released; None before any."""
    return last_version(DATA, evidence().protocol.version)


def compared() -> tuple[Comparison, ...]:
    """The last version against the one before, the draft against the last, and what lies between.

    The draft is left out where there is none.
    """
    draft = edition().found if edition().is_draft else None
    last = released()
    found = (each for each in (last.found if last else None, draft) if each is not None)
    return tuple(told_apart(DATA, each, evidence) for each in found)


@cache
def yields() -> tuple[SourceYield, ...]:
    """What each source brought, from the searches of this project."""
    return source_yields(load_screening(DATA))


@cache
def flow() -> Flow:
    """The PRISMA flow, counted from the files."""
    return load_flow(DATA, evidence())
