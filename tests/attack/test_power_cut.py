"""After a power cut: what a command said is done is on the disk, and what was cut off is named."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import stat
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from analysis.commands import options
from analysis.evidence.load import load
from analysis.files import folder
from analysis.files.folder import CUT_OFF
from analysis.files.problems import EvidenceError
from analysis.files.together import change_of, change_together
from analysis.screening.decision_files import Decision, add_decisions
from analysis.searching.duplicate_log import deduplicate
from analysis.searching.inbox import SearchDetails, import_exports
from analysis.searching.library import load_library
from analysis.versions.freezing import freeze
from analysis.versions.releases import releases
from tests.commands.typed import typed
from tests.evidence.folder import DATA, DataFolder
from tests.searching.corpus import articles
from tests.searching.exports import ovid_ris
from tests.searching.sources import find_source


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The review's data as git has them, with a search and a decision; of version 2026.12."""
    shutil.copytree(DATA, tmp_path / "data")
    data = tmp_path / "data"
    told = {"trigger": "a trial was added", "methods": "none"}
    DataFolder(data).set_version("2026.12", "2026-12-01", **told)
    _import(data, 20)
    deduplicate(data, load_library(data))
    _decide(data)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(options, "ROOT", tmp_path)
    for words in (["init", "-q"], ["add", "."], ["-c", "user.name=a", "-c", "user.email=a@b",
                                                 "commit", "-qm", "."]):  # fmt: skip
        subprocess.run(["git", *words], cwd=tmp_path, check=True)
    return data


def _import(data: Path, day: int) -> None:
    export = data.parent / "export.ris"
    export.write_text(ovid_ris(articles(3)), encoding="utf-8")
    details = SearchDetails(find_source("medline"), dt.date(2026, 11, day), "anna")
    import_exports(data, [export], details)


def _decide(data: Path, people: Sequence[str] = ("anna", "ben")) -> None:
    library = load_library(data)
    record = next(iter(library.records))
    add_decisions(data, library, [
        Decision(record, "title-abstract", "include", "", "", who, "2026-11-23T10:15:00Z", "a note")
        for who in people
    ])  # fmt: skip


def _change(data: Path) -> None:
    new = {data / "extraction/a-2026/anna/studies.csv": "a\n", data / "withdrawn/x/y.yml": "a: 1\n"}
    change_together(data, [change_of(*each) for each in new.items()])


WRITTEN: dict[str, Callable[[Path], object]] = {
    "a release": lambda data: freeze(data, "2026.12"),
    "an import": lambda data: _import(data, 21),
    "decisions": lambda data: _decide(data, ["cara"]),
    "several files": _change,
}


@pytest.mark.parametrize("what", WRITTEN)
def test_file_and_folder_are_synced_before_a_command_ends(
    data: Path, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    files: set[int] = set()
    listed: dict[int, set[str]] = {}  # of each folder the names that it had on the disk

    def sync(handle: int) -> None:
        state = os.fstat(handle)
        if stat.S_ISDIR(state.st_mode):
            listed[state.st_ino] = set(os.listdir(handle))
        else:
            files.add(state.st_ino)

    before = {path: path.stat().st_ino for path in data.rglob("*")}
    monkeypatch.setattr(os, "fsync", sync)
    WRITTEN[what](data)
    new = [
        path
        for path in data.rglob("*")
        if before.get(path) != path.stat().st_ino and not path.name.startswith(".")
    ]
    assert new
    for path in new:
        assert path.name in listed[path.parent.stat().st_ino], f"{path}: not in its folder"
        assert path.is_dir() or path.stat().st_ino in files, f"{path}: not on the disk"


CUTS: dict[str, Callable[[bytes], bytes]] = {
    "its line end": lambda raw: raw[:-1],
    "half a line": lambda raw: raw[: -len(raw.splitlines()[-1]) // 2 - 1].rstrip(b"\n"),
    "half of it": lambda raw: raw[: len(raw) // 2].rstrip(b"\n"),
    "all": lambda raw: b"",
    "all, with zeros for it": lambda raw: bytes(len(raw)),
    "half, with zeros for it": lambda raw: raw[: len(raw) // 2] + bytes(len(raw) - len(raw) // 2),
}
CUT_FILES = (
    "outcomes.csv",
    "acceptability.csv",
    "protocol.yml",
    "screening/ben.csv",
    "searches/2026-11-20/search.yml",
    "searches/2026-11-20/medline.records.csv",
    "releases/2026.11/release.json",
    "releases/2026.11/results.json",
    "releases/2026.11/data/outcomes.csv",
)


@pytest.mark.parametrize("cut", CUTS)
@pytest.mark.parametrize("name", CUT_FILES)
def test_a_file_that_was_cut_off_is_named_with_what_brings_it_back(
    data: Path, cut: str, name: str
) -> None:
    path = data / name
    whole = path.read_bytes()
    path.write_bytes(CUTS[cut](whole))
    assert path.read_bytes() != whole
    for read in (load, load_library, releases):
        with pytest.raises(EvidenceError) as refused:
            read(data)
        assert [str(problem) for problem in refused.value.problems] == [
            f"data/{name}: {CUT_OFF}: `git restore data/{name}` brings it back"
        ]
    subprocess.run(["git", "restore", f"data/{name}"], cwd=data.parent, check=True)
    assert path.read_bytes() == whole
    assert load(data)


def test_a_line_without_end_is_named_where_git_cannot_tell(data: Path) -> None:
    with (data / "sources.csv").open("ab") as file:
        file.write(b"new-2026,dataset,A citation,https://example.org,,a no")
    said = typed("check")
    assert "note: data/sources.csv: the last line has no end: was the file cut off?" in said


def test_without_git_a_last_line_may_lack_its_end(data: Path) -> None:
    shutil.rmtree(data.parent / ".git")
    path = data / "outcomes.csv"
    path.write_bytes(path.read_bytes()[:-1])
    assert load(data)


def test_a_file_that_another_command_puts_away_meanwhile_is_passed_over(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = data / "notes.txt"
    path.write_text("no end", encoding="utf-8")
    monkeypatch.setattr(folder, "git", lambda *_: path.unlink())
    assert path in folder.whole_files(data)


def test_a_frozen_file_that_was_edited_is_named(data: Path) -> None:
    path = data / "releases/2026.11/data/outcomes.csv"
    path.write_text(path.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    (data / "releases/2013.11/data/sources.csv").unlink()
    with pytest.raises(EvidenceError) as refused:
        typed("check")
    assert [problem.file for problem in refused.value.problems] == [
        data / "releases/2013.11/data/sources.csv", path
    ]  # fmt: skip
