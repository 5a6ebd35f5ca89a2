from __future__ import annotations

from pathlib import Path

import pytest

from analysis.evidence.data_files import DATA_FILES
from analysis.evidence.load import load
from analysis.files.columns import columns
from analysis.files.lock import change_files
from analysis.files.problems import ReviewError
from analysis.screening.decision_files import decisions_path
from analysis.screening.decisions import load_screening
from analysis.screening.extraction_history import HISTORY, read_history
from analysis.screening.person_rename import rename_person
from analysis.screening.session import Session
from analysis.searching.duplicate_log import deduplicate, overrule, read_log
from analysis.searching.history import load_searches
from analysis.searching.library import load_library
from tests.evidence.folder import DataFolder
from tests.files.contents import contents
from tests.screening.test_extraction import extract, record  # noqa: F401

OLD, NEW = "anna", "anna-b"
STAGE = "title-abstract"


@pytest.fixture
def worked(data: Path, five, record) -> Path:  # noqa: F811
    """The data after anna has searched, ruled, screened, extracted, verified and decided."""
    library = load_library(data)
    deduplicate(data, library)
    one, two, *_ = sorted(library.records)
    overrule(data, library, (one, two), "different", OLD, "two trials")
    for who in (OLD, "ben"):
        Session(data, who).decide("include", note=f"as {OLD} said")
        extract(data, record, who)
    folder = DataFolder(data)
    row = load(data).outcomes[0]
    folder.append(
        "integrity.csv",
        check="exact zero",
        study_id=row.study_id,
        row_id=row.row_id,
        ruling="accept",
        reason="seen",
        decided_by=f"{OLD} and ben",
        date="2026-11-28",
    )
    return data


def rename(data: Path, before: str = OLD, after: str = NEW) -> None:
    change_files(data, rename_person(data, before, after).changes)


def test_whatever_says_who_says_the_new_name(worked: Path) -> None:
    labels = load_screening(worked).labels(STAGE, OLD)
    rename(worked)
    screening = load_screening(worked)
    assert {d.who for d in screening.decisions} == {NEW, "ben"}
    assert screening.labels(STAGE, NEW) == labels
    assert [pair.who for pair in read_log(worked) if pair.ruling] == [NEW]
    assert load_searches(worked)[-1].by == NEW
    assert load(worked).rulings[-1].decided_by == f"{NEW} and ben"
    assert (worked / f"extraction/andersson-2026/{NEW}/outcomes.csv").is_file()
    assert f"who: {NEW}\n" in (worked / f"searches/rankings/{STAGE}.{NEW}.yml").read_text()
    left = [
        name
        for name, said in contents(worked).items()
        if f"{OLD}-b" not in name and (f"/{OLD}" in name or f".{OLD}." in name)
    ]
    assert left == []
    # What a person wrote in a note is no name of a column.
    assert f"as {OLD} said" in decisions_path(worked, "ben").read_text()


def test_renamed_back_every_byte_is_as_before(worked: Path) -> None:
    before = contents(worked)
    rename(worked)
    assert contents(worked) != before
    rename(worked, NEW, OLD)
    assert contents(worked) == before


def test_an_accepted_extraction_says_the_new_name_in_its_history(worked: Path) -> None:
    path = worked / "extraction/andersson-2026" / HISTORY
    path.write_text(
        "when,who,did,file,row,column,before,after\n"
        "2026-11-28T10:15:00Z,anna and ben,accept,studies,andersson-2026,country,,SE\n"
    )
    rename(worked)
    assert [change.who for change in read_history(path)] == [f"{NEW} and ben"]


def test_a_name_in_full_becomes_another(worked: Path) -> None:
    rename(worked, "ben", "ben-c")
    path = worked / "integrity.csv"
    path.write_text(path.read_text().replace(f"{OLD} and ben-c", "A. Person and B. Person"))
    plan = rename_person(worked, "A. Person", "C. Person")
    assert [change.path for change in plan.changes] == [path]
    change_files(worked, plan.changes)
    assert load(worked).rulings[-1].decided_by == "C. Person and B. Person"


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ("nobody", NEW, "no file names the person 'nobody'"),
        ("*", NEW, r"no file names the person '\*'"),
        (OLD, "ben", "ben is the name of a person already"),
        (OLD, "Anna B", "cannot name a person"),
        (OLD, "../anna", "cannot name a person"),
        (OLD, "consensus", "consensus is what people agree on"),
        (OLD, "gandy-2022", "gandy-2022 is the name of a source"),
        ("gandy-2022", NEW, "gandy-2022 is the name of a source"),
        ("consensus", NEW, "consensus is what people agree on"),
    ],
)
def test_what_cannot_be_renamed_changes_nothing(
    worked: Path, before: str, after: str, message: str
) -> None:
    stood = contents(worked)
    with pytest.raises(ReviewError, match=message):
        rename_person(worked, before, after)
    assert contents(worked) == stood


def test_the_columns_of_people_are_declared() -> None:
    people = {
        (file.name, column.name)
        for file in DATA_FILES.values()
        for column in columns(file.row)
        if column.is_person
    }
    assert people == {
        ("outcomes", "verified_by"),
        ("studies", "classified_by"),
        ("trustworthiness", "assessed_by"),
        ("risk_of_bias", "assessed_by"),
        ("certainty", "decided_by"),
        ("integrity", "decided_by"),
    }
