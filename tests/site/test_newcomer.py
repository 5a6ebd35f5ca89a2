"""What a newcomer sees: two commands, one site, and the same numbers when run again."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest

from analysis.book.contents import contents_of
from analysis.protocol import load_protocol
from tests.evidence.folder import LIVING, DataFolder
from tests.site.conftest import Built, make

PROTOCOL = load_protocol(LIVING / "protocol.yml")
CONTENTS = contents_of(PROTOCOL)


@pytest.fixture
def own(built: Built, tmp_path: Path) -> Built:
    """A copy of the build, to build again: the other tests read theirs meanwhile."""
    return Built(shutil.copytree(built.root, tmp_path / "own"), built.said)


def test_workers_see_which_tests_belong_together(request: pytest.FixtureRequest) -> None:
    """Else each makes for itself what one could make for all, and nothing else tells of it."""
    alone = "PYTEST_XDIST_WORKER" not in os.environ
    assert alone or request.node.nodeid.endswith("@site test_newcomer")


def test_make_book_says_where_the_site_is_and_how_long_each_stage_took(built: Built) -> None:
    assert "_build/html/index.html" in built.said
    assert f"{len(CONTENTS.pages)} pages executed" in built.said
    for stage in ("check", "pages", "book"):
        assert f"{stage} " in built.said


def test_every_page_of_the_plan_is_in_the_site(built: Built) -> None:
    expected = {document.name for document in CONTENTS.documents}
    found = {p.relative_to(built.site).with_suffix("").as_posix() for p in built.pages}
    assert expected <= found
    effects = [name for name in found if name.startswith("effects/")]
    assert len(effects) == len(PROTOCOL.questions)


def test_a_second_build_executes_nothing(own: Built) -> None:
    again = make(own.root, "book")
    assert again.returncode == 0, again.stderr
    assert "0 pages executed" in again.stdout
    assert "(unchanged)" in again.stdout


def test_every_cell_published_its_result(built: Built) -> None:
    for cell in PROTOCOL.questions:
        result = json.loads((built.root / "results" / f"{cell.key}.json").read_text("utf-8"))
        assert result["cell"] == cell.model_dump()


def test_a_broken_data_file_stops_the_build_and_leaves_the_site(own: Built) -> None:
    site = (own.site / "index.html").read_bytes()
    DataFolder(own.root / "data").edit_line("outcomes.csv", 2, higher_is="wrose")
    done = make(own.root, "book")
    assert done.returncode != 0
    assert "data/outcomes.csv:2: higher_is: 'wrose' was found" in done.stderr
    assert "Traceback" not in done.stderr
    assert (own.site / "index.html").read_bytes() == site
