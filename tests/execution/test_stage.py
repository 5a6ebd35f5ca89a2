"""What a worker must be, and the folder in which it computes."""

from __future__ import annotations

from pathlib import Path

import pytest

from analysis.execution.notebook import Executed
from analysis.execution.stage import (
    PACKAGE,
    Assignment,
    Checkout,
    Refused,
    Stage,
    checkout,
    packed,
    pinned_packages,
)
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
    (tmp_path / "a.py").write_text("1", encoding="utf-8")
    first = checkout(tmp_path, ())
    (tmp_path / "notes.txt").write_text("no code", encoding="utf-8")
    assert checkout(tmp_path, ()) == first
    (tmp_path / "a.py").rename(tmp_path / "b.py")
    assert checkout(tmp_path, ()).code != first.code


def test_pinned_packages_are_read_from_the_lock() -> None:
    lock = "# a lock\nnumpy==2.4.0\n    # via pandas\ncolorama==0.4.6 ; sys_platform == 'win32'\n"
    assert pinned_packages(lock) == ("colorama", "numpy")


def assignment(expected: Checkout, files: bytes) -> Assignment:
    return Assignment(expected, files, modules=(), rehearsal=None)


@pytest.mark.skipif(not can_fork(), reason="this platform does not fork")
def test_a_stage_has_the_drivers_files_the_results_of_a_page_and_nothing_else(
    tmp_path: Path,
) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data/outcomes.csv").write_text("of the driver", encoding="utf-8")
    (tmp_path / "results").mkdir()
    (tmp_path / "results/a.json").write_text("1", encoding="utf-8")
    files = packed(tmp_path, ["data/outcomes.csv", "LICENSE"])
    stage = Stage(assignment(checkout(PACKAGE, ()), files), jobs=1)
    ask = """\
import analysis, sys
from pathlib import Path
root = Path(analysis.__file__).parents[1]
print(root == Path.cwd(), (root / "data/outcomes.csv").read_text())
print(*sorted(path.name for path in root.iterdir()))"""
    made = stage.execute(job(notebook(ask), tmp_path), packed(tmp_path, ["results/a.json"]))
    assert isinstance(made, Executed), str(made)
    assert printed(made.notebook) == "True of the driver\nanalysis data results\n"
    folder = stage.folder
    del stage
    assert not folder.exists()


def test_a_worker_that_is_something_else_is_refused_with_both_fingerprints(
    tmp_path: Path,
) -> None:
    found = checkout(PACKAGE, ())
    expected = Checkout("beef" * 16, {}, found.python, found.platform)
    with pytest.raises(Refused) as refusal:
        Stage(assignment(expected, b""), jobs=1)
    assert str(refusal.value) == (
        f"it has [{found}], this build [{expected}]: "
        f"code {found.code[:12]} there, beefbeefbeef here"
    )
