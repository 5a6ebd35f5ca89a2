"""What the commands share: their options, and words said in one way."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from analysis import PROGRAM
from analysis.files.problems import ReviewError
from analysis.files.slugs import is_person

if TYPE_CHECKING:
    from analysis.evidence.rows import Evidence

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT / "data"
FOR_A_PERSON = 3

Data = Annotated[Path, typer.Option(help="The data folder.", show_default=False)]
Who = Annotated[str, typer.Option(help="Who decides: small letters, digits and hyphens.")]
Stage = Annotated[str, typer.Option(help="title-abstract, retrieval or full-report.")]


def next_step(command: str) -> None:
    """Say what comes next, as it is typed."""
    typer.echo(f"Next: {PROGRAM} {command}")


def known_stage(stage: str) -> None:
    """ReviewError for a stage that there is not."""
    from analysis.searching.decision_schemas import STAGES

    if stage not in STAGES:
        raise ReviewError(f"{stage!r} is no stage: use one of {', '.join(STAGES)}")


def plain_name(name: str, option: str) -> str:
    """The name of a person; ReviewError for one that a file name could not hold."""
    if not is_person(name):
        raise ReviewError(f"{option} {name!r}: a name in small letters, digits and hyphens")
    return name


def read_line(question: str) -> str:
    """A line that a person types; nothing where the input ends."""
    try:
        return input(question)
    except EOFError:
        return ""


def load_evidence() -> Evidence:
    """The project's own evidence, validated."""
    from analysis.evidence.load import load

    return load(ROOT / "data")
