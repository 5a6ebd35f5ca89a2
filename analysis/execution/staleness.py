"""What a page was made from, part by part: what changed says which pages are stale, and why."""

from __future__ import annotations

import ast
import json
import platform
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from functools import cached_property, partial
from operator import attrgetter
from pathlib import Path
from typing import Literal

from pydantic import TypeAdapter

from analysis.execution.excerpts import KnownExcerpts
from analysis.execution.plan import Page, Project
from analysis.execution.states import States, states
from analysis.files.digests import digest
from analysis.files.folder import plain_files
from analysis.files.known_files import KnownFiles
from analysis.files.remembered import recall, remember

Parts = Mapping[str, str]
"""The inputs of a page: what each is, in a person's words, and the hash of its content."""

RECORD = ".pages"  # in results/, a file a page: a page is remembered without the others
PACKAGE = "analysis"
NAMED_IN_A_REASON = 3
# Written into every page whatever its notebook imports: the page's last step.
FINISHING = f"{PACKAGE}.execution.notebook"

_IMPORT = re.compile(r"^[ \t]*((?:from|import)[ \t][^#\n(]*(?:\([^)]*\))?)", re.MULTILINE)
_IMPORT_WITHIN_LINE = re.compile(r"[;:][ \t]*(?:from|import)[ \t]")


