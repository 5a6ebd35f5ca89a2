"""What the judgements of several assessors come to, domain by domain of each trial or result.

As in screening: where they differ, what `consensus` says settles it; until then the domain is
not judged. One assessor's judgement stands by itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

from analysis.evidence.data_files import DATA_FILES
from analysis.evidence.instruments import INSTRUMENTS
from analysis.evidence.rows import Evidence, Judgement, TrustJudgement
from analysis.files.csv_files import read_csv
from analysis.files.problems import Problem
from analysis.files.slugs import CONSENSUS

Judged = Judgement | TrustJudgement
Row = TypeVar("Row", bound=Judged)


@dataclass(frozen=True)
class Settled(Generic[Row]):
    """All that was said of one domain; `said` in file order, one row an assessor."""

    said: tuple[Row, ...]

    @property
    def about(self) -> Row:
        """A row that names the trial, the result, the tool and the domain."""
        return self.said[0]

    @property
    def assessors(self) -> tuple[Row, ...]:
        """The rows but for that of the consensus."""
        return tuple(row for row in self.said if row.assessed_by != CONSENSUS)

    @property
    def differ(self) -> bool:
        """Whether assessors differ, settled or not."""
        return len({row.judgement for row in self.assessors}) > 1

    @property
    def counting(self) -> Row | None:
        """The row that counts; None where assessors differ and no consensus is there."""
        agreed = [row for row in self.said if row.assessed_by == CONSENSUS]
        return next(iter(agreed), None if self.differ else self.about)

    @property
    def judgement(self) -> str | None:
        """What counts, in the tool's words."""
        return self.counting.judgement if self.counting else None

    @property
    def in_words(self) -> str:
        """Who said what, but for the consensus."""
        return ", ".join(f"{row.assessed_by} {row.judgement}" for row in self.assessors)


def settled(rows: Iterable[Row]) -> tuple[Settled[Row], ...]:
    """The judgements by what they are about, in the order in which each was first judged."""
    found: dict[tuple[str, ...], list[Row]] = {}
    for row in rows:
        about = row.study_id, row.outcome, row.timepoint, row.tool, row.domain
        found.setdefault(about, []).append(row)
    return tuple(Settled(tuple(said)) for said in found.values())


def judgements(evidence: Evidence) -> tuple[Judged, ...]:
    """What people judged of the trials, whatever the tool: trustworthiness first."""
    return (*evidence.trustworthiness, *evidence.risk_of_bias)


def conflicts(evidence: Evidence) -> tuple[Settled[Judged], ...]:
    """The domains on which assessors differ and no consensus is there, whatever the tool."""
    return tuple(each for each in settled(judgements(evidence)) if each.judgement is None)


def conflict_problems(evidence: Evidence) -> Iterator[Problem]:
    """Each conflict at the line of the last row that differs, with who said what."""
    for each in conflicts(evidence):
        file = DATA_FILES[INSTRUMENTS[each.about.tool].file]
        path = evidence.folder / f"{file.name}.csv"
        lines = dict(zip(file.rows_of(evidence), read_csv(path).lines, strict=True))
        of = " ".join(filter(None, (each.about.outcome, each.about.timepoint)))
        about = f"{each.about.study_id}{f' {of}' if of else ''}: {each.about.domain}"
        said = f"{about}: the assessors differ ({each.in_words}): not assessed until a row of "
        yield Problem(path, lines[each.said[-1]], "judgement", f"{said}`{CONSENSUS}` settles it")
