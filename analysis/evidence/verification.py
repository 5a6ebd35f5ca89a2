"""Whether a person has seen a row's numbers in the trial report, and whether they are still those.

A verification is of numbers, not of a row's name: `verified_numbers` stands for what was seen,
and once the row says something else somebody has to look again.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from analysis.evidence.outcome_row import OutcomeRow
from analysis.evidence.rows import Evidence
from analysis.files.columns import columns, parse_number
from analysis.files.csv_files import read_csv
from analysis.files.digests import digest
from analysis.files.problems import Problem

COLUMNS = ("verified", "verified_by", "verified_on", "verified_numbers")
# A decision about the row, which nobody finds in a report.
NOT_SEEN = ("row_id", "usable")
LENGTH = 8
SEEN = tuple(
    column
    for column in columns(OutcomeRow)
    if not column.remark and not column.refers_to and column.name not in NOT_SEEN
)
# No digit among them: a spreadsheet would make a number of 12e45678, and another of 00123456.
LETTERS = str.maketrans("0123456789", "ghijklmnop")


def numbers_seen(row: OutcomeRow) -> str:
    """What the row says, in eight letters: all but remarks, decisions, and names of rows.

    Blank cells are none of it, so that a column that comes into use later changes nothing.
    """
    return _digest({column.name: getattr(row, column.name) for column in SEEN})


def is_verified_as_written(cells: Mapping[str, str]) -> bool:
    """The same as `is_verified` of a row that is held as the text of its cells, by column."""
    seen = cells.get("verified_numbers", "")
    if cells["verified"] != "yes" or not seen:
        return cells["verified"] == "yes"
    written = {column.name: cells.get(column.name, "") for column in SEEN}
    said = {c.name: parse_number(written[c.name]) if c.is_number else written[c.name] for c in SEEN}
    return seen == _digest(said)


def _digest(values: Mapping[str, object]) -> str:
    said = [[name, value] for name, value in values.items() if value not in (None, "")]
    return digest(json.dumps(said))[:LENGTH].translate(LETTERS)


def changed_since_seen(row: OutcomeRow) -> bool:
    """Whether the row was verified and says something else now."""
    seen = row.verified_numbers
    return row.verified == "yes" and bool(seen) and seen != numbers_seen(row)


def is_verified(row: OutcomeRow) -> bool:
    """Whether a person has seen the numbers as they are now.

    Rows that were ticked before anybody wrote down who saw what count as they are ticked.
    """
    return row.verified == "yes" and not changed_since_seen(row)


def lapsed_verifications(evidence: Evidence) -> Iterator[Problem]:
    """Each row that was corrected since it was verified, with its line and what to do."""
    path = evidence.folder / "outcomes.csv"
    for row, line in zip(evidence.outcomes, read_csv(path).lines, strict=True):
        if changed_since_seen(row):
            said = f"changed since {row.verified_by} saw it on {row.verified_on}: verify it anew"
            yield Problem(path, line, "verified", f"{row.row_id}: {said}")
