"""The file of all people's decisions, as it was kept, becomes a file for each person."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from analysis.files.problems import EvidenceError
from analysis.screening.decision_files import (
    COLUMNS,
    Decision,
    add_decisions,
    criteria_of,
    decisions_path,
    read_own,
)
from analysis.screening.decisions import Verdict, load_screening
from analysis.screening.migration import migrate_decisions
from analysis.searching.library import load_library

# Notes with a comma and quotes, of two lines and one that a spreadsheet would run; anna's change
# of mind; two people in one second; a conflict on the third record, and its consensus.
FORMER = """\
record_id,stage,decision,criterion,study_id,who,when,note
{0},title-abstract,include,,,anna,2026-11-20T09:14:03Z,
{1},title-abstract,exclude,design,,anna,2026-11-20T09:14:41Z,"a ""protocol"", only"
{2},title-abstract,include,,,anna,2026-11-20T09:15:20Z,"two arms
of three"
{0},title-abstract,include,,,ben,2026-11-20T09:15:20Z,
{2},title-abstract,exclude,intervention,,ben,2026-11-20T09:16:00Z,'=telephone?
{1},title-abstract,unsure,,,anna,2026-11-21T07:30:00Z,
{2},title-abstract,include,,,consensus,2026-11-21T08:00:00Z,Zoë agrees
{0},retrieval,obtained,,,ben-o-hara,2026-11-21T08:30:00Z,
{0},full-report,include,,minen-2026,anna,2026-11-22T10:00:00Z,
"""


@pytest.fixture
def ids(data: Path, five) -> list[str]:
    return sorted(load_library(data).records)


@pytest.fixture
def former(data: Path, ids: list[str]) -> Path:
    path = data / "screening.csv"
    path.write_bytes(FORMER.format(*ids).encode())
    return path


def as_told(former: bytes) -> list[dict[str, str]]:
    """Every row of the former file, parsed by the standard library."""
    text = former.decode("utf-8-sig").replace("\r\n", "\n")
    mark = ";" if ";" in text.splitlines()[0] else ","
    rows = list(csv.DictReader(io.StringIO(text, newline=""), delimiter=mark))
    for row in rows:
        row["note"] = row["note"].replace("\n", " ").removeprefix("'")
    return rows


def moved(data: Path) -> list[dict[str, str]]:
    paths = sorted((data / "screening").iterdir())
    return [
        vars(d) for path in paths for d in read_own(path, load_library(data), criteria_of(data))
    ]


def test_every_decision_moves_to_the_file_of_its_person(data: Path, former: Path) -> None:
    before = as_told(former.read_bytes())
    found = migrate_decisions(data)
    assert {path.name: number for path, number in found.items()} == {
        "anna.csv": 5, "ben.csv": 2, "ben-o-hara.csv": 1, "consensus.csv": 1,
    }  # fmt: skip
    after = [{name: row[name] for name in before[0]} for row in moved(data)]
    assert sorted(after, key=str) == sorted(before, key=str)
    assert not former.exists()
    header = (data / "screening/anna.csv").read_text(encoding="utf-8").splitlines()[0]
    assert header == ",".join(COLUMNS)


def test_what_follows_from_the_decisions_stays(data: Path, ids, former: Path) -> None:
    migrate_decisions(data)
    screening = load_screening(data)
    verdicts = screening.verdicts("title-abstract")
    assert [verdicts[record] for record in ids[:3]] == [
        Verdict.YES, Verdict.AWAITING, Verdict.YES,
    ]  # fmt: skip
    changed = [d for d in screening.decisions if d.record_id == ids[1]]
    assert [(d.decision, d.replaces) for d in changed] == [
        ("exclude", ""), ("unsure", "2026-11-20T09:14:41Z"),
    ]  # fmt: skip
    assert not any(screening.apart(stage) for stage in ("title-abstract", "full-report"))


@pytest.mark.parametrize("mark", [",", ";"])
def test_a_former_file_that_a_spreadsheet_saved_moves_too(
    data: Path, former: Path, mark: str
) -> None:
    before = as_told(former.read_bytes())
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, before[0].keys(), delimiter=mark, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(before)
    former.write_bytes(b"\xef\xbb\xbf" + text.getvalue().encode())
    migrate_decisions(data)
    after = [{name: row[name] for name in before[0]} for row in moved(data)]
    assert sorted(after, key=str) == sorted(before, key=str)


def test_until_they_are_moved_no_command_goes_on(data: Path, former: Path) -> None:
    with pytest.raises(EvidenceError, match=r"screening\.csv: .* `\./review migrate`"):
        load_screening(data)


def test_a_former_file_brought_back_by_a_branch_adds_what_is_new(
    data: Path, ids, former: Path
) -> None:
    text = former.read_text(encoding="utf-8")
    migrate_decisions(data)
    library = load_library(data)
    anew = Decision(ids[1], "title-abstract", "include", "", "", "anna", "2026-11-24T08:00:00Z")
    add_decisions(data, library, [anew])
    known = len(load_screening(data).decisions)
    late = f"{ids[3]},title-abstract,include,,,ben,2026-11-23T08:00:00Z,\n"
    late += f"{ids[1]},title-abstract,exclude,design,,anna,2026-11-23T08:00:00Z,\n"
    former.write_text(text + late, encoding="utf-8")
    found = migrate_decisions(data)
    assert sum(found.values()) == 2
    screening = load_screening(data)
    assert len(screening.decisions) == known + 2
    # Neither branch knew of the other's change of mind: the later does not win in silence.
    apart = screening.apart("title-abstract")[ids[1]]
    assert [(d.decision, d.when[:10]) for d in apart] == [
        ("exclude", "2026-11-23"), ("include", "2026-11-24"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("row", "place"),
    [
        ("{0},title-abstract,include,,,Anna B,2026-11-22T10:00:00Z,", r"csv:12: who"),
        ("{0},title-abstract,include,,,con,2026-11-22T10:00:00Z,", r"csv:12: who"),
        ("{0},title-abstract,maybe,,,anna,2026-11-22T10:00:00Z,", r"csv:12: decision"),
        ("nowhere-1,title-abstract,include,,,ben,2026-11-22T10:00:00Z,", "is in no search"),
    ],
)
def test_what_cannot_be_moved_is_named_and_nothing_is(
    data: Path, ids, former: Path, row: str, place: str
) -> None:
    with former.open("a", encoding="utf-8") as file:
        file.write(row.format(*ids) + "\n")
    before = former.read_bytes()
    with pytest.raises(EvidenceError, match=place):
        migrate_decisions(data)
    assert former.read_bytes() == before
    assert not (data / "screening").exists()


def test_there_may_be_nothing_to_move(data: Path, five) -> None:
    assert migrate_decisions(data) == {}
    assert not decisions_path(data, "anna").exists()
