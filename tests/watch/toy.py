"""A small review that a watch builds in a moment.

`./review -m tests.watch.toy ROOT PORT [GENERATIONS]` watches it.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

from rich.console import Console

from analysis.book.build import Review
from analysis.book.checked import Checked
from analysis.book.documents import Contents, Document, Part
from analysis.execution.plan import Page, Project
from analysis.files.problems import EvidenceError, Problem
from analysis.watch.watching import watch
from tests.execution.templates import notebook, page, publishing, write

ROOT = "TOY_REVIEW"
OUTCOMES = Path("data/outcomes.csv")
HELD = "held"  # as long as it is in the root, the check does not end
CONFIG = """\
title: Toy
author: A
only_build_toc_files: true
execute:
  execute_notebooks: "off"
sphinx:
  extra_extensions:
    - analysis.book.extensions.policy
    - analysis.book.extensions.site_search
    - analysis.book.extensions.trimming
"""
ABOUT = "# About\n\nA chapter.\n"
STYLE = "p { color: red }\n.nobody { color: blue }\n"
PAIN = ("rows = open('data/outcomes.csv').read().split()[1:]\nprint(*rows)", publishing("rows"))
FRONT = "import json\nprint(len(json.load(open('results/pain.json'))), 'rows')"


def write_toy(root: Path) -> Project:
    """Write its files."""
    project = Project(root)
    write(project, "_config.yml", CONFIG)
    write(project, "requirements.txt", "")
    write(project, "chapters/index.md", "# Front\n\nText.\n")
    write(project, "chapters/about.md", ABOUT)
    write(project, "chapters/_static/toy.css", STYLE)
    write(project, "chapters/_templates/404.html", "Nothing\n")
    write(project, OUTCOMES.as_posix(), "row\na\n")
    pages(project, *PAIN)
    return project


def pages(project: Project, *pain: str) -> tuple[Page, ...]:
    """Write its notebooks; one reads the data, the other what the first has published."""
    return (
        page(project, "pain", notebook(*pain)),
        page(project, "front", notebook(FRONT), needs=("pain",)),
    )


def review() -> Review:
    """It as it is built."""
    project = Project(Path(os.environ[ROOT]))
    planned = tuple(
        Page(
            name, Path(f"analysis/notebooks/{name}.ipynb"), Path(f"effects/{name}.ipynb"), {}, need
        )
        for name, need in (("pain", ()), ("front", ("pain",)))
    )
    documents = [Document("about"), *(Document(f"effects/{one.name}", one) for one in planned)]
    contents = Contents(Document("index"), (Part("Pages", tuple(documents)),))
    return Review(project, lambda: contents, lambda: check(project))


def check(project: Project) -> Checked:
    """Refuse a row that says "wrong"; take as long as it is held."""
    while (project.root / HELD).exists():
        time.sleep(0.01)
    lines = (project.root / OUTCOMES).read_text("utf-8").splitlines()
    if "wrong" in lines:
        line = lines.index("wrong") + 1
        raise EvidenceError([Problem(OUTCOMES, line, "row", "'wrong' is no row")])
    return Checked({})


if __name__ == "__main__":
    os.environ[ROOT] = sys.argv[1]
    watch(
        Project(Path(sys.argv[1])),
        "tests.watch.toy:review",
        int(sys.argv[2]),
        Console(),
        *map(int, sys.argv[3:]),
    )
