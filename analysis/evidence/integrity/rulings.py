"""A person's rulings: which finding each is about, and whether its numbers are still those.

A ruling is about numbers, not about a row's name: once the row is corrected, somebody has to
look again. So each ruling carries a fingerprint of what it ruled on.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import astuple, replace

from analysis.evidence.integrity.finding import Finding
from analysis.evidence.integrity.retractions import CHECK as RETRACTED
from analysis.evidence.rows import Evidence, OutcomeRow, Ruling, Trial
from analysis.files.columns import columns
from analysis.files.csv_files import read_csv
from analysis.files.digests import digest
from analysis.files.problems import Problem

NUMBERS_OF_TRIAL = (
    "n_randomised_intervention",
    "n_randomised_control",
    "n_randomised_total",
    "n_analysed_total",
)
IDENTITY_OF_TRIAL = ("year", "title", "doi", "pmid", "registration", "other_reports")
LENGTH = 8


def ruled(evidence: Evidence, found: Iterable[Finding]) -> Iterator[Finding]:
    """The findings, each with the ruling that counts, or with the one that no longer does."""
    for finding in found:
        about = _about(finding, evidence.rulings)
        ruling = next((each for each in about if _counts(evidence, finding, each)), None)
        lapsed = None if ruling else next(iter(about), None)
        yield replace(finding, ruling=ruling, lapsed=lapsed)


def _about(finding: Finding, rulings: Sequence[Ruling]) -> list[Ruling]:
    """The rulings on a finding: one that names its row goes before one on the whole trial."""
    about = [
        ruling
        for ruling in rulings
        if (ruling.check, ruling.study_id) == (finding.check, finding.study_id)
        and (not ruling.row_id or ruling.row_id in finding.row_ids)
    ]
    return sorted(about, key=lambda ruling: not ruling.row_id)


def _counts(evidence: Evidence, finding: Finding, ruling: Ruling) -> bool:
    return ruling.fingerprint == fingerprint(evidence, finding, ruling)


def fingerprint(evidence: Evidence, finding: Finding, ruling: Ruling) -> str:
    """The numbers behind a finding in eight letters and digits.

    Of the rows that the finding names where the ruling names one of them; of every row of the
    trial, and of what identifies it, where the ruling is about the whole trial. A ruling on
    what was published about a trial is about these notices: a corrected row changes nothing.
    """
    if finding.check == RETRACTED:
        about = [astuple(row) for row in evidence.notices if row.study_id == finding.study_id]
        return digest(json.dumps(sorted(about)))[:LENGTH]
    trial = evidence.trials[finding.study_id]
    if ruling.row_id:
        return _digest(evidence, trial, NUMBERS_OF_TRIAL, finding.row_ids)
    every = [row.row_id for row in evidence.outcomes if row.study_id == trial.study_id]
    return _digest(evidence, trial, (*NUMBERS_OF_TRIAL, *IDENTITY_OF_TRIAL), every)


def _digest(
    evidence: Evidence, trial: Trial, names: Sequence[str], row_ids: Collection[str]
) -> str:
    rows = {row.row_id: row for row in evidence.outcomes if row.row_id in row_ids}
    said = [[getattr(trial, name) for name in names]]
    said += [_numbers_of(rows[key]) for key in sorted(rows)]
    return digest(json.dumps(said))[:LENGTH]


def _numbers_of(row: OutcomeRow) -> list[object]:
    """All but remarks.

    A column that came into use later counts where a row fills it: a ruling that was made before
    is still about the same numbers.
    """
    values = [(column, getattr(row, column.name)) for column in columns(type(row))]
    numbers = [(column, value) for column, value in values if not column.remark]
    return [
        *(value for column, value in numbers if not column.may_be_absent),
        *([column.name, value] for column, value in numbers
          if column.may_be_absent and value not in (None, "")),
    ]  # fmt: skip


def rulings_without_effect(evidence: Evidence, found: Sequence[Finding]) -> tuple[Problem, ...]:
    """Each ruling of `data/integrity.csv` that does not count, with its line, why, and what to do.

    `found` are the findings with their rulings. None of these is an error: the finding stands
    as if nobody had ruled on it.
    """
    path = evidence.folder / "integrity.csv"
    count = {finding.ruling for finding in found}
    problems = []
    for ruling, line in zip(evidence.rulings, read_csv(path).lines, strict=True):
        if ruling not in count:
            column, why = _why_without_effect(evidence, found, ruling)
            problems.append(Problem(path, line, column, f"this ruling does not count: {why}"))
    return tuple(problems)


def _why_without_effect(
    evidence: Evidence, found: Sequence[Finding], ruling: Ruling
) -> tuple[str, str]:
    about = [finding for finding in found if ruling in _about(finding, [ruling])]
    if not about:
        return "check", "no check finds this; remove the line"
    now = fingerprint(evidence, about[0], ruling)
    if ruling.fingerprint == now:
        return "row_id", "a ruling on the row itself goes before it; remove one of the two"
    if not ruling.fingerprint:
        return "fingerprint", f"blank, write {now} if it is about the numbers as they are now"
    return "fingerprint", (
        f"the numbers have changed since, or others were added ({ruling.fingerprint} was ruled on, "
        f"{now} are the present ones); look at the finding again, then write {now}, "
        "or remove the line"
    )