@dataclass(frozen=True)
class Inputs:
    """Reads what pages depend on; each file is read and each module parsed once.

    `reads` narrows the data a page depends on: page name → parts that stand in place of
    the whole `data/` folder, for example `outcomes.csv: rows trial-2013.mood.post.1`; and a
    name among those that a page reads → what stands in place of a file of that name.
    `since` are the states of data and code before anything was read of them, `known` is what a
    process that stays has found in files.
    """

    project: Project
    reads: Mapping[str, Parts] = field(default_factory=dict)
    since: States | None = None
    known: KnownFiles = field(default_factory=KnownFiles, repr=False)
    _digests: dict[Path, str | None] = field(default_factory=dict, repr=False)
    _imports: dict[Path, frozenset[str]] = field(default_factory=dict, repr=False)
    _code: dict[Path, tuple[Path, ...]] = field(default_factory=dict, repr=False)
    _shared: dict[Path, Parts] = field(default_factory=dict, repr=False)
    _module_files: dict[str, Path | None] = field(default_factory=dict, repr=False)
    _leads_to: dict[str, tuple[str, ...]] = field(default_factory=dict, repr=False)

    def afresh(self, since: States) -> Inputs:
        """All files as they are now; what is known of them is found out again where they changed.

        What code imports holds as long as all code is the same.
        """
        changed = since.items() ^ (self.since or {}).items()
        if self.since is None or any(name.startswith(f"{PACKAGE}/") for name, _ in changed):
            return Inputs(self.project, since=since, known=self.known)
        return Inputs(
            self.project,
            since=since,
            known=self.known,
            _imports=dict(self._imports),
            _code=dict(self._code),
            _module_files=dict(self._module_files),
            _leads_to=dict(self._leads_to),
        )

    def of(self, page: Page) -> dict[str, str]:
        """Every part of the page's fingerprint, in the order a person would look."""
        parts = {f"parameters of {page.name}": digest(_canonical(dict(page.parameters)))}
        parts |= self.files([page.template])
        parts |= self._data_of(page)
        parts |= self._of_needs(page)
        parts |= self._of_code(page.template)
        parts |= self.files(map(Path, (*page.hands_on, "requirements.txt")))
        parts["Python"] = digest(platform.python_version().encode())
        return parts

    def _of_needs(self, page: Page) -> Parts:
        """The results that the page reads, or what it reads of each."""
        files = self.files(Path("results") / f"{need}.json" for need in page.needs)
        if page.excerpt is None:
            return files
        return {
            f"what it shows of {name}": self.excerpts.digest_of(
                Path(name).name, whole, page.excerpt
            )
            for name, whole in files.items()
        }

    @cached_property
    def excerpts(self) -> KnownExcerpts:
        return KnownExcerpts(self.project.results)

    def _of_code(self, template: Path) -> Parts:
        if template not in self._shared:
            self._shared[template] = self.files(self.code(template))
        return self._shared[template]

    def _data_of(self, page: Page) -> Parts:
        """What the page reads of `data/`, as narrowly as it is known."""
        if page.name in self.reads:
            return self.reads[page.name]
        if not page.reads:
            return self.data()
        parts: dict[str, str] = {}
        for name in page.reads:
            parts |= self.reads[name] if name in self.reads else self._below_data(name)
        return parts

    def _below_data(self, name: str) -> Parts:
        """A file of `data/`, or all of a folder; what is hidden there is nobody's data."""
        path = self.project.data / name
        paths = plain_files(path) if path.is_dir() else (path,)
        root = self.project.root
        return self.files(p.relative_to(root) for p in paths if not p.name.startswith("."))

    def data(self) -> Parts:
        """All files of `data/`: what a page reads when nothing narrower is known.

        A hidden file is nobody's data: a lock, a file half written, what an editor left.
        EvidenceError where something there is no plain file.
        """
        root, data = self.project.root, self.project.data
        if data not in self._shared:
            shown = (path for path in plain_files(data) if not path.name.startswith("."))
            self._shared[data] = self.files(path.relative_to(root) for path in shown)
        return self._shared[data]

    def changed(self) -> list[str]:
        """The files of data and code that changed since, though they may be again as they were."""
        if self.since is None:
            return []
        now = states(self.project)
        return sorted({name for name, _ in self.since.items() ^ now.items()})

    def files(self, paths: Iterable[Path]) -> dict[str, str]:
        """Path from the root → hash, without the files that are not there."""
        found = {path.as_posix(): self._digest(path) for path in paths}
        return {name: value for name, value in found.items() if value is not None}

    def code(self, template: Path) -> tuple[Path, ...]:
        """The modules of `analysis/` a notebook reaches by its imports, wherever they stand."""
        if template not in self._code:
            reached = set(self.reached([*self.imports(template), FINISHING]))
            self._code[template] = tuple(sorted(reached, key=attrgetter("parts")))
        return self._code[template]

    def reached(self, modules: Iterable[str]) -> Iterator[Path]:
        """The files of these modules and of all that they import, as far as they are ours."""
        met: set[str] = set()
        waiting = list(modules)
        while waiting:
            name = waiting.pop()
            if name not in met and (path := self._module_file(name)):
                yield path
                waiting += self._next(name, path)
            met.add(name)

    def _next(self, name: str, path: Path) -> tuple[str, ...]:
        """Our own modules that a module has imported."""
        if name not in self._leads_to:
            named = {*_parents(name), *self.imports(path)}
            self._leads_to[name] = tuple(filter(self._module_file, named))
        return self._leads_to[name]

    def forget_results(self) -> None:
        """Read `results/` anew: pages executed since may have changed it."""
        for path in [path for path in self._digests if path.parts[0] == "results"]:
            del self._digests[path]

    def _digest(self, path: Path) -> str | None:
        if path not in self._digests:
            file = self.project.root / path
            self._digests[path] = (
                self.known.of(file, digest, lambda: digest(file.read_bytes()))
                if file.is_file()
                else None
            )
        return self._digests[path]

    def imports(self, path: Path) -> frozenset[str]:
        """What a module or a notebook itself imports, wherever the import stands in it."""
        if path not in self._imports:
            file = self.project.root / path
            self._imports[path] = (
                self.known.of(file, "imports", lambda: frozenset(_imports(_source(file), path)))
                if file.is_file()
                else frozenset()
            )
        return self._imports[path]

    def _module_file(self, name: str) -> Path | None:
        if name.partition(".")[0] != PACKAGE:
            return None
        if name not in self._module_files:
            stem = name.replace(".", "/")
            paths = (Path(f"{stem}.py"), Path(f"{stem}/__init__.py"))
            found = (path for path in paths if (self.project.root / path).is_file())
            self._module_files[name] = next(found, None)
        return self._module_files[name]


def _parents(name: str) -> list[str]:
    """The packages around a module: Python runs their `__init__.py` first."""
    parts = name.split(".")
    return [".".join(parts[:end]) for end in range(1, len(parts))]


def _source(file: Path) -> str:
    """The Python of a module, or of a notebook's code cells without IPython's own commands."""
    text = file.read_text(encoding="utf-8")
    if file.suffix != ".ipynb":
        return text
    cells = [cell for cell in json.loads(text)["cells"] if cell["cell_type"] == "code"]
    lines = "\n".join("".join(cell["source"]) for cell in cells).splitlines()
    return "\n".join("pass" if line.startswith(("%", "!")) else line for line in lines)


