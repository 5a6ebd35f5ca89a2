from __future__ import annotations

import shutil
from dataclasses import asdict
from pathlib import Path

import pytest
from openpyxl import load_workbook

from analysis.evidence.data_files import DATA_FILES
from analysis.evidence.integrity import findings, rulings_without_effect
from analysis.evidence.load import load
from analysis.evidence.rows import Ruling
from analysis.evidence.study_names import ROW, STUDY, named_in
from analysis.files.columns import columns
from analysis.files.csv_files import read_csv
from analysis.files.lock import change_files
from analysis.files.problems import EvidenceError, ReviewError
from analysis.files.spreadsheets import read_spreadsheet
from analysis.files.tables import Row
from analysis.screening.decision_files import Decision, add_decisions, decisions_path
from analysis.screening.decisions import load_screening
from analysis.screening.extraction import (
    DIFFERENCES,
    Difference,
    columns_of,
    read_differences,
    write_differences,
)
from analysis.screening.extraction_history import HISTORY, read_history
from analysis.screening.extraction_template import new_extraction
from analysis.screening.study_rename import rename_study
from analysis.searching.library import load_library
from tests.evidence.folder import DATA, REVIEW, DataFolder
from tests.evidence.rulings import made_now
from tests.files.contents import contents

OLD, NEW = "buhrman-2004", "buurman-2004"
# A trial whose numbers are questioned, and another whose name begins like it.
QUESTIONED, LIKE_IT = "buhrman-2013", "buhrman-2013a"


@pytest.fixture
def root(data: Path) -> Path:
    """The folder that holds the data, the references and a chapter."""
    shutil.copy(REVIEW / "references.bib", data.parent)
    (data.parent / "chapters").mkdir()
    (data.parent / "chapters/a.md").write_text(
        f"So found {{cite:t}}`{OLD}`, and others {{cite:p}}`cd010152, {OLD},{OLD}a`; `{OLD}`.\n"
    )
    shutil.copytree(DATA / "releases", data / "releases")
    return data.parent


@pytest.fixture
def screened(root: Path, five) -> Path:
    """The data with decisions on reports of the trial and what two people extracted of it."""
    data = root / "data"
    library = load_library(data)
    records = sorted(library.records)
    for who, study in (("anna", OLD), ("ben", OLD), ("ben", LIKE_IT)):
        record = records[study != OLD]
        made = Decision(record, "full-report", "include", "", study, who, "2026-11-21T08:00:00Z")
        add_decisions(data, library, [made])
    new_extraction(data, OLD, "anna")
    new_extraction(data, OLD, "ben", suffix=".xlsx")
    (data / f"extraction/{OLD}/report.pdf").write_bytes(b"\xff\xfe kept as it is")
    write_differences(
        data / f"extraction/{OLD}/{DIFFERENCES}.csv",
        [
            Difference("studies", OLD, "country", "SE", "NO", "SE"),
            Difference("outcomes", f"{OLD}.pain.post.1", "study_id", OLD, LIKE_IT, OLD),
            Difference("outcomes", f"{OLD}.pain.post.1", "(the whole row)", "a row", "no row"),
        ],
    )
    return data


def workbooks(data: Path) -> dict[str, list[Row]]:
    """The rows of each sheet that is a workbook."""
    return {
        path.relative_to(data).as_posix(): read_spreadsheet(
            path, [c.name for c in columns_of(path.stem)]
        )
        for path in sorted(data.rglob("*.xlsx"))
    }


def rename(data: Path, before: str = OLD, after: str = NEW) -> None:
    change_files(data, rename_study(data, before, after).changes)


def named(data: Path) -> dict[tuple[str, str], int]:
    """File and column → in how many rows of the evidence the old name or one made of it stands."""
    found = {}
    for file in DATA_FILES.values():
        table = read_csv(data / f"{file.name}.csv")
        for column in columns(file.row):
            if column.name in table.header and named_in(file.name, column) in (STUDY, ROW):
                at = table.header.index(column.name)
                is_old = [row[at] == OLD or row[at].startswith(f"{OLD}.") for row in table.rows]
                found[file.name, column.name] = sum(is_old)
    return found


def test_every_file_has_the_new_name_and_releases_the_old(screened: Path) -> None:
    before, stood = contents(screened.parent), named(screened)
    assert sum(stood.values()) > 10
    rename(screened)
    assert set(named(screened).values()) == {0}
    trial = load(screened).trials[NEW]
    assert trial.former_ids == OLD
    after = contents(screened.parent)
    changed = {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}
    assert not {name for name in changed if name.startswith("data/releases/")}
    for name, said in after.items():
        if name in changed and name != "data/studies.csv" and not name.endswith(".xlsx"):
            left = said.decode(errors="replace").replace(f"{OLD}a", "").replace(f"`{OLD}`.", "")
            assert OLD not in left, name
    assert f"{{{NEW},".encode() in after["references.bib"]
    assert after["chapters/a.md"].decode() == (
        f"So found {{cite:t}}`{NEW}`, and others {{cite:p}}`cd010152, {NEW},{OLD}a`; `{OLD}`.\n"
    )


