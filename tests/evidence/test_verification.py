"""A verification is of numbers: it lapses with them, and with nothing else."""

from __future__ import annotations

from dataclasses import replace

import pytest

from analysis.evidence.load import load
from analysis.evidence.outcome_row import OutcomeRow
from analysis.evidence.verification import (
    COLUMNS,
    changed_since_seen,
    is_verified,
    is_verified_as_written,
    lapsed_verifications,
    numbers_seen,
)
from analysis.files.columns import columns
from tests.evidence.folder import DataFolder
from tests.evidence.rows import a_row

ROW = "friesen-2017.pain.post.1"
# Decisions, remarks, and names by which a row finds others or is found.
SAYS_NOTHING = {"row_id", "study_id", "source_id", "usable", "not_usable_because", "locator",
                "note", *COLUMNS}  # fmt: skip
SAYS = [column.name for column in columns(OutcomeRow) if column.name not in SAYS_NOTHING]


def seen(row: OutcomeRow) -> OutcomeRow:
    said = {"verified_by": "anna", "verified_on": "2026-12-01"}
    return replace(row, verified="yes", verified_numbers=numbers_seen(row), **said)


def test_a_row_that_was_seen_is_verified() -> None:
    assert not is_verified(a_row())
    assert is_verified(seen(a_row()))


@pytest.mark.parametrize("name", SAYS)
def test_what_was_seen_and_changed_is_verified_no_more(name: str) -> None:
    row = seen(a_row())
    value = getattr(row, name)
    kind = next(column for column in columns(OutcomeRow) if column.name == name)
    changed = replace(row, **{name: (value or 0.0) + 1 if kind.is_number else f"{value} more"})
    assert changed_since_seen(changed)
    assert not is_verified(changed)


@pytest.mark.parametrize("name", sorted(SAYS_NOTHING - set(COLUMNS)))
def test_a_name_or_a_remark_may_change(name: str) -> None:
    row = seen(a_row())
    assert is_verified(replace(row, **{name: f"{getattr(row, name)} more"}))


def test_a_tick_from_before_anybody_wrote_down_who_saw_what_counts(folder: DataFolder) -> None:
    folder.edit("outcomes.csv", ROW, verified="yes")
    evidence = load(folder.path)
    assert [row.row_id for row in evidence.outcomes if is_verified(row)] == [ROW]
    assert list(lapsed_verifications(evidence)) == []


def verified_in(folder: DataFolder) -> None:
    """Verify a row in the file, which gains the columns."""
    (row,) = (row for row in load(folder.path).outcomes if row.row_id == ROW)
    header, *rows = folder.rows("outcomes.csv")
    wider = [[*row, *("" for _ in COLUMNS[1:])] for row in rows]
    folder.write("outcomes.csv", [[*header, *COLUMNS[1:]], *wider])
    folder.edit("outcomes.csv", ROW, **{name: getattr(seen(row), name) for name in COLUMNS})


def test_a_corrected_row_is_named_with_its_line_and_who_had_seen_it(folder: DataFolder) -> None:
    verified_in(folder)
    folder.edit("outcomes.csv", ROW, sd_control="1.280")
    assert [row.row_id for row in load(folder.path).outcomes if is_verified(row)] == [ROW]
    line = folder.edit("outcomes.csv", ROW, sd_control="1.82")
    evidence = load(folder.path)
    (problem,) = lapsed_verifications(evidence)
    assert (problem.file.name, problem.line, problem.column) == ("outcomes.csv", line, "verified")
    assert problem.message == (
        f"{ROW}: changed since anna saw it on 2026-12-01: verify it anew"
    )  # fmt: skip
    assert not any(map(is_verified, evidence.outcomes))


@pytest.mark.parametrize(
    ("cells", "column", "said"),
    [
        ({"verified": "no"}, "verified", "no, but it is said who verified"),
        ({"verified_by": ""}, "verified_by", "blank, but the row is verified"),
        ({"verified_on": ""}, "verified_on", "blank, but the row is verified"),
        ({"verified_numbers": ""}, "verified_numbers", "blank, but the row is verified"),
        ({"verified_on": "2026-02-30"}, "verified_on", "'2026-02-30' is not a day"),
        ({"verified_on": "1.12.2026"}, "verified_on", "expected a day as YYYY-MM-DD"),
        ({"verified_by": "A. Person"}, "verified_by", "expected a name in small letters"),
        ({"verified_numbers": "12345678"}, "verified_numbers", "eight letters from a to p"),
    ],
)
def test_a_verification_is_whole_or_there_is_none(
    folder: DataFolder, cells: dict[str, str], column: str, said: str
) -> None:
    verified_in(folder)
    line = folder.edit("outcomes.csv", ROW, **cells)
    ((file, at, where, message),) = folder.problems()
    assert (file, at, where) == ("outcomes.csv", line, column)
    assert said in message


def test_a_row_held_as_text_is_verified_as_the_row_is(folder: DataFolder) -> None:
    def as_text() -> list[str]:
        header, *rows = folder.rows("outcomes.csv")
        cells = [dict(zip(header, row, strict=True)) for row in rows]
        return [row["row_id"] for row in cells if is_verified_as_written(row)]

    folder.edit("outcomes.csv", ROW, verified="yes")
    assert as_text() == [ROW]
    verified_in(folder)
    for value, expected in (("1.280", [ROW]), ("1.82", []), ("1.28", [ROW])):
        folder.edit("outcomes.csv", ROW, sd_control=value)
        assert as_text() == expected
        assert [row.row_id for row in load(folder.path).outcomes if is_verified(row)] == expected
