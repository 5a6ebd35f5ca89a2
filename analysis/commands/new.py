"""`./review new FOLDER`: another review by the same software, empty and correct."""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path
from typing import Annotated

import typer

from analysis import PROGRAM
from analysis.commands import options
from analysis.commands.options import read_line
from analysis.files.problems import ReviewError, shown


def new(
    folder: Annotated[Path, typer.Argument(help="A folder that is empty or not there.")],
    title: Annotated[str, typer.Option(help="The title of the review.")] = "",
    short_title: Annotated[
        str, typer.Option(help="A shorter one for narrow places; the title where none is given.")
    ] = "",
    population: Annotated[str, typer.Option(help="Who is asked about: adults with asthma.")] = "",
    intervention: Annotated[
        str, typer.Option(help="What they receive, in the singular: breathing training.")
    ] = "",
    control: Annotated[str, typer.Option(help="What it is compared with: usual care.")] = "",
    outcome: Annotated[
        list[str] | None,
        typer.Option(help="A primary outcome, as in 'deaths; RR; lower; die'; may be repeated."),
    ] = None,
    secondary_outcome: Annotated[
        list[str] | None, typer.Option(help="A secondary outcome, typed like a primary one.")
    ] = None,
    timepoint: Annotated[
        list[str] | None,
        typer.Option(help="A time point, as in 'after treatment'; may be repeated."),
    ] = None,
    database: Annotated[
        list[str] | None,
        typer.Option(help="A database or register that is searched; may be repeated."),
    ] = None,
) -> None:
    """Begin another review with this software.

    Asks for the question, or takes it by options, and writes a folder with protocol, empty data
    files, chapters that ask what is to be written, and the engine. It can be checked, built and
    tested at once. An outcome is its name, its measure (SMD, MD, RR, OR, RD, HR, IRR, generic),
    which is better (lower or higher) and, for an event, what happens to people, for a difference
    in a unit its unit and its instrument, with semicolons between.

    Example: ./review new ../bcg --title "BCG vaccine to prevent tuberculosis"
    --population "people without tuberculosis" --intervention "BCG vaccination" --control
    "no vaccination" --outcome "tuberculosis; RR; lower; get tuberculosis" --timepoint
    "at the end of follow-up" --database pubmed
    """
    from analysis.beginning.asked import OUTCOME_FORM, asked
    from analysis.beginning.new_folder import new_review
    from analysis.protocol_lists import FIRST_SOURCES

    answers = asked(
        title=title or _ask("Title of the review"),
        short_title=short_title,
        population=population or _ask("Who is asked about (adults with asthma)"),
        intervention=intervention or _ask("What they receive (breathing training)"),
        control=control or _ask("What it is compared with (usual care)"),
        outcomes=outcome or _ask_each(f"A primary outcome: {OUTCOME_FORM}"),
        secondary_outcomes=(
            secondary_outcome or ([] if outcome else _ask_each("A secondary outcome", least=0))
        ),
        timepoints=timepoint or _ask_each("A time point (after treatment)"),
        databases=database or ([] if timepoint else _ask_each("A database (pubmed)", least=0)),
    )
    new_review(folder, answers, dt.date.today(), options.ROOT)
    for source in answers.databases:
        if source not in FIRST_SOURCES:
            typer.echo(
                f"{source.name} is not known here: a database without a strategy, see "
                "search_sources in data/protocol.yml."
            )
    typer.echo(f"The review is in {shown(folder)}: empty, and it says so on every page.")
    typer.echo("What to do first, in that folder:")
    for line in (
        "git init                          every change is then on record",
        f"{PROGRAM} build                    the site, in _build/html/index.html",
        "read README.md                    it says what is to be written, and in which order",
    ):
        typer.echo(f"  {line}")


def _ask(question: str) -> str:
    """An answer that is needed; ReviewError where nobody can be asked."""
    if not sys.stdin.isatty():
        raise ReviewError(f"nobody can be asked here, and no option says: {question}")
    try:
        while not (said := input(f"{question}: ").strip()):
            pass
    except EOFError:
        raise ReviewError(f"no answer to: {question}; nothing is written") from None
    return said


def _ask_each(question: str, least: int = 1) -> list[str]:
    """Answers until a blank line."""
    if not sys.stdin.isatty():
        if least:
            _ask(question)
        return []
    found: list[str] = []
    while said := read_line(f"{question}, or nothing: ").strip():
        found.append(said)
    return found or ([_ask(question)] if least else [])
