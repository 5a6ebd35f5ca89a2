"""`desk`: the daily work as pages in the browser, on this machine only."""

from __future__ import annotations

from typing import Annotated

import typer

from analysis.commands.options import DATA, Data, plain_name
from analysis.desk import PORT
from analysis.files.problems import ReviewError, shown
from analysis.files.slugs import CONSENSUS


def desk(
    port: Annotated[int, typer.Option(help="Port on this machine.", min=1, max=65535)] = PORT,
    who: Annotated[str, typer.Option(help="Who works; else the first page asks.")] = "",
    commit: Annotated[
        bool, typer.Option("--commit/--no-commit", help="Each action is a commit of its own.")
    ] = False,
    browser: Annotated[
        bool, typer.Option("--browser/--no-browser", help="Open it in the browser.")
    ] = True,
    data: Data = DATA,
) -> None:
    """The daily work as pages in the browser.

    What the commands do, as forms: the same files are written. The desk answers on this machine
    only, to whoever has the address with its key, until Ctrl-C.

    Example: ./review desk --who anna
    """
    import errno
    import sys
    import webbrowser

    from analysis.desk.desk import Desk
    from analysis.desk.desk_server import serve
    from analysis.protocol import load_protocol

    if who:
        plain_name(who, "--who")
    if who == CONSENSUS:
        raise ReviewError(f"--who {who}: that is what people agree on, and nobody's name")
    load_protocol(data / "protocol.yml")  # a folder that is no review says so here
    opened = Desk(data, port=port, commits=commit, who=who, debug="--debug" in sys.argv)

    def ready() -> None:
        typer.echo(f"{opened.address} (Ctrl-C ends it)")
        typer.echo(f"What is done there is saved in {shown(data)}.")
        if browser:
            webbrowser.open(opened.address)

    try:
        serve(opened, ready)
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise
        said = f"port {port} is in use already, by another desk perhaps: try --port {port + 1}"
        raise ReviewError(said) from None