def _imports(source: str, path: Path) -> Iterator[str]:
    """The modules a source imports.

    Only lines that begin with an import are parsed, a tenth of the work; where an import
    stands elsewhere, or such a line is not Python by itself (prose, half a statement),
    everything is.
    """
    try:
        if not _IMPORT_WITHIN_LINE.search(source):
            statements = "\n".join(found[1] for found in _IMPORT.finditer(source))
            return _named(ast.parse(statements).body, path)
    except SyntaxError:
        pass
    try:
        return _named(ast.walk(ast.parse(source)), path)
    except SyntaxError:  # executing it will say so, with the cell and the line
        return iter(())


def _named(nodes: Iterable[ast.AST], path: Path) -> Iterator[str]:
    """What import statements name; `from a import b` may mean the module `a.b`, so both."""
    package = path.with_suffix("").parts[:-1]
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            name = ".".join([*base, *([node.module] if node.module else [])])
            yield name
            yield from (f"{name}.{alias.name}" for alias in node.names)


def _canonical(value: object) -> bytes:
    return json.dumps(value, sort_keys=True, ensure_ascii=False).encode()


@dataclass(frozen=True)
class Made:
    """What is remembered of a page: its inputs, its outputs, and how long it took."""

    inputs: Parts
    outputs: Parts
    seconds: float


@dataclass(frozen=True)
class _Remembered(Made):
    """What is remembered, in the form that this program reads."""

    schema_version: Literal[1] = 1


_REMEMBERED = TypeAdapter(_Remembered)


def code_version(made: Made) -> str:
    """One hash for all the code a page was made by: its notebook and every module it reaches."""
    code = {name: found for name, found in made.inputs.items() if name.startswith(f"{PACKAGE}/")}
    return digest(_canonical(code))


def made_with(project: Project) -> str:
    """One hash for all code, its packages and Python: of the same they make the same."""
    everything = (path for path in project.package.rglob("*") if path.suffix in (".py", ".ipynb"))
    code = sorted(path.relative_to(project.root) for path in everything)
    parts = Inputs(project).files([*code, Path("requirements.txt")])
    return digest(_canonical(parts | {"Python": platform.python_version()}))


def read_record(project: Project, known: KnownFiles | None = None) -> dict[str, Made]:
    """What the last builds made, by page, without pages of which it cannot be read."""
    files, record = known or KnownFiles(), {}
    for path in sorted((project.results / RECORD).glob("[!.]*.json")):
        if path.is_file() and (made := files.of(path, Made, partial(_recalled, path))):
            record[path.stem] = made
    return record


def _recalled(path: Path) -> Made | None:
    found = recall(path, _REMEMBERED)
    return Made(found.inputs, found.outputs, found.seconds) if found else None


def remember_page(project: Project, page: str, made: Made) -> None:
    """Write down what was made, for the next build; atomic."""
    file = _record_file(project, page)
    if file.parent.is_file():
        file.parent.unlink()
    known = _Remembered(made.inputs, made.outputs, made.seconds)
    text = json.dumps(asdict(known), ensure_ascii=False)
    remember(file, text + "\n")


def forget(project: Project, page: str) -> None:
    """Remember nothing of a page."""
    _record_file(project, page).unlink(missing_ok=True)


def _record_file(project: Project, page: str) -> Path:
    return project.results / RECORD / f"{page}.json"


def output_paths(page: Page) -> tuple[Path, Path]:
    """The two files a page makes, from the root: itself, and its result if it publishes one."""
    return Path("chapters") / page.target, Path("results") / page.result


def outputs(page: Page, project: Project, known: KnownFiles | None = None) -> dict[str, str]:
    """The files a page has made, with their hashes; without those that are not there."""
    return Inputs(project, known=known or KnownFiles()).files(output_paths(page))


def stale_because(page: Page, inputs: Inputs, made: Made | None) -> str | None:
    """Why a page must be executed, in one line; `None` where it is up to date."""
    if made is None:
        return "it has not been executed yet"
    if reason := _difference(made.inputs, inputs.of(page)):
        return reason
    return _difference(made.outputs, outputs(page, inputs.project, inputs.known))


def _difference(before: Parts, now: Parts) -> str | None:
    """What differs between two fingerprints, the first few by name."""
    changed = [f"{name} changed" for name in now if name in before and before[name] != now[name]]
    changed += [f"{name} is new" for name in now if name not in before]
    changed += [f"{name} is gone" for name in before if name not in now]
    if not changed:
        return None
    more = len(changed) - NAMED_IN_A_REASON
    named = changed[:NAMED_IN_A_REASON] + ([f"{more} more"] if more > 0 else [])
    return ", ".join(named)
