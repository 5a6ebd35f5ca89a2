"""The whole way, with real kernels and a real book of three pages."""

from __future__ import annotations

import io
import itertools
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from analysis.book import build
from analysis.book.build import Build, Manner, build_all, only_build
from analysis.book.build import Review as Reviewed
from analysis.book.checked import Check, Checked, known_reads
from analysis.book.documents import Contents, Document, Part
from analysis.execution import run, warm
from analysis.execution.plan import Project
from analysis.execution.staleness import Inputs
from analysis.execution.states import states
from analysis.execution.warm import WarmWorkers, begun_parent
from analysis.files.problems import ReviewError
from tests.execution.templates import FIGURE, notebook, page, publishing

ROOT = Path(__file__).resolve().parents[2]
PARAMETERS = 'outcome = "none"'
CONFIG = 'title: Toy\nauthor: A\nexecute:\n  execute_notebooks: "off"\n'
CELL = (
    "rows = open('data/outcomes.csv').read().split()\nprint(outcome, len(rows))",
    publishing("{outcome: len(rows)}"),
    FIGURE.format("Forest plot"),
)
FRONT = """\
import json
from IPython.display import HTML
HTML(f"<b>{json.load(open('results/pain.json'))['pain']} rows</b>")
"""


class Review:
    """A small review that can be built, and what the console said of it."""

    def __init__(self, root: Path) -> None:
        self.project = Project(root)
        self.checks = 0
        self.said = ""
        self.more: tuple[Document, ...] = ()
        self.write("_config.yml", CONFIG)
        self.write("chapters/index.md", "# Front\n\nText.\n")
        self.write("data/outcomes.csv", "row_id\na\n")
        self.cell(*CELL)
        self.front = page(self.project, "front", notebook(FRONT), needs=("pain",))

    def write(self, path: str, text: str) -> None:
        file = self.project.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")

    def cell(self, *cells: str) -> None:
        text = notebook(*cells, parameters=PARAMETERS)
        self.pain = page(self.project, "pain", text, parameters={"outcome": "pain"})

    def contents(self) -> Contents:
        executed = [
            Document(page.target.with_suffix("").as_posix(), page)
            for page in (self.pain, self.front)
        ]
        return Contents(Document("index"), (Part("Effects", (*executed, *self.more)),))

    def check(self) -> Checked:
        self.checks += 1
        return Checked({})

    def build(self, *, terminal: bool = False, check: Check | None = None, **manner: Any) -> Build:
        console = Console(file=io.StringIO(), width=200, force_terminal=terminal)
        review = Reviewed(self.project, self.contents, check or self.check)
        built = build_all(review, console, Manner(jobs=2, **manner))
        assert isinstance(console.file, io.StringIO)
        self.said = console.file.getvalue()
        return built

    def states(self, built: Build) -> dict[str, str]:
        return {outcome.page.name: outcome.state for outcome in built.report.outcomes}

    def html(self, name: str) -> str:
        return (self.project.site / f"{name}.html").read_text(encoding="utf-8")


@pytest.fixture
def review(tmp_path: Path) -> Review:
    return Review(tmp_path)


def test_a_review_is_built_left_alone_and_brought_up_to_date(review: Review) -> None:
    built = review.build()
    assert built.succeeded
    assert list(built.seconds) == ["check", "pages", "book"]
    assert 'alt="Forest plot"' in review.html("effects/pain")
    assert "<b>2 rows</b>" in review.html("effects/front")
    assert "[1/2] ✓ pain: executed in " in review.said
    assert "2 pages executed, 0 up to date." in review.said
    assert "The site is at _build/html/index.html (built)." in review.said

    again = review.build()
    assert review.states(again) == {"front": "fresh", "pain": "fresh"}
    assert (again.site and again.site.state, review.checks) == ("unchanged", 1)

    review.write("data/outcomes.csv", "row_id\na\nb\n")
    changed = review.build()
    assert review.states(changed) == {"front": "executed", "pain": "executed"}
    assert (changed.site and changed.site.pages, review.checks) == (2, 2)
    assert "<b>3 rows</b>" in review.html("effects/front")


