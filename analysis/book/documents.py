"""What a book consists of: its documents in parts, and the list of them that Jupyter Book reads."""

from __future__ import annotations

from dataclasses import dataclass

import yaml

from analysis import PROGRAM
from analysis.execution.plan import Page, Project
from analysis.files.writing import write_atomically

TOC = "_toc.yml"
TOC_HEADER = f"# Written by `{PROGRAM} build`: an edit by hand does not last.\n"


@dataclass(frozen=True)
class Document:
    """One document of the book, from `chapters/`: executed as a page, or written by a person.

    `title` is what the list of all pages calls it, if not by its own heading.
    """

    name: str
    page: Page | None = None
    title: str | None = None


@dataclass(frozen=True)
class Part:
    """A part of the book: its caption and its documents, in order."""

    caption: str
    documents: tuple[Document, ...]


@dataclass(frozen=True)
class Contents:
    """The book: its front page, then its parts."""

    front: Document
    parts: tuple[Part, ...]

    @property
    def documents(self) -> tuple[Document, ...]:
        """Every document, in order."""
        return (self.front, *(document for part in self.parts for document in part.documents))

    @property
    def pages(self) -> tuple[Page, ...]:
        """Every executed page, those that others wait for before all others."""
        executed = [document.page for document in self.documents if document.page]
        needed = {name for page in executed for name in page.needs}
        return tuple(sorted(executed, key=lambda page: page.name not in needed))


def write_toc(project: Project, contents: Contents) -> None:
    """Bring `_toc.yml` up to date with the contents of the book."""
    write_atomically(project.root / TOC, toc_text(contents))


def toc_text(contents: Contents) -> str:
    """`_toc.yml`, the same bytes for the same contents."""
    toc = {
        "format": "jb-book",
        "root": contents.front.name,
        "parts": [
            {"caption": part.caption, "chapters": [_entry(document) for document in part.documents]}
            for part in contents.parts
        ],
    }
    return TOC_HEADER + yaml.safe_dump(toc, sort_keys=False, allow_unicode=True)


def _entry(document: Document) -> dict[str, str]:
    return {"file": document.name} | ({"title": document.title} if document.title else {})
