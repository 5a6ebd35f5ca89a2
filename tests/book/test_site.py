from __future__ import annotations

import filecmp
import json
import os
import shutil
import subprocess
import sys
import zlib
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from analysis.book import site_folders, stamp
from analysis.book.rendering import BookError, _configuration
from analysis.book.site import book_build, build_book
from analysis.book.unused import is_ordinary
from analysis.execution.plan import Project
from tests.execution.templates import write

ROOT = Path(__file__).resolve().parents[2]
CONFIG = """\
title: Toy
author: A reviewer
copyright: "2026"
only_build_toc_files: true
execute:
  execute_notebooks: "off"
bibtex_bibfiles: [../references.bib]
sphinx:
  extra_extensions: [analysis.book.extensions.mathml, analysis.book.extensions.site_search]
  config:
    html_math_renderer: mathml
"""

TOC = """\
format: jb-book
root: index
chapters:
- file: pain
- file: figure
- file: references
- file: terms
"""

FIGURE = """\
{"cells": [
 {"cell_type": "markdown", "id": "a", "metadata": {}, "source": ["# A figure"]},
 {"cell_type": "code", "id": "b", "metadata": {"mystnb": {"image": {"alt": "TEXT"}}},
  "execution_count": 1, "source": ["draw()"],
  "outputs": [{"output_type": "display_data", "metadata": {},
               "data": {"image/svg+xml": ["<svg xmlns='http://www.w3.org/2000/svg'/>"]}}]},
 {"cell_type": "markdown", "id": "c", "metadata": {}, "source": ["One\\n", "\\n", "Two"]}],
 "metadata": {"kernelspec": {"name": "python3", "display_name": "P", "language": "python"}},
 "nbformat": 4, "nbformat_minor": 5}
"""


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A small book: two pages of text, a notebook, a list of references, terms."""
    made = Project(tmp_path / "review")
    write(made, "_config.yml", CONFIG)
    write(made, "_toc.yml", TOC)
    write(
        made,
        "references.bib",
        "@article{e14, author={E., C.}, title={T}, journal={J}, year={2014}}\n",
    )
    write(made, "data/rows.csv", "a,b\n")
    write(made, "chapters/index.md", "# Front\n\n$x^2$ {cite}`e14` [pain](pain.md)\n")
    write(
        made,
        "chapters/pain.md",
        "# Pain\n\n{download}`../data/rows.csv`\n\n```{include} _part.md\n```\n",
    )
    write(made, "chapters/_part.md", "A part of a page: {{ review.k }}.\n")
    write(made, "results/substitutions.json", '{"review": {"k": "12 trials"}}')
    write(made, "chapters/figure.ipynb", FIGURE)
    write(made, "chapters/references.md", "# References\n\n```{bibliography}\n```\n")
    write(made, "chapters/terms.md", "# Terms\n\n```{glossary}\nSevere\n: A word.\n```\n")
    write(made, "chapters/_templates/404.html", '<a href="{{ pathto(root_doc) }}">Front</a>\n')
    return made


def html(project: Project, name: str) -> str:
    return (project.site / f"{name}.html").read_text(encoding="utf-8")


def files(folder: Path) -> set[str]:
    return {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}


def assert_same_site(one: Path, other: Path) -> None:
    """Both sites hold the same files with the same bytes, but for Sphinx's own notes."""
    names = files(one)
    assert names == files(other)
    _, different, errors = filecmp.cmpfiles(one, other, names, shallow=False)
    assert (sorted(different), errors) == ([], [])


def from_nothing(project: Project) -> Path:
    """The site that a first build of the same sources makes."""
    kept = project.build.with_name("kept")
    project.build.rename(kept)
    build_book(project)
    return kept / "html"


def test_the_front_page_is_the_index_and_an_unchanged_book_is_left_alone(
    project: Project,
) -> None:
    built = build_book(project)
    assert (built.state, built.pages, built.index) == ("built", 5, project.site / "index.html")
    assert "<h1>Front" in html(project, "index")
    before = (project.site / "index.html").stat()
    assert build_book(project).state == "unchanged"
    assert (project.site / "index.html").stat() == before
    assert build_book(project, force=True).state == "built"


