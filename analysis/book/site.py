"""From pages to a site: Jupyter Book's Sphinx, warnings as errors, the last good site kept.

Sphinx (`rendering`) writes into a copy of the site that takes the site's place only if
there was nothing to complain of; `stamp` decides what it reads again.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

from analysis.book.rendering import BookError, Rendering, Update, check_contents, rendering, titles
from analysis.book.restyling import restyle
from analysis.book.site_folders import SiteFolders, files_below
from analysis.book.stamp import Stamp, Stock, read_stamp, take_stock
from analysis.execution.plan import Project
from analysis.files.digests import digest
from analysis.files.known_files import KnownFiles
from analysis.files.problems import Refused
from analysis.files.remembered import remember

if TYPE_CHECKING:
    from sphinx.environment import BuildEnvironment

State = Literal["built", "updated", "unchanged"]


@dataclass(frozen=True)
class Site:
    """A site that stands: `state` says whether it was built, mended or left alone."""

    index: Path
    state: State
    pages: int
    seconds: float


def build_book(
    project: Project,
    *,
    force: bool = False,
    jobs: int = 1,
    files: Mapping[str, bytes] = MappingProxyType({}),
) -> Site:
    """Bring `_build/html` up to date with `chapters/`; the old site stays if that fails.

    `jobs` is the number of processes that read and write pages, `files` what the site has
    besides pages: where in it → content. Raises `rendering.BookError` with every warning
    and error Sphinx gave.
    """
    with book_build(project, force=force, jobs=jobs) as book:
        return book.finish(files)


@contextmanager
def book_build(
    project: Project, *, force: bool = False, jobs: int = 1, begun: BookBuild | None = None
) -> Iterator[BookBuild]:
    """What `build_book` does, in two steps, of which somebody may have `begun` the first."""
    book = begun or BookBuild(SiteFolders(project), force, jobs)
    try:
        yield book
    finally:
        book.end_sphinx()
        book.folders.drop_successor()


@dataclass
class BookBuild:
    """A build of the book: what may be begun before it is known what changed, and the rest."""

    folders: SiteFolders
    force: bool
    jobs: int
    known: KnownFiles = field(default_factory=KnownFiles)
    _sphinx: Rendering | None = None
    _from_nothing: bool = False
    _begun: str = ""
    _laid_out: Stock | None = None
    _stack: ExitStack = field(default_factory=ExitStack)

    def begin(self) -> None:
        """Begin Sphinx, at a time that is free, and do what does not hang on what changes."""
        if self._serves():
            return
        self.end_sphinx()
        self.folders.recover()
        with suppress(BookError, Refused, OSError):  # it is met again where somebody waits for it
            stamp = None if self.force else read_stamp(self.folders)
            sphinx = self._begin_sphinx(stamp)
            sphinx.rehearse()
            stock = take_stock(self.folders.project, self.known)
            if stamp is not None:
                sphinx.lay_out()
                self._laid_out = stock

    def finish(self, files: Mapping[str, bytes] = MappingProxyType({})) -> Site:
        """Make the site as far as it is not what it should be."""
        started, project = time.monotonic(), self.folders.project
        if not self._serves():
            self.end_sphinx()
            self.folders.recover()
        stamp = None if self.force else read_stamp(self.folders)
        stock = take_stock(project, self.known)  # what was known at the beginning is not read again
        if self._laid_out and not stock.looks_like(self._laid_out):
            self.end_sphinx()
        update = None if stamp is None else stock.update_since(stamp)
        state, pages = _Successor(self, stock, stamp, update, files).take_over()
        return Site(project.site / "index.html", state, pages, time.monotonic() - started)

    def sphinx(self, stamp: Stamp | None) -> Rendering:
        """What has begun, if it serves: it has read, or not, what it knew of the last build."""
        if self._sphinx is not None and self._from_nothing == (stamp is None):
            return self._sphinx
        self.end_sphinx()
        return self._begin_sphinx(stamp)

    def _serves(self) -> bool:
        """Whether what has begun is in its place: others may have built the book since."""
        return self._sphinx is not None and self.folders.has_begun(self._begun)

    def _begin_sphinx(self, stamp: Stamp | None) -> Rendering:
        self._begun = self.folders.begin_successor(None if stamp is None else stamp.files.keys())
        project, out = self.folders.project, self.folders.next
        doctrees = self.folders.next_doctrees
        sphinx = self._stack.enter_context(rendering(project, out, doctrees, jobs=self.jobs))
        self._sphinx, self._from_nothing = sphinx, stamp is None
        return sphinx

    @property
    def has_begun(self) -> bool:
        """Whether Sphinx knows the book as it stands."""
        return self._serves() and not self._from_nothing

    def show(self, document: str, out: Path) -> None:
        """Write one page ahead of the others, into a folder of its own.

        Where the book has begun; afterwards this one is good for other pages so shown, and for
        nothing else. Raises `BookError`.
        """
        if self._sphinx is not None:
            self._sphinx.show(document, out)

    def end_sphinx(self) -> None:
        self._sphinx = self._laid_out = None
        self._stack.close()


@dataclass(frozen=True)
class _Successor:
    """The site to be made in `.next`: what it is made of, and what is known of the present one.

    `update` says what to read again; without one the book is built from nothing.
    """

    book: BookBuild
    stock: Stock
    stamp: Stamp | None
    update: Update | None
    files: Mapping[str, bytes]

    @property
    def folders(self) -> SiteFolders:
        return self.book.folders

    @property
    def same_pages(self) -> bool:
        return self.stamp is not None and self.update is not None and not self.update.changed

    @property
    def same_files(self) -> bool:
        return self.stamp is not None and self.stamp.files == self._hashes

    @cached_property
    def _hashes(self) -> dict[str, str]:
        return {name: digest(content) for name, content in self.files.items()}

    def take_over(self) -> tuple[State, int]:
        """Make it and put it in the site's place, unless it is the same; how many pages are new."""
        styles = self.update.styles if self.update else frozenset[str]()
        if self.same_pages and self.same_files and not styles:
            return "unchanged", 0
        made = self._pages()
        if styles:
            restyle(self.folders.project, self.folders.next, styles, written=not self.same_pages)
        for name, content in self.files.items():
            self.folders.write_file(name, content)
        self.folders.stamp.unlink(missing_ok=True)  # from here until the end nothing is trusted
        self.folders.take_over()
        if not self.same_pages:
            self.folders.remember_successor()
        stamp = replace(made, files=self._hashes, styles=self.stock.styles)
        remember(self.folders.stamp, json.dumps(asdict(stamp)) + "\n")
        if self.update is None:
            return "built", len(made.pages)
        return "updated", len(self.update.changed)

    def _pages(self) -> Stamp:
        """The pages in `.next`: as they are, if none changed."""
        if self.stamp is None or not self.same_pages:
            return self._render()
        self.folders.copy_site(self.stamp.files.keys())
        return self.stamp

    def _render(self) -> Stamp:
        """Run Sphinx into `.next`, from nothing or from the present site."""
        folders, project = self.folders, self.folders.project
        check_contents(project)
        stamp = None if self.update is None else self.stamp
        env = self.book.sphinx(stamp).render(self.update)
        _drop_unused_images(folders, env)
        return Stamp(self.stock.pages(env), self.stock.rest, titles(env))


def _drop_unused_images(folders: SiteFolders, env: BuildEnvironment) -> None:
    """Figures of former pages would pile up, and an updated site differ from a new one."""
    used = {name for _, name in env.images.values()}
    for folder in (folders.next / "_images", folders.extracted):
        for path in files_below(folder):
            if path.name not in used:
                path.unlink()
