"""What a licence does not let a team hand on is nowhere that git keeps, and people read it."""

from __future__ import annotations

import datetime as dt
import shutil
import subprocess
from pathlib import Path

import pytest

from analysis.evidence.load import load
from analysis.files.problems import EvidenceError
from analysis.protocol import load_protocol
from analysis.screening.session import Session
from analysis.screening.stage_words import stage_texts
from analysis.screening.waiting import awaiting
from analysis.searching.duplicate_log import deduplicate, load_deduplication
from analysis.searching.history import load_searches, searches_in
from analysis.searching.inbox import SearchDetails, import_exports
from analysis.searching.library import load_library
from analysis.searching.licensed import FOLDER, licensed_sources
from analysis.searching.withdrawn_imports import withdrawn_import
from tests.evidence.folder import ROOT
from tests.searching.corpus import articles
from tests.searching.exports import ovid_ris
from tests.searching.sources import find_source

DAY = dt.date(2026, 11, 20)
FOUND = articles(12, seed=4)
OPENING = FOUND[0].abstract[:60]


@pytest.fixture
def export(tmp_path: Path) -> Path:
    path = tmp_path / "from the database.ris"
    path.write_text(ovid_ris(FOUND), encoding="utf-8", newline="")
    assert OPENING and OPENING in path.read_text(encoding="utf-8")
    return path


@pytest.fixture
def licensed(data: Path) -> Path:
    """Data whose protocol names Embase as licensed."""
    path = data / "protocol.yml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("  triggers:", "  licensed: [Embase]\n  triggers:"), "utf-8")
    assert licensed_sources(load_protocol(path)) == {"Embase"}
    return data


def take(data: Path, export: Path, source: str = "embase") -> str:
    (report,) = import_exports(data, [export], SearchDetails(find_source(source), DAY, "anna"))
    return "\n".join((str(report), *report.details))


def lines(data: Path) -> list[str]:
    return [str(waiting) for waiting in awaiting(data, load(data))]


def holds_abstracts(folder: Path) -> list[str]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return sorted(p.name for p in files if OPENING.encode() in p.read_bytes())


def elsewhere(data: Path) -> Path:
    """The same data on a machine that has nothing but what git keeps."""
    other = data.parent / "other" / "data"
    shutil.copytree(data, other)
    return other


def test_git_keeps_checksum_and_facts_and_no_abstract(licensed: Path, export: Path) -> None:
    said = take(licensed, export)
    assert f"Embase is licensed: export and abstracts stay in {FOLDER}/, out of git" in said
    assert holds_abstracts(licensed) == []
    (whole, records) = sorted((licensed.parent / FOLDER).iterdir(), reverse=True)
    assert whole.read_bytes() == export.read_bytes()
    assert holds_abstracts(licensed.parent / FOLDER) == sorted([whole.name, records.name])
    *_, search = load_searches(licensed)
    (entry,) = search.exports
    assert (entry.hits, entry.licensed) == (12, True)
    assert entry.sha256 and whole.name == f"2026-11-20-embase-{entry.sha256[:12]}.ris"
    library = load_library(licensed)
    assert {record.title for record in library.records.values()} == {a.title for a in FOUND}


def test_what_is_not_licensed_is_kept_as_before(licensed: Path, export: Path) -> None:
    assert "licensed" not in take(licensed, export, "medline")
    assert holds_abstracts(licensed) == ["medline.records.csv", "medline.ris"]
    assert not (licensed.parent / FOLDER).exists()


def test_people_read_the_abstracts_where_they_are(licensed: Path, export: Path) -> None:
    take(licensed, export)
    deduplicate(licensed, load_library(licensed))
    session = Session(licensed, "anna")
    assert session.current is not None and session.current.abstract
    words = stage_texts(session.screening, "title-abstract")
    assert words[session.current.record_id].endswith(session.current.abstract)
    there = Session(elsewhere(licensed), "anna")
    assert there.current is not None and not there.current.abstract
    assert load_deduplication(licensed, session.library) == load_deduplication(
        licensed, there.library
    )


def test_the_same_export_brings_the_abstracts_to_another_machine(
    licensed: Path, export: Path
) -> None:
    take(licensed, export)
    deduplicate(licensed, load_library(licensed))
    other = elsewhere(licensed)
    before = {path: path.read_bytes() for path in other.rglob("*.csv")}
    missing = "abstracts not on this machine: Embase on 20 November 2026"
    assert any(line.startswith(missing) for line in lines(other))
    assert not any(line.startswith("abstracts") for line in lines(licensed))
    assert take(other, export).endswith("was imported before, its abstracts can be read here now")
    assert {path: path.read_bytes() for path in other.rglob("*.csv")} == before
    assert dict(load_library(other).abstracts) == dict(load_library(licensed).abstracts)
    assert len(load_library(other).abstracts) == sum(bool(article.abstract) for article in FOUND)
    assert take(other, export).endswith("was imported before, nothing changed")


@pytest.mark.parametrize("what", ["export", "abstract"])
def test_what_stands_where_git_keeps_it_is_named(licensed: Path, export: Path, what: str) -> None:
    take(licensed, export)
    folder = licensed / "searches/2026-11-20"
    if what == "export":
        shutil.copy(export, folder / "embase.ris")
        place = r"embase\.ris: Embase is licensed"
    else:
        (whole,) = (licensed.parent / FOLDER).glob("*.records.csv")
        shutil.copy(whole, folder / "embase.records.csv")
        place = r"embase\.records\.csv: abstract: Embase is licensed"
    with pytest.raises(EvidenceError, match=place):
        load_library(licensed)


def test_an_import_taken_back_leaves_no_abstract_on_record(licensed: Path, export: Path) -> None:
    take(licensed, export)
    plan = withdrawn_import(licensed, DAY, find_source("embase"))
    assert not any(OPENING.encode() in content for content in plan.withdrawal.kept.values())
    assert len(plan.records) == 12


def test_an_export_from_before_the_setting_is_said_to_be_in_git(data: Path, export: Path) -> None:
    take(data, export)
    path = data / "protocol.yml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("  triggers:", "  licensed: [Embase]\n  triggers:"), "utf-8")
    said = "exports of licensed databases that git keeps: Embase on 20 November 2026"
    assert any(line.startswith(said) for line in lines(data))


def test_a_name_that_is_no_source_is_refused(licensed: Path, export: Path) -> None:
    path = licensed / "protocol.yml"
    path.write_text(path.read_text(encoding="utf-8").replace("[Embase]", "[Embas]"), "utf-8")
    with pytest.raises(EvidenceError, match="living: licensed names Embas; search_sources has"):
        take(licensed, export)
    assert searches_in(licensed)[-1].date != DAY


@pytest.mark.parametrize("path", [f"{FOLDER}/2026-11-20-embase.ris", "data/searches/inbox/x.ris"])
def test_git_leaves_out_what_it_must_not_keep(path: str) -> None:
    if not (ROOT / ".git").exists():
        pytest.skip("not a git checkout")
    done = subprocess.run(["git", "check-ignore", "-q", path], cwd=ROOT, check=False)
    assert done.returncode == 0
