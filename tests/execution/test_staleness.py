from __future__ import annotations

import ast
import json
from dataclasses import replace
from pathlib import Path

import grimp
import pytest

from analysis.execution import staleness
from analysis.execution.plan import Page, Project
from analysis.execution.staleness import (
    RECORD,
    Inputs,
    Made,
    forget,
    outputs,
    read_record,
    remember_page,
    stale_because,
    states,
)
from analysis.files.writing import write_atomically
from tests.execution.templates import notebook, page, write

ROOT = Path(__file__).resolve().parents[2]


def made(planned: Page, project: Project, **reads: dict[str, str]) -> Made:
    """The record of a page as if it had just been executed."""
    target = project.chapters / planned.target
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text("executed", encoding="utf-8")
    return Made(Inputs(project, reads).of(planned), outputs(planned, project), 1.0)


def why(planned: Page, project: Project, record: Made, **reads: dict[str, str]) -> str | None:
    return stale_because(planned, Inputs(project, reads), record)


def test_a_page_is_up_to_date_until_something_changes(project: Project) -> None:
    planned = page(project, "a", notebook("1"))
    assert stale_because(planned, Inputs(project), None) == "it has not been executed yet"
    assert why(planned, project, made(planned, project)) is None


def test_files_are_read_afresh_by_whoever_knows_what_modules_import(project: Project) -> None:
    """The notebook that imports another module, and the module's own text, too."""
    write(project, "analysis/figures/a.py", "x = 1")
    write(project, "analysis/figures/b.py", "x = 1")
    planned = page(project, "a", notebook("from analysis.figures import a"))
    known = Inputs(project, since=states(project))
    now = known.afresh(states(project))
    assert now.of(planned) == known.of(planned) == Inputs(project).of(planned)
    page(project, "a", notebook("from analysis.figures import b"))
    write(project, "analysis/figures/b.py", "x = 2")
    write(project, "data/outcomes.csv", "row_id\nb\n")
    now = known.afresh(states(project))
    assert now.of(planned) == Inputs(project).of(planned)
    assert now.of(planned) != known.of(planned)


def test_a_hidden_file_among_the_data_is_nobodys_input(project: Project) -> None:
    planned = page(project, "a", notebook("1"))
    record = made(planned, project)
    (project.data / ".searches.lock").touch()
    assert why(planned, project, record) is None


def test_each_kind_of_input_is_named_when_it_changes(project: Project) -> None:
    planned = page(project, "a", notebook("from analysis.figures import forest_plot"))
    write(project, "analysis/figures/forest_plot.py", "x = 1")
    (project.root / "requirements.txt").write_text("numpy==1", encoding="utf-8")
    record = made(planned, project)

    other = replace(planned, parameters={"outcome": "pain"})
    assert why(other, project, record) == "parameters of a changed"
    for path in ("data/outcomes.csv", "requirements.txt", "analysis/figures/forest_plot.py"):
        file = project.root / path
        before = file.read_text(encoding="utf-8")
        file.write_text("something else", encoding="utf-8")
        assert why(planned, project, record) == f"{path} changed"
        file.write_text(before, encoding="utf-8")
    page(project, "a", notebook("from analysis.figures import forest_plot", "2"))
    assert why(planned, project, record) == "analysis/notebooks/a.ipynb changed"


def test_a_page_follows_the_files_it_hands_on_and_no_other_page_does(project: Project) -> None:
    planned = page(project, "a", notebook("1"))
    offering = replace(planned, hands_on=("LICENSE",))
    license = project.root / "LICENSE"
    license.write_text("as it was", encoding="utf-8")
    record, offered = made(planned, project), made(offering, project)
    license.write_text("another", encoding="utf-8")
    assert why(planned, project, record) is None
    assert why(offering, project, offered) == "LICENSE changed"


def test_files_that_come_and_go_are_named(project: Project) -> None:
    planned = page(project, "a", notebook("1"))
    record = made(planned, project)
    (project.data / "new.csv").write_text("x", encoding="utf-8")
    (project.data / "outcomes.csv").unlink()
    assert why(planned, project, record) == "data/new.csv is new, data/outcomes.csv is gone"


def test_a_long_list_of_reasons_is_cut(project: Project) -> None:
    planned = page(project, "a", notebook("1"))
    record = made(planned, project)
    for name in "bcdef":
        (project.data / name).write_text("x", encoding="utf-8")
    assert why(planned, project, record) == ("data/b is new, data/c is new, data/d is new, 2 more")


def test_rows_that_a_page_reads_stand_for_the_data_files(project: Project) -> None:
    planned = page(project, "a", notebook("1"))
    record = made(planned, project, a={"outcomes.csv: rows r1": "1"})
    (project.data / "outcomes.csv").write_text("rows of other pages", encoding="utf-8")
    assert why(planned, project, record, a={"outcomes.csv: rows r1": "1"}) is None
    assert why(planned, project, record, a={"outcomes.csv: rows r1": "2"}) == (
        "outcomes.csv: rows r1 changed"
    )


def test_a_page_depends_on_the_results_it_needs(project: Project) -> None:
    planned = page(project, "front", notebook("1"), needs=("cell",))
    result = project.results / "cell.json"
    write_atomically(result, "1\n")
    record = made(planned, project)
    write_atomically(result, "1\n")
    assert why(planned, project, record) is None
    write_atomically(result, "2\n")
    assert why(planned, project, record) == "results/cell.json changed"


