"""`verify`: a person holds a trial's numbers against its report, row by row.

Exit codes: 0 done; 1 an input is wrong, and nothing was changed; 2 the command was not
understood; 3 rows of the trial wait still.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from analysis.commands.options import DATA, FOR_A_PERSON, Data, next_step, plain_name, read_line
from analysis.files.problems import ReviewError
from analysis.formatting import counted

if TYPE_CHECKING:
    from rich.console import Console

    from analysis.screening.verifying import Verification

ALL = "all"


def verify(
    study: Annotated[str, typer.Argument(help="The trial, for example trial-2017.")],
    *,
    who: Annotated[str, typer.Option(help="Who looks: small letters, digits and hyphens.")],
    again: Annotated[
        bool, typer.Option("--again", help="Rows that are verified already, too.")
    ] = False,
    show: Annotated[bool, typer.Option("--show", help="Print the rows, and ask nothing.")] = False,
    seen: Annotated[
        list[str] | None,
        typer.Option(metavar="ROW", help="A row seen in the report as it stands, or `all`."),
    ] = None,
    take_back: Annotated[
        list[str] | None, typer.Option(metavar="ROW", help="A row to be verified by nobody.")
    ] = None,
    data: Data = DATA,
) -> None:
    """Hold a trial's numbers against its report.

    Shows one row after another, its numbers beside their source and the place in it. Keys: y
    seen as it stands, c correct a cell, n a number is not found in the report (the row's note
    says so, and it waits), s skip, b take back, q stop. Each answer is kept at once: who saw the
    row, on which day, and what stood in it. A row that says something else later is to be
    verified anew; `check` names it. Exit code 3 while rows wait.

    Example: ./review verify trial-2017 --who anna
    """
    from analysis.screening.verifying import Verification

    sitting = Verification(data, study, plain_name(who, "--who"), again=again or bool(take_back))
    if show:
        _show(sitting)
    elif seen or take_back:
        _without_asking(sitting, seen or [], take_back or [])
    else:
        _sit(sitting)
    _after(data, study, who)


def _show(sitting: Verification) -> None:
    from analysis.screening.verification_terminal import show

    for row in sitting.waiting:
        console = _console()
        console.rule()
        show(sitting.evidence, row, console)


def _sit(sitting: Verification) -> None:
    from analysis.screening.terminal import Keys
    from analysis.screening.verification_terminal import verify as run

    if sitting.waiting and not sys.stdin.isatty():
        raise ReviewError(
            "verifying row by row needs a terminal: --show prints the rows, and --seen ROW "
            f"(or --seen {ALL}) says which you have seen in the report"
        )
    made = run(sitting, _console(), Keys(typer.getchar), read_line)
    typer.echo(f"{counted(made, 'row')} verified in this sitting.")


def _without_asking(sitting: Verification, seen: list[str], unseen: list[str]) -> None:
    from analysis.screening.verifying import rows_of_trial, take_back, verify

    rows = {row.row_id: row for row in rows_of_trial(sitting.evidence, sitting.study_id)}
    if unknown := [name for name in (*seen, *unseen) if name not in rows and name != ALL]:
        raise ReviewError(
            f"{', '.join(unknown)}: no row of {sitting.study_id}, which has {', '.join(rows)}"
        )
    chosen = sitting.waiting if ALL in seen else [rows[name] for name in seen]
    if chosen:
        verify(sitting.data, chosen, sitting.who, sitting.clock()[:10])
    if unseen:
        take_back(sitting.data, rows.values() if ALL in unseen else [rows[n] for n in unseen])
    typer.echo(f"{counted(len(chosen), 'row')} verified, {len(unseen)} taken back.")


def _console() -> Console:
    from rich.console import Console

    from analysis.screening.terminal import WIDTH

    console = Console(highlight=False)
    console.width = min(console.width, WIDTH)
    return console


def _after(data: Path, study: str, who: str) -> None:
    """How many rows wait still, of this trial and of others."""
    from analysis.evidence.load import load
    from analysis.evidence.verification import is_verified

    waiting = [row.study_id for row in load(data).outcomes if not is_verified(row)]
    typer.echo(
        f"{counted(waiting.count(study), 'row')} of {study} and {len(waiting)} in all "
        "are to be verified."
    )
    if study in waiting:
        next_step(f"verify {study} --who {who}")
        raise typer.Exit(FOR_A_PERSON)
    next_step(f"verify {waiting[0]} --who {who}" if waiting else "check")
