"""The site that follows what is saved, and the page in the browser with it."""

from __future__ import annotations

from typing import Annotated

import typer

from analysis.commands import options

REVIEW = "analysis.commands.whole_review:whole_review"


def watch(
    port: Annotated[int, typer.Option(help="Port on this machine.", min=1, max=65535)] = 8000,
) -> None:
    """Build and serve the site, and follow every file that is saved.

    The page that is open in the browser is made first and loads itself again; an error stands
    on the page with file, line and column while the last good site stays. On this machine only,
    until Ctrl-C.

    Example: ./review watch --port 8000
    """
    from rich.console import Console

    from analysis.execution.plan import Project
    from analysis.watch.watching import watch as follow

    follow(Project(options.ROOT), REVIEW, port, Console())
