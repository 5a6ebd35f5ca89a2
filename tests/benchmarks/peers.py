"""The same pages made by others: Jupyter Book's own execution, papermill, R Markdown."""

from __future__ import annotations

import csv
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import nbformat
import yaml

from analysis.book.rendering import substitutions
from analysis.execution.notebook import escape_markdown
from analysis.execution.plan import Page, Project
from analysis.protocol import load_protocol

HERE = Path(__file__).parent
SECONDS_PER_CELL = 300
JUPYTER_BOOK = str(Path(sys.executable).with_name("jupyter-book"))


def plain_book(project: Project, pages: Sequence[Page], folder: Path, execute: str) -> list[str]:
    """Write the book as Jupyter Book alone would have it; the command that builds it.

    The pages become ordinary notebooks with their parameters set and without outputs;
    they find `analysis` and `results/` in `project`. `execute` is Jupyter Book's setting
    `execute_notebooks`.
    """
    generated = shutil.ignore_patterns("*.ipynb", "_templates")
    shutil.copytree(project.chapters, folder / "chapters", ignore=generated)
    shutil.copy2(project.root / "references.bib", folder)
    shutil.copy2(project.root / "_toc.yml", folder)
    for page in pages:
        target = folder / "chapters" / page.target
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(nbformat.writes(_plain(project, page)), encoding="utf-8")
    config = folder / "_config.yml"
    config.write_text(yaml.safe_dump(_config(project, execute)), encoding="utf-8")
    return [
        *(JUPYTER_BOOK, "build", str(folder / "chapters"), "-q"),
        *("--config", str(config), "--toc", str(folder / "_toc.yml")),
        *("--path-output", str(folder)),
    ]


def _plain(project: Project, page: Page) -> nbformat.NotebookNode:
    notebook = nbformat.read(project.root / page.template, as_version=4)
    for cell in notebook.cells:
        if "parameters" in cell.metadata.get("tags", []):
            cell.source = "\n".join(
                f"{name} = {value!r}" for name, value in page.parameters.items()
            )
        elif cell.cell_type == "markdown":
            for name, value in page.parameters.items():
                cell.source = cell.source.replace(f"{{{{ {name} }}}}", escape_markdown(value))
    return notebook


def _config(project: Project, execute: str) -> dict[str, object]:
    """Our configuration, as far as it is Jupyter Book's own."""
    ours = yaml.safe_load((project.root / "_config.yml").read_text(encoding="utf-8"))
    values = substitutions(project)
    return {
        "title": ours["title"],
        "author": ours["author"],
        "only_build_toc_files": True,
        "execute": {"execute_notebooks": execute, "timeout": SECONDS_PER_CELL},
        "parse": {**ours["parse"], "myst_substitutions": values},
        "bibtex_bibfiles": ours["bibtex_bibfiles"],
        "sphinx": {"config": {"bibtex_reference_style": "author_year"}},
    }


def failed_notebooks(folder: Path) -> list[str]:
    """The notebooks that Jupyter Book could not execute: it reports them and goes on."""
    return sorted(path.name for path in (folder / "_build").rglob("*.err.log"))


PAPERMILL = """\
import sys, json, papermill
for page in json.load(open(sys.argv[1])):
    papermill.execute_notebook(**page, progress_bar=False, kernel_name="python3")
"""


def papermill_one_by_one(project: Project, pages: Sequence[Page], folder: Path) -> list[str]:
    """The command that executes every page by papermill in order, each in an ordinary kernel."""
    listed = [
        {
            "input_path": str(project.root / page.template),
            "output_path": str(folder / f"{page.name}.ipynb"),
            "parameters": dict(page.parameters),
            "cwd": str(project.root),
        }
        for page in pages
    ]
    file = folder / "pages.json"
    file.write_text(json.dumps(listed), encoding="utf-8")
    return [sys.executable, "-c", PAPERMILL, str(file)]


def missing_r() -> str | None:
    """What R Markdown lacks here, or `None`."""
    if not shutil.which("Rscript"):
        return "R is not installed"
    ask = (
        'for (p in c("metafor", "rmarkdown")) if (!requireNamespace(p, quietly = TRUE)) cat(p, "")'
    )
    done = subprocess.run(["Rscript", "-e", ask], capture_output=True, text=True, check=False)
    if absent := done.stdout.split():
        return f"R lacks {' and '.join(absent)}"
    return None if shutil.which("pandoc") else "pandoc is not installed"


def r_markdown(project: Project, folder: Path) -> list[str]:
    """The command that renders every question in one R session, from the same effects."""
    with (folder / "pages.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["key", "title"])
        writer.writerows(_effects(project, folder))
    # Beside its output: R Markdown keeps what pages share below the folder of the source.
    source = shutil.copy(HERE / "peer.Rmd", folder)
    return ["Rscript", str(HERE / "bench_build.R"), str(folder), str(source)]


def _effects(project: Project, folder: Path) -> Iterator[tuple[str, str]]:
    """Write each question's effects; its key and its title."""
    protocol = load_protocol(project.data / "protocol.yml")
    for cell in protocol.questions:
        result = json.loads((project.results / f"{cell.key}.json").read_text(encoding="utf-8"))
        with (folder / f"{cell.key}.csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(["trial", "year", "effect", "variance"])
            for study in result["studies"]:
                if not study["suspect"]:
                    writer.writerow(
                        [study["label"], study["year"], study["effect"], study["variance"]]
                    )
        yield cell.key, protocol.question_title(cell)