def test_the_alternative_text_of_a_figure_reaches_the_page(project: Project) -> None:
    build_book(project)
    assert '<img alt="TEXT"' in html(project, "figure")


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        ("chapters/pain.md", "# Pain\n", "# Pain\n\nA new sentence.\n"),
        ("chapters/pain.md", "# Pain\n", "# Severe pain\n"),
        ("chapters/figure.ipynb", "<svg ", "<svg height='9' "),
        ("chapters/index.md", " {cite}`e14`", ""),
        ("chapters/index.md", "# Front\n", "# Front\n\nA new sentence.\n"),
        ("chapters/pain.md", "# Pain\n", "# Pain\n\nAs before {cite}`e14`.\n"),
        ("chapters/references.md", "# References\n", "# References\n\nA new sentence.\n"),
        ("data/rows.csv", "a,b", "a,b,c"),
        ("chapters/_part.md", "A part", "Another part"),
        ("results/substitutions.json", "12", "13"),
    ],
    ids=[
        "text",
        "title",
        "figure",
        "citation gone",
        "text of a page that cites",
        "new citation",
        "list of references",
        "download",
        "part",
        "substitution",
    ],
)
def test_a_changed_page_gives_the_site_a_first_build_would(
    project: Project, path: str, old: str, new: str
) -> None:
    build_book(project)
    text = (project.root / path).read_text(encoding="utf-8")
    write(project, path, text.replace(old, new))
    updated = build_book(project)
    assert (updated.state, updated.pages) == ("updated", 1)
    assert_same_site(from_nothing(project), project.site)


@pytest.mark.parametrize(
    ("page", "begins"),
    [("as it was", ""), ("as it was", "before"), ("changed", "before"), ("changed", "after")],
)
def test_a_changed_style_gives_the_site_a_first_build_would(
    project: Project, page: str, begins: str
) -> None:
    """All pages link its new version, and a rule that no page needs is left out."""
    trimming = CONFIG.replace("[analysis", "[analysis.book.extensions.trimming, analysis")
    write(project, "_config.yml", trimming)
    write(project, "chapters/_static/site.css", "p { color: red }")
    build_book(project)
    with book_build(project) as book:
        if begins == "before":
            book.begin()
        write(project, "chapters/_static/site.css", "p { color: blue }\n.nobody { color: red }\n")
        if begins == "after":
            book.begin()
        if page == "changed":
            write(project, "chapters/pain.md", "# Pain\n\nA new sentence.\n")
        updated = book.finish()
    assert updated.state == "updated"
    assert "nobody" not in (project.site / "_static/site.css").read_text(encoding="utf-8")
    assert_same_site(from_nothing(project), project.site)


def test_a_style_that_is_no_text_is_named(project: Project) -> None:
    write(project, "chapters/_static/site.css", "p { color: red }")
    build_book(project)
    (project.chapters / "_static/site.css").write_bytes(b"p { content: '\xff' }")
    with pytest.raises(BookError, match=r"chapters/_static/site\.css: this is not UTF-8 text"):
        build_book(project)


def test_a_page_changed_while_the_clock_went_backwards_is_seen(project: Project) -> None:
    build_book(project)
    write(project, "chapters/pain.md", "# Pain\n\nChanged.\n")
    os.utime(project.chapters / "pain.md", (0, 0))
    assert build_book(project).state == "updated"
    assert "Changed." in html(project, "pain")


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("_config.yml", CONFIG.replace("Toy", "Other")),
        ("_toc.yml", TOC + "- file: more\n"),
        ("chapters/_static/site.css", "p { color: red }"),
        ("requirements.txt", "sphinx==7.4.7"),
    ],
)
def test_whatever_shapes_all_pages_builds_the_book_from_nothing(
    project: Project, path: str, text: str
) -> None:
    build_book(project)
    write(project, "chapters/more.md", "# More\n")
    write(project, path, text)
    if path != "_toc.yml":
        (project.chapters / "more.md").unlink()
    assert build_book(project).state == "built"


LOADED = """\
import sys
from pathlib import Path
from analysis.book.site import book_build, build_book
from analysis.execution.plan import Project

build_book(Project(Path(sys.argv[1])))
print(*(m.__file__ for name, m in sys.modules.items() if name.split(".")[0] == "analysis"))
"""


