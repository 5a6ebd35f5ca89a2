"""What is only remembered counts for nothing where it is damaged, and is made again."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from analysis.book.checked import Checked, checked_evidence, known_reads
from analysis.book.site_folders import SiteFolders
from analysis.book.stamp import read_stamp
from analysis.execution.plan import Project
from analysis.execution.staleness import RECORD, Inputs, Made, read_record, remember_page
from analysis.files.remembered import remember

DEEP = 100_000
DAMAGED = {
    "nothing": b"",
    "half of it": b'{"schema_version": 1, "inputs": {"a',
    "null": b"null",
    "text": b'"text"',
    "a number": b"1e999",
    "a list": b"[[1, 2]]",
    "another object": b'{"a": 1}',
    "null within": b'{"schema_version": 1, "inputs": null, "outputs": null, "seconds": null,'
    b' "evidence": null, "reads": null, "left": null, "pages": null, "rest": null, "titles": null}',
    "text within": b'{"schema_version": 1, "inputs": "x", "outputs": "x", "seconds": "x",'
    b' "evidence": "x", "reads": "x", "left": "x", "pages": "x", "rest": "x", "titles": "x"}',
    "numbers deep within": b'{"schema_version": 1, "inputs": {"a": 1}, "outputs": {"a": 1},'
    b' "seconds": 1, "evidence": "x", "reads": {"a": {"b": 1}}, "left": {},'
    b' "pages": {"a": {"b": 1}}, "rest": {}, "titles": {}}',
    "lists within lists": b"[" * DEEP + b"]" * DEEP,
    "lists that do not end": b"[" * DEEP,
    "objects within objects": b'{"inputs":' * DEEP,
    "no text": b"\xff\xfe\x00\x00",
    "zeros, as a power cut leaves": bytes(4096),
}
NO_FILES: dict[str, Callable[[Path], object]] = {
    "a folder": Path.mkdir,
    "a pipe": os.mkfifo,
    "a link in a circle": lambda path: path.symlink_to(path.name),
}


@pytest.fixture
def project(tmp_path: Path) -> Project:
    for folder in ("data", "analysis", "results", "_build/html"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "_build/html/index.html").touch()
    SiteFolders(Project(tmp_path)).doctrees.mkdir()
    return Project(tmp_path)


def page_file(project: Project) -> Path:
    return project.results / RECORD / "index.json"


REMEMBERED: dict[str, tuple[Callable[[Project], Path], Callable[[Project], object], object]] = {
    "a page": (page_file, read_record, {}),
    "the check": (
        lambda project: project.checked,
        lambda project: known_reads(Inputs(project)),
        None,
    ),
    "the site": (
        lambda project: SiteFolders(project).stamp,
        lambda project: read_stamp(SiteFolders(project)),
        None,
    ),
}


@pytest.mark.parametrize("what", REMEMBERED)
@pytest.mark.parametrize("damage", [*DAMAGED, *NO_FILES])
def test_what_is_damaged_is_not_remembered_and_written_anew(
    project: Project, what: str, damage: str
) -> None:
    place, read, nothing = REMEMBERED[what]
    path = place(project)
    path.parent.mkdir(exist_ok=True)
    if damage in DAMAGED:
        path.write_bytes(DAMAGED[damage])
    else:
        NO_FILES[damage](path)
    assert read(project) == nothing
    remember(path, "{}")
    assert path.read_text(encoding="utf-8") == "{}"


def test_a_file_in_the_place_of_the_folder_makes_room(project: Project) -> None:
    (project.results / RECORD).write_text("x", encoding="utf-8")
    made = Made({"a": "1"}, {}, 1)
    remember_page(project, "index", made)
    assert read_record(project) == {"index": made}


@pytest.mark.parametrize("damage", DAMAGED)
def test_what_the_check_left_for_the_book_is_made_again(project: Project, damage: str) -> None:
    checks = []

    def check() -> Checked:
        checks.append(1)
        remember(project.results / "left.json", json.dumps({"name": "The review"}))
        return Checked({"index": {"rows": "1"}}, leaves=("left.json",))

    for _ in range(2):
        assert checked_evidence(Inputs(project), check).reads == {"index": {"rows": "1"}}
    assert len(checks) == 1
    (project.results / "left.json").write_bytes(DAMAGED[damage])
    checked_evidence(Inputs(project), check)
    assert len(checks) == 2
    assert json.loads((project.results / "left.json").read_text())["name"] == "The review"
