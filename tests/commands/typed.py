"""A command as a person types it, run within this process."""

from __future__ import annotations

from pathlib import Path

from typer.testing import CliRunner

from analysis.commands.command_line import app
from analysis.files.problems import ReviewError


def typed(command: str, *arguments: object, exit_code: int = 0) -> str:
    """What it prints; raises the ReviewError that it ends with, AssertionError for another code."""
    result = CliRunner().invoke(app, [*command.split(), *map(str, arguments)])
    if isinstance(result.exception, ReviewError):
        raise result.exception
    assert result.exit_code == exit_code, result.output
    return result.output


def typed_on(data: Path, command: str, *arguments: object, exit_code: int = 0) -> str:
    """The same of a folder of data."""
    return typed(command, *arguments, "--data", data, exit_code=exit_code)
