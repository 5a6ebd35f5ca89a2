"""Who made this: nothing is guessed, what is said is checked, what is not is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from analysis.evidence.load import load
from analysis.evidence.team import TEAM, Team, load_team
from analysis.files.problems import EvidenceError
from analysis.pages.team_page import authors_table, speaks_for, statements, whose
from tests.evidence.folder import LIVING

STATED = """\
authors:
  - name: Ada Example
    orcid: 0000-0002-1825-0097
    affiliation: Example University
    roles: [methodology, "writing - original draft"]
    interests: none
contact: review@example.org
funding: "none <b>"
registration: EX 1
"""
# What a checklist may only claim once the team has stated it.
CLAIMS = {"24a": "a registration", "25": "who paid", "26": "interests"}


def _of(folder: Path, text: str) -> Team:
    (folder / TEAM).write_text(text, encoding="utf-8")
    return load_team(folder)


def test_what_is_stated_is_shown_and_escaped(tmp_path: Path) -> None:
    team = _of(tmp_path, STATED)
    shown = f"{speaks_for(team)}{authors_table(team)}{statements(team)}{whose(team)}"
    for said in (
        "Ada Example",
        "0000-0002-1825-0097",
        "Methodology and writing",
        "EX 1",
        "&lt;b&gt;",
    ):
        assert said in shown
    assert "not stated" not in shown.lower()
    assert team.not_stated() == ()


def test_what_is_not_stated_is_said(tmp_path: Path) -> None:
    for team in (load_team(tmp_path), _of(tmp_path, "authors: []\n")):
        assert "No person has put a name" in speaks_for(team)
        assert statements(team).count("not stated") == 3
        assert len(team.not_stated()) == 5


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        (STATED.replace("review@example.org", "hello"), 7, "an e-mail or a web address"),
        (STATED.replace("0000-0002-1825-0097", "12-34"), 3, "expected an ORCID like"),
        (STATED.replace("methodology", "hero"), 5, "methodology"),
        (STATED.replace("funding", "fundings"), 8, "fundings"),
    ],
)
def test_what_is_no_statement_is_named_with_its_line(
    tmp_path: Path, text: str, line: int, said: str
) -> None:
    with pytest.raises(EvidenceError) as refused:
        _of(tmp_path, text)
    assert f"{TEAM}:{line}" in str(refused.value)
    assert said in str(refused.value)


def test_no_checklist_claims_what_the_team_has_not_stated() -> None:
    missing = load_team(LIVING).not_stated()
    for item in load(LIVING).checklists:
        if item.checklist == "PRISMA 2020" and CLAIMS.get(item.item) in missing:
            assert item.status(missing) == "not met", item.item