def test_no_code_that_made_the_site_is_forgotten(project: Project) -> None:
    write(
        project,
        "_config.yml",
        CONFIG.replace("[analysis", "[analysis.book.extensions.terms, analysis"),
    )
    command = [sys.executable, "-c", LOADED, str(project.root)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    loaded = {Path(file).relative_to(ROOT).as_posix() for file in done.stdout.split()}
    assert "analysis/book/extensions/terms.py" in loaded
    assert "analysis/execution/staleness.py" in loaded
    said = json.loads((project.build / ".site.json").read_text(encoding="utf-8"))
    assert loaded - said["rest"].keys() == set()


BEGINS = """\
import sys
from pathlib import Path
from analysis.book.rendering import rendering
from analysis.execution.plan import Project
project = Project(Path(sys.argv[1]))
with rendering(project, project.build / "a", project.build / "b", jobs=1) as made:
    print(*made.app.env.intersphinx_named_inventory["other"]["std:doc"])
"""


def test_extensions_of_others_have_all_they_import(project: Project) -> None:
    """One that inherits from what the book itself has no use for, and one that asks a site."""
    listed = b"# Sphinx inventory version 2\n# Project: A\n# Version: 1\n# compressed with zlib\n"
    inventory = listed + zlib.compress(b"guide std:doc -1 guide.html A guide\n")

    class Other(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(inventory)

        def log_message(self, *_: object) -> None:
            """Nobody reads it."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Other) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        mapping = f'{{other: ["http://127.0.0.1:{server.server_port}/", null]}}'
        extension = "IPython.sphinxext.ipython_console_highlighting, analysis"
        config = CONFIG.replace("[analysis", f"[{extension}", 1)
        write(project, "_config.yml", f"{config}    intersphinx_mapping: {mapping}\n")
        done = subprocess.run(
            [sys.executable, "-c", BEGINS, str(project.root)],
            cwd=ROOT, capture_output=True, text=True, env=os.environ | {"NO_PROXY": "127.0.0.1"},
        )  # fmt: skip
        server.shutdown()
    assert done.stdout == "guide\n", done.stderr


def test_the_book_of_this_review_imports_no_more_than_it_uses() -> None:
    assert is_ordinary(_configuration(Project(ROOT)))


def test_code_that_changed_builds_the_book_from_nothing(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One module that the site's builder imports, one that an extension does."""
    code = Project(tmp_path / "code")
    shutil.copytree(ROOT / "analysis", code.package, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(stamp, "CODE", code)
    build_book(project)
    assert build_book(project).state == "unchanged"
    for path in ("analysis/book/site_folders.py", "analysis/book/extensions/mathml.py"):
        write(code, path, (code.root / path).read_text(encoding="utf-8") + "\n")
        assert build_book(project).state == "built"
    write(code, "analysis/pages/front_page.py", "")
    assert build_book(project).state == "unchanged"


def test_a_page_that_is_gone_leaves_nothing_behind(project: Project) -> None:
    build_book(project)
    (project.chapters / "figure.ipynb").unlink()
    write(project, "_toc.yml", TOC.replace("- file: figure\n", ""))
    build_book(project)
    assert not (project.site / "figure.html").exists()
    assert not [name for name in files(project.site) if name.endswith(".svg") and "_images" in name]


COMPLAINTS = {
    "a link to nowhere": (
        "chapters/pain.md",
        "# Pain\n\n[x](nowhere.md)\n",
        "chapters/pain.md:3: 'myst' cross-reference target not found: 'nowhere.md'",
    ),
    "an unknown role": (
        "chapters/pain.md",
        "# Pain\n\n{nobody}`x`\n",
        'chapters/pain.md:3: Unknown interpreted text role "nobody".',
    ),
    "a reference that is not in the list": (
        "chapters/pain.md",
        "# Pain\n\n{cite}`nobody`\n",
        "could not find bibtex key",
    ),
    "a formula that is none": (
        "chapters/pain.md",
        "# Pain\n\n$\\nothing$\n",
        "formula: ",
    ),
    "a notebook's cell": (
        "chapters/figure.ipynb",
        FIGURE.replace('"Two"', '"[x](nowhere.md)"'),
        "chapters/figure.ipynb: cell 3: 'myst' cross-reference",
    ),
    "a damaged notebook": ("chapters/figure.ipynb", "{", "book: NotJSONError: "),
    "a damaged configuration": ("_config.yml", "title: [", "_config.yml: "),
    "a configuration with a wrong type": ("_config.yml", "title: [1]\n", "_config.yml: "),
    "a damaged table of contents": ("_toc.yml", "format: [", "_toc.yml: "),
    "a table of contents of another kind": ("_toc.yml", "- x", "_toc.yml: toc is not a mapping"),
    "a table of contents that names a page nobody wrote": (
        "_toc.yml",
        TOC + "- file: nobody\n",
        "_toc.yml: nobody: there is no such page",
    ),
}


@pytest.mark.parametrize("name", COMPLAINTS)
def test_a_complaint_is_said_with_its_place_each_time_and_the_site_stays(
    project: Project, name: str
) -> None:
    build_book(project)
    before = html(project, "pain")
    path, text, complaint = COMPLAINTS[name]
    good = (project.root / path).read_text(encoding="utf-8")
    write(project, path, text)
    for _ in range(2):
        with pytest.raises(BookError) as caught:
            build_book(project)
        assert complaint in str(caught.value)
        assert str(project.root) not in str(caught.value)
        assert "Traceback" not in str(caught.value)
        assert html(project, "pain") == before
    write(project, path, good)
    assert build_book(project).state == "unchanged"
    assert html(project, "pain") == before


def test_a_page_that_was_wrong_costs_the_others_nothing(project: Project) -> None:
    build_book(project)
    write(project, "chapters/pain.md", "# Pain\n\n[x](nowhere.md) {cite}`e14`\n")
    with pytest.raises(BookError):
        build_book(project)
    write(project, "chapters/pain.md", "# Pain\n\n[x](figure.ipynb)\n")
    updated = build_book(project)
    assert (updated.state, updated.pages) == ("updated", 1)
    assert_same_site(from_nothing(project), project.site)


def test_every_complaint_is_said_not_the_first_only(project: Project) -> None:
    write(project, "chapters/pain.md", "# Pain\n\n[x](nowhere.md)\n")
    write(project, "chapters/index.md", "# Front\n\n[y](nobody.md)\n")
    with pytest.raises(BookError) as caught:
        build_book(project)
    assert len(caught.value.problems) == 2


def test_formulas_need_no_script_and_no_other_host(project: Project) -> None:
    numbered = "```{math}\n:label: hedges\nJ = 1 - \\frac{3}{4m - 1}\n```\n\n{eq}`hedges`\n"
    write(project, "chapters/index.md", f"# Front\n\n$x^2$\n\n{numbered}")
    build_book(project)
    page = html(project, "index")
    assert "<msup>" in page
    assert "<mfrac>" in page
    assert '<span class="eqno">(1)' in page
    assert 'href="#equation-hedges">(1)</a>' in page
    assert 'src="http' not in page
    assert "unpkg" not in page


@pytest.mark.parametrize("remains", ["next", "last", "no stamp", "no doctrees"])
def test_what_a_killed_build_leaves_is_mended(project: Project, remains: str) -> None:
    build_book(project)
    before = files(project.site)
    match remains:
        case "next":
            (project.build / ".next").mkdir()
            write(project, "_build/.next/index.html", "half a page")
        case "last":  # killed between moving the old site away and the new one in
            project.site.rename(project.build / ".last")
        case "no stamp":
            (project.build / ".site.json").unlink()
        case "no doctrees":
            (project.build / ".doctrees").rename(project.root / "elsewhere")
    build_book(project)
    assert files(project.site) == before
    assert {path.name for path in project.build.iterdir()} == {
        ".doctrees", ".site.json", ".templates", "html", "jupyter_execute"
    }  # fmt: skip


@pytest.mark.parametrize("atomic", [True, False])
def test_the_new_site_takes_the_place_of_the_old(
    project: Project, monkeypatch: pytest.MonkeyPatch, atomic: bool
) -> None:
    if atomic and sys.platform != "linux":
        pytest.skip("only Linux exchanges two folders in one step")
    if not atomic:
        monkeypatch.setattr(site_folders, "_exchange", lambda *_: False)
    build_book(project)
    write(project, "chapters/pain.md", "# Pain\n\nChanged.\n")
    build_book(project)
    assert "Changed." in html(project, "pain")
    assert not (project.build / ".last").exists()


def test_the_site_stands_while_its_successor_is_made(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    build_book(project)
    before = html(project, "pain")
    write(project, "chapters/pain.md", "# Pain\n\nChanged.\n")

    def killed(_: object) -> None:
        assert html(project, "pain") == before
        assert "Changed." in (project.build / ".next/pain.html").read_text(encoding="utf-8")
        raise KeyboardInterrupt

    monkeypatch.setattr(site_folders.SiteFolders, "take_over", killed)
    with pytest.raises(KeyboardInterrupt):
        build_book(project)
    assert html(project, "pain") == before
    monkeypatch.undo()
    assert build_book(project).state == "built"
    assert "Changed." in html(project, "pain")
