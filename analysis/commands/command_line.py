"""The commands as they are typed, and what becomes of a failure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import typer

from analysis import PROGRAM
from analysis.commands import printing, review, versions
from analysis.commands.deciding import certainty, classify, rule
from analysis.commands.desk_command import desk
from analysis.commands.extract import extract_app
from analysis.commands.judge import judge
from analysis.commands.new import new
from analysis.commands.notices import notices
from analysis.commands.screen import agreement, calibration, migrate, screen
from analysis.commands.search import search_app
from analysis.commands.undo import rename_app, undo_app
from analysis.commands.verify import verify
from analysis.commands.watch import watch
from analysis.files.printable import printable_output
from analysis.files.problems import EvidenceError, ReviewError, system_errors_as_sentences

if TYPE_CHECKING:
    from analysis.execution.warm import Parent

app = typer.Typer(
    help="A living systematic review: from data files to a published book.\n\n"
    "With --debug a failure shows where in the code it arose.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

app.add_typer(search_app, name="search")
app.add_typer(extract_app, name="extract")
app.add_typer(undo_app, name="undo")
app.add_typer(rename_app, name="rename")
for command in (
    screen,
    agreement,
    calibration,
    migrate,
    notices,
    verify,
    judge,
    classify,
    rule,
    certainty,
    review.check,
    review.build,
    review.update,
    review.status,
    versions.release,
    versions.diff,
    review.codebook,
    review.serve,
    desk,
    watch,
    new,
    printing.pdf,
):
    app.command()(command)


def run(arguments: Sequence[str], begun: Parent | None = None) -> None:
    """Run a command; a failure is a sentence and an exit code, not a traceback.

    `begun` is a parent of kernels that was begun ahead of it.
    """
    with printable_output():
        _run(arguments, begun)


def _run(arguments: Sequence[str], begun: Parent | None) -> None:
    debug = "--debug" in arguments
    asked = [argument for argument in arguments if argument != "--debug"]
    try:
        with system_errors_as_sentences():
            app(args=asked, prog_name=PROGRAM, obj=begun)
    except ReviewError as error:
        if debug:
            raise
        typer.echo(str(error), err=True)
        if isinstance(error, EvidenceError):
            found = len(error.problems)
            word = "problem" if found == 1 else "problems"
            typer.echo(f"{found} {word}: mend the lines named above and run it again.", err=True)
        raise SystemExit(1) from None
