"""What every notebook opens: the evidence, and the results the synthesis pages published."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from analysis import PROGRAM
from analysis.evidence.flow import Flow
from analysis.evidence.load import load
from analysis.evidence.question_slice import Slice, slice_of
from analysis.evidence.rows import Evidence
from analysis.files.problems import ReviewError
from analysis.screening.counted_flow import load_flow
from analysis.searching.history import Search, load_searches
from analysis.searching.strategies_as_run import SourceSearched, strategies_as_run
from analysis.synthesis.question_result import Synthesis
from analysis.versions.by_name import NOW, compare_versions
from analysis.versions.compare import Change, Comparison
from analysis.versions.releases import Release, States, previous_release, releases
from analysis.versions.results import read_results
from analysis.versions.state import state_of

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT / "data"
RESULTS = ROOT / "results"


_validated: list[Evidence] = []


def begin_with(evidence: Evidence) -> None:
    """Let this process, and its forks, have evidence that was read and validated elsewhere."""
    _validated.append(evidence)


@cache
def evidence() -> Evidence:
    """The project's validated evidence."""
    return _validated[0] if _validated else load(DATA)


def question_slice(condition: str, outcome: str, timepoint: str) -> Slice:
    """All that the page of one question is made from; whatever else changes leaves it alone."""
    return slice_of(evidence(), evidence().protocol.question(condition, outcome, timepoint))


@cache
def results(condition: str | None = None) -> dict[str, Synthesis]:
    """Every synthesis, or those of a condition, as its page published it.

    By question key, in the protocol's order.
    """
    return read_results(RESULTS, evidence().protocol, condition)


@cache
def searches() -> tuple[Search, ...]:
    """The searches made so far."""
    return load_searches(DATA)


@cache
def strategies() -> tuple[SourceSearched, ...]:
    """The searches of this project with the strategies that are on record as run."""
    return strategies_as_run(DATA, searches())


@cache
def before() -> Release:
    """The version before the present one."""
    version = evidence().protocol.version
    found = previous_release(DATA, version.name, version.date)
    if found is None:
        raise ReviewError(f"no earlier release: run `{PROGRAM} release --baseline` first")
    return found


@cache
def compared_with(name: str) -> Comparison:
    """A release against the published results and the data as they are."""

    def present() -> States:
        return {key: state_of(synthesis) for key, synthesis in results().items()}

    return compare_versions(DATA, name, NOW, present)


def changes() -> tuple[Change, ...]:
    """Every question before and now, from the release before and the published results."""
    return compared_with(before().name).changes


def unreleased() -> Comparison | None:
    """What changed since this version was released; None where it has not been."""
    name = evidence().protocol.version.name
    released = any(release.name == name for release in releases(DATA))
    return compared_with(name) if released else None


@cache
def flow() -> Flow:
    """The PRISMA flow, counted from the files."""
    return load_flow(DATA, evidence())
