"""Pages to HTML: Sphinx, in this process, as Jupyter Book configures it; warnings are errors."""

from __future__ import annotations

import io
import json
import os
import re
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from analysis.book.extensions.citations import find_plugins_once, keep_citations
from analysis.book.extensions.metadata import SiteFacts, site_facts
from analysis.book.unused import (
    UNUSED_EXTENSIONS,
    UNUSED_MODULES,
    UNUSED_SETTINGS,
    is_ordinary,
)
from analysis.execution.markdown import escape_values
from analysis.execution.plan import Project
from analysis.execution.processes import die_with
from analysis.files.problems import Problem, Refused, ReviewError, no_room
from analysis.imports import deferred

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment

# In results/, what the prose names as {{ … }}: what the data say, and what follows from results.
SUBSTITUTIONS = "substitutions.json"
OF_RESULTS = "living.whats-new.json"
ENDED_EARLY = Problem(
    Path("book"), None, None, "a process of the book ended early: it was killed, or memory ran out"
)
# A process more costs as much as a dozen pages: it is forked, begins without what the first
# has at hand, and hands back all that Sphinx knows.
PAGES_FOR_TWO_PROCESSES = 16
CELL = 10_000  # myst-nb counts the lines of a notebook's third cell from 30 000

_ANSI = re.compile(r"\x1b\[[0-9;]*m")
_WARNING = re.compile(
    r"^(?:(?P<file>[^\s:][^:]*)(?::(?P<line>\d+))?: )?(?:WARNING|ERROR|CRITICAL|SEVERE): "
)


class BookError(ReviewError):
    """The site could not be built; `problems` says what is wrong, and where."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


@dataclass(frozen=True)
class Update:
    """What is to be read again of a book that was rendered before, and its titles then.

    `styles` are the book's own stylesheets that changed, from the root.
    """

    changed: frozenset[str]
    titles: Mapping[str, str]
    styles: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Rendering:
    """Sphinx at its beginning: it knows the configuration and its last build, and no page yet."""

    project: Project
    app: Sphinx
    said: io.StringIO

    def rehearse(self) -> None:
        """Load what the first notebook is read with: their schema, and who renders its outputs."""
        import nbformat
        from myst_nb.core.render import (  # type: ignore[import-untyped]
            load_mime_renders,
            load_renderer,
        )

        nbformat.validate(nbformat.v4.new_notebook())
        load_renderer("default")
        load_mime_renders()

    def lay_out(self) -> None:
        """Write the static files, which hang on no page; `render` takes them as they are."""
        builder = cast(Any, self.app.builder)
        with _faults(self.project, self.said):
            builder.prepare_writing(set())
            builder.copy_static_files()
            builder.copy_static_files = lambda: None

    def render(self, update: Update | None) -> BuildEnvironment:
        """Render `chapters/`, everything or an `update`; return what Sphinx knows of it.

        Raises `BookError` with every warning and error, `Refused` where there was no room.
        """
        with _faults(self.project, self.said):
            _substitute(self.app, self.project)
            if update is not None:
                _render_only(self.app, update)
            self.app.build()
        if complaints := _complaints(self.project, self.said.getvalue()):
            raise _error(complaints)
        return self.app.env

    def show(self, document: str, out: Path) -> None:
        """Render one page into `out`, as the others are; what Sphinx remembers stays apart.

        It knows more afterwards than it remembers, so nothing else may follow. Raises
        `BookError`.
        """
        from sphinx.util.build_phase import BuildPhase
        from sphinx.util.logging import pending_warnings

        app, builder = cast(Any, self.app), cast(Any, self.app.builder)
        with _faults(self.project, self.said):
            app.outdir = builder.outdir = type(app.outdir)(out)
            builder.images = {}
            builder.doctreedir = app.env.doctreedir = os.fspath(out / ".doctrees")
            _substitute(self.app, self.project)
            keep_citations(self.app, {document})
            app.phase = BuildPhase.READING
            with pending_warnings():
                builder._read_serial([document])
            app.events.emit("env-updated", app.env)
            app.events.emit("write-started", builder)
            builder.prepare_writing({document})
            builder._write_serial([document])
            builder.copy_image_files()
        if complaints := _complaints(self.project, self.said.getvalue()):
            raise _error(complaints)


@contextmanager
def rendering(project: Project, out: Path, doctrees: Path, *, jobs: int) -> Iterator[Rendering]:
    """Begin to render into `out`; `doctrees` is where Sphinx remembers its last build.

    Raises `BookError` for what is wrong before any page is read.
    """
    said = io.StringIO()
    with ExitStack() as stack:
        with _faults(project, said), ExitStack() as beginning:
            find_plugins_once()
            settings = _configuration(project)
            if is_ordinary(settings):
                beginning.enter_context(deferred(*UNUSED_MODULES))
            stack.enter_context(_sphinx_namespace(project))
            stack.enter_context(_processes_end_with_this_one())
            from sphinx.application import Sphinx

            app = Sphinx(
                srcdir=project.chapters,
                confdir=None,
                outdir=out,
                doctreedir=doctrees,
                buildername="html",
                confoverrides=settings,
                status=None,
                warning=said,
                warningiserror=True,
                keep_going=True,
                parallel=jobs,
            )
            _allow_parallel_reading(app)
            _compile_templates_once(app, doctrees.with_name(".templates"))
        yield Rendering(project, app, said)


@contextmanager
def _faults(project: Project, said: io.StringIO) -> Iterator[None]:
    """Sphinx's own errors, or whatever an extension stumbles over, after what it complained of."""
    try:
        yield
    except ReviewError:
        raise
    except Exception as error:
        problems = [*_complaints(project, said.getvalue()), _fault(project, error)]
        raise _error(problems) from error


