"""The review on paper: the whole site as one PDF."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from analysis import PROGRAM
from analysis.commands import options
from analysis.commands.options import next_step
from analysis.files.problems import ReviewError, shown


def pdf(
    out: Annotated[
        Path | None, typer.Option(help="Where to write it; _build/review.pdf by default.")
    ] = None,
    timeout: Annotated[float, typer.Option(help="Seconds a printing may take.")] = 300.0,
) -> None:
    """Print the built site as one PDF, by Chromium.

    Title page, list of pages with their numbers, then every page in the order of the menu, on
    A4; links between pages lead within the PDF. It is of the site as it was built last. Chromium
    131 or newer must be installed.

    Example: ./review pdf --out review.pdf
    """
    from analysis.book.contents import contents_of
    from analysis.book.one_document import TitlePage, one_document
    from analysis.book.printed_book import print_book
    from analysis.execution.plan import Project
    from analysis.files.writing import writable_name
    from analysis.protocol import load_protocol

    project = Project(options.ROOT)
    target = writable_name(out or project.build / "review.pdf")
    if not (project.site / "index.html").is_file():
        raise ReviewError(f"there is no site yet: run `{PROGRAM} build` first")
    protocol = load_protocol(project.data / "protocol.yml")
    first = TitlePage(
        protocol.title, _edition(project.site), protocol.short_title, protocol.site_url
    )
    document = one_document(project.site, contents_of(protocol), first)
    printed = print_book(document, target, timeout)
    typer.echo(f"{shown(target)}: {printed.pages} pages of the site on {printed.sheets} of A4.")
    next_step("serve")


def _edition(site: Path) -> str:
    """Which version the built site is of: `Version 2026.11 of 26 November 2026`, or a draft."""
    import datetime as dt
    import json

    from analysis.formatting import day
    from analysis.publishing.downloads import EDITION, FOLDER

    said = json.loads((site / FOLDER / EDITION).read_text(encoding="utf-8"))
    if said["draft"]:
        return str(said["title"])
    return f"{said['title']} of {day(dt.date.fromisoformat(said['last_version']['date']))}"
