"""A new review as a folder: its own files and the engine, whole or not there at all.

The engine is copied. What a review printed can then be made again from its folder alone, on a
machine with Python, make and git, whatever becomes of the review that it was made from; an
installed package would have to be published somewhere first, and a path would tie one review to
the other's next commit. To take a newer engine, copy these places again.
"""

from __future__ import annotations

import datetime as dt
import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from analysis.beginning.asked import Asked
from analysis.beginning.review_files import review_files, yaml_text
from analysis.book.contents import contents_of
from analysis.book.documents import write_toc
from analysis.evidence.load import load
from analysis.execution.plan import Project
from analysis.files.problems import ReviewError, read_bytes, shown
from analysis.files.writing import UNFINISHED, make_folder, move_into_place

# What the engine is, and what it says of itself and of any review; the rest is the review.
ENGINE = (
    "analysis",
    "review",
    "requirements.in",
    "requirements.txt",
    "requirements-test.in",
    "requirements-test.txt",
    "requirements-cluster.in",
    "requirements-cluster.txt",
    "LICENSE",
    ".gitignore",
    ".gitattributes",
    ".github/workflows",
    "chapters/_static",
    "chapters/_templates",
    "chapters/methods/synthesis.md",
    "chapters/methods/certainty.md",
    "chapters/methods/data-and-risk-of-bias.md",
    "data/README.md",
    "data/validation.json",
    "data/searches/README.md",
    "data/searches/interfaces.yml",
    "tests/__init__.py",
    "tests/living",
    "tests/commands/__init__.py",
    "tests/commands/typed.py",
    "tests/evidence/__init__.py",
    "tests/evidence/folder.py",
    "tests/synthesis/__init__.py",
    "tests/synthesis/contradictions.py",
)
# What is made of these files again wherever they are.
MADE = ("__pycache__", "generated", ".ipynb_checkpoints", "*.pyc")
CONFIG = "_config.yml"
REFERENCES = "references.bib"
# References that the engine's chapters and notebooks name have this keyword.
OF_METHODS = re.compile(r"(?m)^\s*keywords\s*=\s*\{[^}]*\bmethod\b")


def new_review(folder: Path, asked: Asked, today: dt.date, engine: Path) -> None:
    """Write a new review into `folder`; ReviewError where something is there already.

    engine: the root of the review whose software it takes.
    """
    if folder.is_symlink() or folder.exists():
        if not folder.is_dir() or any(folder.iterdir()):
            raise ReviewError(f"{shown(folder)} is not empty: name a folder that is not there yet")
    elif folder.resolve().is_relative_to(engine.resolve()):
        raise ReviewError(f"{shown(folder)} lies within this review: name a folder beside it")
    make_folder(folder.absolute().parent)
    made = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", suffix=UNFINISHED, dir=folder.parent))
    try:
        for place, content in _contents(asked, today, engine):
            path = made / place
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.encode() if isinstance(content, str) else content)
        project = Project(made)
        write_toc(project, contents_of(load(project.data).protocol, made))
        (made / "review").chmod(0o755)
        made.chmod(0o755)
        move_into_place(made, folder)
    finally:
        shutil.rmtree(made, ignore_errors=True)


def _contents(asked: Asked, today: dt.date, engine: Path) -> Iterator[tuple[Path, bytes | str]]:
    for name in ENGINE:
        for path in _files(engine / name):
            yield path.relative_to(engine), read_bytes(path)
    yield Path(CONFIG), _named((engine / CONFIG).read_text(encoding="utf-8"), asked, today)
    yield Path(REFERENCES), _of_methods((engine / REFERENCES).read_text(encoding="utf-8"))
    for place, text in review_files(asked, today):
        yield Path(place), text


def _named(config: str, asked: Asked, today: dt.date) -> str:
    """The configuration of the book, with another title and year."""
    for key, value in (("title", asked.short_title), ("copyright", str(today.year))):
        before, line, after = re.split(rf"(?m)^({key}: .*)$", config, maxsplit=1)
        line = f"{key}: {yaml_text(value)}"
        config = f"{before}{line}{after}"
    return config


def _files(path: Path) -> Iterator[Path]:
    if path.is_file():
        yield path
    for found in sorted(path.rglob("*")):
        made = any(part.match(one) for one in MADE for part in map(Path, found.parts))
        if found.is_file() and not made:
            yield found


def _of_methods(references: str) -> str:
    """The works on methods, which the chapters of the engine name."""
    entries = re.split(r"(?m)^(?=@)", references)
    return "".join(entry for entry in entries if OF_METHODS.search(entry))
