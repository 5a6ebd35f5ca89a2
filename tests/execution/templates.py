"""Small notebooks and projects to execute and build in tests."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from analysis.execution.handover import RESULT_MIME
from analysis.execution.notebook import Job
from analysis.execution.plan import Page, Project

PARAMETERS = ["parameters", "remove-cell"]

FIGURE = """\
from IPython.display import display
svg = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><title>{0}</title></svg>'
display({{"image/svg+xml": svg}}, raw=True, metadata={{"image/svg+xml": {{"alt": "{0}"}}}})
"""


def notebook(*cells: str, parameters: str | None = None) -> str:
    """A notebook's text: a heading, a parameters cell if there is one, then code cells."""
    made = [new_markdown_cell("# A page")]
    if parameters is not None:
        made.append(new_code_cell(parameters, metadata={"tags": PARAMETERS}))
    made += [new_code_cell(source) for source in cells]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return str(nbformat.writes(new_notebook(cells=made, metadata={"kernelspec": kernel})))


def publishing(expression: str) -> str:
    """The source of a cell that publishes the value of an expression as the page's result."""
    return (
        "from IPython.display import display\n"
        f"display({{{RESULT_MIME!r}: {expression}}}, raw=True, metadata={{}})"
    )


def job(text: str, root: Path, timeout: float = 60, **parameters: str) -> Job:
    return Job("page", text, parameters, str(root), timeout)


def outputs(text: str, cell: int) -> list[Any]:
    """The outputs of an executed notebook's cell, counted as in the file from 0."""
    return list(nbformat.reads(text, as_version=4).cells[cell].outputs)


def printed(text: str) -> str:
    """Everything an executed notebook has printed."""
    cells = nbformat.reads(text, as_version=4).cells
    streams = [output for cell in cells for output in cell.get("outputs", [])]
    return "".join(output.text for output in streams if output.output_type == "stream")


def write(project: Project, path: str, text: str) -> None:
    """Write a file of a project, with the folders it is in."""
    file = project.root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")


def page(
    project: Project,
    name: str,
    text: str,
    needs: tuple[str, ...] = (),
    parameters: Mapping[str, str] | None = None,
) -> Page:
    """Write the template into the project and plan its page."""
    template = Path("analysis/notebooks") / f"{name}.ipynb"
    (project.root / template).parent.mkdir(parents=True, exist_ok=True)
    (project.root / template).write_text(text, encoding="utf-8")
    return Page(name, template, Path(f"effects/{name}.ipynb"), dict(parameters or {}), needs)