def _error(problems: Sequence[Problem]) -> ReviewError:
    """What is wrong with the book; where there was no room for it, that alone, said once."""
    for problem in problems:
        if why := no_room(problem.message):
            return Refused(f"_build: {why}: the site could not be written, make room for it")
    return BookError(problems)


def titles(env: BuildEnvironment) -> dict[str, str]:
    """Document → title, as the navigation of every page shows it."""
    return {name: title.astext() for name, title in sorted(env.titles.items())}


def substitutions_files(project: Project) -> tuple[Path, ...]:
    """Where the values stand that prose may name as `{{ … }}`; written before the book is built."""
    return project.results / SUBSTITUTIONS, project.results / OF_RESULTS


def substitutions(project: Project) -> dict[str, Any]:
    """Those values, of both files; a file that is not there, or damaged, says nothing."""
    said: dict[str, Any] = {}
    for path in substitutions_files(project):
        with suppress(OSError, ValueError):
            content = json.loads(path.read_text(encoding="utf-8"))
            for name, value in content.items() if isinstance(content, dict) else ():
                known = said.get(name)
                if isinstance(value, dict) and isinstance(known, dict):
                    value = known | value
                said[name] = value
    return said


def facts_of_all_pages(project: Project) -> SiteFacts:
    """What those values say that every page repeats: name, address and status of the site."""
    return site_facts(substitutions(project))


def check_contents(project: Project) -> None:
    """Refuse a table of contents that is damaged or names a page nobody wrote."""
    from sphinx_external_toc.parsing import MalformedError, parse_toc_yaml
    from yaml import YAMLError

    file = Path("_toc.yml")
    try:
        listed = list(parse_toc_yaml(project.root / file))
    except (OSError, YAMLError, MalformedError) as error:
        raise BookError([Problem(file, None, None, _said(project, error))]) from error
    written = {
        path.relative_to(project.chapters).with_suffix("").as_posix()
        for path in project.chapters.rglob("*.*")
    }
    if absent := [name for name in listed if name not in written]:
        raise BookError(Problem(file, None, name, "there is no such page") for name in absent)


def _configuration(project: Project) -> dict[str, Any]:
    """What `jupyter-book build -n` would give Sphinx; raises `BookError`."""
    import yaml
    from jsonschema import ValidationError  # type: ignore[import-untyped]

    with deferred(*UNUSED_MODULES):
        from jupyter_book.config import get_final_config

    config = project.root / "_config.yml"
    overrides = {
        "external_toc_path": (project.root / "_toc.yml").as_posix(),
        "latex_individualpages": False,
        "nitpicky": True,
        "use_multitoc_numbering": False,
        "templates_path": ["_templates"],  # not the default: themes append to it, and it lives on
    }
    try:
        settings, _ = get_final_config(
            user_yaml=config,
            cli_config=overrides,
            sourcedir=project.chapters,
            raise_on_invalid=True,
        )
    except (OSError, yaml.YAMLError, ValidationError, ValueError) as error:
        raise BookError([Problem(Path(config.name), None, None, _said(project, error))]) from error
    settings["extensions"] = [
        name for name in settings["extensions"] if name not in UNUSED_EXTENSIONS
    ]
    return {name: value for name, value in settings.items() if name not in UNUSED_SETTINGS}


