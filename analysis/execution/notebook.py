"""One notebook, executed by papermill and made fit to be a page.

What leaves here is the same bytes for the same inputs: no times, no paths, no random
cell ids. A notebook speaks to this module through what it displays:

- an image whose output metadata has `alt` (for the image's MIME type, as
  `display(..., metadata={"image/svg+xml": {"alt": text}})` writes it) gets that
  alternative text on the page; an image without one is refused;
- an output of MIME type `living.mime.RESULT_MIME` is the page's result: it leaves the
  notebook and is written to `results/`.
"""

from __future__ import annotations

import json
import logging
import re
import time
from collections.abc import Callable, Mapping
from contextlib import chdir, nullcontext
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analysis.execution.handover import RESULT_MIME
from analysis.execution.markdown import escape_markdown
from analysis.imports import deferred

if TYPE_CHECKING:
    from nbformat import NotebookNode

    from analysis.execution.kernel import Kernel

KERNEL = "python3"
DIED = "the kernel died: it crashed, was killed, or ran out of memory"
SECONDS_TO_START = 60

_ANSI = re.compile(r"\x1b\[[0-9;]*m")
_LINE_IN_CELL = re.compile(r"Cell In\[\d+\], line (\d+)")


@dataclass(frozen=True)
class Job:
    """What to execute, as plain data that travels to any process or machine.

    `template` is the notebook's text, `root` the working directory of its kernel,
    `timeout` the seconds the whole page may take; a page that is `alone` begins beside no other.
    """

    name: str
    template: str
    parameters: Mapping[str, str]
    root: str
    timeout: float
    alone: bool = False


@dataclass(frozen=True)
class Executed:
    """A page that succeeded: the notebook's text, its result, and what it said on stderr."""

    notebook: str
    result: str | None
    stderr: str
    seconds: float


@dataclass(frozen=True)
class Failed:
    """A page that did not: `cell` counts the template's cells from 1, `line` is its source."""

    error: str
    cell: int | None = None
    line: str = ""
    traceback: str = ""

    def __str__(self) -> str:
        place = "" if self.cell is None else f"cell {self.cell}"
        place += f" `{self.line}`" if self.line else ""
        return f"{place}: {self.error}" if place else self.error


class _Refused(Exception):
    """The notebook ran and its outputs may not become a page."""

    def __init__(self, cell: int | None, reason: str) -> None:
        super().__init__(reason)
        self.failed = Failed(reason, cell)


@dataclass
class _Clock:
    """The page's time limit, and the cell that is running when it strikes.

    `tell` hears before each cell what will have happened if the process ends in it.
    """

    deadline: float
    tell: Callable[[Failed], None]
    started: list[NotebookNode] = field(default_factory=list)

    def start(self, cell: NotebookNode, cell_index: int) -> None:
        if "injected-parameters" not in cell.metadata.get("tags", []):
            self.started.append(cell)
            self.tell(self.failed(DIED))

    def left(self, _cell: NotebookNode) -> int:
        return max(1, round(self.deadline - time.monotonic()))

    def failed(self, error: str, traceback: str = "") -> Failed:
        """The failure of the cell that started last."""
        if not self.started:
            return Failed(error, traceback=traceback)
        return Failed(
            error, len(self.started), _source_line(self.started[-1].source, traceback), traceback
        )


def execute_notebook(
    job: Job, kernel: Kernel | None = None, tell: Callable[[Failed], None] = lambda _: None
) -> Executed | Failed:
    """Execute one page; every way it can fail comes back as a `Failed`, named by its cell.

    Without a `kernel` papermill starts an ordinary one, in the job's root; the one that is
    given is this process, at work there already. It may end with the page: before each cell
    `tell` hears what will then have happened.
    """
    started = time.monotonic()
    clock = _Clock(started + job.timeout, tell)
    try:
        notebook = _run(job, clock, kernel)
        result, stderr = finish(notebook)
    except _Refused as refused:
        return refused.failed
    except Exception as error:
        return _explained(error, job, clock)
    return Executed(_text(notebook), result, stderr, time.monotonic() - started)


def _run(job: Job, clock: _Clock, kernel: Kernel | None) -> NotebookNode:
    import_papermill()
    from papermill.engines import papermill_engines
    from papermill.execute import raise_for_execution_errors

    notebook = _prepared(job)
    with nullcontext() if kernel else chdir(job.root):
        made = papermill_engines.execute_notebook_with_engine(
            None,
            notebook,
            KERNEL,
            progress_bar=False,
            autosave_cell_every=0,
            start_timeout=SECONDS_TO_START,
            timeout_func=clock.left,
            on_cell_start=clock.start,
            coalesce_streams=True,
            record_timing=False,
            extra_arguments=["--log-level=CRITICAL"],  # of an ordinary kernel
            km=kernel,
        )
    raise_for_execution_errors(made, None)
    return made


def _prepared(job: Job) -> NotebookNode:
    """The notebook with its parameters.

    What `papermill.execute_notebook` does too; it also writes and reads the notebook twice.
    """
    import nbformat
    from papermill.parameterize import parameterize_notebook

    notebook = nbformat.v4.upgrade(nbformat.reads(job.template, as_version=4))
    _check_parameters(notebook, job.parameters)
    _leave_out(notebook, job.parameters)
    _fill_in_headings(notebook, job.parameters)
    notebook.metadata.papermill = nbformat.from_dict({})
    for cell in notebook.cells:
        cell.metadata.setdefault("tags", [])
    given = dict(job.parameters)
    return parameterize_notebook(notebook, given, kernel_name=KERNEL) if given else notebook


