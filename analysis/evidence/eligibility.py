"""Which trials and rows are in, by the protocol's rule, and the reason where they are out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from analysis.evidence.combined_rows import combined_row
from analysis.evidence.reported import CannotGive
from analysis.evidence.rows import OutcomeRow, Sharing, Trial
from analysis.protocol import Protocol


@dataclass(frozen=True)
class ArmSizes:
    """Participants of a contrast: each arm's, or only their total, and where they were read."""

    intervention: int | None
    control: int | None
    total: int | None
    read_from: str | None


def arm_sizes(
    protocol: Protocol,
    trial: Trial,
    rows: Sequence[OutcomeRow],
    sharing: Sharing | None = None,
) -> ArmSizes:
    """Arm sizes at extraction: of the rows, else analysed, else randomised.

    People whom several contrasts of the trial share count once, parts of a group add up.
    """
    for where in protocol.eligibility.arm_size_from:
        sizes = _of_rows(trial, rows, sharing, where)
        if sizes.total is not None:
            return sizes
    return ArmSizes(None, None, None, None)


def _of_rows(
    trial: Trial, rows: Sequence[OutcomeRow], sharing: Sharing | None, where: str
) -> ArmSizes:
    if where != "row" or len(rows) == 1:
        return _READERS[where](trial, rows[0])
    if all(row.format != "effect" for row in rows):
        try:
            return _from_row(trial, combined_row(rows, sharing)[0])
        except CannotGive:
            return ArmSizes(None, None, None, None)
    each = [_from_row(trial, row) for row in rows]
    intervention = [one.intervention for one in each if one.intervention is not None]
    control = [one.control for one in each if one.control is not None]
    if not intervention or not control:
        return each[0]
    arms = (
        intervention[0] if sharing == "several" else sum(intervention),
        control[0] if sharing in (None, "shared") else sum(control),
    )
    return ArmSizes(*arms, sum(arms), "row")


def too_small(
    protocol: Protocol,
    trial: Trial,
    row: OutcomeRow,
    parts: Sequence[OutcomeRow] = (),
    sharing: Sharing | None = None,
) -> str | None:
    """The reason why a contrast's arms are under the protocol's minimum; None if they are not.

    `parts` are the rows that hold parts of one group with this one, itself among them: the
    group at extraction was all of them. Where only a total is known, an arm must be too small
    if the total is less than two minimal arms; otherwise the rule cannot speak and the row
    stays.
    """
    minimum = protocol.eligibility.minimum_arm_size
    sizes = arm_sizes(protocol, trial, [row])
    rule = f"fewer than {minimum} participants in an arm at extraction"
    if sizes.intervention is not None and sizes.control is not None:
        arms = sizes.intervention, sizes.control
        if parts:
            together = arm_sizes(protocol, trial, parts, sharing)
            whole = together.intervention if sharing == "separate" else None
            arms = whole or arms[0], together.control or arms[1]
        if min(arms) < minimum:
            return f"{rule} ({arms[0]} intervention, {arms[1]} control)"
    elif sizes.total is not None and sizes.total < 2 * minimum:
        return f"{rule} ({sizes.total} {sizes.read_from} in both arms together)"
    return None


def _from_row(trial: Trial, row: OutcomeRow) -> ArmSizes:
    if row.format == "events":
        return _sizes(row.total_intervention, row.total_control, None, "row")
    sizes = _sizes(row.n_intervention, row.n_control, row.n_total, "row")
    if row.design == "crossover" and sizes.intervention is not None:
        # The same people in both periods.
        return ArmSizes(sizes.intervention, sizes.control, sizes.intervention, "row")
    return sizes


def _from_analysed(trial: Trial, row: OutcomeRow) -> ArmSizes:
    return _sizes(None, None, trial.n_analysed_total, "analysed")


def _from_randomised(trial: Trial, row: OutcomeRow) -> ArmSizes:
    arms = trial.n_randomised_intervention, trial.n_randomised_control
    return _sizes(*arms, trial.n_randomised_total, "randomised")


def _sizes(
    intervention: float | None, control: float | None, total: float | None, where: str
) -> ArmSizes:
    if intervention is not None and control is not None:
        # A total may count a third arm that this review does not compare.
        arms = round(intervention), round(control)
        return ArmSizes(*arms, sum(arms), where)
    return ArmSizes(None, None, None if total is None else round(total), where)


_READERS = {"row": _from_row, "analysed": _from_analysed, "randomised": _from_randomised}
