"""Undo and rename as a person types them: shown first, done when somebody agrees, then checked."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from analysis.commands import options
from analysis.commands.options import FOR_A_PERSON
from analysis.files.problems import ReviewError
from analysis.screening.acceptance import accept
from analysis.screening.decisions import load_screening
from analysis.screening.session import Session
from analysis.screening.sheet import read_sheet
from analysis.searching.duplicate_log import deduplicate
from analysis.searching.library import load_library
from tests.commands.typed import typed, typed_on
from tests.evidence.folder import DATA
from tests.files.contents import contents
from tests.screening.test_extraction import STUDY, extract, record  # noqa: F401
from tests.screening.test_sheet import fill, make
from tests.searching.corpus import articles
from tests.searching.fixtures import Take

FOUND = articles(4, seed=3)
STAGE = "title-abstract"


@pytest.fixture
def worked(data: Path, take: Take, record) -> Path:  # noqa: F811
    """The data after a search, its screening, two extractions and their acceptance."""
    take(FOUND)
    deduplicate(data, load_library(data))
    Session(data, "anna").decide("include")
    sheet = make(data, "ben")
    fill(sheet, {at: {"decision": "include"} for at in range(len(FOUND))})
    read_sheet(sheet, data, load_screening(data), STAGE, "ben")
    accept(data, *(extract(data, record, who) for who in ("anna", "ben")))
    shutil.copytree(DATA / "releases", data / "releases")
    return data


COMMANDS: dict[str, Callable[[Path], str]] = {
    "import": lambda data: "undo import 2026-11-20 medline --who anna",
    "decision": lambda data: f"undo decision {annas(data)} --who anna",
    "sheet": lambda data: f"undo sheet {data.parent / 'ben.csv'} --who ben",
    "extraction": lambda data: f"undo extraction {STUDY} --who anna",
    "acceptance": lambda data: f"undo acceptance {STUDY} --who anna",
    "release": lambda data: "undo release 2026.11 --who anna",
    "study": lambda data: f"rename study {STUDY} anderson-2026",
    "person": lambda data: "rename person anna anna-b",
}


def annas(data: Path) -> str:
    return (data / "screening/anna.csv").read_text().splitlines()[1].split(",")[0]


@pytest.mark.parametrize("name", COMMANDS)
def test_it_is_shown_then_done_and_check_is_green(
    worked: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, command = contents(worked), COMMANDS[name](worked)
    said = typed_on(worked, command, exit_code=FOR_A_PERSON)
    assert "Nothing was changed: --yes does it without asking." in said
    assert contents(worked) == before
    said = typed_on(worked, f"{command} --yes")
    assert "Next: ./review" in said
    assert contents(worked) != before
    monkeypatch.setattr(options, "ROOT", worked.parent)
    assert "The evidence is valid" in typed("check")
    # It can be done once: what is taken back, or has another name, is not there any more.
    with pytest.raises(ReviewError):
        typed_on(worked, f"{command} --yes")


def test_a_person_has_a_name(worked: Path) -> None:
    before = contents(worked)
    with pytest.raises(ReviewError, match="small letters"):
        typed_on(worked, "undo import 2026-11-20 medline --who ../anna --yes")
    assert contents(worked) == before
