"""The standard deviation of an outcome's familiar scale, as control arms have it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from statistics import median

from analysis.evidence.rows import Evidence, OutcomeRow
from analysis.formatting import listed
from analysis.protocol import Question


@dataclass(frozen=True)
class ReferenceSd:
    """The standard deviation of an outcome's familiar scale among controls, and whose it is.

    `higher_is_better` says that on that scale more points are good.
    """

    sd: float
    scale: str
    source: str
    higher_is_better: bool = False


def reference_rows(
    evidence: Evidence, question: Question, suspect: Collection[str] = ()
) -> tuple[OutcomeRow, ...]:
    """The rows whose control arms give the outcome's familiar scale its standard deviation.

    Usable rows with means, right after treatment, of included trials on the question's condition,
    on an instrument that the protocol names in `points_on`; one a trial, the most preferred.
    The first time point serves the later ones too.
    """
    protocol = evidence.protocol
    wanted = protocol.outcome(question.outcome).points_on
    first: dict[str, OutcomeRow] = {}
    for row in evidence.outcomes:
        trial = evidence.trials[row.study_id]
        if (
            (row.outcome, row.timepoint) == (question.outcome, protocol.timepoints[0].id)
            and (trial.condition, trial.status) == (question.condition, "included")
            and (row.format, row.usable) == ("means", "yes")
            and row.instrument in wanted
            and row.study_id not in suspect
        ):
            best = first.setdefault(row.study_id, row)
            if wanted.index(row.instrument) < wanted.index(best.instrument):
                first[row.study_id] = row
    return tuple(first.values())


def reference_sd(
    evidence: Evidence, question: Question, suspect: Collection[str] = ()
) -> ReferenceSd | None:
    """The median SD of the control arms of `reference_rows`; `None` where there is none."""
    protocol = evidence.protocol
    wanted = protocol.outcome(question.outcome).points_on
    rows = reference_rows(evidence, question, suspect)
    sds = [row.sd_control for row in rows if row.sd_control is not None]
    if not sds:
        return None
    low, high = protocol.clinical.instrument_ranges[wanted[0]]
    arms = listed(
        [
            f"{evidence.trials[row.study_id].label} {row.sd_control:g} ({row.instrument})"
            for row in rows
        ]
    )
    return ReferenceSd(
        sd=median(sds),
        scale=f"the {low:g} to {high:g} scale of {listed(wanted)}",
        source=f"{'median of control arms' if len(sds) > 1 else 'control arm'} "
        f"{protocol.timepoints[0].label}: {arms}",
        higher_is_better=protocol.directions.of(wanted[0]) == "better",
    )