def test_a_parent_of_kernels_begun_ahead_makes_the_pages_if_nothing_changed_since(
    review: Review, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = review.project.root
    with begun_parent(root, states(review.project)) as parent, monkeypatch.context() as patch:
        patch.setattr(warm, "begun_parent", None)  # no other is begun
        assert review.build(begun=parent).succeeded
        assert not parent.stays

    before = states(review.project)
    with begun_parent(root, before) as parent:
        assert review.states(review.build(begun=parent)) == {"front": "fresh", "pain": "fresh"}
        assert not parent.stays

    review.write("analysis/later.py", "")
    review.write("data/outcomes.csv", "row_id\na\nb\n")
    with begun_parent(root, before) as parent:
        parent.process.send_signal(signal.SIGSTOP)  # it would make no page
        assert review.states(review.build(begun=parent))["pain"] == "executed"
        assert not parent.stays


def test_a_question_more_is_built_and_listed_without_a_word(review: Review) -> None:
    review.build()
    sleep = page(review.project, "sleep", notebook("print('no trial yet')"))
    review.more = (Document("effects/sleep", sleep, "Sleep"),)
    review.write("_toc.yml", "format: jb-book\nroot: index\n")
    assert review.build().succeeded
    assert "no trial yet" in review.html("effects/sleep")
    assert ">Sleep</a>" in review.html("index")


def test_a_failing_page_is_named_and_the_site_stays(review: Review) -> None:
    review.build()
    before = review.html("effects/pain")
    review.cell(*CELL, "1 / 0")
    built = review.build()
    assert not built.succeeded
    assert built.site is None
    assert (
        "✗ analysis/notebooks/pain.ipynb → pain: cell 6 `1 / 0`: "
        "ZeroDivisionError: division by zero"
    ) in review.said
    assert "front: not executed, because pain failed" in review.said
    assert "The site was left as it was." in review.said
    assert review.html("effects/pain") == before

    review.cell(*CELL)
    assert review.build().succeeded


def test_what_sphinx_complains_of_is_said_and_the_site_stays(review: Review) -> None:
    review.build()
    before = review.html("index")
    review.write("chapters/index.md", "# Front\n\n[x](nowhere.md)\n")
    assert not review.build().succeeded
    assert "✗ chapters/index.md:3: 'myst' cross-reference target not found" in review.said
    assert review.html("index") == before


def test_evidence_that_is_refused_executes_nothing(review: Review) -> None:
    def refuse() -> Checked:
        raise ReviewError("data/outcomes.csv:2: sd: must be above 0")

    with pytest.raises(ReviewError, match="sd: must be above 0"):
        review.build(check=refuse)
    assert not review.project.chapters.joinpath("effects").exists()
    assert known_reads(Inputs(review.project)) is None


def test_evidence_that_changes_while_it_is_checked_is_refused(review: Review) -> None:
    def meddle() -> Checked:
        review.write("data/outcomes.csv", "row_id\nmeddled\n")
        return Checked({})

    with pytest.raises(ReviewError, match="changed while it was being checked"):
        review.build(check=meddle)


def test_on_a_terminal_a_failure_stands_above_the_bar(review: Review) -> None:
    review.cell("import sys; print('careful', file=sys.stderr)", "1 / 0")
    assert not review.build(terminal=True).succeeded
    assert "cell 4 `1 / 0`: ZeroDivisionError: division by zero" in review.said


def test_what_a_page_says_on_stderr_is_shown(review: Review) -> None:
    review.cell(*CELL, "import sys; print('[careful]', file=sys.stderr)")
    assert review.build().succeeded
    assert "stderr: [careful]" in review.said


@pytest.mark.parametrize("path", ["results", "_build", "chapters/effects"])
def test_what_the_system_refuses_is_a_sentence(review: Review, path: str) -> None:
    review.write(path, "a file where a folder must be")
    with pytest.raises(ReviewError, match=f"{path}: ") as caught:
        review.build()
    assert "\n" not in str(caught.value)


def test_a_platform_without_fork_says_so_and_builds(
    review: Review, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("analysis.book.build.can_fork", lambda: False)
    monkeypatch.setattr("analysis.execution.workers.can_fork", lambda: False)
    assert review.build().succeeded
    assert "This platform does not fork" in review.said


BUILDER = """\
import sys
from pathlib import Path
from typing import Any
from tests.book.test_build import Review

Review(Path(sys.argv[1])).build(force=True)
"""


def test_a_build_killed_at_any_moment_leaves_the_site_and_the_next_one_mends(
    review: Review,
) -> None:
    command = [sys.executable, "-c", BUILDER, str(review.project.root)]
    started = time.monotonic()
    subprocess.run(command, cwd=ROOT, check=True)
    whole = time.monotonic() - started
    before = {name: review.html(name) for name in ("index", "effects/pain", "effects/front")}
    for fraction in (0.3, 0.5, 0.7, 0.9):
        builder = subprocess.Popen(command, cwd=ROOT)
        time.sleep(fraction * whole)
        builder.kill()
        builder.wait()
        assert {name: review.html(name) for name in before} == before
    review.write("chapters/effects/.pain.ipynb.x.unfinished", "half a page")

    assert review.build().succeeded
    assert {name: review.html(name) for name in before} == before
    assert {path.name for path in review.project.build.iterdir()} == {
        ".doctrees", ".lock", ".site.json", ".templates", "html", "jupyter_execute"
    }  # fmt: skip
    assert {path.name for path in review.project.results.iterdir()} == {
        ".checked.json", ".pages", "pain.json"
    }  # fmt: skip
    assert {path.name for path in (review.project.chapters / "effects").iterdir()} == {
        "pain.ipynb", "front.ipynb"
    }  # fmt: skip


def executed(review: Review) -> dict[str, bytes]:
    """The pages and the results that stand there."""
    root = review.project.root
    files = [*review.project.chapters.rglob("*.ipynb"), *review.project.results.glob("[!.]*.json")]
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in files}


# What a build does one after another until its first page is made.
MOMENTS: tuple[tuple[Any, str], ...] = (
    (build, "known_reads"), (build, "write_toc"), (build, "checked_evidence"), (build, "execute"),
    (run, "check_plan"), (run, "read_record"), (run, "stale_because"), (run, "read_template"),
    (build._OnDemand, "submit"), (run._Run, "_end"),
)  # fmt: skip


@contextmanager
def meddled(review: Review, moment: int) -> Iterator[None]:
    """Before one moment the data become other ones, and before the next what they were."""
    before = (review.project.data / "outcomes.csv").read_text(encoding="utf-8")
    other = "row_id\na\nb\nc\nd\n"
    passed = itertools.count()

    def meddling(act: Callable[..., Any]) -> Callable[..., Any]:
        def acts(*arguments: Any, **options: Any) -> Any:
            if (now := next(passed)) in (moment, moment + 1):
                review.write("data/outcomes.csv", other if now == moment else before)
            return act(*arguments, **options)

        return acts

    with pytest.MonkeyPatch.context() as patch:
        for owner, name in MOMENTS:
            patch.setattr(owner, name, meddling(getattr(owner, name)))
        yield
    assert next(passed) > moment
    review.write("data/outcomes.csv", before)


@pytest.mark.parametrize("force", [False, True])
def test_data_that_change_during_a_build_and_change_back_leave_no_trace(
    tmp_path: Path, warm: WarmWorkers, force: bool
) -> None:
    review = Review(tmp_path)

    def built(force: bool) -> bool:
        manner = Manner(jobs=2, force=force, workers=lambda: nullcontext(warm))
        reviewed = Reviewed(review.project, review.contents, review.check)
        return build_all(reviewed, Console(file=io.StringIO()), manner).succeeded

    clean = {}
    for rows in ("row_id\na\n", "row_id\na\nb\n"):
        review.write("data/outcomes.csv", rows)
        assert built(force=True)
        clean[rows] = executed(review)
    for moment, now in zip(range(len(MOMENTS)), itertools.cycle(clean), strict=False):
        review.write("data/outcomes.csv", now)
        with meddled(review, moment), suppress(ReviewError):
            built(force)
        assert built(force=False)
        assert executed(review) == clean[now], MOMENTS[moment]


HOLDER = """\
import io, sys, time
from pathlib import Path
from typing import Any
from rich.console import Console
from analysis.book.build import only_build
from analysis.execution import run
from analysis.execution.plan import Project
from analysis.execution.staleness import Inputs
from analysis.execution.warm import WarmWorkers

root = Path(sys.argv[1])
with only_build(Project(root), Console(file=io.StringIO())):
    (root / "held").touch()
    while not (root / "enough").exists():
        time.sleep(0.02)
"""


@pytest.mark.parametrize("killed", [False, True])
def test_a_second_build_waits_and_says_so(tmp_path: Path, killed: bool) -> None:
    """Also when the first is killed: its lock goes with it."""
    first = subprocess.Popen([sys.executable, "-c", HOLDER, str(tmp_path)], cwd=ROOT)
    while not (tmp_path / "held").exists():
        assert first.poll() is None
        time.sleep(0.02)

    class Ears(io.StringIO):
        def write(self, text: str) -> int:
            if killed:
                first.kill()
            else:
                (tmp_path / "enough").touch()
            return super().write(text)

    said = Ears()
    with only_build(Project(tmp_path), Console(file=said, width=100)):
        assert first.wait(10) == (-9 if killed else 0)
    assert "Another build of this project is running; waiting until it ends." in said.getvalue()
