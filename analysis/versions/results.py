"""The results of the synthesis pages: JSON out of a notebook, JSON back into objects."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from pydantic import BaseModel, TypeAdapter

from analysis import PROGRAM
from analysis.files.json_files import LARGEST_JSON, json_of
from analysis.files.problems import EvidenceError, ReviewError, read_bytes
from analysis.formatting import counted
from analysis.protocol import Protocol
from analysis.synthesis.question_result import SCHEMA_VERSION, Synthesis

_SYNTHESIS = TypeAdapter(Synthesis)
# Results of the first version say the same wherever they fit: those of releases do.
READ = (1, SCHEMA_VERSION)
# Of a large portfolio; of a larger one they are read again.
MOST_RESULTS = 1000


class _Version(BaseModel):
    """Of a result only by which version of the program it was written."""

    schema_version: int = SCHEMA_VERSION


_VERSION = TypeAdapter(_Version)


def read_results(
    folder: Path, protocol: Protocol, condition: str | None = None
) -> dict[str, Synthesis]:
    """Every question's synthesis by its key, or those of one condition.

    ReviewError where a page has not published one yet.
    """
    found = {}
    for question in protocol.questions:
        if condition not in (None, question.condition):
            continue
        path = folder / f"{question.key}.json"
        if not path.is_file():
            raise ReviewError(
                f"{path.name} is not in results/: run `{PROGRAM} build`, which makes it"
            )
        found[question.key] = read_synthesis(path)
    return found


def read_synthesis(path: Path) -> Synthesis:
    """One synthesis from its JSON; EvidenceError where the file is damaged or of another schema."""
    return _synthesis(path, read_bytes(path, LARGEST_JSON))


@lru_cache(maxsize=MOST_RESULTS)
def _synthesis(path: Path, raw: bytes) -> Synthesis:
    """What the file says; a build asks for the same page by page, and most never change."""
    try:
        synthesis = json_of(path, raw, _SYNTHESIS)
    except EvidenceError:
        # Fields that another version has are no damage: which version it is says more.
        _expect(path, json_of(path, raw, _VERSION).schema_version, (SCHEMA_VERSION,))
        raise
    _expect(path, synthesis.schema_version, READ)
    return synthesis


def _expect(path: Path, version: int, versions: tuple[int, ...]) -> None:
    if version not in versions:
        message = (
            f"version {version} was found, expected {SCHEMA_VERSION}: "
            f"run `{PROGRAM} build`, which makes it anew"
        )
        raise EvidenceError.at(path, message, None, "schema_version")


def results_of(
    results: Mapping[str, Synthesis], condition: str, timepoint: str | None = None
) -> tuple[Synthesis, ...]:
    """The results of a condition, at one time point or at all, in their order."""
    return tuple(
        found
        for found in results.values()
        if found.question.condition == condition and timepoint in (None, found.question.timepoint)
    )


class Analysed(NamedTuple):
    """Trials pooled in any question and their participants; of `unknown` trials nobody says."""

    trials: int
    participants: int
    unknown: int

    @property
    def participants_said(self) -> str:
        """`6,748 participants or more`, where some are not counted."""
        if self.trials and self.trials == self.unknown:
            return "participants whose number we do not have"
        more = " or more" if self.unknown else ""
        return f"{counted(self.participants, 'participant')}{more}"

    @property
    def said(self) -> str:
        """`38 trials with 6,748 participants`."""
        return f"{counted(self.trials, 'trial')} with {self.participants_said}"


def analysed(results: Mapping[str, Synthesis]) -> Analysed:
    """Trials pooled in any question and their participants, each trial once, with its largest n."""
    largest: dict[str, int] = {}
    for synthesis in results.values():
        for study in synthesis.pooled_studies:
            largest[study.study_id] = max(largest.get(study.study_id, 0), study.n_total or 0)
    numbers = list(largest.values())
    return Analysed(len(numbers), sum(numbers), numbers.count(0))


def to_json(synthesis: Synthesis) -> str:
    """The same bytes for the same synthesis."""
    return synthesis.model_dump_json(indent=1) + "\n"