@cache
def import_papermill() -> None:
    """Import what `execute_notebook` needs, at a time of the caller's choosing."""
    import nbformat

    with deferred("requests"):  # notebooks come from no other machine
        import papermill  # noqa: F401

    # What it logs of a failure is in the `Failed`; without a handler Python would print it.
    logging.getLogger("papermill").addHandler(logging.NullHandler())
    nbformat.reads(nbformat.writes(nbformat.v4.new_notebook()), as_version=4)  # compiles a schema


def _check_parameters(notebook: NotebookNode, parameters: Mapping[str, str]) -> None:
    """A parameter the template does not have would be set and silently not used."""
    from papermill.translators import PythonTranslator

    cells = [cell for cell in notebook.cells if "parameters" in cell.metadata.get("tags", [])]
    if parameters and not cells:
        raise _Refused(None, "the template has no cell tagged `parameters`")
    known = {found.name for cell in cells[:1] for found in PythonTranslator.inspect(cell)}
    if unknown := sorted(set(parameters) - known):
        raise _Refused(None, f"the template has no parameter {', '.join(unknown)}")


def _leave_out(notebook: NotebookNode, parameters: Mapping[str, str]) -> None:
    """Drop the cells that go `with` a parameter that is blank: a section this page has not."""
    notebook.cells = [
        cell for cell in notebook.cells if parameters.get(cell.metadata.get("with", ""), "-")
    ]


def _fill_in_headings(notebook: NotebookNode, parameters: Mapping[str, str]) -> None:
    """Put parameters where Markdown names them (`# {{ title }}`): Sphinx needs real headings."""
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            for name, value in parameters.items():
                cell.source = cell.source.replace(f"{{{{ {name} }}}}", escape_markdown(value))


def _explained(error: Exception, job: Job, clock: _Clock) -> Failed:
    from nbclient.exceptions import CellTimeoutError, DeadKernelError
    from papermill.exceptions import PapermillExecutionError

    match error:
        case PapermillExecutionError():
            traceback = _ANSI.sub("", "\n".join(error.traceback))
            return clock.failed(f"{error.ename}: {_ANSI.sub('', error.evalue)}", traceback)
        case CellTimeoutError() if time.monotonic() >= clock.deadline - 1:
            return clock.failed(f"the page took more than its {job.timeout:g} seconds")
        case DeadKernelError():
            return clock.failed(DIED)
        case _:
            return clock.failed(f"{type(error).__name__}: {error}")


def _source_line(source: str, traceback: str) -> str:
    """The line of the cell that the traceback points at, else its first line of code."""
    lines = source.splitlines()
    if found := _LINE_IN_CELL.search(traceback):
        number = int(found[1])
        if number <= len(lines):
            return lines[number - 1].strip()
    code = [line.strip() for line in lines if line.strip() and not line.lstrip().startswith("#")]
    return code[0] if code else ""


def finish(notebook: NotebookNode) -> tuple[str | None, str]:
    """Make the executed notebook a page, in place; return its result and its stderr."""
    results: list[str] = []
    stderr: list[str] = []
    for number, cell in enumerate(_without_injected(notebook), start=1):
        if cell.cell_type == "code":
            _finish_outputs(number, cell, results, stderr)
    if len(results) > 1:
        raise _Refused(None, f"the notebook publishes {len(results)} results; a page has one")
    _forget_the_run(notebook)
    return (results[0] if results else None), "".join(stderr)


def _without_injected(notebook: NotebookNode) -> list[NotebookNode]:
    return [
        cell
        for cell in notebook.cells
        if "injected-parameters" not in cell.metadata.get("tags", [])
    ]


def _finish_outputs(number: int, cell: NotebookNode, results: list[str], stderr: list[str]) -> None:
    kept, texts = [], set()
    for output in cell.outputs:
        data = output.get("data", {})
        if RESULT_MIME in data:
            results.append(_canonical(data[RESULT_MIME]))
        elif output.output_type == "stream" and output.name == "stderr":
            stderr.append(output.text)
        else:
            kept.append(output)
            if images := [mime for mime in data if mime.startswith("image/")]:
                texts.add(_alternative_text(number, output, images))
    if len(texts) > 1:
        raise _Refused(number, "shows images with different alternative texts; give each a cell")
    for text in texts:
        cell.metadata.setdefault("mystnb", {}).setdefault("image", {})["alt"] = text
    cell.outputs = kept


def _alternative_text(number: int, output: NotebookNode, images: list[str]) -> str:
    for mime in images:
        text = output.metadata.pop(mime, {}).get("alt", "")
        if text.strip():
            return " ".join(text.split())
    raise _Refused(number, "shows an image without alternative text")


def _forget_the_run(notebook: NotebookNode) -> None:
    """Leave nothing that differs between two runs of the same inputs."""
    notebook.metadata.pop("papermill", None)
    notebook.metadata.get("language_info", {}).pop("version", None)
    for index, cell in enumerate(notebook.cells):
        cell.metadata.pop("papermill", None)
        cell.metadata.pop("execution", None)
        cell.id = f"cell-{index}"
        if "injected-parameters" in cell.metadata.get("tags", []):
            cell.metadata.tags = ["injected-parameters", "remove-cell"]


def _canonical(value: Any) -> str:
    """Sorted, indented JSON; a published result may be an object or its JSON text."""
    content = json.loads(value) if isinstance(value, str) else value
    return json.dumps(content, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def _text(notebook: NotebookNode) -> str:
    import nbformat

    return str(nbformat.writes(notebook)) + "\n"


def read_template(path: Path) -> str:
    """The notebook's text; raises `OSError` where it cannot be read."""
    return path.read_text(encoding="utf-8")