@contextmanager
def _sphinx_namespace(project: Project) -> Iterator[None]:
    """Undo what Sphinx does to docutils, and let its and its extensions' deprecations be."""
    from sphinx.util.docutils import docutils_namespace, patch_docutils

    with patch_docutils(str(project.chapters)), docutils_namespace(), warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        warnings.simplefilter("ignore", PendingDeprecationWarning)
        yield


@contextmanager
def _processes_end_with_this_one() -> Iterator[None]:
    """A killed build's would stay for ever: each waits for one that no longer listens."""
    from sphinx.util.parallel import ParallelTasks

    tasks: Any = ParallelTasks
    process, parent = tasks._process, os.getpid()

    def ending(*arguments: Any) -> None:
        die_with(parent)
        process(*arguments)

    tasks._process = ending
    try:
        yield
    finally:
        tasks._process = process


def _allow_parallel_reading(app: Sphinx) -> None:
    """Numbering the parts is all that cannot be read in parallel, and they are not numbered."""
    if numbering := app.extensions.get("sphinx_multitoc_numbering"):
        numbering.parallel_read_safe = True


def _compile_templates_once(app: Sphinx, folder: Path) -> None:
    """Keep the theme's templates compiled: each process that writes pages would do it again."""
    from jinja2 import FileSystemBytecodeCache

    folder.mkdir(parents=True, exist_ok=True)
    builder: Any = app.builder
    builder.templates.environment.bytecode_cache = FileSystemBytecodeCache(str(folder))


def _substitute(app: Sphinx, project: Project) -> None:
    """Give MyST the values past Sphinx's configuration: its changes have all pages read again."""
    if said := substitutions(project):
        env = cast(Any, app.env)
        env.site_facts = site_facts(said)
        # MyST parses a value as Markdown: text from the protocol must stay text there.
        env.myst_config.substitutions = escape_values(said)


def _render_only(app: Sphinx, update: Update) -> None:
    """Let content decide what is read again; then write whatever shows something of it.

    Sphinx writes the pages it has read. A changed title stands in the navigation of all,
    and a list of references gathers what any page may have begun or ceased to cite.
    """
    citations_stand = keep_citations(app, update.changed)
    jobs = app.parallel
    app.parallel = jobs if len(update.changed) >= PAGES_FOR_TWO_PROCESSES else 1

    def outdated(
        _app: Sphinx, _env: object, _new: set[str], _old: set[str], _gone: set[str]
    ) -> Any:
        return sorted(update.changed)

    def showing(_app: Sphinx, env: BuildEnvironment) -> Any:
        if titles(env) != update.titles:
            app.parallel = jobs
            return sorted(env.found_docs)
        if citations_stand():
            return []
        lists = env.domaindata.get("cite", {}).get("bibliographies", {})
        return sorted({key.docname for key in lists})

    app.connect("env-get-outdated", outdated)
    app.connect("env-updated", showing)


def _complaints(project: Project, said: str) -> list[Problem]:
    """Sphinx's warnings, each with its file and line, or its notebook and cell."""
    problems: list[Problem] = []
    for line in _ANSI.sub("", said).splitlines():
        if found := _WARNING.match(line):
            file, number, cell = Path("book"), None, None
            if found["file"]:
                file = Path(os.path.relpath(found["file"], project.root))
            if found["line"]:
                number = int(found["line"])
            if file.suffix == ".ipynb" and number is not None:
                cell, number = f"cell {number // CELL}", None
            problems.append(Problem(file, number, cell, line[found.end() :]))
        elif problems and line.strip():
            former = problems.pop()
            message = f"{former.message} {line.strip()}"
            problems.append(Problem(former.file, former.line, former.column, message))
    return problems


def _fault(project: Project, error: Exception) -> Problem:
    """What made Sphinx stop."""
    from sphinx.errors import SphinxError

    if isinstance(error, EOFError):  # nothing else that Sphinx reads ends before it should
        return ENDED_EARLY
    kind = "" if isinstance(error, SphinxError) else f"{type(error).__name__}: "
    return Problem(Path("book"), None, None, kind + _said(project, error))


def _said(project: Project, error: Exception) -> str:
    """An error's message on one line, with paths from the root."""
    message = str(getattr(error, "message", None) or error)
    return " ".join(_ANSI.sub("", message).replace(f"{project.root}{os.sep}", "").split())
