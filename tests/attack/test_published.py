"""What is published and frozen is declared: no stranger of `data/`, and nobody's name."""

from __future__ import annotations

import csv
import io
import re
import shutil
from pathlib import Path

import pytest

from analysis.commands import options
from analysis.evidence.data_files import DATA_FILES
from analysis.evidence.data_places import strangers
from analysis.evidence.people import initials
from analysis.files.columns import columns
from analysis.files.folder import plain_files
from analysis.protocol import load_protocol
from analysis.publishing.downloads import downloads
from analysis.synthesis.question_result import Synthesis
from analysis.versions.edition import Edition
from analysis.versions.freezing import freeze
from tests.commands.typed import typed
from tests.evidence.folder import DATA, LIVING, DataFolder
from tests.publishing.project import make_project

STRANGERS = (
    "notes.csv",
    "Notes (Kopie).csv",
    "outcomes (1).csv",
    "outcomes.csv.bak",
    ".outcomes.csv.swp",
    "outcomes.xlsx",
    "private/anna.csv",
    "screening/anna.xlsx",
    "releases/2013.11/data/notes.csv",
    "searches/notes.csv",
)
SECRET = "nobody-may-read-this"
PERSON = "Zoltan Quillfeather"
SLUG = "zoltan-quillfeather"


@pytest.fixture
def root(tmp_path: Path, syntheses: dict[str, Synthesis]) -> Path:
    """A project with strangers in its data, and with a person's name in every column for one."""
    data = tmp_path / "data"
    shutil.copytree(DATA, data)
    for name in STRANGERS:
        (data / name).parent.mkdir(parents=True, exist_ok=True)
        (data / name).write_text(f"who,note\nanna,{SECRET}\n", encoding="utf-8")
    (data / "screening/anna.csv").write_text(f"record_id\n{SECRET}\n", encoding="utf-8")
    folder = DataFolder(data)
    folder.append("certainty.csv", condition="headache", outcome="pain", timepoint="post",
                  domain="imprecision", levels="1", reason="wide", decided_by=PERSON,
                  date="2026-11-23")  # fmt: skip
    folder.append("risk_of_bias.csv", study_id="friesen-2017", tool="RoB 2", domain="overall",
                  judgement="low", assessed_by=SLUG)  # fmt: skip
    return make_project(tmp_path, syntheses)


def sources_of(data: Path) -> list[str]:
    return [row[0] for row in DataFolder(data).rows("sources.csv")[1:]]


def test_downloads_hold_the_declared_tables_and_nobodys_name(
    root: Path, syntheses: dict[str, Synthesis]
) -> None:
    edition = Edition(load_protocol(root / "data/protocol.yml").version)
    offered = downloads(root, syntheses, edition)
    tables = {f.path for f in offered if f.path.startswith("data/") and f.path.endswith(".csv")}
    assert tables == {f"data/{name}.csv" for name in DATA_FILES}
    for file in offered:
        assert SECRET.encode() not in file.content
        assert PERSON.encode() not in file.content
        assert SLUG.encode() not in file.content
    (certainty,) = (file for file in offered if file.path == "data/certainty.csv")
    *_, last = csv.DictReader(io.StringIO(certainty.content.decode()))
    assert last["decided_by"] == "ZQ"
    (judged,) = (file for file in offered if file.path == "data/risk_of_bias.csv")
    *others, last = csv.DictReader(io.StringIO(judged.content.decode()))
    assert last["assessed_by"] == "ZQ"
    assert {row["assessed_by"] for row in others} <= set(sources_of(root / "data"))
    (search,) = (file for file in offered if file.path.endswith("search.yml"))
    said = (root / search.path).read_text(encoding="utf-8")
    (who,) = re.findall(r"(?m)^by: (.*)$", said)
    assert search.content.decode() == said.replace(f"by: {who}", f"by: {initials(who)}")


def test_a_release_freezes_the_declared_tables(root: Path) -> None:
    told = {"trigger": "a trial was added", "methods": "none"}
    DataFolder(root / "data").set_version("2026.12", "2026-12-01", **told)
    made = freeze(root / "data", "2026.12")
    names = {f"{name}.csv" for name in DATA_FILES} | {"protocol.yml"}
    assert set(made.data) == names
    assert {path.name for path in (root / "data/releases/2026.12/data").iterdir()} == names


def test_check_names_every_stranger(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (root / "data/screening/anna.csv").unlink()
    (root / "data/screening/anna.xlsx").unlink()
    monkeypatch.chdir(root)
    monkeypatch.setattr(options, "ROOT", root)
    named = re.findall(r"(?m)^stranger: data/(.*?): no file of the review", typed("check"))
    hidden = {".outcomes.csv.swp"}
    assert set(named) == set(STRANGERS) - hidden - {"screening/anna.xlsx"}


def test_the_review_has_no_strangers() -> None:
    assert strangers(LIVING, plain_files(LIVING)) == ()
    assert strangers(DATA, plain_files(DATA)) == ()


def test_every_column_that_names_a_person_is_known_and_the_codebook_says_so() -> None:
    people = {
        (name, column.name)
        for name, file in DATA_FILES.items()
        for column in columns(file.row)
        if column.is_person
    }
    named = {
        (name, column.name)
        for name, file in DATA_FILES.items()
        for column in columns(file.row)
        if re.search(r"(?m)_by$|^who$|person who|people who", f"{column.name}\n{column.meaning}")
        and column.name not in ("matched_by", "diagnosis", "condition")
    }
    assert people == named
    codebook = (LIVING / "README.md").read_text(encoding="utf-8")
    assert codebook.count("published as initials") == len(people)


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("A. Person", "AP"),
        ("anna", "A"),
        ("anna and ben-lee", "A and BL"),
        ("anna-van-dam", "AVD"),
        ("Öz Ünal", "ÖÜ"),
        ("", ""),
    ],
)
def test_initials(name: str, short: str) -> None:
    assert initials(name) == short
