"""The command line of the review: `./review COMMAND`."""

from __future__ import annotations

import atexit
import os
import sys
from contextlib import suppress
from typing import NoReturn

import typer

from analysis import PROGRAM
from analysis.commands import printing, review, versions
from analysis.commands.deciding import certainty, rule
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


def main() -> None:
    """Run the command line; a failure is a sentence and an exit code, not a traceback."""
    with printable_output():
        _run()


def _run() -> None:
    debug = "--debug" in sys.argv
    arguments = [argument for argument in sys.argv[1:] if argument != "--debug"]
    try:
        with system_errors_as_sentences():
            app(args=arguments, prog_name=PROGRAM)
    except ReviewError as error:
        if debug:
            raise
        typer.echo(str(error), err=True)
        if isinstance(error, EvidenceError):
            found = len(error.problems)
            word = "problem" if found == 1 else "problems"
            typer.echo(f"{found} {word}: mend the lines named above and run it again.", err=True)
        raise SystemExit(1) from None
    except KeyboardInterrupt:
        raise SystemExit(130) from None


def leave(code: str | int | None) -> NoReturn:
    """End this process as `sys.exit` would, but at once.

    Python would take apart what is about to vanish, object by object: of a build, all of
    Sphinx's trees.
    """
    if isinstance(code, str):
        typer.echo(code, err=True)
    atexit._run_exitfuncs()
    with suppress(OSError):  # nobody reads any more what is left to be said
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(code if isinstance(code, int) else int(code is not None))


if __name__ == "__main__":
    try:
        main()
    except SystemExit as leaving:
        leave(leaving.code)
    leave(0)
