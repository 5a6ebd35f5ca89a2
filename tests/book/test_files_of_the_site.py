"""What stands in the site beside its pages: as it is offered, gone when it no longer is."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from analysis.book.rendering import BookError
from analysis.book.site import book_build, build_book
from analysis.execution.plan import Project
from tests.execution.templates import write

CONFIG = """\
title: Toy
author: A reviewer
execute:
  execute_notebooks: "off"
sphinx:
  extra_extensions: [analysis.book.extensions.metadata]
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


def offering(**files: str) -> dict[str, bytes]:
    return {f"downloads/{name.replace('_', '.')}": text.encode() for name, text in files.items()}


def downloads(project: Project) -> set[str]:
    return {path.name for path in (project.site / "downloads").iterdir()}


@pytest.mark.parametrize("begun", [False, True])
def test_the_files_follow_what_is_offered(project: Project, begun: bool) -> None:
    build_book(project, files=offering(a_csv="1", b_csv="1", c_csv="1"))
    assert downloads(project) == {"a.csv", "b.csv", "c.csv"}
    with book_build(project) as book:
        if begun:
            book.begin()
        again = book.finish(offering(a_csv="2", c_csv="1"))
    assert again.state == "updated"
    assert downloads(project) == {"a.csv", "c.csv"}
    assert (project.site / "downloads/a.csv").read_text() == "2"


def test_the_same_files_are_no_reason_to_build(project: Project) -> None:
    build_book(project, files=offering(a_csv="1"))
    assert build_book(project, files=offering(a_csv="1")).state == "unchanged"


@pytest.mark.parametrize("anew", [False, True])
def test_the_files_stay_when_pages_change(project: Project, anew: bool) -> None:
    build_book(project, files=offering(a_csv="1"))
    write(project, "chapters/pain.md", "# Pain\n\nMore about pain.\n")
    if anew:
        write(project, "_config.yml", CONFIG.replace("Toy", "Another"))
    again = build_book(project, files=offering(a_csv="1"))
    assert again.state == ("built" if anew else "updated")
    assert downloads(project) == {"a.csv"}


def test_a_site_that_offers_nothing_any_more_has_no_files(project: Project) -> None:
    build_book(project, files=offering(a_csv="1"))
    assert build_book(project).state == "updated"
    assert downloads(project) == set()


def contents(project: Project) -> dict[str, bytes]:
    return {
        path.relative_to(project.site).as_posix(): path.read_bytes()
        for path in project.site.rglob("*")
        if path.is_file()
    }


def test_what_pages_have_in_folders_of_that_name_stays(project: Project) -> None:
    """A page among what is offered, one deeper down, and a static file: and a refused build."""
    toc = "format: jb-book\nroot: index\nchapters:\n"
    pages = ("pain", "downloads/list", "about/downloads/form")
    write(project, "_toc.yml", toc + "".join(f"- file: {page}\n" for page in pages))
    write(project, "chapters/downloads/list.md", "# List\n\nWhat there is.\n")
    write(project, "chapters/about/downloads/form.md", "# Form\n\nTo fill in.\n")
    write(project, "chapters/_static/downloads/form.txt", "A form\n")
    build_book(project, files=offering(a_csv="1", c_csv="1"))
    first = contents(project)
    own = {"downloads/list.html", "about/downloads/form.html", "_static/downloads/form.txt"}
    assert own | {"downloads/a.csv", "downloads/c.csv"} <= first.keys()

    build_book(project, files=offering(b_csv="2", c_csv="1"))
    second = contents(project)
    former = {name: text for name, text in first.items() if name != "downloads/a.csv"}
    assert second == former | {"downloads/b.csv": b"2"}

    write(project, "chapters/downloads/list.md", "# List\n\n{nothing}`here`\n")
    with pytest.raises(BookError, match="nothing"):
        build_book(project, files=offering(a_csv="1", c_csv="2"))
    assert contents(project) == second


def test_a_change_of_the_status_reaches_every_page_but_the_front_page(project: Project) -> None:
    write(project, "chapters/_templates/layout.html", LAYOUT.read_text(encoding="utf-8"))
    for overdue in (False, True):
        status = {"version": "Version 2", "search": "searched on a day", "overdue": overdue}
        write(project, "results/substitutions.json", json.dumps({"status": status}))
        build_book(project)
        said = (project.site / "pain.html").read_text()
        assert "Version 2 · " in said and "searched on a day" in said
        assert ("(overdue)" in said) == overdue
        assert "<strong>Version 2" not in said
        assert "searched on a day" not in (project.site / "index.html").read_text()


def test_a_draft_stands_out_in_the_status(project: Project) -> None:
    """What follows from results stands in a file of its own, beside what follows from the data."""
    write(project, "chapters/_templates/layout.html", LAYOUT.read_text(encoding="utf-8"))
    data = {"status": {"search": "searched on a day", "overdue": False}}
    write(project, "results/substitutions.json", json.dumps(data))
    build_book(project)
    assert "searched on a day" not in (project.site / "pain.html").read_text()
    for draft in (True, False):
        version = {"status": {"version": "Draft <1>" if draft else "Version 1", "draft": draft}}
        write(project, "results/living.whats-new.json", json.dumps(version))
        build_book(project)
        said = (project.site / "pain.html").read_text()
        assert ("<strong>Draft &lt;1&gt;</strong> · " in said) == draft
        assert ("Version 1 · " in said) != draft
        assert "searched on a day" in said


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