def test_a_page_that_was_edited_or_removed_is_stale(project: Project) -> None:
    planned = page(project, "a", notebook("1"))
    record = made(planned, project)
    target = project.chapters / planned.target
    target.write_text("edited by hand", encoding="utf-8")
    assert why(planned, project, record) == "chapters/effects/a.ipynb changed"
    target.unlink()
    assert why(planned, project, record) == "chapters/effects/a.ipynb is gone"


@pytest.mark.parametrize(
    "statement",
    [
        "import analysis.figures.forest_plot",
        "from analysis.figures.forest_plot import draw",
        "from analysis.figures import forest_plot as f",
        "def later():\n    from analysis.figures import forest_plot",
        "%matplotlib inline\nfrom analysis.figures import forest_plot",
        "from analysis.pages import question_page",  # which imports it, relatively
    ],
)
def test_the_code_of_a_page_is_what_its_imports_reach(project: Project, statement: str) -> None:
    planned = page(project, "a", notebook(statement))
    for name in (
        "__init__",
        "figures/__init__",
        "figures/style",
        "figures/funnel_plot",
        "pages/__init__",
    ):
        write(project, f"analysis/{name}.py", "")
    write(project, "analysis/pages/question_page.py", "from ..figures import forest_plot")
    write(project, "analysis/figures/forest_plot.py", "import numpy\nfrom .style import ink")
    code = {path.as_posix() for path in Inputs(project).code(planned.template)}
    assert {
        "analysis/__init__.py",
        "analysis/figures/__init__.py",
        "analysis/figures/forest_plot.py",
        "analysis/figures/style.py",
    } <= code
    assert "analysis/figures/funnel_plot.py" not in code
    assert "numpy" in Inputs(project).imports(Path("analysis/figures/forest_plot.py"))


def test_the_record_comes_back_as_it_was_written(project: Project) -> None:
    one, other = Made({"x": "1"}, {"y": "2"}, 0.5), Made({}, {}, 1.0)
    remember_page(project, "headache.pain.post", one)
    remember_page(project, "index", other)
    assert read_record(project) == {"headache.pain.post": one, "index": other}
    forget(project, "index")
    assert read_record(project) == {"headache.pain.post": one}


@pytest.mark.parametrize(
    "content",
    ["", "{", "[]", "null", '{"schema_version": 0, "inputs": {}, "outputs": {}, "seconds": 1}'],
)
def test_a_page_of_which_nothing_can_be_read_is_stale_and_no_other(
    project: Project, content: str
) -> None:
    other = Made({}, {}, 1.0)
    remember_page(project, "other", other)
    (project.results / RECORD / "a.json").write_text(content, encoding="utf-8")
    assert read_record(project) == {"other": other}


def test_a_write_that_fails_leaves_the_former_file_and_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "result.json"
    write_atomically(file, "old")

    def full(_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        write_atomically(file, "new")
    assert file.read_text(encoding="utf-8") == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["result.json"]


def test_writing_the_same_again_does_not_touch_the_file(tmp_path: Path) -> None:
    file = tmp_path / "page.ipynb"
    write_atomically(file, json.dumps({"a": 1}))
    before = file.stat()
    write_atomically(file, json.dumps({"a": 1}))
    assert (before.st_ino, before.st_mtime_ns) == (file.stat().st_ino, file.stat().st_mtime_ns)


@pytest.mark.parametrize(
    "source",
    [
        "import a.b, c as d",
        "from a.b import c",
        "def f():\n    from . import c\n    import d",
        "from a import (  # why (not)\n    b,\n    c,\n)",
        "from a \\\n    import b",
        '"""Text\n\nfrom a page to a site\nimport nothing\n"""\nfrom a import b',
        "x = 1; import a",
        "if x: import a",
        "try: from a import b\nexcept ImportError: import c",
    ],
)
def test_every_way_to_import_is_seen(source: str) -> None:
    path = Path("analysis/figures/forest_plot.py")
    expected = set(staleness._named(ast.walk(ast.parse(source)), path))
    assert expected
    assert set(staleness._imports(source, path)) == expected


def test_the_imports_of_this_project_are_seen() -> None:
    paths = sorted((ROOT / "analysis").rglob("*.py"))
    assert len(paths) > 100
    for path in paths:
        source, inside = path.read_text(encoding="utf-8"), path.relative_to(ROOT)
        expected = set(staleness._named(ast.walk(ast.parse(source)), inside))
        assert set(staleness._imports(source, inside)) == expected, inside


def test_what_imports_reach_is_what_grimp_finds() -> None:
    """The graph of another program, with the packages around each module, which run first."""
    graph, inputs = grimp.build_graph("analysis", cache_dir=None), Inputs(Project(ROOT))
    assert len(graph.modules) > 200

    def reached(name: str) -> set[str]:
        met: set[str] = set()
        waiting = [name]
        while waiting:
            name = waiting.pop()
            if name not in met:
                met.add(name)
                waiting += graph.find_modules_directly_imported_by(name)
                waiting += [name.rpartition(".")[0]] if "." in name else []
        return met

    for module in sorted(graph.modules):
        found = {path.with_suffix("").as_posix() for path in inputs.reached([module])}
        assert {name.removesuffix("/__init__").replace("/", ".") for name in found} == reached(
            module
        ), module
