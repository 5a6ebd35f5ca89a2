"""Who took part, in sum: counted on the frozen review, weighted as a reader would."""

from __future__ import annotations

import csv
import io
from collections import Counter

import pytest

from analysis.evidence.load import load
from analysis.evidence.participants import NOT_KNOWN, participants
from analysis.pages.for_whom_page import shares_tables, summary
from tests.evidence.folder import DATA

# Read without the project's own reader.
ROWS = [
    row
    for row in csv.DictReader(io.StringIO((DATA / "studies.csv").read_text("utf-8-sig")))
    if row["status"] == "included"
]


def _size(row: dict[str, str]) -> float:
    if row["n_randomised_total"]:
        return float(row["n_randomised_total"])
    arms = row["n_randomised_intervention"], row["n_randomised_control"]
    return sum(map(float, arms)) if all(arms) else 0.0


def test_everybody_is_counted_once_in_each_subject() -> None:
    found = participants(load(DATA))
    assert found.trials == len(ROWS)
    assert found.people == sum(map(_size, ROWS))
    assert found.unknown == sum(not _size(row) for row in ROWS)
    for name, shares in found.shares.items():
        assert sum(share.trials for share in shares) == found.trials, name
        assert sum(share.people for share in shares) == found.people, name


def test_groups_are_those_of_the_rows_the_largest_first() -> None:
    found = participants(load(DATA))
    guidance = Counter(row["guidance"] or NOT_KNOWN for row in ROWS)
    assert {s.value: s.trials for s in found.shares["guidance"]} == guidance
    assert found.shares["guidance"][-1].value == NOT_KNOWN
    people = [share.people for share in found.shares["country"]]
    assert people == sorted(people, reverse=True)
    assert {"United States", "Sweden"} <= {share.value for share in found.shares["country"]}


@pytest.mark.parametrize(("name", "column"), [("women", "percent_women"), ("age", "mean_age")])
def test_averages_are_weighted_by_those_who_were_randomised(name: str, column: str) -> None:
    said = [(float(row[column]), _size(row)) for row in ROWS if row[column] and _size(row)]
    found = getattr(participants(load(DATA)), name)
    total = sum(size for _, size in said)
    assert found.mean == pytest.approx(sum(value * size for value, size in said) / total)
    assert (found.lowest, found.highest) == (min(said)[0], max(said)[0])
    assert found.trials == len(said)


def test_the_page_says_the_numbers_and_leaves_no_group_out() -> None:
    found = participants(load(DATA))
    said = summary(found)
    assert f"{found.people:,} people" in said
    assert found.women and f"{found.women.mean:.0f}%" in said
    tables = shares_tables(found)
    nobody_says = sum(not s.people for shares in found.shares.values() for s in shares)
    assert nobody_says and tables.count(">not known<") == nobody_says
    assert tables.count("<tr>") == sum(len(s) + 1 for s in found.shares.values())
