"""Fixtures of searching and screening: a copy of the data, and articles imported into it."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from analysis.searching.inbox import SearchDetails, import_exports
from tests.evidence.folder import DATA
from tests.searching.corpus import Article, articles
from tests.searching.exports import ovid_ris
from tests.searching.sources import find_source

DAY = dt.date(2026, 11, 20)

Take = Callable[..., None]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A copy of the frozen review's data, with the baseline's search and no other."""
    folder = tmp_path / "data"
    folder.mkdir()
    for path in (*DATA.glob("*.csv"), DATA / "protocol.yml"):
        shutil.copy(path, folder)
    shutil.copytree(DATA / "searches/2013-11-13", folder / "searches/2013-11-13")
    return folder


@pytest.fixture
def take(data: Path) -> Take:
    """Import articles as an export of a source and a day."""

    def imported(
        found: list[Article], source: str = "medline", date: dt.date = DAY, write=ovid_ris
    ) -> None:
        path = data.parent / f"{source}-{date}.txt"
        path.write_text(write(found), encoding="utf-8", newline="")
        import_exports(data, [path], SearchDetails(find_source(source), date, "anna"))

    return imported


@pytest.fixture
def five(take: Take) -> list[Article]:
    """Five different articles, imported from MEDLINE."""
    found = articles(5, seed=11)
    take(found)
    return found
