"""From pages to a site: Jupyter Book's Sphinx, warnings as errors, the last good site kept.

Sphinx (`rendering`) writes into a copy of the site that takes the site's place only if
there was nothing to complain of. What changed is decided by content, never by clock: an
unchanged book is not built, a changed page is read again with the pages that depend on
it, and anything else (configuration, table of contents, styles, versions) means a build
from nothing.
"""

from __future__ import annotations

import ctypes
import json
import os
import platform
import shutil
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

from analysis.book.rendering import SUBSTITUTIONS as SUBSTITUTIONS
from analysis.book.rendering import (
    BookError,
    Rendering,
    Update,
    check_contents,
    facts_of_all_pages,
    rendering,
    substitutions_file,
    titles,
)
from analysis.execution.plan import Project
from analysis.files.digests import digest
from analysis.files.writing import write_atomically

if TYPE_CHECKING:
    from sphinx.environment import BuildEnvironment

SOURCES = {".md", ".ipynb"}
SITE_CODE = (
    "book/site.py",
    "book/rendering.py",
    "book/extensions/citations.py",
    "book/extensions/mathml.py",
    "book/extensions/metadata.py",
    "book/extensions/navigation.py",
    "book/extensions/terms.py",
    "book/extensions/trimming.py",
    "execution/markdown.py",
    "execution/processes.py",
)
BESIDE_THE_CHAPTERS = ("_config.yml", "_toc.yml", "references.bib", "requirements.txt")


@dataclass(frozen=True)
class Site:
    """A site that stands: `state` says whether it was built, mended or left alone."""

    index: Path
    state: Literal["built", "updated", "unchanged"]
    pages: int
    seconds: float


@dataclass(frozen=True)
class Stamp:
    """What a site was built from: the hashes of its pages' files, and of everything else.

    `pages` maps a document to the files it is made of; `titles` are what the other
    pages' navigation shows of it, `files` the hashes of the files that are no pages.
    """

    pages: Mapping[str, Mapping[str, str]]
    rest: Mapping[str, str]
    titles: Mapping[str, str]
    files: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class _Folders:
    """The folders of `_build/`: the site, its successor, and what Sphinx remembers."""

    project: Project

    @property
    def next(self) -> Path:
        return self.project.build / ".next"

    @property
    def last(self) -> Path:
        return self.project.build / ".last"

    @property
    def doctrees(self) -> Path:
        return self.project.build / ".doctrees"

    @property
    def stamp(self) -> Path:
        return self.project.build / ".site.json"


@dataclass
class Prepared:
    """Sphinx, to be begun before it is known what it will be asked: `take` it, or forget it."""

    folders: _Folders
    force: bool
    jobs: int
    from_nothing: bool = False
    _begun: Rendering | None = None
    _stack: ExitStack = field(default_factory=ExitStack)

    def begin(self) -> None:
        """At a time that is free."""
        _recover(self.folders)
        self.from_nothing = self.force or _read_stamp(self.folders) is None
        if self.from_nothing:
            _forget_last_build(self.folders)
        with suppress(BookError):  # it is met again where somebody waits for it
            self._begun = self._stack.enter_context(_begin(self.folders, self.jobs))

    def take(self, update: Update | None) -> Rendering | None:
        """What has begun, if it serves: Sphinx has read, or not, what it knew of the last build."""
        if self._begun is not None and self.from_nothing == (update is None):
            return self._begun
        self.close()
        return None

    @property
    def begun(self) -> bool:
        return self._begun is not None

    def close(self) -> None:
        self._begun = None
        self._stack.close()


@contextmanager
def prepared_book(project: Project, *, force: bool = False, jobs: int = 1) -> Iterator[Prepared]:
    """What may be begun of that which `build_book` will do with the same arguments."""
    folders = _Folders(project)
    prepared = Prepared(folders, force, jobs)
    try:
        yield prepared
    finally:
        prepared.close()
        shutil.rmtree(folders.next, ignore_errors=True)


def build_book(
    project: Project,
    *,
    force: bool = False,
    jobs: int = 1,
    files: Mapping[str, bytes] = MappingProxyType({}),
    prepared: Prepared | None = None,
) -> Site:
    """Bring `_build/html` up to date with `chapters/`; the old site stays if that fails.

    `jobs` is the number of processes that read and write pages, `files` what the site has
    besides pages: where in it → content. Raises `rendering.BookError` with every warning
    and error Sphinx gave.
    """
    started = time.monotonic()
    folders = _Folders(project)
    if prepared is None or not prepared.begun:
        _recover(folders)
    stamp = None if force else _read_stamp(folders)
    update = None if stamp is None else _update(project, stamp)
    successor = _Successor(folders, stamp, update, files, prepared, jobs)
    if successor.same_pages and successor.same_files:
        return _site(project, "unchanged", 0, started)
    folders.stamp.unlink(missing_ok=True)  # from here until the end there is no trusted state
    try:
        new = successor.make()
        _take_over(folders)
    finally:
        shutil.rmtree(folders.next, ignore_errors=True)
    write_atomically(folders.stamp, json.dumps(asdict(new)) + "\n")
    if update is None:
        return _site(project, "built", len(new.pages), started)
    return _site(project, "updated", len(update.changed), started)


