"""Undo as a person types it: shown first, done when somebody agrees, and on record."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from analysis.__main__ import app as review
from analysis.commands.options import FOR_A_PERSON
from analysis.files.problems import ReviewError
from tests.searching.corpus import articles
from tests.searching.fixtures import Take

FOUND = articles(4, seed=3)


def run(data: Path, command: str, exit_code: int = 0) -> str:
    result = CliRunner().invoke(review, [*command.split(), "--data", str(data)])
    if isinstance(result.exception, ReviewError):
        raise result.exception
    assert result.exit_code == exit_code, result.output
    return result.output


def files(data: Path) -> set[str]:
    return {path.relative_to(data).as_posix() for path in data.rglob("*") if path.is_file()}


def test_nothing_is_written_before_a_person_agrees(data: Path, take: Take) -> None:
    take(FOUND)
    before = files(data)
    command = "undo import 2026-11-20 medline --who anna"
    said = run(data, command, exit_code=FOR_A_PERSON)
    assert "4 records in no other search" in said
    assert "Nothing was changed" in said
    assert files(data) == before
    said = run(data, f"{command} --yes")
    assert "On record in" in said
    assert "Next: ./review search import" in said
    assert "searches/2026-11-20/search.yml" not in files(data)


def test_a_person_has_a_name(data: Path, take: Take) -> None:
    take(FOUND)
    before = files(data)
    with pytest.raises(ReviewError, match="small letters"):
        run(data, "undo import 2026-11-20 medline --who ../anna --yes")
    assert files(data) == before
