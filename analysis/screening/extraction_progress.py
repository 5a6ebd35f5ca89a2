"""How far the extraction of each trial has come: begun by whom, finished, differing, accepted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from analysis.evidence.rows import Evidence
from analysis.files.lock import locked
from analysis.files.problems import ReviewError
from analysis.files.tables import one_line
from analysis.screening.classification import included_at_last
from analysis.screening.decision_files import LAST_STAGE
from analysis.screening.decisions import Screening
from analysis.screening.extraction import (
    Difference,
    compare,
    differences_of,
    told_so_far,
    write_differences,
)
from analysis.screening.extraction_history import history_of, read_history
from analysis.screening.filling_in import folders_of, is_finished
from analysis.screening.study_reports import reports_of

EXTRACTORS = 2
Place = tuple[str, ...]


@dataclass(frozen=True)
class Progress:
    """A trial to extract: who began, who of them has finished, and when it was accepted."""

    study_id: str
    label: str
    begun: tuple[str, ...]
    finished: tuple[str, ...]
    accepted: str

    @property
    def missing(self) -> tuple[str, ...]:
        """Who has begun and not finished."""
        return tuple(name for name in self.begun if name not in self.finished)

    @property
    def is_open(self) -> bool:
        """Whether what the two read may be shown to both."""
        return len(self.finished) >= EXTRACTORS

    def waits_for(self, who: str) -> bool:
        """Whether this person has something to do for it."""
        if self.accepted or who in self.finished:
            return not self.accepted and self.is_open
        return who in self.begun or len(self.begun) < EXTRACTORS


def progress(data: Path, evidence: Evidence, screening: Screening) -> tuple[Progress, ...]:
    """Every trial included at full report, or at last and without a row, or that is begun."""
    folders = (path for path in (data / "extraction").glob("*") if path.is_dir())
    begun = {path.name for path in folders if folders_of(data, path.name)}
    studies = sorted({*_included(screening), *included_at_last(evidence), *begun})
    return tuple(progress_of(data, evidence, screening, study_id) for study_id in studies)


def progress_of(data: Path, evidence: Evidence, screening: Screening, study_id: str) -> Progress:
    """How far one trial has come."""
    folders = folders_of(data, study_id)
    trial = evidence.trials.get(study_id)
    reports = () if trial else reports_of(screening, study_id)
    return Progress(
        study_id,
        trial.label if trial else reports[0].title if reports else study_id,
        tuple(folder.name for folder in folders),
        tuple(folder.name for folder in folders if is_finished(folder)),
        accepted_on(data, study_id),
    )


def _included(screening: Screening) -> Iterator[str]:
    """The trials that somebody included at full report, also where a second person has to read."""
    for people in screening.latest(LAST_STAGE).values():
        yield from (found.study_id for found in people.values() if found.study_id)


def accepted_on(data: Path, study_id: str) -> str:
    """When the trial was last accepted; blank where it never was, or that was taken back."""
    lines = [line for line in read_history(history_of(data, study_id)) if line.did != "new"]
    return lines[-1].when if lines and lines[-1].did == "accept" else ""


@dataclass(frozen=True)
class Settling:
    """Where two extractors differ, in the order in which the file of differences has them."""

    first: Path
    second: Path
    differences: tuple[Difference, ...]

    @property
    def open(self) -> tuple[Difference, ...]:
        return tuple(found for found in self.differences if not found.agreed)


def settling(data: Path, folders: Sequence[Path]) -> Settling:
    """The differences of two extractors as they are now, with what is settled of them.

    Nothing is written. Whoever the file of differences names first stays first.
    """
    first, second = folders
    found = compare(data, first, second)
    path = differences_of(first)
    known = told_so_far(path)
    turned = [replace(each, first=each.second, second=each.first) for each in found]
    if _told(known, turned) > _told(known, found):
        first, second, found = second, first, tuple(turned)
    return Settling(
        first, second, tuple(known[d.place] if _is_told(known, d) else d for d in found)
    )


def _told(known: Mapping[Place, Difference], found: Sequence[Difference]) -> int:
    return sum(_is_told(known, each) for each in found)


def _is_told(known: Mapping[Place, Difference], found: Difference) -> bool:
    return found.place in known and known[found.place].said == found.said


def settle(
    data: Path,
    folders: Sequence[Path],
    place: tuple[str, ...],
    said: tuple[str, str],
    agreed: str,
    reason: str = "",
) -> None:
    """Write what holds where two differ; ReviewError where they no longer say what was `said`."""
    with locked(data):
        now = settling(data, folders)
        if (place, said) not in [(found.place, found.said) for found in now.differences]:
            raise ReviewError("what the two wrote has changed meanwhile: look at it again")
        write_differences(
            differences_of(now.first),
            [
                replace(found, agreed=one_line(agreed), reason=one_line(reason))
                if found.place == place
                else found
                for found in now.differences
            ],
        )
