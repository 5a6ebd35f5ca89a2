"""Rows that hold each other's numbers: copied within a trial, or one trial entered twice."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from analysis.evidence.integrity.finding import (
    Finding,
    Material,
    grouped,
    half_a_unit,
    question_of,
)
from analysis.evidence.rows import Evidence, OutcomeRow
from analysis.formatting import listed

Numbers = tuple[float, ...]
# A 4 that was printed for 4.4 is not taken for it.
MOST_ROUNDING = 0.02


def copied_rows(material: Material) -> Iterator[Finding]:
    """Two rows of one trial with the same numbers, or two trials whose rows are nearly the same."""
    usable = [row for row in material.evidence.outcomes if row.usable == "yes"]
    if material.rules.copied_numbers is not None:
        yield from _within_trials(material.evidence, usable, material.rules.copied_numbers)
    if material.rules.alike_numbers is not None:
        yield from _across_trials(material.evidence, usable, material.rules.alike_numbers)


def _within_trials(evidence: Evidence, rows: Sequence[OutcomeRow], least: int) -> Iterator[Finding]:
    """The same `least` numbers or more for another outcome, instrument or time point. Suspect.

    Arm sizes do not count: they are the same in all rows of a trial.
    """
    for trial in grouped(rows, lambda row: (row.study_id, _scores(row))).values():
        numbers = _scores(trial[0])
        if len([value for value in numbers if value]) < least:
            continue
        for row in trial:
            others = [other.row_id for other in trial if _what(other) != _what(row)]
            if others:
                said = " ".join(f"{value:g}" for value in numbers)
                yield Finding(
                    "copied numbers",
                    "suspect",
                    row.study_id,
                    (row.row_id,),
                    question_of(evidence, row),
                    f"its numbers ({said}) are those of {listed(others)}",
                )


def _what(row: OutcomeRow) -> tuple[str, str, str]:
    return row.outcome, row.instrument, row.timepoint


def _scores(row: OutcomeRow) -> Numbers:
    """Means and SDs of both arms, or an effect with its uncertainty, or events."""
    if row.format == "means":
        found = (row.mean_intervention, row.sd_intervention, row.mean_control, row.sd_control)
    elif row.format == "effect":
        found = (row.effect, row.effect_se, row.effect_ci_low, row.effect_ci_high)
    else:
        return ()
    return tuple(value for value in found if value is not None)


def _across_trials(evidence: Evidence, rows: Sequence[OutcomeRow], least: int) -> Iterator[Finding]:
    """Two trials whose arms agree in `least` of six numbers after rounding, not in all. A note.

    One trial entered twice, from two reports that print other digits, or mistyped once; or two
    trials of one team that came out alike. Where all six are the same to the digit the check of
    duplicate reports finds them suspect.
    """
    of_question = grouped(
        [row for row in rows if row.format == "means"],
        lambda row: (row.outcome, row.timepoint, row.higher_is),
    )
    for group in of_question.values():
        for first, second, alike in _nearly_the_same(group, least):
            numbers = zip(_arms(first), _arms(second), strict=True)
            known = [(a, b) for a, b in numbers if a is not None and b is not None]
            if first.study_id != second.study_id and any(a != b for a, b in known):
                for row, other in ((first, second), (second, first)):
                    yield Finding(
                        "duplicate report",
                        "note",
                        row.study_id,
                        (row.row_id,),
                        question_of(evidence, row),
                        f"{alike} of its {len(known)} numbers stand in {other.row_id} too, "
                        "as far as they are rounded",
                    )


def _nearly_the_same(
    rows: Sequence[OutcomeRow], least: int
) -> Iterator[tuple[OutcomeRow, OutcomeRow, int]]:
    """Pairs of rows that have `least` numbers alike, and how many; a number not given is none.

    Two are one number as far as the one with fewer decimals is printed.
    """
    numbers = np.array([_arms(row) for row in rows], dtype=float)
    halves = np.vectorize(half_a_unit, otypes=[float])(numbers)
    for at, first in enumerate(rows):
        own, others = numbers[at], numbers[at + 1 :]
        rounding = np.maximum(halves[at], halves[at + 1 :])
        near = np.minimum(rounding, MOST_ROUNDING * np.abs(own) + 1e-9)
        alike = (np.abs(own - others) <= near).sum(axis=1)
        for later in map(int, np.flatnonzero(alike >= least)):
            yield first, rows[at + 1 + later], int(alike[later])


def _arms(row: OutcomeRow) -> tuple[float | None, ...]:
    return (
        row.n_intervention, row.mean_intervention, row.sd_intervention,
        row.n_control, row.mean_control, row.sd_control,
    )  # fmt: skip