@dataclass(frozen=True)
class _Successor:
    """The site to be made in `.next`: what it is made of, and what is known of the present one.

    `update` says what to read again; without one the book is built from nothing.
    """

    folders: _Folders
    stamp: Stamp | None
    update: Update | None
    files: Mapping[str, bytes]
    prepared: Prepared | None
    jobs: int

    @property
    def same_pages(self) -> bool:
        return self.update is not None and not self.update.changed

    @property
    def same_files(self) -> bool:
        return self.stamp is not None and self.stamp.files == self._hashes

    @cached_property
    def _hashes(self) -> dict[str, str]:
        return {name: digest(content) for name, content in self.files.items()}

    def make(self) -> Stamp:
        """Sphinx the pages, if any changed, then the other files."""
        made = self._pages()
        self._write_files()
        return replace(made, files=self._hashes)

    def _pages(self) -> Stamp:
        """The pages in `.next`: as they are, if none changed."""
        if self.stamp is None or not self.same_pages:
            return self._render()
        shutil.copytree(self.folders.project.site, self.folders.next, dirs_exist_ok=True)
        return self.stamp

    def _render(self) -> Stamp:
        """Run Sphinx into `.next`, from nothing or from the present site."""
        folders, project = self.folders, self.folders.project
        rest, sources = _rest(project), _digests(project, _sources(project).values())
        check_contents(project)
        with ExitStack() as stack:
            begun = self.prepared.take(self.update) if self.prepared else None
            if begun is None:
                if self.update is None:
                    _forget_last_build(folders)
                begun = stack.enter_context(_begin(folders, self.jobs))
            if self.update is not None:
                # Sphinx writes these anew each time, and must: it decides by their presence.
                made_anew = shutil.ignore_patterns("_static", "_downloads")
                shutil.copytree(project.site, folders.next, ignore=made_anew, dirs_exist_ok=True)
            env = begun.render(self.update)
        _drop_unused_images(folders, env)
        _drop_unused_words(folders.next / "searchindex.js")
        pages = {
            name: files | _as_read(files, sources) for name, files in _pages(project, env).items()
        }
        return Stamp(pages, rest, titles(env))

    def _write_files(self) -> None:
        """Write the files that are no pages, in place of the former ones."""
        for name in self.stamp.files if self.stamp else ():
            (self.folders.next / name).unlink(missing_ok=True)
        for name, content in self.files.items():
            (self.folders.next / name).parent.mkdir(parents=True, exist_ok=True)
            (self.folders.next / name).write_bytes(content)


def _site(
    project: Project, state: Literal["built", "updated", "unchanged"], pages: int, started: float
) -> Site:
    return Site(project.site / "index.html", state, pages, time.monotonic() - started)


def _recover(folders: _Folders) -> None:
    """Undo what a killed build left: half a successor, or a site moved out of its place."""
    site = folders.project.site
    if folders.last.exists() and not site.exists():
        folders.last.rename(site)
    shutil.rmtree(folders.last, ignore_errors=True)
    shutil.rmtree(folders.next, ignore_errors=True)


def _take_over(folders: _Folders) -> None:
    """Put the new site in the old one's place, in one step where the system has one."""
    site = folders.project.site
    if not site.exists():
        folders.next.rename(site)
    elif not _exchange(folders.next, site):
        site.rename(folders.last)
        folders.next.rename(site)
        shutil.rmtree(folders.last)


def _exchange(one: Path, other: Path) -> bool:
    """Swap two directories atomically (Linux's renameat2); `False` where it cannot be done."""
    here, exchange = -100, 2  # AT_FDCWD and RENAME_EXCHANGE of <linux/fs.h>
    try:
        renameat2 = ctypes.CDLL(None, use_errno=True).renameat2
    except (AttributeError, OSError, TypeError):
        return False
    return renameat2(here, os.fsencode(one), here, os.fsencode(other), exchange) == 0


