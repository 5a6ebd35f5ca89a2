"""What a worker is, and the folders in which it computes."""

from __future__ import annotations

import importlib.metadata
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from analysis.execution.cluster.stage import PACKAGE, Assignment, Checkout, Stages, checkout, packed
from analysis.execution.notebook import Executed
from analysis.execution.warm import can_fork
from tests.execution.templates import job, notebook, printed

HERE = Checkout("c0de" * 16, {"numpy": "2.4.0", "pandas": "3.1.1"}, "3.11.2", "Linux x86_64")


@pytest.mark.parametrize(
    ("there", "said"),
    [
        (HERE, []),
        (
            Checkout("beef" * 16, HERE.packages, "3.11.2", "Linux x86_64"),
            ["code beefbeefbeef there, c0dec0dec0de here"],
        ),
        (
            Checkout(HERE.code, {"numpy": "2.4.1"}, "3.11.2", "Linux x86_64"),
            ["numpy 2.4.1 there, 2.4.0 here", "pandas missing there, 3.1.1 here"],
        ),
        (
            Checkout(HERE.code, HERE.packages, "3.12.1", "Darwin arm64"),
            ["Python 3.12.1 there, 3.11.2 here", "Darwin arm64 there, Linux x86_64 here"],
        ),
    ],
)
def test_what_differs_is_named(there: Checkout, said: list[str]) -> None:
    assert there.differences(HERE) == said


def test_the_code_is_known_by_its_content_and_its_names(tmp_path: Path) -> None:
    lock = tmp_path / "requirements.txt"
    lock.write_text("", encoding="utf-8")
    (tmp_path / "a.py").write_text("1", encoding="utf-8")
    first = checkout(tmp_path, lock)
    (tmp_path / "notes.txt").write_text("no code", encoding="utf-8")
    assert checkout(tmp_path, lock) == first
    (tmp_path / "a.py").rename(tmp_path / "b.py")
    assert checkout(tmp_path, lock).code != first.code


def test_the_packages_that_are_pinned_and_installed_count(tmp_path: Path) -> None:
    lock = tmp_path / "requirements.txt"
    pins = "# a lock\nnumpy==1.0\n    # via pandas\nnot-there==0.4.6 ; sys_platform == 'win32'\n"
    lock.write_text(pins, encoding="utf-8")
    assert checkout(tmp_path, lock).packages == {"numpy": importlib.metadata.version("numpy")}


@pytest.fixture
def driver(tmp_path: Path) -> Path:
    """The root of a project with data, and with one result."""
    for name, text in {"data/outcomes.csv": "of the driver", "results/a.json": "1"}.items():
        path = tmp_path / "driver" / name
        path.parent.mkdir(parents=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path / "driver"


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Path]:
    """The folder of a worker."""
    if not can_fork():
        pytest.skip("this platform does not fork")
    (tmp_path / "worker").mkdir()
    yield tmp_path / "worker"
    assert not list((tmp_path / "worker").iterdir())


ASK = """\
import analysis, sys
from pathlib import Path
root = Path(analysis.__file__).parents[1]
print(root == Path.cwd(), (root / "data/outcomes.csv").read_text())
print(*sorted(path.name for path in root.iterdir()))"""


def test_a_page_finds_its_drivers_files_the_results_it_reads_and_nothing_else(
    driver: Path, place: Path
) -> None:
    stages = Stages(PACKAGE, place, jobs=1)
    page, results = job(notebook(ASK), driver), packed(driver, ["results/a.json"])
    said = []
    for build, text in {"a build": "first", "another": "second"}.items():
        (driver / "data/outcomes.csv").write_text(text, encoding="utf-8")
        assignment = Assignment(packed(driver, ["data/outcomes.csv", "LICENSE"]), (), None)
        made = stages.execute(build, assignment, page, results)
        assert isinstance(made, Executed), str(made)
        said.append(printed(made.notebook))
    assert said == [f"True {text}\nanalysis data results\n" for text in ("first", "second")]
    made = stages.execute("a build", assignment, page, results)
    assert isinstance(made, Executed)
    assert printed(made.notebook) == said[0]
    stages.close("a build")
    assert len(list(place.iterdir())) == 1
    stages.close("another")


WAIT = "import time\nfrom pathlib import Path\nPath('begun').touch()\ntime.sleep({})"


@contextmanager
def executing(stages: Stages, driver: Path, place: Path, seconds: float) -> Iterator[Future[Any]]:
    """Begin a page that waits."""
    page, nothing = job(notebook(WAIT.format(seconds)), driver), packed(driver, [])
    assignment = Assignment(nothing, (), None)
    with ThreadPoolExecutor(1) as pool:
        future = pool.submit(stages.execute, "a build", assignment, page, nothing)
        while not list(place.glob("stage-*/begun")):
            assert not future.done()
            time.sleep(0.02)
        yield future


def test_a_stage_stays_as_long_as_it_is_used(driver: Path, place: Path) -> None:
    stages = Stages(PACKAGE, place, jobs=1)
    with executing(stages, driver, place, 0.5) as page:
        stages.close_unused(0)
        assert isinstance(page.result(), Executed)
    stages.close_unused(60)
    assert len(list(place.iterdir())) == 1
    stages.close_unused(0)


def test_a_stage_that_is_closed_ends_its_pages(driver: Path, place: Path) -> None:
    stages = Stages(PACKAGE, place, jobs=1)
    with executing(stages, driver, place, 600) as page:
        stages.close("a build")
        assert not isinstance(page.exception(60) or page.result(), Executed)