def test_decisions_and_what_was_extracted_follow(screened: Path) -> None:
    rename(screened)
    said = [d.study_id for d in load_screening(screened).decisions]
    assert sorted(said) == sorted([NEW, NEW, LIKE_IT])
    assert not (screened / "extraction" / OLD).exists()
    folder = screened / "extraction" / NEW
    assert (folder / "report.pdf").read_bytes() == b"\xff\xfe kept as it is"
    places = [(d.row, d.column, d.first, d.second, d.agreed) for d in read_differences(
        folder / f"{DIFFERENCES}.csv")]  # fmt: skip
    assert places == [
        (NEW, "country", "SE", "NO", "SE"),
        (f"{NEW}.pain.post.1", "study_id", NEW, LIKE_IT, NEW),
        (f"{NEW}.pain.post.1", "(the whole row)", "a row", "no row", ""),
    ]
    history = read_history(folder / HISTORY)
    assert {change.row for change in history} == {NEW}
    assert [c.after for c in history if c.column == "study_id"] == [NEW]
    ben = workbooks(screened)[f"extraction/{NEW}/ben/studies.xlsx"]
    assert [row["study_id"] for row in ben] == [NEW]
    assert f"{NEW}.pain.post.1,{NEW}," in (folder / "anna/outcomes.csv").read_text()


def test_workbooks_follow_too(root: Path) -> None:
    data = root / "data"
    new_extraction(data, OLD, "anna", suffix=".xlsx")
    write_differences(
        data / f"extraction/{OLD}/{DIFFERENCES}.xlsx",
        [Difference("studies", OLD, "study_id", OLD, LIKE_IT, OLD)],
    )
    rename(data)
    folder = data / "extraction" / NEW
    (told,) = read_differences(folder / f"{DIFFERENCES}.xlsx")
    assert (told.row, told.first, told.second, told.agreed) == (NEW, NEW, LIKE_IT, NEW)
    book = load_workbook(folder / "anna/outcomes.xlsx")
    assert book.active["A2"].value.startswith(f"{NEW}.")
    assert book.active["B2"].value == NEW
    assert book.active.data_validations.dataValidation


def test_renamed_back_all_is_as_before_but_the_former_name(screened: Path) -> None:
    before, sheets = contents(screened.parent), workbooks(screened)
    rename(screened)
    assert workbooks(screened) != sheets
    rename(screened, NEW, OLD)
    after = contents(screened.parent)
    # A workbook says when it was written.
    assert workbooks(screened) == sheets
    assert before.keys() == after.keys()
    for files in (before, after):
        for name in [name for name in files if name.endswith(".xlsx")]:
            del files[name]
    studies = after.pop("data/studies.csv").decode()
    was = before.pop("data/studies.csv").decode()
    assert after == before
    assert load(screened).trials[OLD].former_ids == NEW
    header, *rows = studies.splitlines()
    assert header == f"{was.splitlines()[0]},former_ids"
    ends = (f",{NEW}" if row.startswith(f"{OLD},") else "," for row in was.splitlines()[1:])
    assert rows == [row + end for row, end in zip(was.splitlines()[1:], ends, strict=True)]


def test_a_ruling_counts_under_the_new_name(root: Path) -> None:
    folder = DataFolder(root / "data")
    evidence = load(folder.path)
    found = next(f for f in findings(evidence) if f.row_ids and f.severity == "suspect")
    blank = Ruling(
        found.check, found.study_id, found.row_ids[0], "accept", "seen", "A. P.", "2026-11-28"
    )
    (ruling,) = made_now(evidence, blank)
    folder.append("integrity.csv", **asdict(ruling))
    rename(folder.path, found.study_id, "another-1999")
    after = load(folder.path)
    assert rulings_without_effect(after, findings(after)) == ()
    assert after.rulings[0].study_id == "another-1999"
    assert after.rulings[0].fingerprint != ruling.fingerprint


def test_a_study_that_only_screening_names_is_renamed(screened: Path) -> None:
    data = screened
    record = sorted(load_library(data).records)[2]
    made = Decision(
        record, "full-report", "include", "", "new-2026", "anna", "2026-11-22T08:00:00Z"
    )
    add_decisions(data, load_library(data), [made])
    plan = rename_study(data, "new-2026", "newer-2026")
    assert [change.path for change in plan.changes] == [decisions_path(data, "anna")]
    change_files(data, plan.changes)
    assert "newer-2026" in decisions_path(data, "anna").read_text()


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ("nobody-1999", NEW, "no file names the study 'nobody-1999'"),
        (OLD, LIKE_IT, f"{LIKE_IT} is the name of a study already"),
        (OLD, "cd010152", "cd010152 is the name of a study already"),
        (OLD, "Buhrman 2004", "cannot name a study"),
        (OLD, "../buhrman", "cannot name a study"),
    ],
)
def test_what_cannot_be_renamed_changes_nothing(
    screened: Path, before: str, after: str, message: str
) -> None:
    stood = contents(screened.parent)
    with pytest.raises(ReviewError, match=message):
        rename_study(screened, before, after)
    assert contents(screened.parent) == stood


def test_no_trial_gets_the_former_name_of_another(screened: Path) -> None:
    rename(screened)
    with pytest.raises(EvidenceError, match=rf"{OLD}' is a name of the trial on line"):
        rename_study(screened, LIKE_IT, OLD)
