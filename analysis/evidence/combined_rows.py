"""Several rows of one trial as one: arms combined, participants and events counted once.

A row is one contrast of a trial. How contrasts share people stands in contrasts.csv, or shows
in arms that have the same numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from analysis.evidence.reported import ARMS, CannotGive, known
from analysis.evidence.reported_arms import arm_of
from analysis.evidence.rows import OutcomeRow, Sharing
from analysis.statistics.conversions import Arm, combine_arms

_ALIKE = ("higher_is", "scores", "design", "counts")
_NAMES = {"intervention": "intervention arms", "control": "control groups"}


def combined_row(
    rows: Sequence[OutcomeRow], sharing: Sharing | None = None
) -> tuple[OutcomeRow, str]:
    """The rows as one with the arms of all, and what was combined, in words.

    Cochrane Handbook 6.5.2.10. `CannotGive` where they differ in more than their arms.
    """
    first = rows[0]
    for what in _ALIKE:
        if len({getattr(row, what) for row in rows}) > 1:
            raise CannotGive(f"{first.row_id} and its other contrasts differ in {what}")
    if len({row.format == "events" for row in rows}) > 1:
        raise CannotGive(f"{first.row_id} and its other contrasts differ in format")
    each = _each_its_own(rows, sharing)
    changes: dict[str, Any] = {}
    for arm in ARMS:
        changes |= (
            _events(rows, arm, each[arm])
            if first.format == "events"
            else _means(rows, arm, each[arm])
        )
    return replace(first, **changes), _said(len(rows), each)


def _each_its_own(rows: Sequence[OutcomeRow], sharing: Sharing | None) -> dict[str, bool]:
    """By arm, whether every row has other people in it.

    Where the source's way is not known: an arm with the same numbers throughout is one group,
    and contrasts that agree in both share the control.
    """
    if sharing is not None:
        return {
            "intervention": sharing != "several",
            "control": sharing != "shared",
        }
    distinct = {arm: len({_numbers(row, arm) for row in rows}) for arm in ARMS}
    if distinct["control"] == 1:
        return {"intervention": True, "control": False}
    if distinct["intervention"] == 1:
        return {"intervention": False, "control": True}
    raise CannotGive(
        f"{rows[0].row_id} and its other contrasts have neither arm in common: say in "
        "contrasts.csv whether they are separate groups of people, parts of one control group "
        "(split), or several control groups of one intervention group"
    )


def _numbers(row: OutcomeRow, arm: str) -> tuple[float, ...]:
    if row.format == "events":
        return tuple(known(row, f"events_{arm}", f"total_{arm}"))
    found = arm_of(row, arm)
    return found.n, found.mean, found.sd


def _events(rows: Sequence[OutcomeRow], arm: str, each: bool) -> dict[str, float]:
    columns = f"events_{arm}", f"total_{arm}"
    known_ones = [known(row, *columns) for row in rows]
    together = map(sum, zip(*known_ones, strict=True)) if each else known_ones[0]
    return dict(zip(columns, together, strict=True))


def _means(rows: Sequence[OutcomeRow], arm: str, each: bool) -> dict[str, Any]:
    arms = [arm_of(row, arm) for row in rows]
    together = combine_arms(arms) if each else arms[0]
    baseline = [arm_at_baseline(row, arm) for row in rows]
    whole = [found for found in baseline if found is not None]
    at_baseline = None
    if len(whole) == len(rows):
        at_baseline = combine_arms(whole) if each else whole[0]
    return {
        "format": "means",
        f"n_{arm}": together.n,
        f"mean_{arm}": together.mean,
        f"sd_{arm}": together.sd,
        f"baseline_mean_{arm}": at_baseline.mean if at_baseline else None,
        f"baseline_sd_{arm}": at_baseline.sd if at_baseline else None,
    }


def arm_at_baseline(row: OutcomeRow, arm: str) -> Arm | None:
    """The arm before the programme, where the row gives its mean and SD."""
    n = getattr(row, f"n_{arm}")
    mean, sd = getattr(row, f"baseline_mean_{arm}"), getattr(row, f"baseline_sd_{arm}")
    return None if None in (n, mean, sd) else Arm(n, mean, sd)


def _said(number: int, each: dict[str, bool]) -> str:
    if all(each.values()):
        return f"{number} contrasts without a group in common combined"
    arm = "intervention" if each["intervention"] else "control"
    return f"{number} {_NAMES[arm]} combined into one"
