"""What stands in the site beside its pages: made when it would differ, gone when no more made."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path

import pytest

from analysis.execution.book import Beside, build_book
from analysis.execution.plan import Project
from analysis.execution.rendering import BookError
from analysis.problems import EvidenceError, Problem, ReviewError

CONFIG = """\
title: Toy
author: A reviewer
execute:
  execute_notebooks: "off"
sphinx:
  extra_extensions: [analysis.execution.metadata]
"""
ADDRESS = "https://example.org/review/"
LAYOUT = Path(__file__).parents[2] / "chapters/_templates/layout.html"


@pytest.fixture
def project(tmp_path: Path) -> Project:
    made = Project(tmp_path / "review")
    write(made, "_config.yml", CONFIG)
    write(made, "_toc.yml", "format: jb-book\nroot: index\nchapters:\n- file: pain\n")
    write(made, "chapters/index.md", "# Front\n\nThe first sentence.\n")
    write(made, "chapters/pain.md", "# Pain\n\nAbout pain.\n")
    return made


def write(project: Project, path: str, text: str) -> None:
    file = project.root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")


def offering(state: str, **files: str) -> Beside:
    contents = {name.replace("_", "."): text.encode() for name, text in files.items()}
    return Beside(state, lambda: {f"downloads/{name}": text for name, text in contents.items()})


def refused() -> dict[str, bytes]:
    raise AssertionError("made again although nothing changed")


def downloads(project: Project) -> set[str]:
    return {path.name for path in (project.site / "downloads").iterdir()}


def test_the_files_follow_what_they_are_made_from(project: Project) -> None:
    build_book(project, beside=offering("1", a_csv="1", b_csv="1"))
    assert downloads(project) == {"a.csv", "b.csv"}
    again = build_book(project, beside=offering("2", a_csv="2"))
    assert again.state == "updated"
    assert downloads(project) == {"a.csv"}
    assert (project.site / "downloads/a.csv").read_text() == "2"


def test_nothing_is_made_again_without_need(project: Project) -> None:
    build_book(project, beside=offering("1", a_csv="1"))
    assert build_book(project, beside=Beside("1", refused)).state == "unchanged"
    write(project, "chapters/pain.md", "# Pain\n\nMore about pain.\n")
    assert build_book(project, beside=Beside("1", refused)).state == "updated"
    assert downloads(project) == {"a.csv"}


def test_a_site_stays_when_its_files_cannot_be_made(project: Project) -> None:
    build_book(project, beside=offering("1", a_csv="1"))

    def broken() -> dict[str, bytes]:
        raise ReviewError("the results are damaged")

    with pytest.raises(ReviewError, match="damaged"):
        build_book(project, beside=Beside("2", broken))
    assert downloads(project) == {"a.csv"}
    assert (project.site / "index.html").is_file()


def test_a_site_stays_when_what_makes_its_files_is_killed(project: Project) -> None:
    build_book(project, beside=offering("1", a_csv="1"))

    def killed() -> dict[str, bytes]:
        os.kill(os.getpid(), signal.SIGKILL)
        return {}

    with pytest.raises(BookError, match="ended early"):
        build_book(project, beside=Beside("2", killed))
    assert downloads(project) == {"a.csv"}


def test_all_that_is_wrong_with_the_data_is_said_of_files_too(project: Project) -> None:
    problems = [Problem(Path("a.csv"), 2, "n", "is not a number"), Problem(Path("b"), 1, None, "x")]

    def wrong() -> dict[str, bytes]:
        raise EvidenceError(problems)

    with pytest.raises(EvidenceError) as raised:
        build_book(project, beside=Beside("1", wrong))
    assert raised.value.problems == problems


def test_a_change_of_the_status_reaches_every_page_but_the_front_page(project: Project) -> None:
    write(project, "chapters/_templates/layout.html", LAYOUT.read_text(encoding="utf-8"))
    for overdue in (False, True):
        status = {"version": "Version 2", "search": "searched on a day", "overdue": overdue}
        write(project, "results/substitutions.json", json.dumps({"status": status}))
        build_book(project)
        said = (project.site / "pain.html").read_text()
        assert "Version 2 · " in said and "searched on a day" in said
        assert ("(overdue)" in said) == overdue
        assert "searched on a day" not in (project.site / "index.html").read_text()


def test_every_page_names_its_address_once_it_is_known_and_none_before(project: Project) -> None:
    build_book(project)
    for page in ("index", "pain"):
        text = (project.site / f"{page}.html").read_text()
        assert 'rel="canonical"' not in text
        assert "og:title" in text
    values = {"protocol": {"title": "A review", "site_url": ADDRESS}}
    write(project, "results/substitutions.json", json.dumps(values))
    build_book(project)
    assert f'rel="canonical" href="{ADDRESS}"' in (project.site / "index.html").read_text()
    assert f'href="{ADDRESS}pain.html"' in (project.site / "pain.html").read_text()
