"""What a site was made from: as long as that holds it is left alone, or mended page by page.

Content decides, never the clock. A changed page is read again; anything that shapes all
pages (configuration, table of contents, styles, code, versions) means a build from nothing.
"""

from __future__ import annotations

import json
import os
import platform
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import TypeAdapter

from analysis.book.rendering import Update, facts_of_all_pages, substitutions_files
from analysis.book.restyling import is_style
from analysis.book.site_folders import SiteFolders, files_below
from analysis.execution.plan import Project
from analysis.execution.staleness import Inputs
from analysis.files.known_files import KnownFiles
from analysis.files.remembered import recall

if TYPE_CHECKING:
    from sphinx.environment import BuildEnvironment

SOURCES = {".md", ".ipynb"}
PART_OF_A_PAGE = "_"  # begins the name of a file that is no page: a page includes it
BESIDE_THE_CHAPTERS = ("_config.yml", "_toc.yml", "references.bib", "requirements.txt")
CODE = Project(Path(__file__).resolve().parents[2])
MAKES_THE_SITE = "analysis.book.site"

_OWN_MODULE = re.compile(r"\banalysis(?:\.\w+)+")


@dataclass(frozen=True)
class Stamp:
    """The hashes of what a site was made from: its pages' files, and everything else.

    `pages` maps a document to the files it is made of; `titles` are what the other
    pages' navigation shows of it, `files` the hashes of the files that are no pages, `styles`
    those of the book's own stylesheets.
    """

    pages: Mapping[str, Mapping[str, str]]
    rest: Mapping[str, str]
    titles: Mapping[str, str]
    files: Mapping[str, str] = field(default_factory=dict)
    styles: Mapping[str, str] = field(default_factory=dict)


_STAMP = TypeAdapter(Stamp)


def read_stamp(folders: SiteFolders) -> Stamp | None:
    """The last build's stamp; `None` where it or what it speaks of cannot be trusted."""
    stamp = recall(folders.stamp, _STAMP)
    whole = folders.doctrees.is_dir() and (folders.project.site / "index.html").is_file()
    return stamp if whole else None


@dataclass(frozen=True)
class Stock:
    """What the site is to be made from, hashed before Sphinx begins to read.

    A page edited meanwhile is then read again next time. `documents` maps a document to its
    file, from the root; `rest` is what shapes all pages: hashes, or what is said; of `styles`
    all pages name the version and show nothing else.
    """

    project: Project
    documents: Mapping[str, str]
    rest: Mapping[str, str]
    styles: Mapping[str, str]
    inputs: Inputs

    def update_since(self, stamp: Stamp) -> Update | None:
        """The documents to read again; `None` if the whole book is to be built from nothing."""
        if stamp.pages.keys() != self.documents.keys() or stamp.rest != self.rest:
            return None
        if stamp.styles.keys() != self.styles.keys():
            return None
        changed = {name for name, files in stamp.pages.items() if files != self._hashes(files)}
        styles = {path for path in self.styles if self.styles[path] != stamp.styles[path]}
        return Update(frozenset(changed), stamp.titles, frozenset(styles))

    def looks_like(self, other: Stock) -> bool:
        """Whether all that shapes pages, and their styles, is the same."""
        return (self.rest, self.styles) == (other.rest, other.styles)

    def pages(self, env: BuildEnvironment) -> dict[str, dict[str, str]]:
        """Each document's files: its source, what it includes, names and offers to download."""
        files = {name: {path} for name, path in self.documents.items()}
        values = [_from_root(self.project, path) for path in substitutions_files(self.project)]
        for name, paths in env.dependencies.items():
            files[name] |= {_from_root(self.project, self.project.chapters / p) for p in paths}
        for name, paths in files.items():
            if any(map(self._names_values, paths)):
                files[name] |= set(values)
        for path, (names, _) in env.dlfiles.items():
            for name in names:
                files[name].add(_from_root(self.project, self.project.chapters / path))
        return {name: self._hashes(sorted(paths)) for name, paths in sorted(files.items())}

    def _names_values(self, path: str) -> bool:
        text = self.project.root / path
        return text.suffix in SOURCES and "{{" in text.read_text(encoding="utf-8")

    def _hashes(self, paths: Iterable[str]) -> dict[str, str]:
        return self.inputs.files(map(Path, paths))


def take_stock(project: Project, known: KnownFiles) -> Stock:
    """List and hash what there is; `known` is what was found in files before."""
    inputs, below = Inputs(project, known=known), files_below(project.chapters)
    sources = [path for path in below if path.suffix in SOURCES]
    documents = {
        path.relative_to(project.chapters).with_suffix("").as_posix(): _from_root(project, path)
        for path in sources
        if not path.name.startswith(PART_OF_A_PAGE)
    }
    inputs.files(Path(_from_root(project, path)) for path in sources)
    shared = [_from_root(project, path) for path in below if path.suffix not in SOURCES]
    styles = [path for path in shared if is_style(Path(path))]
    shared = [path for path in shared if path not in styles]
    glossaries = _glossaries(project, documents.values())
    rest = {
        **inputs.files(map(Path, [*BESIDE_THE_CHAPTERS, *shared, *glossaries])),
        **_code(project, known),
        "what all pages say": json.dumps(asdict(facts_of_all_pages(project))),
        "Python": platform.python_version(),
    }
    return Stock(project, documents, rest, inputs.files(map(Path, styles)), inputs)


def _code(project: Project, known: KnownFiles) -> dict[str, str]:
    """Every module that Sphinx runs for the site, and all that these import."""
    config = project.root / "_config.yml"
    text = config.read_text(encoding="utf-8", errors="replace") if config.is_file() else ""
    inputs = Inputs(CODE, known=known)
    return inputs.files(sorted(inputs.reached([MAKES_THE_SITE, *_OWN_MODULE.findall(text)])))


def _glossaries(project: Project, documents: Iterable[str]) -> list[str]:
    """The pages whose terms all other pages link to."""
    return [
        path
        for path in documents
        if path.endswith(".md")
        and "{glossary}" in (project.root / path).read_text(encoding="utf-8")
    ]


def _from_root(project: Project, path: Path) -> str:
    return Path(os.path.relpath(path, project.root)).as_posix()