def _read_stamp(folders: _Folders) -> Stamp | None:
    """The last build's stamp; `None` where it or what it speaks of cannot be trusted."""
    try:
        stamp = Stamp(**json.loads(folders.stamp.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None
    whole = folders.doctrees.is_dir() and (folders.project.site / "index.html").is_file()
    return stamp if whole else None


def _update(project: Project, stamp: Stamp) -> Update | None:
    """The documents to read again; `None` if the whole book is to be built from nothing."""
    if set(stamp.pages) != set(_sources(project)) or stamp.rest != _rest(project):
        return None
    changed = {
        name for name, files in stamp.pages.items() if files != _digests(project, files.keys())
    }
    return Update(frozenset(changed), stamp.titles)


def _sources(project: Project) -> dict[str, str]:
    """Document name → its file, from the root: what Sphinx would find below `chapters/`."""
    return {
        path.relative_to(project.chapters).with_suffix("").as_posix(): _from_root(project, path)
        for path in _files(project.chapters)
        if path.suffix in SOURCES
    }


def _rest(project: Project) -> dict[str, str]:
    """Whatever shapes all pages: configuration, contents, styles, images, code, versions."""
    package = Path(__file__).parents[1]
    shared = [_from_root(project, p) for p in _files(project.chapters) if p.suffix not in SOURCES]
    return {
        **_digests(project, [*BESIDE_THE_CHAPTERS, *shared, *_glossaries(project)]),
        **{name: digest((package / name).read_bytes()) for name in SITE_CODE},
        "what all pages say": json.dumps(asdict(facts_of_all_pages(project))),
        "Python": platform.python_version(),
    }


def _glossaries(project: Project) -> list[str]:
    """The pages whose terms all other pages link to."""
    return [
        path
        for path in _sources(project).values()
        if path.endswith(".md")
        and "{glossary}" in (project.root / path).read_text(encoding="utf-8")
    ]


def _files(folder: Path) -> list[Path]:
    """Every file below a folder, without hidden ones."""
    return sorted(
        path
        for path in folder.rglob("*")
        if path.is_file() and not any(p.startswith(".") for p in path.relative_to(folder).parts)
    )


def _digests(project: Project, paths: Iterable[str]) -> dict[str, str]:
    return {
        path: digest((project.root / path).read_bytes())
        for path in paths
        if (project.root / path).is_file()
    }


def _from_root(project: Project, path: Path) -> str:
    return Path(os.path.relpath(path, project.root)).as_posix()


def _begin(folders: _Folders, jobs: int) -> AbstractContextManager[Rendering]:
    folders.next.mkdir(parents=True, exist_ok=True)
    return rendering(folders.project, folders.next, folders.doctrees, jobs=jobs)


def _forget_last_build(folders: _Folders) -> None:
    """Leave Sphinx nothing to remember, nor anybody to trust."""
    folders.stamp.unlink(missing_ok=True)
    for remembered in (folders.doctrees, folders.project.build / "jupyter_execute"):
        shutil.rmtree(remembered, ignore_errors=True)


def _as_read(files: Iterable[str], sources: Mapping[str, str]) -> dict[str, str]:
    """The hashes of before the build: a page edited meanwhile is read again next time."""
    return {path: sources[path] for path in files if path in sources}


def _pages(project: Project, env: BuildEnvironment) -> dict[str, dict[str, str]]:
    """Each document's files: its source, what it includes, names and offers to download."""
    files = {name: {path} for name, path in _sources(project).items()}
    values = _from_root(project, substitutions_file(project))
    for name, path in _sources(project).items():
        if "{{" in (project.root / path).read_text(encoding="utf-8"):
            files[name].add(values)
    for name, paths in env.dependencies.items():
        files[name] |= {_from_root(project, project.chapters / path) for path in paths}
    for path, (names, _) in env.dlfiles.items():
        for name in names:
            files[name].add(_from_root(project, project.chapters / path))
    return {name: _digests(project, sorted(paths)) for name, paths in sorted(files.items())}


def _drop_unused_images(folders: _Folders, env: BuildEnvironment) -> None:
    """Figures of former pages would pile up, and an updated site differ from a new one."""
    used = {name for _, name in env.images.values()}
    for folder in (folders.next / "_images", folders.project.build / "jupyter_execute"):
        for path in _files(folder):
            if path.name not in used:
                path.unlink()


def _drop_unused_words(index: Path) -> None:
    """Words that no page has any more stay in Sphinx's search index, with no page to show."""
    call, _, rest = index.read_text(encoding="utf-8").partition("(")
    content = json.loads(rest.removesuffix(")"))
    for words in ("terms", "titleterms"):
        content[words] = {word: pages for word, pages in content[words].items() if pages != []}
    text = json.dumps(content, separators=(",", ":"), sort_keys=True, ensure_ascii=False)
    index.write_text(f"{call}({text})", encoding="utf-8")
