"""What a fork beside a page makes is what the page's own cells would have made."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from analysis.execution.notebook import Executed, Failed
from analysis.execution.warm import WarmWorkers
from tests.execution.templates import job, notebook, outputs

BEGUN = """\
import os, signal
from IPython.display import HTML, display
from analysis.execution.beside import Beside
page = os.getpid()
def where(name):
    display(HTML(f"<b>{name} €</b>"), metadata={"of": name})
    display({"text/plain": "beside" if os.getpid() != page else "here"}, raw=True)
def lost():
    if os.getpid() != page:
        os.kill(os.getpid(), signal.SIGKILL)
    where("lost")
beside = Beside(one=lambda: where("one"), two=lambda: where("two" * 100_000), %s)"""


def made(warm: WarmWorkers, root: Path, last: str, *, alone: bool) -> Executed | Failed:
    cells = (BEGUN % last, "beside.show('one')", "beside.show('two')", "beside.show('last')")
    given = replace(job(notebook(*cells), root), alone=alone)
    return warm.submit(given).result()


def shown(page: Executed | Failed) -> list[str]:
    """Where each display was made."""
    assert isinstance(page, Executed), str(page)
    return [outputs(page.notebook, cell)[1]["data"]["text/plain"] for cell in (-3, -2, -1)]


def test_a_page_that_is_alone_has_what_its_cells_would_have_made(
    warm: WarmWorkers, tmp_path: Path
) -> None:
    beside = made(warm, tmp_path, "last=lambda: where('last')", alone=True)
    here = made(warm, tmp_path, "last=lambda: where('last')", alone=False)
    assert (shown(beside), shown(here)) == (["beside"] * 3, ["here"] * 3)
    assert isinstance(beside, Executed) and isinstance(here, Executed)
    assert beside.notebook.replace('"beside"', '"here"') == here.notebook


def test_where_the_fork_is_lost_the_cell_makes_it_itself(warm: WarmWorkers, tmp_path: Path) -> None:
    assert shown(made(warm, tmp_path, "last=lost", alone=True)) == ["beside", "beside", "here"]


@pytest.mark.parametrize("alone", [True, False])
def test_what_fails_fails_in_the_cell_that_shows_it(
    warm: WarmWorkers, tmp_path: Path, alone: bool
) -> None:
    failed = made(warm, tmp_path, "last=lambda: 1 / 0", alone=alone)
    assert isinstance(failed, Failed)
    assert "ZeroDivisionError" in failed.error and failed.line == "beside.show('last')"
