"""A desk on a copy of the frozen review, with a search of eight records that two have begun."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from analysis.desk.desk import Desk
from analysis.screening.decision_files import Decision, add_decisions
from analysis.searching.duplicate_log import deduplicate
from analysis.searching.inbox import SearchDetails, import_exports
from analysis.searching.library import load_library
from tests.desk.asking import Asking
from tests.evidence.folder import DATA, DataFolder
from tests.searching.corpus import articles
from tests.searching.exports import ovid_ris
from tests.searching.fixtures import DAY
from tests.searching.sources import find_source

STUDY = "new-2026"
# Place among the records by identity → stage, and what anna and ben decided there ("" nothing).
DECIDED = {
    0: (("title-abstract", "include", "include"), ("retrieval", "obtained", ""),
        ("full-report", "include", "include")),
    1: (("title-abstract", "include", "exclude"),),
    2: (("title-abstract", "include", ""),),
    3: (("title-abstract", "exclude", "exclude"),),
    4: (("title-abstract", "include", "include"), ("retrieval", "obtained", "")),
    5: (("title-abstract", "unsure", "include"),),
}  # fmt: skip


@pytest.fixture(scope="session")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data that every test of the desk gets a copy of."""
    folder = tmp_path_factory.mktemp("desk") / "data"
    folder.mkdir()
    for path in (*DATA.glob("*.csv"), DATA / "protocol.yml"):
        shutil.copy(path, folder)
    shutil.copytree(DATA / "searches/2013-11-13", folder / "searches/2013-11-13")
    export = folder.parent / "medline.txt"
    export.write_text(ovid_ris(articles(8, seed=11)), encoding="utf-8", newline="")
    import_exports(folder, [export], SearchDetails(find_source("medline"), DAY, "anna"))
    library = load_library(folder)
    deduplicate(folder, library)
    ids = sorted(library.records)
    for place, stages in DECIDED.items():
        for stage, *words in stages:
            decisions = [
                Decision(
                    ids[place],
                    stage,
                    word,
                    "design" if word == "exclude" else "",
                    STUDY if (stage, word) == ("full-report", "include") else "",
                    who,
                    f"2026-11-21T08:0{place}:00Z",
                )
                for who, word in zip(("anna", "ben"), words, strict=True)
                if word
            ]
            add_decisions(folder, library, decisions)
    return folder


@pytest.fixture
def data(tmp_path: Path, begun: Path) -> Path:
    """Eight records: one included as `new-2026`, one conflict, two on which nobody has decided."""
    shutil.copytree(begun, tmp_path / "data")
    return tmp_path / "data"


@pytest.fixture
def other(data: Path, tmp_path: Path) -> Path:
    """The same data once more, in which the functions of the commands do what the desk does."""
    return Path(shutil.copytree(data, tmp_path / "other"))


@pytest.fixture
def changed(data: Path) -> Path:
    """Data with the releases of the review, in which one value is corrected since the last."""
    shutil.copytree(DATA / "releases", data / "releases")
    study = (data / "studies.csv").read_text("utf-8").splitlines()[1].split(",")[0]
    DataFolder(data).edit("studies.csv", study, diagnosis="corrected at the desk")
    return data


@pytest.fixture
def client(data: Path) -> Callable[..., Asking]:
    """`client(who="anna")`: a browser at this desk; its failures show where they arose."""
    desk = Desk(data, debug=True, patience=60)

    def opened(who: str = "anna", desk: Desk = desk) -> Asking:
        return Asking(desk, who)

    return opened
