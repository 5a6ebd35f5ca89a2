"""Which trials and rows are in, by the protocol's rule, and the reason where they are out."""

from __future__ import annotations

from dataclasses import dataclass

from analysis.evidence.rows import OutcomeRow, Trial
from analysis.protocol import Protocol


@dataclass(frozen=True)
class ArmSizes:
    """Participants of a contrast: each arm's, or only their total, and where they were read."""

    intervention: int | None
    control: int | None
    total: int | None
    read_from: str | None


def arm_sizes(protocol: Protocol, trial: Trial, row: OutcomeRow) -> ArmSizes:
    """Arm sizes at extraction: of the row, else analysed, else randomised."""
    readers = {"row": _from_row, "analysed": _from_analysed, "randomised": _from_randomised}
    for where in protocol.eligibility.arm_size_from:
        sizes = readers[where](trial, row)
        if sizes.total is not None:
            return sizes
    return ArmSizes(None, None, None, None)


def too_small(protocol: Protocol, trial: Trial, row: OutcomeRow) -> str | None:
    """The reason why a contrast's arms are under the protocol's minimum; None if they are not.

    Where only a total is known, an arm must be too small if the total is less than
    two minimal arms; otherwise the rule cannot speak and the row stays.
    """
    minimum = protocol.eligibility.minimum_arm_size
    sizes = arm_sizes(protocol, trial, row)
    rule = f"fewer than {minimum} participants in an arm at extraction"
    if sizes.intervention is not None and sizes.control is not None:
        if min(sizes.intervention, sizes.control) < minimum:
            return f"{rule} ({sizes.intervention} intervention, {sizes.control} control)"
    elif sizes.total is not None and sizes.total < 2 * minimum:
        return f"{rule} ({sizes.total} {sizes.read_from} in both arms together)"
    return None


def _from_row(trial: Trial, row: OutcomeRow) -> ArmSizes:
    if row.format == "events":
        return _sizes(row.total_intervention, row.total_control, None, "row")
    return _sizes(row.n_intervention, row.n_control, None, "row")


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
