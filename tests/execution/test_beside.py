"""What a fork beside a page makes is what the page's own cells would have made."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from analysis.execution.notebook import Executed, Failed
from analysis.execution.warm import WarmWorkers
from tests.execution.templates import job, notebook, outputs

# The fork has begun with the first and ends it when the page has made the second.
BEGUN = """\
import os, time
from pathlib import Path
from IPython.display import HTML, display
from analysis.execution.beside import Beside
page = os.getpid()
def where(name):
    display(HTML(f"<b>{name} €</b>"), metadata={"of": name})
    display({"text/plain": "beside" if os.getpid() != page else "here"}, raw=True)
def one():
    Path("one").touch()
    while os.getpid() != page and not Path("two").exists():
        time.sleep(0.01)
    where("one")
def two():
    where("two" * 100_000)
    Path("two").touch()
def lost():
    if os.getpid() != page:
        os.kill(os.getpid(), 9)
    where("lost")
beside = Beside(one=%s, two=two, last=lambda: %s)
while os.environ.get("REVIEW_PAGE_IS_ALONE") and not Path("one").exists():
    time.sleep(0.01)"""


def made(
    warm: WarmWorkers, root: Path, last: str = "where('last')", one: str = "one", *, alone: bool
) -> Executed | Failed:
    root.mkdir(exist_ok=True)
    cells = (BEGUN % (one, last), *(f"beside.show('{name}')" for name in ("one", "two", "last")))
    given = replace(job(notebook(*cells), root), alone=alone)
    return warm.submit(given).result()


def shown(page: Executed | Failed) -> list[str]:
    """Where each display was made."""
    assert isinstance(page, Executed), str(page)
    return [outputs(page.notebook, cell)[1]["data"]["text/plain"] for cell in (-3, -2, -1)]


def test_a_page_that_is_alone_has_what_its_cells_would_have_made(
    warm: WarmWorkers, tmp_path: Path
) -> None:
    """Where it would wait for one, it makes the other itself, and shows each in its cell."""
    beside = made(warm, tmp_path / "alone", alone=True)
    here = made(warm, tmp_path / "among-others", alone=False)
    assert (shown(beside)[:2], shown(here)) == (["beside", "here"], ["here"] * 3)
    assert isinstance(beside, Executed) and isinstance(here, Executed)
    assert beside.notebook.replace('"beside"', '"here"') == here.notebook


def test_where_the_fork_is_lost_the_cell_makes_it_itself(warm: WarmWorkers, tmp_path: Path) -> None:
    one = "lambda: (Path('one').touch(), lost())"
    assert shown(made(warm, tmp_path, one=one, alone=True)) == ["here"] * 3


@pytest.mark.parametrize("alone", [True, False])
def test_what_fails_fails_in_the_cell_that_shows_it(
    warm: WarmWorkers, tmp_path: Path, alone: bool
) -> None:
    failed = made(warm, tmp_path, "1 / 0", alone=alone)
    assert isinstance(failed, Failed)
    assert "ZeroDivisionError" in failed.error and failed.line == "beside.show('last')"
