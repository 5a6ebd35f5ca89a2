"""Versions of the review: freeze one, verify it, compare two."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated

import typer

from analysis import PROGRAM
from analysis.commands import options
from analysis.commands.options import load_evidence
from analysis.files.problems import ReviewError, shown


def release(
    name: Annotated[str, typer.Argument(help="The version's name, such as 2026.11.")] = "",
    baseline: Annotated[
        bool, typer.Option("--baseline", help="Freeze the baseline review's trials instead.")
    ] = False,
    verify: Annotated[
        bool, typer.Option("--verify", help="Make the release, or all of them, again and compare.")
    ] = False,
    page: Annotated[
        bool,
        typer.Option("--page", help="Write the page of a release, or of all, that has none yet."),
    ] = False,
    trigger: Annotated[str, typer.Option(help="What led to this version.")] = "",
    methods: Annotated[
        str, typer.Option(help="What it does otherwise than the version before, or: none.")
    ] = "",
    day: Annotated[
        dt.datetime | None,
        typer.Option(formats=["%Y-%m-%d"], metavar="YEAR-MONTH-DAY", help="Its day; today."),
    ] = None,
) -> None:
    """Freeze this version of the review, or verify one.

    A release is in data/releases: the data as they were, what they said, what they were
    made with, and a page that shows it. It is never changed; CITATION.cff names it. The protocol
    says what triggered this version and what it changed in the methods; `--trigger` and `--methods`
    write that there first. `--verify` makes it again from its own data. `--page` gives a page to a
    release from before there were any.

    Example: ./review release 2027.01 --trigger "a search found 3 trials" --methods none
    """
    from analysis.evidence.integrity.retractions import snapshot_fault
    from analysis.pages.released_version import (
        Told,
        page_of,
        release_baseline,
        release_version,
    )
    from analysis.versions.kept_pages import without_page
    from analysis.versions.releases import releases

    data = options.ROOT / "data"
    if verify:
        for one in [name] if name else [found.name for found in releases(data)]:
            _verify(data, one)
        return
    if page:
        for one in [name] if name else without_page(data):
            _verify(data, one)
            _say_page(one, page_of(data, one, afterwards=True))
        return
    if not name and not baseline:
        stated = load_evidence().protocol.version.name
        raise ReviewError(
            f"name the version, as data/protocol.yml does: {PROGRAM} release {stated}"
        )
    told = None
    if trigger or methods or day:
        told = Told(day.date() if day else dt.date.today(), trigger, methods)
    if baseline and told:
        raise ReviewError("--trigger, --methods and --day are of a version: not of --baseline")
    made, path = release_baseline(data) if baseline else release_version(data, name, told)
    if not baseline and (fault := snapshot_fault(load_evidence())):
        typer.echo(f"Warning: {fault} ({PROGRAM} notices FILE).", err=True)
    typer.echo(f"Release {made.name} ({made.kind or 'baseline'}) is in data/releases/{made.name}/.")
    _say_page(made.name, path)
    typer.echo(f"Next: commit it, then {PROGRAM} build")


def _say_page(name: str, path: Path) -> None:
    typer.echo(f"The page of version {name} is {shown(path)}: no later version changes it.")


def _verify(data: Path, name: str) -> None:
    from analysis.versions.freezing import verify

    differences = verify(data, name)
    for difference in differences:
        typer.echo(difference, err=True)
    if differences:
        raise ReviewError(f"release {name} is not what its data give now")
    typer.echo(f"Release {name} follows from its own data, to the last printed digit.")


def diff(
    before: Annotated[str, typer.Argument(help="A release.")],
    now: Annotated[
        str, typer.Argument(help="A release, or `now` for the data as they are.")
    ] = "now",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for a program.")] = False,
) -> None:
    """Compare two versions, outcome by outcome.

    What changed and how much of it comes from the method, from corrections and from new evidence,
    by which rule a conclusion did, which trials made the difference, and every corrected value.

    Example: ./review diff 2013.11 2026.11
    """
    from rich.console import Console

    from analysis.versions.by_name import compare_versions
    from analysis.versions.comparison_json import comparison_json
    from analysis.versions.comparison_text import comparison_text
    from analysis.versions.freezing import present_states
    from analysis.versions.told_apart import told_apart
    from analysis.versions.way import Pair, moves_along

    data = options.ROOT / "data"
    plain = compare_versions(data, before, now, lambda: present_states(load_evidence()))
    found = told_apart(data, plain, load_evidence)
    if as_json:
        typer.echo(comparison_json(Pair(found, moves_along([found]))), nl=False)
    else:
        Console(highlight=False).print(comparison_text(found))
